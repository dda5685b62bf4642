"""Find the function a person means in the text as it is, and cut it out."""

import ast
import difflib
import re

from ..domain.outline import FunctionOutline
from ..domain.target import Target
from ..ports import Unavailable
from . import parse, syntax
from .mending import mend

_DEF = r"(?m)^[ \t]*(?:async[ \t]+)?def[ \t]+{}\b"
_CORRECT = "Correct its syntax and refine it again."


def cut(path: str, text: str, qualname: str) -> Target:
    """Cut a function from a document. Raise ``Unavailable`` when it is not there or does not parse."""
    # Read in the mended text: an unclosed bracket further up can hide a function or make it look broken.
    runnable = mend(text)
    chosen = _choose(parse.outline(runnable), qualname)
    if chosen is None or chosen.broken:
        raise _missing(path, text, qualname)
    before = text.encode()[: chosen.span.start].decode()
    return Target(
        path=path,
        module=text,
        runnable=runnable,
        qualname=chosen.qualname,
        span=chosen.span,
        # A form feed starts the column anew, for Python as for us.
        indent=re.split(r"[\r\n\f]", before)[-1],
        signature=parse.signature(runnable, chosen.span),
    )


def _choose(found: tuple[FunctionOutline, ...], qualname: str) -> FunctionOutline | None:
    exact = next((each for each in found if each.qualname == qualname), None)
    if exact:
        return exact
    # ``outer.inner`` is what people type for ``outer.<locals>.inner``.
    loose = [each for each in found if each.qualname.replace("<locals>.", "") == qualname]
    return loose[0] if len(loose) == 1 else None


def _missing(path: str, text: str, qualname: str) -> Unavailable:
    found = parse.outline(text)
    chosen = _choose(found, qualname)
    if chosen is None:
        typed = re.search(_DEF.format(re.escape(qualname.rpartition(".")[2])), text)
        tree = syntax.parsed(text)
        other = None if tree is None else _other(tree, path, qualname, found)
        if other is not None:
            return other
        if typed is None or tree is not None:
            return Unavailable(f"There is no function {qualname!r} in {path}.", _suggestion(found, qualname))
        line = text.count("\n", 0, typed.start()) + 1
        return Unavailable(f"The text of {qualname!r} (line {line}) does not parse.", _CORRECT)
    data = text.encode()
    line = data[: chosen.span.start].count(b"\n") + 1
    where = f"{chosen.qualname!r} (line {line})"
    if syntax.parsed(text) is not None:
        # An operator in front of a line that is indented less than the function confuses tree-sitter.
        return Unavailable(f"The layout of {where} cannot be read.", "Format the file and refine it again.")
    start = data.rfind(b"\n", 0, chosen.span.start) + 1
    indent = data[start : chosen.span.start].decode()
    problem = syntax.refusal(syntax.in_block(data[start : chosen.span.end].decode(), indent))
    if problem is None:
        return Unavailable(f"The code around {where} does not parse.", _CORRECT)
    return Unavailable(f"The text of {where} does not parse: {problem}.", _CORRECT)


def _other(
    tree: ast.Module, path: str, qualname: str, found: tuple[FunctionOutline, ...]
) -> Unavailable | None:
    """What is there under that name and is no function."""
    body, name = tree.body, qualname
    while True:
        first, _, rest = name.partition(".")
        # Of several under one name, the last is what the name stands for.
        node = next((each for each in reversed(body) if first in _names(each)), None)
        if not rest or not isinstance(node, ast.ClassDef):
            break
        body, name = node.body, rest
    if node is None or rest:
        return None
    what = f"{qualname!r} (line {node.lineno} of {path})"
    if isinstance(node, ast.ClassDef):
        methods = [each.qualname for each in found if each.qualname.rpartition(".")[0] == qualname]
        advice = (
            f"Name one of its methods: {', '.join(methods[:5])}." if methods else "It has no method to name."
        )
        return Unavailable(f"{what} is a class, and functions are refined one by one.", advice)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        if isinstance(node.value, ast.Lambda):
            return Unavailable(f"{what} is a lambda.", "Write it as a function, with def, and refine that.")
        advice = "Name the function that stands behind it, if there is one."
        return Unavailable(f"{what} is a name that something is assigned to, and no function.", advice)
    return None


def _names(node: ast.stmt) -> list[str]:
    """What a statement gives a name to, other than functions."""
    match node:
        case ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [each.id for each in targets if isinstance(each, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case _:
            return []


def _suggestion(found: tuple[FunctionOutline, ...], wanted: str) -> str:
    names = [each.qualname for each in found]
    if not names:
        return "The file defines no function: name another file."
    last = wanted.rpartition(".")[2]
    near = [name for name in names if name.rpartition(".")[2] == last]
    near += difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    shown = list(dict.fromkeys(near))[:3] or names[:5]
    return f"Did you mean {' or '.join(repr(name) for name in shown)}?"
