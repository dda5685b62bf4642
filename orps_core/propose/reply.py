"""Read what a model answered: a candidate, or one clause saying why it is none. Never raises."""

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace

from ..domain.candidate import Attempt, Candidate, Refusal
from .keeping import kept
from .omitting import left_out
from .parsing import FunctionNode, Text, parsed, problem, readings
from .patches import MisfitError, after, patched
from .pieces import Piece, Pieces, cut, first_turn, spoken
from .standing import standing
from .surroundings import Surroundings, UnfitError, Wanted
from .undressing import of_class, undressed

_IDEA = re.compile(
    r"^[#* \t>-]*(?:idea|approach|strategy|rationale)\b[*\s]*[:\-][*\s]*(.+)$", re.IGNORECASE | re.MULTILINE
)
_CODE = re.compile(r"^[ \t]*(?:(?:async\s+)?def|class|import|from|@|@@|---|\*\*\*) ?\S", re.MULTILINE)
_GIVES = re.compile(r"^[ \t]*(?:return|yield)\b", re.MULTILINE)
_Gives = ast.Return | ast.Yield | ast.YieldFrom
_IMPORT = re.compile(r"`((?:from[ \t]+[\w.]+[ \t]+)?import[ \t]+[^`\n]+)`")
_LONGEST, _LONGEST_IDEA, _MOST_OTHERS = 60_000, 300, 20


class LostError(UnfitError):
    """Raised where the function is not to be found."""


def read(text: str, wanted: Wanted, *, complete: bool = True) -> Attempt:
    """``complete`` is False for an answer that was cut off at its end."""
    turn = first_turn(text)
    try:
        found = _read_turn(turn, wanted, complete=complete or turn != text)
        if turn != text and isinstance(found, Refusal):
            found = _read_turn(text, wanted, complete=complete)
    except RecursionError:
        return Refusal(reason="the code is nested too deeply to be read", author=wanted.author)
    return found


def _read_turn(text: str, wanted: Wanted, *, complete: bool) -> Attempt:
    found, lost = _read(cut(text), wanted, complete=complete)
    if lost and complete:
        return _undressed(spoken(text[:_LONGEST]), wanted) or found
    return found


def _undressed(text: str, wanted: Wanted) -> Candidate | None:
    idea = _IDEA.search(text)
    for other in undressed(text, wanted.target.name):
        found, _ = _read(cut(other), wanted, complete=True)
        if isinstance(found, Candidate):
            return replace(found, rationale=_idea(idea[0])) if idea else found
    return None


def _read(pieces: Pieces, wanted: Wanted, *, complete: bool) -> tuple[Attempt, bool]:
    """With it, whether the function was not even found."""
    reasons: list[str] = []
    lost = not pieces.thinking
    for at, piece in enumerate(reversed(pieces.found)):
        try:
            return _candidate(piece, pieces, wanted, whole=piece.closed or complete or at > 0), False
        except UnfitError as error:
            lost = lost and isinstance(error, LostError)
            reasons += [str(error)] if str(error) else []
    if not reasons:
        # Some models only go on where the signature ends. A line of code in an explanation looks the same,
        # so this comes last.
        for piece in reversed(pieces.found):
            inside = _as_body(piece, wanted) if piece.closed or complete else None
            if inside is not None:
                try:
                    return _candidate(inside, pieces, wanted, whole=True), False
                except UnfitError as error:
                    reasons.append(str(error) or "the answer holds no code")
    reason = reasons[0] if reasons else "the answer holds no code"
    if pieces.thinking:
        reason = "the answer was cut off while the model was still thinking"
    return Refusal(reason=reason, author=wanted.author), lost


def _candidate(piece: Piece, pieces: Pieces, wanted: Wanted, *, whole: bool) -> Candidate:
    """Raise ``UnfitError``, without a word where the piece does not even look like code."""
    name = wanted.target.name
    source, misfit = piece.text, None
    if piece.patch and not _is_whole(piece.text, name):
        try:
            source, whole = _changed(piece.text, wanted), True
        except MisfitError as error:
            # Some write the whole function as lines that are added.
            source, misfit = after(piece.text), error
    for text in readings(source):
        found = list(_definitions(text, name, wanted.owner))
        if found:
            return _built(text, found[-1], pieces, wanted, whole=whole)
    if misfit is not None:
        raise LostError(str(misfit))
    if piece.language is not None:
        raise LostError(f"the answer is in {piece.language}, not in Python")
    raise LostError(_why_not(source, name, whole=whole))


