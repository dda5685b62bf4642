"""Holds what a candidate does against what the original does, in a process that runs neither.

Both are in processes of their own. They are asked over lines, and what they answer is data: nothing that a
candidate changes in its process is in this one.
"""

from __future__ import annotations

import json
import sys
import time
import types
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, List, NoReturn, Optional, Tuple, cast

from .asking import Gone, Line
from .behaviour import Observed
from .config import Config
from .differing import DIFFERENCES, aspect_of, rounding, short, text_of
from .leaf import Leaf
from .plain import decode
from .recording import Call
from .sameness import TooLarge, distinction
from .testimony import MALFORMED, read, read_call
from .timekeeping import NOTHING, Clocked, clocked
from .wire import Message

_PATIENCE = 1.0  # seconds for an input that nobody asked for: the original needs a twentieth of it
_TIMING = 0.8  # of the wall time: by then no more batches are begun
_WARMING = 40  # inputs
_MADE_UP = frozenset({"mutated", "hypothesis"})
_ASKEW = "answers with something else than plain data"
_OTHERWISE = "gives something else while it is timed"

_Texts = Optional[Tuple[str, str]]


@dataclass(frozen=True)
class _Given:
    """An input, where it comes from, and what the original did with it when the suite had run."""

    source: str
    timed: bool
    call: object
    seen: str


def confront(config: Config, leaf: Leaf) -> NoReturn:
    """Report how far both agree, and what they took where that is asked for."""
    began = time.monotonic()
    enough = cast("float", leaf.request["enough"])
    leaf.load(config)
    lines = [Line(fd, pid) for fd, pid in zip(leaf.passed, cast("List[int]", leaf.request["pids"]))]
    kind = leaf.request["time"]
    every = list(enumerate(_read_all(leaf.passed[2])))
    # None of these has been run before when it is timed.
    timed = [(index, each) for index, each in every if each.timed and each.source == kind]
    others = [each for each in every if each not in timed]
    asking = _Asking(
        sys.modules[config.module],
        lines,
        began + enough,
        # For times, both have to be used to their work.
        unsettled=len(every) if leaf.request["settled"] is not True else _WARMING * bool(timed),
    )
    took, gone, silent = NOTHING, None, False
    try:
        asking.ask_all(others[:_WARMING] if leaf.request["again"] else others)
        if timed and not asking.strict:
            took = clocked(
                (lines[0], lines[1]),
                [each.call for _, each in timed],
                began + _TIMING * cast("float", leaf.request["wall"]),
                changing=_changing(timed),
            )
            asking.hold_against([each for _, each in timed], took)
        asking.ask_all(timed)
    except Gone as problem:
        gone, silent = str(problem), problem.pid == lines[1].pid
    for line in lines:
        line.close()
    leaf.send(
        {
            "k": "confronted",
            "agree": asking.agree,
            "strict": asking.strict,
            "unlike": asking.unlike,
            "differ": asking.differ,
            "aside": asking.aside,
            "alone": asking.alone,
            "left": asking.left,
            "gone": gone,
            "silent": silent,
            "first": took.first,
            "pairs": took.pairs,
        }
    )
    leaf.finish()


def _changing(timed: Sequence[Tuple[int, _Given]]) -> bool:
    """Whether a call leaves its arguments as something else."""
    return any(json.loads(each.seen)["after"] != each.call for _, each in timed)


def _read_all(fd: int) -> List[_Given]:
    with open(fd, "rb") as file:
        found = cast("List[List[Any]]", json.loads(file.read()))
    return [_Given(source, timed, json.loads(call), seen) for source, timed, call, seen in found]


