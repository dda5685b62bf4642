"""Code in unusual dress: other ways to read an answer in which no function was found as it stands."""

import ast
import html
import itertools
import json
import re
import textwrap
from collections.abc import Iterator
from typing import cast

from .parsing import parsed

_MOST = 40
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_SIGNS = str.maketrans(
    {"\u2212": "-", "\u00d7": "*", "\u00f7": "/", "\u2260": "!=", "\u2264": "<=", "\u2265": ">="}
)
_TOKENS = re.compile(
    r"<fim_\w+>|</?s>|<(?:start|end)_of_turn>|\[/?(?:INST|PYTHON)\]|<\uff5c[^<>]{1,40}\uff5c>"
)
_WIDE_SIGNS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_QUOTES = str.maketrans("\u201c\u201d\u201e\u2018\u2019", '"""\'\'')
_MARKUP = re.compile(r"<(pre|code)\b[^>]*>(.*?)</\1>", re.DOTALL | re.IGNORECASE)
_END = re.compile(r"</([A-Za-z_][\w.:-]*)>")
_BREAK = re.compile(r"<br[ \t]*/?>\n?", re.IGNORECASE)
_TAG = re.compile(r"</?(?:pre|code|span|p|br|div|b|i|em|strong)\b[^>]*>", re.IGNORECASE)
_DATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_QUOTED = re.compile(r"^[ \t]*[>|\u2502\u2503][ ]?", re.MULTILINE)
_NUMBERED = re.compile(
    r"^[ \t]*L?\d{1,4}(?:[ \t]*[|:.)│\u2192][ ]?|[ ]{2}|\t|$)|^[ \t]*\[\d{1,4}\][ ]?", re.MULTILINE
)
_ADDED = re.compile(r"^\+", re.MULTILINE)
_DOTTED = re.compile(r"(?<=\bdef )(?:\w+\.)+(\w+)(?=\()")
_STARRED = re.compile(r"^\*\*([^\n]*)\*\*$", re.MULTILINE)
_CELL = re.compile(r"^\| ?|[ ]?\|[ \t]*$", re.MULTILINE)
_ROW = re.compile(r"^\|[ ]?(?:[^|\n]{0,8}\|[ ])?([^\n]*?)[ ]*\|[ \t]*$", re.MULTILINE)
_TO_COME = re.compile(r"^(?:async )?def [^\n]*:\s*\Z", re.MULTILINE)
_PROMPT = re.compile(r"^[ \t]*(?:In \[[\d ]*\]:|>>>|\.{3,6}:?)(?: |$)", re.MULTILINE)
_LABEL = re.compile(r"^[^\n:(]{1,40}:[ \t]*(?=(?:async[ \t]+)?def[ \t])", re.MULTILINE)
_LITERAL = re.compile(r"^([ \t]*)[^\n]*:[ \t]*[|>][-+\d]*[ \t]*$", re.MULTILINE)
_COUNTED = re.compile(r"^[ \t]*(\d{1,4})(?: (.*))?$", re.MULTILINE)
_TICKED = re.compile(r"^[ \t]*(?:\|[^|`\n]*)*`([^`\n]*)`[ \t]*(?:\|[^`\n]*)?$", re.MULTILINE)
_TICK = re.compile(r"(?<!`)`(?!`)")
_BLOCK = re.compile(r"(?:^(?:[ \t]+\S[^\n]*|[ \t]*)\n?)+", re.MULTILINE)
_TEXT = r'"(?:[^"\\]|\\.)*"'
_STRING = re.compile(_TEXT, re.DOTALL)
_LIST = re.compile(rf"\[\s*{_TEXT}(?:\s*,\s*{_TEXT})*\s*,?\s*\]", re.DOTALL)
_LATE_END = re.compile(r"(?<=\S)(`{3,}|~{3,})[ \t]*$", re.MULTILINE)
_INLINE = re.compile(r"```(?:python|py)?[ \n]?(.*?)```", re.DOTALL)
_OTHER_FENCE = re.compile(r"^[ \t]*(?:'''|\"\"\")[ \t]*(?:python|py)?[ \t]*$", re.MULTILINE)
_FENCED = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)^[ \t]*\1[ \t]*$", re.DOTALL | re.MULTILINE)


