"""Code in unusual dress: other ways to read an answer in which no function was found as it stands."""

import ast
import html
import json
import re
import textwrap
from collections.abc import Iterator
from typing import cast

from .parsing import parsed

_MOST = 40
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
_WIDE = re.compile("^[ \t\u00a0\u2003\u3000]+", re.MULTILINE)
_MARKUP = re.compile(r"<(pre|code)\b[^>]*>(.*?)</\1>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?(?:pre|code|span|p|br|div|b|i|em|strong)\b[^>]*>", re.IGNORECASE)
_DATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_QUOTED = re.compile(r"^[ \t]*>[ ]?", re.MULTILINE)
_NUMBERED = re.compile(r"^[ \t]*\d{1,4}(?:[ \t]*[|:.)│][ ]?|[ ]{2}|\t|$)", re.MULTILINE)
_PROMPT = re.compile(r"^[ \t]*(?:>>>|\.\.\.)(?: |$)", re.MULTILINE)
_BLOCK = re.compile(r"(?:^(?:[ \t]+\S[^\n]*|[ \t]*)\n?)+", re.MULTILINE)
_TEXT = r'"(?:[^"\\]|\\.)*"'
_STRING = re.compile(_TEXT, re.DOTALL)
_LIST = re.compile(rf"\[\s*{_TEXT}(?:\s*,\s*{_TEXT})*\s*,?\s*\]", re.DOTALL)
_LATE_END = re.compile(r"(?<=\S)(`{3,}|~{3,})[ \t]*$", re.MULTILINE)
_OTHER_FENCE = re.compile(r"^[ \t]*(?:'''|\"\"\")[ \t]*(?:python|py)?[ \t]*$", re.MULTILINE)
_FENCED = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)^[ \t]*\1[ \t]*$", re.DOTALL | re.MULTILINE)


def undressed(text: str, name: str) -> Iterator[str]:
    """Texts that may hold the function ``name`` plainly, the least far-fetched first. Never raises."""
    mentions = re.compile(rf"\b{re.escape(name)}\b")
    ways = (_clean, _marked_up, _unprompted, _unnumbered, _unquoted, _refenced, _joined, _strings, _blocks)
    seen = {text}
    for way in ways:
        for number, found in enumerate(way(text)):
            if number < _MOST and found not in seen and mentions.search(found):
                seen.add(found)
                yield found
    yield from _named(text, name)


def _clean(text: str) -> Iterator[str]:
    """Without what nobody sees, and with spaces that are spaces."""
    plain = _INVISIBLE.sub("", _COLOURS.sub("", text))
    plain = _WIDE.sub(lambda found: re.sub("[^ \t]", " ", found[0]), plain)
    yield plain.strip("\u201c\u201d\u201e\u2018\u2019\"' \n") + "\n"


def _marked_up(text: str) -> Iterator[str]:
    yield from (found[1] for found in _DATA.finditer(text))
    yield from (html.unescape(_TAG.sub("", found[2])) for found in _MARKUP.finditer(text))


def _unprompted(text: str) -> Iterator[str]:
    lines = [line for line in text.split("\n") if _PROMPT.match(line)]
    yield "\n".join(_PROMPT.sub("", line, count=1) for line in lines)


def _unnumbered(text: str) -> Iterator[str]:
    lines = [line for line in text.split("\n") if _NUMBERED.match(line)]
    yield textwrap.dedent("\n".join(_NUMBERED.sub("", line, count=1) for line in lines))


def _unquoted(text: str) -> Iterator[str]:
    yield _QUOTED.sub("", text)


def _refenced(text: str) -> Iterator[str]:
    yield _LATE_END.sub(r"\n\1", text)
    yield _OTHER_FENCE.sub("```", text)


def _joined(text: str) -> Iterator[str]:
    """All blocks as one."""
    yield "\n".join(found[2] for found in _FENCED.finditer(text))


def _strings(text: str) -> Iterator[str]:
    """What is written down as a string, or line by line as a list of strings, in JSON or in Python."""
    for found in _LIST.finditer(text):
        items = _decoded(found[0])
        if isinstance(items, list):
            lines = [str(each) for each in cast("list[object]", items)]
            yield "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
    for found in _STRING.finditer(text):
        value = _decoded(found[0])
        if isinstance(value, str) and "\n" in value:
            yield value
    blocks = [text, *(found[2] for found in _FENCED.finditer(text))]
    for tree in filter(None, map(parsed, blocks)):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" in node.value:
                yield node.value
    if "\\n" in text:
        yield text.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"')


def _decoded(text: str) -> object:
    try:
        return json.JSONDecoder(strict=False).decode(text)
    except (ValueError, RecursionError):
        return None


def _blocks(text: str) -> Iterator[str]:
    """What stands indented below a sentence."""
    for found in _BLOCK.finditer(text):
        yield textwrap.dedent(found[0].expandtabs(4)).strip("\n")


def _named(text: str, name: str) -> Iterator[str]:
    """A function that gets its name by assignment: a lambda, or another function of the answer."""
    for block in [text, *(found[2] for found in _FENCED.finditer(text))]:
        tree = parsed(block)
        for node in tree.body if tree is not None else ():
            match node:
                case ast.Assign(targets=[ast.Name(id=bound)], value=ast.Lambda(args=args, body=body)):
                    if bound == name:
                        yield f"def {name}({ast.unparse(args)}):\n    return {ast.unparse(body)}\n"
                case ast.Assign(targets=[ast.Name(id=bound)], value=ast.Name(id=other)) if bound == name:
                    rest = [each for each in tree.body if each is not node] if tree is not None else []
                    whole = ast.unparse(ast.Module(body=rest, type_ignores=[]))
                    yield re.sub(rf"\b{re.escape(other)}\b", name, whole)
                case _:
                    pass
