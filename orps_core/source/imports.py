"""Put import statements where a careful person would put them."""

import ast
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..domain.outline import Edit
from ..domain.target import Span, Target
from . import parse, syntax

_FUTURE, _STANDARD, _OTHER, _RELATIVE = range(4)
_OPENERS = (b"def", b"class", b"async", b"@", b"#")
_Key = tuple[int, bool, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Import:
    """``key`` sorts as isort does: by group, plain ones first, by module."""

    key: _Key
    names: frozenset[str]
    span: Span

    @property
    def group(self) -> int:
        return self.key[0]


def import_edits(target: Target, wanted: Sequence[str], end: str) -> list[Edit]:
    """One insertion for each place; what the document already imports is not imported again."""
    if not wanted:
        return []
    present = [
        _read(each.text, each.span)
        for each in parse.imports(target.runnable)
        if each.span.start < target.span.start
    ]
    known = frozenset[str]().union(*(each.names for each in present))
    missing = [_read(text, Span(start=0, end=0)) for text in dict.fromkeys(wanted)]
    pairs = [
        (each, text)
        for each, text in zip(missing, dict.fromkeys(wanted), strict=True)
        if not each.names <= known
    ]
    pairs.sort(key=lambda pair: (pair[0].key, pair[1]))
    if not pairs:
        return []
    if not present:
        return [_first(target, [text for _, text in pairs], end)]
    places: dict[int, list[str]] = {}
    for each, text in pairs:
        before, offset, after = _place(target, present, each)
        lines = places.setdefault(offset, [end] if before else [])
        lines.append(text + end)
        if after and lines[-1] != end:
            lines.append(end)
    return [Edit(span=Span(start=at, end=at), text="".join(lines)) for at, lines in places.items()]


def _read(text: str, span: Span) -> _Import:
    tree = syntax.parsed(text)
    statement = tree.body[0] if tree is not None and tree.body else None
    match statement:
        case ast.Import(names=names):
            bound = (name for each in names for name in _bound(each))
            return _Import(
                key=(_group(names[0].name), False, names[0].name), names=frozenset(bound), span=span
            )
        case ast.ImportFrom(module=module, names=names, level=level):
            source = "." * level + (module or "")
            bound = (f"{each.asname or each.name}={source}:{each.name}" for each in names)
            return _Import(key=(_group(source), True, source), names=frozenset(bound), span=span)
        case _:
            return _Import(key=(_OTHER, False, text), names=frozenset({text}), span=span)


def _bound(alias: ast.alias) -> Iterable[str]:
    """``import a.b`` also brings ``a``."""
    if alias.asname:
        return [f"{alias.asname}={alias.name}"]
    parts = alias.name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def _group(module: str) -> int:
    if module.startswith("."):
        return _RELATIVE
    top = module.partition(".")[0]
    if top == "__future__":
        return _FUTURE
    return _STANDARD if top in sys.stdlib_module_names else _OTHER


def _place(target: Target, present: list[_Import], new: _Import) -> tuple[bool, int, bool]:
    """A byte that starts a line, and whether a blank line is needed before and after what goes there."""
    same = [each for each in present if each.group == new.group]
    lower = [each for each in present if each.group < new.group]
    smaller = [each for each in same if each.key <= new.key]
    if smaller:
        return False, parse.next_line(target.runnable, smaller[-1].span.end), False
    if same:
        return False, _before(target, same[0]), False
    if lower:
        offset = parse.next_line(target.runnable, lower[-1].span.end)
        follows = target.runnable.encode()[offset:].split(b"\n", 1)[0]
        return True, offset, bool(follows.strip())
    return False, _before(target, present[0]), True


def _before(target: Target, each: _Import) -> int:
    """Above the comments that belong to it, but never above those that open the file."""
    start = parse.top_level_start(target.runnable, each.span.start)
    start = each.span.start if start == 0 else start
    is_line_start = target.runnable.encode()[:start][-1:] in {b"", b"\n", b"\f"}
    return start if is_line_start else parse.next_line(target.runnable, each.span.end)


def _first(target: Target, statements: list[str], end: str) -> Edit:
    """The document has no import yet: they go below its docstring, or to its very top."""
    offset = parse.head_end(target.runnable)
    after = target.module.encode()[offset:]
    blank = after[: len(after) - len(after.lstrip())].count(b"\n")
    gap = max(0, (2 if after.lstrip().startswith(_OPENERS) else 1) - blank)
    text = end * bool(offset) + "".join(statement + end for statement in statements) + end * gap
    return Edit(span=Span(start=offset, end=offset), text=text)