def undressed(text: str, name: str) -> Iterator[str]:
    """Texts that may hold the function ``name`` plainly, the least far-fetched first. Never raises."""
    mentions = re.compile(rf"\b{re.escape(name)}\b")
    ways = (
        _clean,
        _straight,
        _marked_up,
        _unprompted,
        _unnumbered,
        _uncounted,
        _unticked,
        _resolved,
        _unquoted,
        _refenced,
        _joined,
        _strings,
        _blocks,
    )
    seen = {text}
    for way in ways:
        for found in itertools.islice(way(text), _MOST):
            if found not in seen and mentions.search(found):
                seen.add(found)
                yield found
    yield from _named(text, name)


def of_class(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """It is written for a class: it takes what it belongs to, or says that it does not."""
    static = any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in function.decorator_list)
    return static or _takes_owner(function)


def _takes_owner(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args]
    return bool(arguments) and arguments[0].arg in {"self", "cls"}


def _clean(text: str) -> Iterator[str]:
    """Without what nobody sees or reads, and with spaces that are spaces."""
    plain = _INVISIBLE.sub("", _COLOURS.sub("", _TOKENS.sub("\n", text)))
    plain = _SPACES.sub(" ", plain)
    yield "\n".join(plain.splitlines())
    yield plain.strip("\u201c\u201d\u201e\u2018\u2019\"' \n") + "\n"


def _straight(text: str) -> Iterator[str]:
    """With the quotes that Python knows, and the characters that stand behind names."""
    yield html.unescape(text)
    yield html.unescape(html.unescape(text))
    yield _LABEL.sub("", text)
    yield text.translate(_QUOTES)
    yield text.translate(_WIDE_SIGNS)
    yield text.translate(_SIGNS)
    yield _DOTTED.sub(r"\1", text)
    yield _STARRED.sub(r"\1", text)


def _marked_up(text: str) -> Iterator[str]:
    yield from (found[1] for found in _DATA.finditer(text))
    yield from (html.unescape(_TAG.sub("", found[2])) for found in _MARKUP.finditer(text))
    yield from (f"{html.unescape(each)}\n" for each in _elements(text))
    if _BREAK.search(text):
        broken = html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))
        yield from _clean(broken)
        yield from _clean(_CELL.sub("", broken))


def _elements(text: str) -> Iterator[str]:
    """What stands between the tags of elements that hold no others."""
    for end in itertools.islice(_END.finditer(text), _MOST):
        begun = text.rfind(f"<{end[1]}", 0, end.start())
        start = text.find(">", begun, end.start()) + 1 if begun >= 0 else 0
        if start:
            yield text[start : end.start()]


def _unprompted(text: str) -> Iterator[str]:
    lines = [line for line in text.split("\n") if _PROMPT.match(line)]
    yield "\n".join(_PROMPT.sub("", line, count=1) for line in lines)


def _unnumbered(text: str) -> Iterator[str]:
    lines = [line for line in text.split("\n") if _NUMBERED.match(line)]
    yield textwrap.dedent("\n".join(_NUMBERED.sub("", line, count=1) for line in lines))
    yield _ADDED.sub("", text)
    yield "\n".join(found[1] for found in _ROW.finditer(text)) + "\n"


def _uncounted(text: str) -> Iterator[str]:
    """With numbers that only a space parts from the code: they must count the lines from 1."""
    lines = list(_COUNTED.finditer(text))
    for start in (at for at, line in enumerate(lines) if line[1] == "1"):
        run = [line[2] or "" for at, line in enumerate(lines[start:], 1) if line[1] == str(at)]
        yield "\n".join(run) + "\n"


def _unticked(text: str) -> Iterator[str]:
    """Line by line, or as a whole, between the ticks of code in a sentence."""
    yield "\n".join(found[1] for found in _TICKED.finditer(text)) + "\n"
    yield from (f"{each}\n" for each in _TICK.split(text)[1::2] if "\n" in each)


def _resolved(text: str) -> Iterator[str]:
    """With the newer side of what was merged."""
    kept, older = list[str](), False
    for line in text.split("\n"):
        mark = line[:7]
        if mark in {"<" * 7, "|" * 7, "=" * 7, ">" * 7}:
            older = mark[0] in "<|"
        elif not older:
            kept.append(line)
    yield "\n".join(kept)


def _unquoted(text: str) -> Iterator[str]:
    yield _QUOTED.sub("", text)


