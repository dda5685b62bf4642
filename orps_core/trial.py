"""One candidate from its text to a judged node's facts: run, compared, confirmed, and what it answers."""

from dataclasses import dataclass

from .domain.candidate import Candidate
from .domain.comparison import Comparison, Static
from .domain.execution import Execution
from .domain.verdict import Objective, Verdict, judge
from .ports import Brief, Executor, Unusable


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that running a candidate has shown, and what follows from it.

    ``unheard`` is why it could not be asked for answers, where it was to be.
    """

    execution: Execution
    comparison: Comparison | None
    verdict: Verdict
    answers: tuple[str, ...]
    unheard: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How one run tries its candidates. ``before`` are the target's own static measures.

    Weighing takes seconds: it is for what is about to be shown, for runs that are about memory, and, with
    ``thorough``, for all.
    """

    executor: Executor
    brief: Brief
    before: Static
    thorough: bool = False

    async def of(self, candidate: Candidate, static: Static, execution: Execution | None = None) -> Facts:
        """Confirm only what is about to be shown; ask for answers only where there is no original to ask.

        ``execution`` is what running it has shown already, if it was run among many.
        """
        repairing = self.brief.objective is Objective.FIX
        execution = execution or await self.executor.execute(candidate)
        comparison = None
        if execution.correct and not repairing:
            comparison = await self.executor.compare(candidate)
        verdict = self._verdict(execution, comparison, static)
        always = self.thorough or self.brief.objective is Objective.MEMORY
        if comparison is not None and (always or verdict.accepted):
            comparison = await self.executor.weigh(candidate, comparison)
            verdict = self._verdict(execution, comparison, static)
        if verdict.accepted:
            execution = await self.executor.confirm(candidate)
            verdict = self._verdict(execution, comparison, static)
        if comparison is not None and verdict.accepted:
            comparison = await self.executor.confront(candidate, comparison)
            verdict = self._verdict(execution, comparison, static)
        answers: tuple[str, ...] = ()
        unheard: str | None = None
        if repairing and verdict.better:
            try:
                answers = await self.executor.answers(candidate)
            except Unusable as error:
                unheard = str(error)
        return Facts(
            execution=execution, comparison=comparison, verdict=verdict, answers=answers, unheard=unheard
        )

    def _verdict(self, execution: Execution, comparison: Comparison | None, static: Static) -> Verdict:
        return judge(
            objective=self.brief.objective,
            execution=execution,
            comparison=comparison,
            before=self.before,
            after=static,
        )