class _Asking:
    """Puts inputs to both, and counts what came of them.

    ``alone`` has the numbers of those on which the original does something else where it is alone: the first
    ``unsettled`` ones are put to it, too. On those ``aside``, what they do is too large to compare, or what
    the original does was not meant. ``strict`` are those on which the candidate does something else,
    ``unlike`` such made-up ones, and for those that are ``left`` there was no time.
    """

    def __init__(
        self, home: types.ModuleType, lines: Sequence[Line], until: float, *, unsettled: int
    ) -> None:
        self._home = home
        self._original, self._candidate = lines
        self._until = until
        self._unsettled = unsettled
        self.alone: List[int] = []
        self.agree = self.strict = self.unlike = self.aside = self.left = 0
        self.differ: List[List[str]] = []

    def ask_all(self, every: Sequence[Tuple[int, _Given]]) -> None:
        """Raise Gone where the original is."""
        for number, (index, each) in enumerate(every):
            if time.monotonic() > self._until or self.strict == DIFFERENCES:
                self.left += len(every) - number
                return
            self._ask(index, each)

    def hold_against(self, timed: Sequence[_Given], took: Clocked) -> None:
        """What was timed has to give what is compared."""
        for each, said in zip(timed, took.said):
            expected = read(json.loads(each.seen), self._home)
            call = read_call(each.call, self._home)
            if not all(self._is_said(expected, text, rounding(call)) for text in said):
                self._book(each, call, (short(expected), _OTHERWISE))

    def _is_said(self, expected: Observed, text: str, near: float) -> bool:
        try:
            shape, kind, told = cast("List[Any]", json.loads(text))
            value = decode(told, self._home, states=True)
            raised = None if expected.raised is None else expected.raised.kind
            return (shape, kind) == (expected.shape, raised) and (
                distinction(expected.value, value, near=near) != "value"
            )
        except MALFORMED:
            return False
        except TooLarge:
            return True

    def _ask(self, index: int, each: _Given) -> None:
        left = max(_PATIENCE, self._until - time.monotonic())
        patience = _PATIENCE if each.source in _MADE_UP else left
        request: Message = {"do": "observe", "call": each.call, "patience": patience}
        self._unsettled -= 1
        both = self._unsettled >= 0
        if both:
            self._original.send(request)
        problem, theirs = None, cast("Message", {})
        try:
            theirs = self._candidate.asked(request, patience + _PATIENCE)
        except Gone as gone:
            problem = str(gone)
        if both and not self._as_before(each, self._original.receive(left + _PATIENCE)):
            self.alone.append(index)
            return
        if _is_said_exactly(each, theirs):
            self.agree += 1
            return
        self._compare(each, theirs, problem)

    def _as_before(self, each: _Given, ours: Message) -> bool:
        """Whether the original does the same where it is alone."""
        if _is_said_exactly(each, ours):
            return True
        call, expected = self._read(each)
        try:
            alone = read(ours.get("seen"), self._home)
            return aspect_of(expected, alone, rounding(call)) is None
        except (TooLarge, *MALFORMED):
            return False

    def _read(self, each: _Given) -> Tuple[Call, Observed]:
        return read_call(each.call, self._home), read(json.loads(each.seen), self._home)

    def _compare(self, each: _Given, theirs: Message, problem: Optional[str]) -> None:
        """Raise Gone."""
        call, expected = self._read(each)
        try:
            texts = (short(expected), problem) if problem else self._apart(expected, theirs, call)
        except TooLarge:
            self.aside += 1
            return
        if texts is None:
            self.agree += 1
        elif each.source in _MADE_UP and not _is_meant(expected):
            self.aside += 1
        else:
            self._book(each, call, texts)
        if problem:
            raise Gone(problem, self._candidate.pid)

    def _apart(self, expected: Observed, theirs: Message, call: Call) -> _Texts:
        """Raise TooLarge."""
        if theirs.get("late") is True:
            return short(expected), "no answer in time"
        try:
            aspect = aspect_of(expected, read(theirs.get("seen"), self._home), rounding(call), call)
        except MALFORMED:
            return short(expected), _ASKEW
        return None if aspect is None else aspect[:2]

    def _book(self, each: _Given, call: Call, texts: Tuple[str, str]) -> None:
        self.unlike += each.source in _MADE_UP
        self.strict += each.source not in _MADE_UP
        if len(self.differ) < DIFFERENCES:
            self.differ.append([each.source, text_of(call), *texts])


def _is_said_exactly(each: _Given, reply: Message) -> bool:
    """By the letter, for in Python True equals 1. Almost always it is, and then there is nothing to read."""
    return json.dumps(reply.get("seen")) == each.seen


def _is_meant(expected: Observed) -> bool:
    """Where the original stumbles over what nobody asked for, doing something else is no fault."""
    return expected.raised is None or expected.raised.deliberate
