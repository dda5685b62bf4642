"""Whether a case that fails for a candidate alone says something: a flaky one fails for the original, too."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from ..domain.execution import CaseResult, Execution, Failed, Passed, Raised, Skipped

_FEW = 3
"""Failing cases of a candidate that raise a doubt: who fails more is not rejected for one."""
_MOST = 5
_KEPT = 3
"""Runs of the original that may be spent on doubts in all, and of those for what is about to be shown."""

_MOODY = "it changes its mind for the function as written, too"

Again = Callable[[], Awaitable[Sequence[CaseResult]]]
"""Runs the suite on the target as written, in the way in which the candidate was run."""


class Doubts:
    """A case that has failed for the target as written, after it had passed, proves nothing from then on.

    It is never run by itself: one that needs what others leave behind would fail for that. What an end of the
    process or of its time does to a case says nothing about it.
    """

    def __init__(self) -> None:
        self._moody: set[str] = set()
        self._left = _MOST

    async def settled(
        self, found: Execution, as_written: Mapping[str, type], again: Again, *, shown: bool
    ) -> Execution:
        """The execution without what is known to change its mind; asked once more where little fails.

        ``shown``: it is about to be, if it holds.
        """

        def failing(results: Sequence[CaseResult]) -> set[str]:
            return {each.case for each in results if as_written.get(each.case) is Passed and _fails(each)}

        new = failing(found.results) - self._moody
        if 0 < len(new) <= _FEW and self._left > (0 if shown else _KEPT):
            self._left -= 1
            # What fails for the original alone is no doubt of this one's: some cases cannot be judged apart.
            self._moody |= new & failing(await again())
        return replace(found, results=tuple(map(self._read, found.results)))

    def _read(self, result: CaseResult) -> CaseResult:
        return replace(result, outcome=Skipped(reason=_MOODY)) if result.case in self._moody else result


def _fails(result: CaseResult) -> bool:
    return isinstance(result.outcome, Failed | Raised)
