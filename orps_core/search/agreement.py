"""Picks among candidates that all pass, by how well each agrees with the others on inputs beyond the cases.

Right programs agree with each other, wrong ones are wrong in their own ways (CodeT, Chen et al., arXiv
2207.10397; execution-based minimum Bayes risk, Shi et al., arXiv 2204.11454).
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from ..domain.agreement import Agreement
from ..domain.note import Thinking
from ..domain.tree import Node, NodeId, SearchTree
from .ranking import rank

_RULES = "rules/"
_VOTES_A_POINT = 0.5
"""Two points of the critic are worth one candidate more: it decides where few agree, and many outvote it."""


def preferred(tree: SearchTree) -> Node | None:
    """Of the passing nodes that were asked for answers, the one to hand over; None if there is none."""
    passing = _passing(tree)
    if not passing:
        return None
    answers, favour = [node.answers for node in passing], _favour(tree, passing)
    picked = pick(answers, _votes(tree, passing), [_simple(n) for n in passing], favour)
    return passing[picked]


def agreement_with(tree: SearchTree, node: Node | None) -> Agreement | None:
    """How many passing candidates answer like this one; what a model repeats counts each time."""
    if node is None or not node.answers:
        return None
    passing = _passing(tree)
    votes = _votes(tree, passing)
    agreeing = sum(vote for other, vote in zip(passing, votes, strict=True) if other.answers == node.answers)
    return Agreement(agree=agreeing, passing=sum(votes), inputs=len(node.answers))


def pick(
    answers: Sequence[tuple[str, ...]],
    votes: Sequence[int],
    simplicity: Sequence[tuple[float, ...]],
    favour: Sequence[float] = (),
) -> int:
    """The position of the candidate whose answers the votes share most, input by input.

    Input by input and not as a whole, so that one strange input does not part those that agree on all
    others. ``favour`` is what speaks for each besides, in votes. Ties go to the simpler one: ``simplicity``
    is larger for it.
    """
    shares = [Counter[str]() for _ in range(max(map(len, answers), default=0))]
    for answered, vote in zip(answers, votes, strict=True):
        for share, answer in zip(shares, answered, strict=False):
            share[answer] += vote
    support = [
        sum(share[answer] for share, answer in zip(shares, answered, strict=False)) + more * len(answered)
        for answered, more in zip(answers, favour or [0.0] * len(answers), strict=True)
    ]
    return max(range(len(answers)), key=lambda at: (support[at], simplicity[at], -at))


def behaviours(tree: SearchTree) -> tuple[Node, ...]:
    """The first passing candidate of each behaviour, those that most share first."""
    passing = _passing(tree)
    shared = Counter[tuple[str, ...]]()
    for node, vote in zip(passing, _votes(tree, passing), strict=True):
        shared[node.answers] += vote
    firsts = {node.answers: node for node in reversed(passing)}
    return tuple(sorted(firsts.values(), key=lambda node: (-shared[node.answers], node.id)))


def opinions(tree: SearchTree) -> Mapping[tuple[str, ...], float]:
    """What the critic gave each behaviour that it was asked about, from 1 to 5."""
    return {
        tree[NodeId(note.about)].answers: note.value
        for note in tree.notes
        if note.kind is Thinking.OPINION and note.value is not None
    }


def _favour(tree: SearchTree, nodes: Sequence[Node]) -> list[float]:
    """What the critic thinks of each, beside the others that it was asked about, in votes."""
    said = opinions(tree)
    usual = sum(said.values()) / max(len(said), 1)
    return [_VOTES_A_POINT * (said.get(node.answers, usual) - usual) for node in nodes]


def _passing(tree: SearchTree) -> list[Node]:
    return [node for node in tree.nodes if node.answers and node.verdict is not None and node.verdict.better]


def _votes(tree: SearchTree, nodes: Sequence[Node]) -> list[int]:
    """Rules have one vote for each behaviour: how many ways they know to write one proves nothing for it."""
    repeated = Counter(tree.repeats)
    heard: set[tuple[str, ...]] = set()
    votes: list[int] = []
    for node in nodes:
        by_rules = node.candidate.author.startswith(_RULES)
        votes.append(repeated[node.id] + (not by_rules or node.answers not in heard))
        if by_rules:
            heard.add(node.answers)
    return votes


def _simple(node: Node) -> tuple[float, ...]:
    score = node.critique.score if node.critique else 0.0
    static = node.static
    return (score, -static.cyclomatic, -static.lines, -static.nodes, *map(float, rank(node)[-1:]))