def _changed(patch: str, wanted: Wanted) -> str:
    """The function after a change to it, or the file after one that reaches further."""
    try:
        return patched(wanted.parent.source, patch)
    except MisfitError:
        target = wanted.target
        now = textwrap.indent(wanted.parent.source, target.indent).removeprefix(target.indent)
        data, span = target.module.encode(), target.span
        file = b"".join((data[: span.start], now.encode(), data[span.end :])).decode()
        try:
            return patched(file.replace("\r\n", "\n"), patch)
        except MisfitError:
            pass
        raise


def _is_whole(text: str, name: str) -> bool:
    """The signs of a change may stand in a docstring."""
    tree = parsed(textwrap.dedent(text))
    return tree is not None and any(
        isinstance(each, FunctionNode) and each.name == name for each in tree.body
    )


def _as_body(piece: Piece, wanted: Wanted) -> Piece | None:
    """The piece under the target's signature, when it is what could stand there."""
    original = _original(wanted)
    if original is None or not _GIVES.search(piece.text):
        return None
    text = piece.text.strip("\n")
    # The first line often loses its margin.
    first, _, rest = text.lstrip().partition("\n")
    ways = [
        textwrap.indent(it, "    ") for it in (textwrap.dedent(text), f"{first}\n{textwrap.dedent(rest)}")
    ]
    whole = [(lines, tree) for lines in ways if (tree := parsed(f"def body():\n{lines}\n")) is not None]
    lines, tree = whole[0] if whole else (ways[0], None)
    if tree is not None and not any(isinstance(each, _Gives) for each in ast.walk(tree)):
        return None
    return Piece(text=f"{_shape(original)}:\n{lines}\n")


def _definitions(text: Text, name: str, owner: str | None) -> Iterator[tuple[FunctionNode, ast.AST]]:
    """Definitions of the name with what holds them: those in the right class last, for they are the best."""
    held = [(node, holder) for holder in ast.walk(text.tree) for node in ast.iter_child_nodes(holder)]
    named = [(node, holder) for node, holder in held if isinstance(node, FunctionNode) and node.name == name]
    named = [(node, holder) for node, holder in named if not _is_overload(node)]
    lines = text.source.split("\n")

    def worth(pair: tuple[FunctionNode, ast.AST]) -> tuple[int, bool, int, int]:
        above = lines[pair[0].lineno - 2].strip() if pair[0].lineno > 1 else ""
        trust = standing(above, None) if above.startswith("#") else 1
        return _fits(pair[1], owner), _runs(*pair), trust, pair[0].lineno

    yield from sorted(named, key=worth)


def _runs(function: FunctionNode, holder: ast.AST) -> bool:
    """False for the branch of a condition that is for old versions, or not for running."""
    if not isinstance(holder, ast.If):
        return not isinstance(holder, ast.ExceptHandler)
    never = ast.unparse(holder.test).endswith(("TYPE_CHECKING", "False"))
    older = isinstance(holder.test, ast.Compare) and isinstance(holder.test.ops[0], ast.Lt | ast.LtE)
    return (function in holder.orelse) is (never or older)


def _fits(holder: ast.AST, owner: str | None) -> int:
    if isinstance(holder, ast.Module):
        return 2
    if isinstance(holder, ast.ClassDef) and owner is not None:
        return 3 if holder.name == owner else 1
    return 0


def _is_overload(function: FunctionNode) -> bool:
    return any(ast.unparse(each).endswith("overload") for each in function.decorator_list)


