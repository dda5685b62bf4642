"""The function under refinement, as text cut from one version of a document."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Half-open range of UTF-8 byte offsets in a document."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: {self.start}..{self.end}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One function, the document it was cut from, and where it sits.

    ``path`` is absolute; the file need not exist (an unsaved buffer has no file yet).
    ``module`` is the document as it is, ``runnable`` the same text with statements that do not parse,
    all of them outside the function, blanked out: equal in length, so that ``span`` fits both.
    ``span`` runs from the first decorator (or ``def``) to the end of the body and holds no line end.
    ``indent`` is the white space in front of its first line.
    """

    path: str
    module: str
    runnable: str
    qualname: str
    span: Span
    indent: str
    signature: str

    def __post_init__(self) -> None:
        if self.span.end > len(self.module.encode()):
            raise ValueError(f"the span {self.span} lies outside the document")

    @property
    def text(self) -> str:
        """The function exactly as it stands in the document."""
        return self.module.encode()[self.span.start : self.span.end].decode()

    @property
    def source(self) -> str:
        """The function at column zero with LF line ends: the form in which candidates are written."""
        lines = self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        cut = [line.removeprefix(self.indent) if line.strip() else line for line in lines]
        return "\n".join(cut)

    @property
    def name(self) -> str:
        """The last part of the qualified name."""
        return self.qualname.rpartition(".")[2]

    @property
    def measured(self) -> str:
        """What can be called from outside: for a nested function, the function that holds it."""
        return self.qualname.partition(".<locals>")[0]
