"""What a model wrote, cut into the pieces that may be code, the likeliest last. Knows no Python."""

import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

from .standing import chosen, standing

_LONGEST = 200_000
_LONGEST_TAG = 20
_FENCE = re.compile(r"^([ \t>]*)(`{3,}|~{3,})[ \t]*([^\n`]*)$")
_THOUGHT = re.compile(r"<(think|thinking|thought|reasoning|scratchpad)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_OPEN = re.compile(r"\A\s*<(think|thinking|thought|reasoning|scratchpad)>", re.IGNORECASE)
_CLOSE = re.compile(r"\A.*</(?:think|thinking|thought|reasoning|scratchpad)>", re.DOTALL | re.IGNORECASE)
_OTHERWISE = re.compile(
    r"(?:<|\u25c1)(?P<end>/)?(?:seed:)?think(?:ing)?(?:>|\u25b7)"
    r"|<\|(?:(?:begin_of_|START_)(?:thought|THINKING)|(?P<over>(?:end_of_|END_)(?:thought|THINKING)))\|>"
)
"""How some families of models mark their thoughts."""
_BRACKETED = re.compile(r"\[(think|thinking|reasoning)\].*?\[/\1\]", re.DOTALL | re.IGNORECASE)
_CHANNEL = re.compile(
    r"<\|channel\|>\s*(?:analysis|thinking|commentary(?!\s+to=))\b.*?<\|message\|>.*?(?:<\|end\|>|(?=<\|channel\|>)|\Z)",
    re.DOTALL,
)
_TOKEN = re.compile(r"<\|[a-z_]{2,20}\|>")
_TAGGED = re.compile(
    r"<(code|solution|answer|final|python)>\s*\n?(.*?)(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE
)
_MARKER = re.compile(
    r"^[ \t]*#*[ \t]*={2,}[ \t]*(?:BEGIN|END)\b[^\n]*={2,}[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_HUNK = re.compile(r"^(?:@@ .*@@|@@|--- \S|\+\+\+ \S|\*\*\* (?:Begin|Add|Update)\b)", re.MULTILINE)
# What no part of a change holds is said: what is repeated without end is not to be read from each beginning.
_SEARCH = re.compile(
    r"^(?:<{5,9}[^\n]*|-{5,9} ?SEARCH[^\n]*)\n((?:(?!<{5,9}|={5,9}|-{5,9} ?SEARCH)[^\n]*\n)*)"
    r"={5,9}[^\n]*\n((?:(?!<{5,9}|>{5,9}|\+{5,9} ?REPLACE)[^\n]*\n)*)(?:>{5,9}|\+{5,9} ?REPLACE)",
    re.MULTILINE | re.IGNORECASE,
)
_ELEMENTS = re.compile(
    r"<(search|find|old|old_str|old_string|old_code|original|before)>[ \t]*\n?((?:(?!<\1>|</\1>).)*)</\1>\s*"
    r"<(replace|new|new_str|new_string|new_code|replacement|updated|after)>[ \t]*\n?"
    r"((?:(?!<\3>|</\3>).)*)</\3>",
    re.DOTALL | re.IGNORECASE,
)
_PROTECTED = re.compile(r"(?<=['\"`])<[|/]?\w+(?:\|)?>(?=['\"`])|^[ \t]+#[^\n]*<[^\n]*$", re.MULTILINE)
"""Marks that code speaks of."""
_SAFE = "\ue0f1"
_USER = re.compile(
    r"<\|im_start\|>\s*user|<start_of_turn>\s*user|<\|start_header_id\|>\s*user|<\|user\|>"
    r"|^(?:Human|User):[ \t]",
    re.MULTILINE,
)
_CODE_KEYS = ("code", "solution", "implementation", "function", "source", "answer", "program", "body")
_BESIDE_KEYS = ("imports", "helpers", "helper", "helper_functions", "constants", "preamble")
_WHY_KEYS = ("idea", "reasoning", "rationale", "explanation", "thought", "thoughts", "plan")
_EDIT_KEYS = (
    ("search", "replace"),
    ("old", "new"),
    ("old_str", "new_str"),
    ("old_string", "new_string"),
    ("before", "after"),
)
_EDIT = re.compile(rf'"(?:{"|".join(old for old, _ in _EDIT_KEYS)})"[ \t]*:', re.IGNORECASE)
_CUT_CODE = re.compile(
    r'"(?:code|solution|implementation|function|source)"\s*:\s*"((?:[^"\\]|\\.)*)', re.DOTALL
)


_OTHERS = re.compile(
    r"c|c\+\+|cpp|c#|csharp|go|golang|haskell|java|javascript|js|jsx|julia|kotlin|lua|ocaml|perl|php|r|ruby|rust"
    r"|scala|swift|ts|tsx|typescript"
)
"""What a fence may say of a block that is not Python, whatever it looks like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """``closed`` when the text around it says that it is all there. ``patch``: it is a change, not code.

    ``language`` is another one than Python, where the text around it says so. ``lead`` is what is said
    before it.
    """

    text: str
    closed: bool = True
    patch: bool = False
    language: str | None = None
    lead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """``prose`` is what stands around the pieces. ``thinking`` when only unfinished thoughts came."""

    found: tuple[Piece, ...]
    prose: str
    thinking: bool = False


def cut(text: str) -> Pieces:
    """Never raises, whatever the text."""
    clean = text[:_LONGEST].encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    said = _spoken(clean.replace("\x00", "").removeprefix("\ufeff"))
    if said is None:
        return _unthought(clean)
    found = _of_json(said)
    if found is not None:
        return found
    fenced, prose = _fenced(said)
    choice = chosen(prose)
    # What stands there as a whole is surer than a change.
    fenced.sort(key=lambda piece: (standing(piece.lead, choice), not piece.patch))
    inner = [each for piece in fenced for each in _inside(piece)]
    changes = [each for each in inner if each.patch]
    if len(changes) > 1 and changes[-1] is inner[-1]:
        # One change in several blocks, mostly; where they do not fit together, the last one that fits.
        text = "\n@@\n".join(each.text for each in changes)
        inner.append(Piece(text=text, closed=changes[-1].closed, patch=True))
    tagged = [Piece(text=m[2], closed=m[0].rstrip().endswith(">")) for m in _TAGGED.finditer(prose)]
    bare = [Piece(text=_MARKER.sub("", prose), closed=False, patch=_is_patch(prose))]
    # What stands outside of every fence is code only where no fence holds any.
    return Pieces(found=(*bare, *tagged, *inner), prose=_MARKER.sub("", prose))


def spoken(text: str) -> str:
    """Without its thoughts, unless there is nothing else."""
    said = _spoken(text)
    return said if said is not None and said.strip() else text


def first_turn(text: str) -> str:
    """Up to where a model goes on with what it thinks would be asked next."""
    found = _USER.search(text)
    return text[: found.start()] if found else text


def _unthought(text: str) -> Pieces:
    """Some models forget to say that their thoughts are over: what ends with a block ends with an answer."""
    fenced, _ = _fenced(text)
    if fenced and fenced[-1].closed and text.rstrip().endswith(("```", "~~~")):
        return Pieces(found=tuple(_inside(fenced[-1])), prose="")
    return Pieces(found=(), prose="", thinking=True)


def swaps(text: str) -> list[tuple[str, str]]:
    """Old and new text of SEARCH/REPLACE blocks."""
    marked = [(found[1], found[2]) for found in _SEARCH.finditer(text)]
    return marked or [(_ended(found[2]), _ended(found[4])) for found in _ELEMENTS.finditer(text)]


def _ended(text: str) -> str:
    return f"{text.rstrip()}\n"


def _spoken(text: str) -> str | None:
    """Without thoughts that the model marked as such. None when it never came to its answer."""
    text = _PROTECTED.sub(lambda found: found[0].replace("<", _SAFE), text)
    text = _OTHERWISE.sub(lambda found: "</think>" if found["end"] or found["over"] else "<think>", text)
    left = _TOKEN.sub("\n", _CHANNEL.sub("\n", text)) if "<|" in text else text
    # Behind the last end nothing ends: it need not be looked for from every beginning.
    ended = max(left.rfind("</"), left.rfind("[/")) + _LONGEST_TAG
    left = _BRACKETED.sub("\n", _THOUGHT.sub("\n", left[:ended])) + left[ended:]
    left = _CLOSE.sub("", left)
    return None if _OPEN.match(left) else left.replace(_SAFE, "<")


def _is_patch(text: str) -> bool:
    return any(form.search(text) for form in (_HUNK, _SEARCH, _ELEMENTS))


def _fenced(text: str) -> tuple[list[Piece], str]:
    """Blocks between fences in order, and the text outside of them. The last may stay open."""
    pieces, outside = list[Piece](), list[str]()
    block: list[str] | None = None
    opening, margin, label, lead = "", "", "", ""
    for line in text.split("\n"):
        fence = _FENCE.match(line)
        if block is None:
            if fence is None:
                outside.append(line)
                lead = line if line.strip() else lead
            else:
                margin, opening, label = fence[1], fence[2], fence[3].strip().lower()
                block = []
        elif fence and fence[2].startswith(opening) and not fence[3].strip():
            pieces.append(_piece(block, label, lead, closed=True))
            block, lead = None, ""
        else:
            block.append(line.removeprefix(margin))
    if block is not None:
        pieces.append(_piece(block, label, lead, closed=False))
    return pieces, "\n".join(outside)


def _piece(lines: list[str], label: str, lead: str, *, closed: bool) -> Piece:
    text = "\n".join(lines) + "\n"
    patch = label.startswith(("diff", "patch")) or _is_patch(text)
    language = label.partition(" ")[0].partition(":")[0]
    return Piece(
        text=text,
        closed=closed,
        patch=patch,
        language=language if _OTHERS.fullmatch(language) else None,
        lead=lead,
    )


def _inside(piece: Piece) -> Iterator[Piece]:
    """A block may hold JSON that holds the code."""
    found = _of_json(piece.text) if piece.text.lstrip().startswith(("{", "[")) else None
    if found is None:
        yield replace(piece, text=_MARKER.sub("", piece.text))
    else:
        yield from found.found


def _of_json(text: str) -> Pieces | None:
    """None for what is no JSON with code in it. A text that breaks off inside the code is still read."""
    start = text.find("{")
    if start < 0 or text[:start].strip("[ \n\t") or not (_CUT_CODE.search(text) or _EDIT.search(text)):
        return None
    try:
        # Models write line ends into strings as they are.
        found, _ = json.JSONDecoder(strict=False).raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return _of_cut_json(text)
    codes, why = _collected(found, _CODE_KEYS), _collected(found, _WHY_KEYS)
    pieces = [piece for code in codes for piece in _of_string(code)]
    if pieces:
        beside = [piece for code in _collected(found, _BESIDE_KEYS) for piece in _of_string(code)]
        pieces = [*beside, *pieces]
    if not pieces and (edits := _edits(found)):
        pieces = [Piece(text="".join(edits), patch=True)]
    return Pieces(found=tuple(pieces), prose=" ".join(why)) if pieces else None


def _of_string(code: str) -> list[Piece]:
    fenced, _ = _fenced(code)
    return fenced or [Piece(text=code + "\n", patch=_is_patch(code))]


def _of_cut_json(text: str) -> Pieces | None:
    found = list(_CUT_CODE.finditer(text))
    if not found:
        return None
    code, closed = found[-1][1], text[found[-1].end() : found[-1].end() + 1] == '"'
    try:
        code = cast("str", json.JSONDecoder(strict=False).decode(f'"{code}"'))
    except ValueError:
        code = code.replace("\\n", "\n").replace('\\"', '"').replace("\\t", "\t")
    return Pieces(found=(Piece(text=textwrap.dedent(code) + "\n", closed=closed),), prose="")


def _edits(found: object) -> list[str]:
    """What a tool for edits would be called with, as SEARCH/REPLACE blocks."""
    if isinstance(found, list):
        return [text for each in cast("list[object]", found) for text in _edits(each)]
    if not isinstance(found, dict):
        return []
    fields = {key.lower(): value for key, value in cast("dict[str, object]", found).items()}
    for old, new in _EDIT_KEYS:
        before, now = fields.get(old), fields.get(new)
        if isinstance(before, str) and isinstance(now, str):
            sides = before.strip("\n"), now.strip("\n")
            return ["<<<<<<< SEARCH\n{}\n=======\n{}\n>>>>>>> REPLACE\n".format(*sides)]
    return [text for value in fields.values() for text in _edits(value)]


def _collected(found: object, keys: tuple[str, ...]) -> list[str]:
    """Texts under the keys, at any depth."""
    if isinstance(found, list):
        return [text for each in cast("list[object]", found) for text in _collected(each, keys)]
    if not isinstance(found, dict):
        return []
    texts: list[str] = []
    for key, value in cast("dict[str, object]", found).items():
        if isinstance(value, str) and key.lower() in keys:
            texts.append(value)
        else:
            texts += _collected(value, keys)
    return texts