def _built(
    text: Text, found: tuple[FunctionNode, ast.AST], pieces: Pieces, wanted: Wanted, *, whole: bool
) -> Candidate:
    function, holder = found
    last = text.tree.body[-1]
    if not whole and not text.cut and function.end_lineno == last.end_lineno:
        raise UnfitError("the answer was cut off inside the function")
    _check_interface(function, wanted)
    gap = left_out(text, function, wanted.parent.source)
    if gap is not None:
        raise UnfitError(gap)
    source = kept(wanted.target.source, text.segment(function))
    written = parsed(source)
    if written is None or len(written.body) != 1:
        raise UnfitError("the function cannot be told from what is around it")
    around = Surroundings.of(text, function, holder, written, wanted, _others(text, pieces))
    candidate = Candidate(
        source=source,
        imports=around.imports,
        helpers=around.helpers,
        rationale=_idea(pieces.prose),
        author=wanted.author,
    )
    original = replace(candidate, source=wanted.target.source, imports=(), helpers=())
    if _essence(candidate) in {_essence(wanted.parent), _essence(original)}:
        raise UnfitError("the answer is the function as it was given, unchanged")
    return candidate


def _others(text: Text, pieces: Pieces) -> Iterator[Text]:
    """What the answer holds beside a text, as far as it can be read; and what it says is to be imported."""
    plain = [each.text for each in pieces.found if not each.patch and each.language is None]
    for source in (*plain[-_MOST_OTHERS:], "\n".join(_IMPORT.findall(pieces.prose))):
        yield from (each for each in readings(source)[:1] if each.source != text.source)


def _original(wanted: Wanted) -> FunctionNode | None:
    tree = parsed(wanted.target.source)
    first = tree.body[0] if tree is not None and tree.body else None
    return first if isinstance(first, FunctionNode) else None


def _check_interface(function: FunctionNode, wanted: Wanted) -> None:
    original = _original(wanted)
    if original is None:
        return
    if wanted.owner is None and of_class(function) and not of_class(original):
        raise LostError("it is a method now, which the original is not")
    now, must = _shape(function), _shape(original)
    if now != must:
        raise UnfitError(f"it changes the signature to `{now}`; it must stay `{must}`")
    if _yields(function) and not _yields(original):
        raise UnfitError("it becomes a generator, which the original is not")
    if _yields(original) and not _yields(function):
        raise UnfitError("it is no generator any more, which the original is")


def _shape(function: FunctionNode) -> str:
    """The signature without annotations, which are given back later."""
    arguments = ast.parse(f"lambda {_bare(function.args)}: 0", mode="eval").body
    assert isinstance(arguments, ast.Lambda)  # noqa: S101  (it was written as one)
    start = "async def" if isinstance(function, ast.AsyncFunctionDef) else "def"
    return f"{start} {function.name}({ast.unparse(arguments.args)})"


def _bare(arguments: ast.arguments) -> str:
    def bare(argument: ast.arg) -> ast.arg:
        return ast.arg(arg=argument.arg)

    return ast.unparse(
        ast.arguments(
            posonlyargs=[bare(each) for each in arguments.posonlyargs],
            args=[bare(each) for each in arguments.args],
            vararg=bare(arguments.vararg) if arguments.vararg else None,
            kwonlyargs=[bare(each) for each in arguments.kwonlyargs],
            kw_defaults=arguments.kw_defaults,
            kwarg=bare(arguments.kwarg) if arguments.kwarg else None,
            defaults=arguments.defaults,
        )
    )


def _yields(function: FunctionNode) -> bool:
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, FunctionNode | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return False


def _essence(candidate: Candidate) -> str:
    """What it does, without layout and comments."""
    texts = (*candidate.imports, *candidate.helpers, candidate.source)
    trees = (parsed(text) for text in texts)
    return "\n".join(ast.dump(tree) if tree else "" for tree in trees)


def _idea(prose: str) -> str:
    """What the model says it did, in a sentence or two."""
    found = _IDEA.search(prose)
    text = found[1] if found else _CODE.split(prose, maxsplit=1)[0]
    return " ".join(text.split())[:_LONGEST_IDEA] or "without a word"


def _why_not(source: str, name: str, *, whole: bool) -> str:
    """Empty for prose."""
    if not re.search(r"^[ \t]*(?:async[ \t]+)?def[ \t]+\w+", source, re.MULTILINE):
        return ""
    trouble = problem(source)
    named = re.search(rf"^[ \t]*(?:async[ \t]+)?def[ \t]+{re.escape(name)}\b", source, re.MULTILINE)
    if named and not whole:
        return "the answer was cut off inside the function"
    if named and trouble:
        return f"the code does not parse: {trouble}"
    others = dict.fromkeys(re.findall(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)", source, re.MULTILINE))
    return f"it defines {', '.join(list(others)[:3])} instead of {name}"
