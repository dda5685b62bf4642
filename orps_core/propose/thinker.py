"""The thinker that asks a model for what is no candidate yet: ideas, plans, checks, judgements."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from ..chat.wording import clipped, fenced, whole
from ..domain.chat import Message, Purpose, Role
from ..domain.note import Thinking
from ..domain.suite import TestSuite
from ..domain.tree import ROOT, Node
from ..ports import Brief, Chat, Pondering, Thought, Unusable
from .prompts import task
from .telling import history

_LISTS = {
    Thinking.IDEAS,
    Thinking.REMEDIES,
    Thinking.REFINEMENTS,
    Thinking.ALTERNATIVES,
    Thinking.STEPS,
}
_VALUED = {Thinking.CHECK, Thinking.RECHECK, Thinking.WORTH, Thinking.VERIFY, Thinking.CHOICE}
_MOST = {Thinking.WORTH: 10.0, Thinking.CHOICE: 99.0}
_LIMIT = 2048
_LONGEST = 4000
_NOTE = 6000  # characters: a trace of a failing case is long
_ITEM = re.compile(r"^[ \t]*(?:\d{1,2}[.):]|[-*•])[ \t]+", re.MULTILINE)
_VALUE = re.compile(r"value\W{0,6}(-?\d+(?:\.\d+)?)", re.IGNORECASE)
_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)

_ASKED = {
    Thinking.IDEAS: "Name {n} clearly different ways to write the function, best first. One sentence each.",
    Thinking.REFLECTION: (
        "Why did the version fail? Say in at most five sentences what exactly goes wrong and what the next"
        " attempt has to do differently."
    ),
    Thinking.REMEDIES: (
        "Name {n} clearly different ways to correct the version, likeliest first. Say of each what is wrong"
        " and what to change, in one or two sentences."
    ),
    Thinking.REFINEMENTS: (
        "The version passes its cases. Name {n} clearly different ways to make it better, the most effective"
        " first. One or two sentences each."
    ),
    Thinking.ALTERNATIVES: (
        "Go back to the point before the version was written. You know what came of it; the notes, if there"
        " are any, say what was done after it. Name {n} clearly different things to do at that point instead."
        " One or two sentences each."
    ),
    Thinking.CHOICE: (
        "The notes are actions that could be taken next, the first of them number 0. Compare them in at most"
        " three sentences in the light of what was measured, and end with `VALUE: N`, the number of the best."
    ),
    Thinking.PLAN: (
        "Write a plan for the function: numbered steps in words, each small enough to be checked by hand,"
        " edge cases included."
    ),
    Thinking.CHECK: (
        "Walk every case through the plan by hand: after each step write the values. Compare each result with"
        " what the case expects. End with `VALUE: 1` if all agree, else with `VALUE: 0`."
    ),
    Thinking.RECHECK: (
        "The notes are a plan and somebody's walk through the cases with it. Check every step of the walk:"
        " does each value follow from the plan and from the values before it, and is each result what the"
        " case expects? Name the first wrong step, if there is one. End with `VALUE: 1` if there is none,"
        " else with `VALUE: 0`."
    ),
    Thinking.DEVIATION: (
        "Say in a sentence for each part of the version what it does. Then compare what happens in the first"
        " failing case with the walk through the plan: name the first step where they part, and what has to"
        " change in the code."
    ),
    Thinking.STEPS: (
        "Name {n} clearly different next steps that continue the steps so far towards the function, in the"
        " light of what was said of them. One sentence each, in words, no code. Do not repeat what is there."
    ),
    Thinking.WORTH: (
        "How good are the steps so far: are they right, and do they lead to the function? Give your reasons"
        " in at most three sentences and end with `VALUE: N`, from 0 (wrong) to 10 (complete and right)."
    ),
    Thinking.BLOCKS: (
        "The notes hold the trace of the first failing case: what ran, block by block, and what the variables"
        " held afterwards. Of each block say whether it does what it should, and why. Name the first that"
        " does not, and what to change in it."
    ),
    Thinking.VERIFY: (
        "The version passes its cases. Is it right for every input that the docstring and the name allow?"
        " Try to find an input where it is not. End with `VALUE: 1` if there is none, else with `VALUE: 0`."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelThinker:
    """Implements ``ports.Thinker``. ``cases`` gives the text of a suite's cases."""

    chat: Chat
    cases: Callable[[TestSuite], str]

    async def think(self, brief: Brief, lineage: Sequence[Node], pondering: Pondering) -> Sequence[Thought]:
        several = pondering.kind in _LISTS
        replies = await self.chat.complete(
            [*task(brief, self.cases(brief.baseline.suite)), _question(lineage, pondering)],
            purpose=Purpose.PROGRAMMER,
            temperature=_warmth(pondering.kind),
            limit=_LIMIT,
        )
        text = _THOUGHT.sub("", replies[0].text).strip()
        found = listed(text)[: pondering.samples] if several else [text[:_LONGEST]]
        thoughts = [Thought(text=each, value=value_of(each, pondering.kind)) for each in found if each]
        if not thoughts:
            raise Unusable("the model wrote down nothing")
        return thoughts


def _warmth(kind: Thinking) -> float:
    """CodeTree's thinker is asked for the likeliest first; what is to be sampled is warm."""
    if kind in {Thinking.IDEAS, Thinking.REMEDIES, Thinking.REFINEMENTS}:
        return 0.0
    return 0.8 if kind in _LISTS else 0.2


def _question(lineage: Sequence[Node], pondering: Pondering) -> Message:
    parts: list[str] = []
    if lineage[-1].id != ROOT:
        parts.append("What was done so far:\n" + fenced("history", history(lineage)))
        parts.append("The version in question:\n" + fenced("version", whole(lineage[-1].candidate)))
    if pondering.notes:
        parts.append(
            "Notes so far:\n" + fenced("notes", "\n\n".join(clipped(note, _NOTE) for note in pondering.notes))
        )
    parts.append(_ASKED[pondering.kind].format(n=pondering.samples))
    form = "Answer with a numbered list and nothing else." if pondering.kind in _LISTS else "Write no code."
    parts.append(f"This time no function is asked for. {form}")
    return Message(role=Role.USER, text="\n\n".join(parts))


def listed(text: str) -> list[str]:
    """The items of a numbered or dotted list or of a JSON array; the whole text where there is no list."""
    start = text.find("[")
    if start >= 0 and not text[:start].strip("` \njson"):
        try:
            found, _ = json.JSONDecoder(strict=False).raw_decode(text[start:])
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list):
            items = [each for each in cast("list[object]", found) if isinstance(each, str)]
            if items:
                return items
    starts = [match.end() for match in _ITEM.finditer(text)]
    ends = [*[match.start() for match in _ITEM.finditer(text)][1:], len(text)]
    items = [" ".join(text[a:b].split()) for a, b in zip(starts, ends, strict=True)] if starts else []
    return [each[:_LONGEST] for each in items or [" ".join(text.split())] if each]


def value_of(text: str, kind: Thinking) -> float | None:
    """The last value that is given; None where none is asked for or none can be read."""
    found = _VALUE.findall(text) if kind in _VALUED else []
    if not found:
        return None
    return min(max(float(found[-1]), 0.0), _MOST.get(kind, 1.0))
