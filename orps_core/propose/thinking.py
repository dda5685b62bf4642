"""The thinker that asks a model: ideas, plans, reflections and judgements, read from plain text."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..chat.wording import clipped, fenced, outcome, whole
from ..domain.chat import Message, Purpose, Role
from ..domain.note import Thinking
from ..domain.suite import TestSuite
from ..domain.tree import ROOT, Node
from ..ports import Brief, Chat, Pondering, Thought, Unusable
from .prompts import task
from .telling import history

_LIMIT = 1200
_LONGEST = 1500
_ITEM = re.compile(r"^\s*(?:\d{1,2}[.):]|[-*•])\s+")
_VALUE = re.compile(r"<value>\s*(-?\d+(?:\.\d+)?)", re.IGNORECASE)
_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(</\1>|\Z)", re.DOTALL | re.IGNORECASE)

_LIST = "Answer with a numbered list of at most {most} items, one sentence or two each, and no code."
_ONE = "Answer in at most eight sentences, without code."
_YES_OR_NO = "End with <value>1</value> if so, with <value>0</value> if not."

_ASKED = {
    Thinking.IDEAS: (
        "List genuinely different strategies for writing this function: algorithms and data structures, not"
        " wording. The most promising first. " + _LIST
    ),
    Thinking.REFLECTION: (
        "The version above is not good enough. Say what exactly is wrong with it, why its author got it"
        " wrong, and what to do differently next time. Speak to yourself. " + _ONE
    ),
    Thinking.REMEDIES: (
        "The version above fails. List different explanations of the failure, each with the change that"
        " would correct it. The likeliest first. " + _LIST
    ),
    Thinking.REFINEMENTS: (
        "The version above passes its cases. List different ways in which it could still be wrong on other"
        " inputs, or be made better, each with the change. " + _LIST
    ),
    Thinking.ALTERNATIVES: (
        "Go back to the point before the version above was written. You know now what came of it. List other"
        " things that could be done at that point instead. " + _LIST
    ),
    Thinking.CHOICE: (
        "Several next actions were proposed, numbered from 0. Compare them in two or three sentences, in the"
        " light of what was measured. End with <value>N</value>, the number of the best."
    ),
    Thinking.PLAN: (
        "Write a plan for this function: numbered steps in words that leave no decision open, edge cases"
        " included. No code."
    ),
    Thinking.CHECK: (
        "Walk through every case with the plan by hand: for each step the values it produces, and at the end"
        " the result and whether it is the expected one. Is every result right? " + _YES_OR_NO
    ),
    Thinking.DEVIATION: (
        "Compare the trace of the failing case with the walk through the plan for the same case. Name the"
        " first step at which the program leaves the plan, what the values should have been, and how to"
        " correct it. " + _ONE
    ),
    Thinking.STEPS: (
        "The steps above are the reasoning so far. Give different possible next steps, each of which could"
        " follow them; do not repeat what is there, and do not write code. " + _LIST
    ),
    Thinking.WORTH: (
        "How likely do the steps above lead to a right and efficient solution? Name what is missing or wrong"
        " in two sentences. End with <value>N</value>, N from 0 (useless) to 10 (complete and right)."
    ),
    Thinking.TRACE: "This is answered by running it.",
    Thinking.BLOCKS: (
        "The trace shows the values after every block of the version above for a failing case. For each"
        " block say whether the values are what they should be, and why. Name the first block that is wrong"
        " and how to correct it. " + _ONE
    ),
    Thinking.VERIFY: (
        "The version above passes its cases. Is it right beyond them: for empty, single, repeated, negative,"
        " large and unusual inputs that the description allows? Think of concrete inputs. " + _YES_OR_NO
    ),
}
_LISTS = frozenset(
    {
        Thinking.IDEAS,
        Thinking.REMEDIES,
        Thinking.REFINEMENTS,
        Thinking.ALTERNATIVES,
        Thinking.STEPS,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelThinker:
    """Implements ``ports.Thinker``. ``cases`` gives the text of a suite's cases, for the model to read."""

    chat: Chat
    cases: Callable[[TestSuite], str]

    async def think(self, brief: Brief, lineage: Sequence[Node], pondering: Pondering) -> Sequence[Thought]:
        messages = [
            *task(brief, self.cases(brief.baseline.suite)),
            Message(role=Role.USER, text=_question(lineage, pondering)),
        ]
        replies = await self.chat.complete(messages, purpose=Purpose.CRITIC, temperature=0.5, limit=_LIMIT)
        thoughts = read_thoughts(replies[0].text, pondering)
        if not thoughts:
            raise Unusable("the model wrote nothing that could be read as " + pondering.kind.value)
        return thoughts


def _question(lineage: Sequence[Node], pondering: Pondering) -> str:
    youngest = lineage[-1]
    parts: list[str] = []
    if youngest.id != ROOT:
        parts.append("What was done so far:\n" + history(lineage))
        parts.append("The version above all this is about:\n" + fenced("version", whole(youngest.candidate)))
        parts.append("How it fares:\n" + outcome(youngest.execution, youngest.comparison))
    if pondering.notes:
        first = 0 if pondering.kind is Thinking.CHOICE else 1
        numbered = (f"{at}. {clipped(note)}" for at, note in enumerate(pondering.notes, first))
        parts.append("Notes so far:\n" + fenced("notes", "\n".join(numbered)))
    parts.append(
        "You act as a reviewer now: do not write code. "
        + _ASKED[pondering.kind].replace("{most}", str(pondering.samples))
    )
    return "\n\n".join(parts)


def read_thoughts(text: str, pondering: Pondering) -> list[Thought]:
    """What a reply says; never raises. A list is cut into its items, anything else is one thought."""
    spoken = _THOUGHT.sub("", text).strip()
    values = _VALUE.findall(spoken)
    value = float(values[-1]) if values else None
    said = _VALUE.sub("", spoken).replace("</value>", "").strip()
    if pondering.kind in _LISTS:
        return [Thought(text=item[:_LONGEST]) for item in _items(said)[: pondering.samples]]
    if not said and value is None:
        return []
    return [Thought(text=said[:_LONGEST] or str(value), value=value)]


def _items(text: str) -> list[str]:
    """The items of a list, each with the lines that continue it; without a list, its paragraphs."""
    items: list[str] = []
    for line in text.splitlines():
        if _ITEM.match(line):
            items.append(_ITEM.sub("", line).strip())
        elif items and line.strip():
            items[-1] += " " + line.strip()
    return [item for item in items if item] or [
        " ".join(part.split()) for part in text.split("\n\n") if part.strip()
    ]
