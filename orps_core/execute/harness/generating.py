"""Ask a function without tests what it answers to calls made up from its hints, defaults and uses.

What comes out is text, an expression and what it shows, so that it can be run like any example.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import itertools
import random
import signal
import sys
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Callable, Dict, List, NoReturn, Optional, Tuple, cast

from .config import Config
from .leaf import Leaf
from .varying import near, written

_SECONDS = 4.0
_TRIAL = 0.2  # seconds one call may take
_MOST, _TRIES = 120, 1500
_LONGEST = 400  # characters of a call, and of an answer
_ENDS = (int, float, str, bytes, bool, type(None))
_LIKELY = ("ints", "int", "str", "float", "strs", "pairs", "dict", "none", "grid")

Arguments = Tuple[Tuple[object, ...], Dict[str, object]]
Answer = Tuple[str, str]


@dataclass(frozen=True)
class _Callable:
    """``begin`` are parameters of the class that has to be made first; None: there is none."""

    function: Callable[..., Any]
    text: str
    call: Optional[inspect.Signature]
    begin: Optional[inspect.Signature]


class _TooLong(BaseException):
    """Not an Exception, so that the function does not catch it."""


def characterise(config: Config, leaf: Leaf) -> NoReturn:
    """In a leaf: report pairs of a call and its answer, as they would stand in a docstring, and end."""
    leaf.load(config)
    module = sys.modules[config.module]
    samples = [str(each) for each in cast("List[object]", leaf.request.get("samples") or [])]
    answers: List[Answer] = []
    try:
        answers = list(_answers(module, config.measured, samples))
    except BaseException as error:  # noqa: BLE001  (project code ran: whatever it raised is said, not judged)
        leaf.send({"k": "uncharacterised", "text": f"{type(error).__name__}: {error}"[:_LONGEST]})
    leaf.send({"k": "characterised", "answers": [list(each) for each in answers]})
    leaf.finish()


def _answers(module: types.ModuleType, qualname: str, samples: Sequence[str]) -> Iterator[Answer]:
    target = _target(module, qualname)
    space = dict(vars(module))
    seen: set[str] = set()
    kept = failed = 0
    deadline = monotonic() + _SECONDS
    for text in itertools.chain(
        written(samples, space), near(samples, space, target.function), _calls(target)
    ):
        if monotonic() > deadline or kept >= _MOST:
            return
        if text in seen or len(text) > _LONGEST:
            continue
        seen.add(text)
        found = _answer(text, space)
        if found is None:
            continue
        raises = found.startswith("Traceback")
        failed += raises
        # What it refuses is worth knowing too, but says little.
        if raises and failed > max(3, kept // 4):
            continue
        kept += 1
        yield text, found


def _target(module: types.ModuleType, qualname: str) -> _Callable:
    owner_name, _, name = qualname.rpartition(".")
    if not owner_name:
        function = getattr(module, name)
        return _Callable(function, qualname, _signature(function), None)
    owner: Any = module
    for part in owner_name.split("."):
        owner = getattr(owner, part)
    raw = inspect.getattr_static(owner, name)
    if isinstance(raw, (staticmethod, classmethod)) or name == "__new__":
        bound = getattr(owner, name)
        return _Callable(bound, qualname, _signature(bound), None)
    begin = _signature(owner)
    if name == "__init__":
        return _Callable(owner, owner_name, begin, None)
    if isinstance(raw, property) or not callable(raw):
        return _Callable(owner, f"{owner_name}(%s).{name}", None, begin)
    return _Callable(raw, f"{owner_name}(%s).{name}", _signature(raw, bound=True), begin)


def _signature(function: Callable[..., Any], bound: bool = False) -> inspect.Signature:
    found = inspect.signature(function)
    if bound:
        found = found.replace(parameters=list(found.parameters.values())[1:])
    return found


def _calls(target: _Callable) -> Iterator[str]:
    """Calls as text, made up at random, but always the same."""
    draw = random.Random(0)  # noqa: S311  (the same inputs each time)
    for attempt in range(_TRIES):
        size = attempt % 9
        begin = "" if target.begin is None else _arguments(target.begin, draw, size)
        text = target.text.replace("%s", begin) if target.begin is not None else target.text
        yield text if target.call is None else f"{text}({_arguments(target.call, draw, size)})"


def _arguments(signature: inspect.Signature, draw: random.Random, size: int) -> str:
    parts: List[str] = []
    for each in signature.parameters.values():
        if each.kind in {each.VAR_POSITIONAL, each.VAR_KEYWORD}:
            continue
        if each.default is not each.empty and draw.random() < 0.5:  # noqa: PLR2004
            if each.kind is not each.KEYWORD_ONLY and each.kind is not each.POSITIONAL_OR_KEYWORD:
                break
            continue
        value = repr(_value(each, draw, size))
        positional = each.kind is each.POSITIONAL_ONLY or each.default is each.empty
        parts.append(value if positional and each.kind is not each.KEYWORD_ONLY else f"{each.name}={value}")
    return ", ".join(parts)


def _value(parameter: inspect.Parameter, draw: random.Random, size: int) -> object:
    hint = parameter.annotation
    if hint is not parameter.empty:
        return _of_hint(hint if isinstance(hint, str) else _written(hint), draw, size)
    default = parameter.default
    if isinstance(default, _ENDS) and default is not None:
        return _of_hint(type(default).__name__, draw, size)
    return _of_hint(draw.choice(_LIKELY), draw, size)


def _written(hint: object) -> str:
    return hint.__name__ if isinstance(hint, type) and not getattr(hint, "__args__", None) else str(hint)


def _of_hint(hint: str, draw: random.Random, size: int) -> object:
    """A value for a hint as it is written; what it does not know is anything at all."""
    text = hint.replace("typing.", "").replace("collections.abc.", "").replace(" ", "")
    head, _, rest = text.partition("[")
    inner = _parts(rest[:-1]) if rest.endswith("]") else []
    if "|" in _outside(text):
        return _of_hint(draw.choice(_parts(text, "|")), draw, size)
    if head in {"Optional", "Union"}:
        return _of_hint(draw.choice([*inner, "None"] if head == "Optional" else inner), draw, size)
    if head == "Literal":
        return ast.literal_eval(draw.choice(inner))
    if head in {"Final", "Annotated", "ClassVar"} and inner:
        return _of_hint(inner[0], draw, size)
    make = _MAKERS.get(head)
    return make(inner, draw, size) if make else _of_hint(draw.choice(_LIKELY), draw, size)


def _outside(text: str) -> str:
    """The text without what stands in brackets."""
    depth = 0
    kept: List[str] = []
    for char in text:
        depth += (char == "[") - (char == "]")
        if not depth:
            kept.append(char)
    return "".join(kept)


def _parts(text: str, separator: str = ",") -> List[str]:
    depth, parts = 0, [""]
    for char in text:
        depth += (char == "[") - (char == "]")
        if char == separator and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return [part for part in parts if part]


def _items(hint: Sequence[str], draw: random.Random, size: int) -> List[object]:
    one = hint[0] if hint else "int"
    return [_of_hint(one, draw, min(size, 3)) for _ in range(size)]


def _tuple(hint: Sequence[str], draw: random.Random, size: int) -> object:
    if len(hint) == 2 and hint[1] == "...":  # noqa: PLR2004
        return tuple(_items(hint, draw, size))
    return tuple(_of_hint(each, draw, size) for each in hint or ("int", "int"))


def _dict(hint: Sequence[str], draw: random.Random, size: int) -> object:
    key, value = hint if len(hint) == 2 else ("str", "int")  # noqa: PLR2004
    with contextlib.suppress(TypeError):  # keys that cannot be hashed
        return {_of_hint(key, draw, 3): _of_hint(value, draw, min(size, 3)) for _ in range(size)}
    return {}


def _text(draw: random.Random, size: int) -> str:
    letters = draw.choice(("abc", "ab c,.", "0123456789", "AbCxyz é"))
    return "".join(draw.choice(letters) for _ in range(size))


def _int(draw: random.Random, size: int) -> int:
    return draw.choice((0, 1, size, -size, draw.randint(-20, 100)))


_Maker = Callable[[Sequence[str], random.Random, int], object]
_MAKERS: Dict[str, _Maker] = {
    "int": lambda _, draw, size: _int(draw, size),
    "bool": lambda _, draw, __: draw.random() < 0.5,  # noqa: PLR2004
    "float": lambda _, draw, size: draw.choice((0.0, 1.5, float(_int(draw, size)), -0.25 * size)),
    "complex": lambda _, draw, size: complex(_int(draw, size), 1),
    "str": lambda _, draw, size: _text(draw, size),
    "AnyStr": lambda _, draw, size: _text(draw, size),
    "bytes": lambda _, draw, size: _text(draw, size).encode(),
    "None": lambda _, __, ___: None,
    "none": lambda _, __, ___: None,
    "ints": lambda _, draw, size: _items(["int"], draw, size),
    "strs": lambda _, draw, size: _items(["str"], draw, size),
    "grid": lambda _, draw, size: _items(["list[int]"], draw, min(size, 4)),
    "pairs": lambda _, draw, size: _items(["tuple[int,int]"], draw, size),
    "tuple": _tuple,
    "Tuple": _tuple,
    "set": lambda hint, draw, size: set(_items(hint, draw, size)),
    "Set": lambda hint, draw, size: set(_items(hint, draw, size)),
    "frozenset": lambda hint, draw, size: frozenset(_items(hint, draw, size)),
    **dict.fromkeys(
        ("list", "List", "Sequence", "Iterable", "Collection", "MutableSequence", "Iterator"), _items
    ),
    **dict.fromkeys(("dict", "Dict", "Mapping", "MutableMapping"), _dict),
}


def _answer(text: str, space: Dict[str, Any]) -> Optional[str]:
    """What the interpreter would show for the call; None when that is no use as an example."""
    printed = io.StringIO()
    previous = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, _TRIAL)
    try:
        with contextlib.redirect_stdout(printed):
            result = eval(text, dict(space))  # noqa: S307  (a call with literals only, in a confined leaf)
            shown = repr(result)
    except _TooLong:
        return None
    except Exception as error:  # noqa: BLE001  (what it raises is its answer)
        refused = isinstance(error, (TypeError, AttributeError, MemoryError, RecursionError))
        return None if refused else f"Traceback (most recent call last):\n    ...\n{_name(error)}: …"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    if printed.getvalue() or not _is_telling(result, shown):
        return None
    return "" if result is None else shown


def _is_telling(result: object, shown: str) -> bool:
    """Whether the text says what the result is, whatever way it was made."""
    ordered = not isinstance(result, (set, frozenset)) or len(cast("set[object]", result)) < 2  # noqa: PLR2004
    return ordered and len(shown) <= _LONGEST and " at 0x" not in shown and shown.isprintable()


def _name(error: BaseException) -> str:
    kind = type(error)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _stop(*_: object) -> None:
    raise _TooLong