def _refenced(text: str) -> Iterator[str]:
    yield _LATE_END.sub(r"\n\1", text)
    yield _OTHER_FENCE.sub("```", text)
    yield from (found[1] for found in _INLINE.finditer(text))


def _joined(text: str) -> Iterator[str]:
    """All blocks as one; where one ends with the head of the function, the others go below it."""
    blocks = [found[2] for found in _FENCED.finditer(text)]
    yield "\n".join(blocks)
    head = next((at for at, block in enumerate(blocks) if _TO_COME.search(block)), None)
    if head is not None:
        yield "".join((*blocks[: head + 1], *(textwrap.indent(each, "    ") for each in blocks[head + 1 :])))


def _strings(text: str) -> Iterator[str]:
    """What is written down as a string, or line by line as a list of strings, in JSON or in Python."""
    for found in _LIST.finditer(text):
        items = _decoded(found[0])
        if isinstance(items, list):
            lines = [str(each) for each in cast("list[object]", items)]
            yield "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
    for found in _STRING.finditer(text):
        value = _decoded(found[0])
        if isinstance(value, str) and ("\n" in value or "\\n" in value):
            yield value
            if value.lstrip().startswith(("{", "[")):
                inner = (_decoded(each[0]) for each in _STRING.finditer(value))
                yield from (each for each in inner if isinstance(each, str) and "\n" in each)
    blocks = [text, *(found[2] for found in _FENCED.finditer(text))]
    for tree in filter(None, map(parsed, blocks)):
        for node in ast.walk(tree):
            value = node.value if isinstance(node, ast.Constant) else None
            value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
            if isinstance(value, str) and "\n" in value:
                yield value
    if "\\n" in text:
        yield text.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"')


def _decoded(text: str) -> object:
    try:
        return json.JSONDecoder(strict=False).decode(text)
    except (ValueError, RecursionError):
        return None


def _blocks(text: str) -> Iterator[str]:
    """What stands indented below a sentence, or below a key of YAML."""
    for found in itertools.islice(_LITERAL.finditer(text), _MOST):
        yield _deeper(text[found.end() + 1 :].expandtabs(4), len(found[1].expandtabs(4)))
    for found in _BLOCK.finditer(text):
        yield textwrap.dedent(found[0].expandtabs(4)).strip("\n")


def _deeper(text: str, margin: int) -> str:
    """Its first lines, as far as they are indented by more."""
    within = " " * (margin + 1)
    lines = itertools.takewhile(lambda line: not line.strip() or line.startswith(within), text.split("\n"))
    return textwrap.dedent("\n".join(lines)).strip("\n")


def _named(text: str, name: str) -> Iterator[str]:
    """A function that gets its name by assignment: a lambda, or another function of the answer.

    Or one that stands in a class without need, as programming contests want it; or the only one of an answer,
    whose name says which version it is.
    """
    version = re.compile(rf"(?:^|_){re.escape(name)}(?:_|\d|$)")
    for block in [text, *(found[2] for found in _FENCED.finditer(text))]:
        tree = parsed(block)
        for node in tree.body if tree is not None else ():
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id=bound)], value=ast.Lambda(args=args, body=body))
                    | ast.AnnAssign(target=ast.Name(id=bound), value=ast.Lambda(args=args, body=body))
                ):
                    if bound == name:
                        yield f"def {name}({ast.unparse(args)}):\n    return {ast.unparse(body)}\n"
                case ast.Assign(targets=[ast.Name(id=bound)], value=ast.Name(id=other)) if bound == name:
                    rest = [each for each in tree.body if each is not node] if tree is not None else []
                    whole = ast.unparse(ast.Module(body=rest, type_ignores=[]))
                    yield re.sub(rf"\b{re.escape(other)}\b", name, whole)
                case ast.ClassDef(body=body):
                    yield from _freed(body, name)
                case ast.FunctionDef(name=other) if version.search(other):
                    yield re.sub(rf"\b{re.escape(other)}\b", name, block)
                case _:
                    pass


def _freed(body: list[ast.stmt], name: str) -> Iterator[str]:
    for method in body:
        if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) or method.name != name:
            continue
        if _takes_owner(method):
            owner = (method.args.posonlyargs or method.args.args).pop(0).arg
            if any(isinstance(each, ast.Name) and each.id == owner for each in ast.walk(method)):
                continue
        method.decorator_list = []
        yield ast.unparse(method)
