"""What open documents select to be refined on save, as it was when they were last looked at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .consent import Consent
from .documents import Page
from .selecting import Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """What a document selects, and what of it the person allows. ``path`` is relative to ``root``."""

    root: Path
    path: Path
    wishes: dict[str, Wish]
    consent: Consent

    def name(self, qualname: str) -> str:
        return f"{self.path.as_posix()}::{qualname}"

    def wished(self, qualname: str) -> bool:
        wish = self.wishes.get(qualname)
        return wish is not None and not wish.ignored

    @property
    def named(self) -> Sequence[str]:
        """Every function of the document that anybody has said anything about."""
        start = self.name("")
        chosen = (each.removeprefix(start) for each in self.consent.chosen if each.startswith(start))
        return tuple(dict.fromkeys((*self.wishes, *chosen)))

    def allows(self, qualname: str) -> bool:
        return self.consent.allows(self.name(qualname), wished=self.wished(qualname))


class Selections:
    def __init__(self) -> None:
        self._selected: dict[str, Selected] = {}

    def put(self, uri: str, selected: Selected) -> None:
        self._selected[uri] = selected

    def forget(self, uri: str) -> None:
        self._selected.pop(uri, None)

    def allows(self, page: Page, qualname: str) -> bool:
        found = self._selected.get(page.uri)
        return found is not None and found.allows(qualname)

    def marks(self, page: Page) -> Iterator[tuple[int, str, bool]]:
        """Line, qualified name and whether it is allowed, for each function that is selected."""
        found = self._selected.get(page.uri)
        for name in found.named if found is not None else ():
            function = page.named(name)
            if found is not None and function is not None and (found.allows(name) or found.wished(name)):
                yield page.lines.line_at(function.name_span.start), name, found.allows(name)
