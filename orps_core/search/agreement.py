"""Picks among candidates that all pass, by how well each agrees with the others on inputs beyond the cases.

Right programs agree with each other, wrong ones are wrong in their own ways (CodeT, Chen et al., arXiv
2207.10397; execution-based minimum Bayes risk, Shi et al., arXiv 2204.11454).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean

from ..domain.agreement import Agreement
from ..domain.note import Thinking
from ..domain.tree import Node, NodeId, SearchTree
from .hearing import favours
from .ranking import rank

_RULES = "rules/"


def preferred(tree: SearchTree) -> Node | None:
    """Of the passing nodes that were asked for answers, the one to hand over; None if there is none."""
    passing = _passing(tree)
    if not passing:
        return None
    said = opinions(tree)
    favoured, usual = favours(said), fmean(map(fmean, said.values())) if said else 0.0
    # Where votes and what the critic is trusted with are even, its liking goes before simplicity.
    liked = [fmean(said[node.answers]) if node.answers in said else usual for node in passing]
    picked = pick(
        [node.answers for node in passing],
        _votes(tree, passing),
        [(liking, *_simple(node)) for liking, node in zip(liked, passing, strict=True)],
        [favoured.get(node.answers, 0.0) for node in passing],
    )
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
    others. ``favour`` is what speaks for each besides, as a share of all votes. Ties go to the simpler one:
    ``simplicity`` is larger for it.
    """
    longest = max(map(len, answers), default=0)
    shares = [Counter[str]() for _ in range(longest)]
    for answered, vote in zip(answers, votes, strict=True):
        for share, answer in zip(shares, answered, strict=False):
            share[answer] += vote
    everything = max(longest * sum(votes), 1)
    support = [
        sum(share[answer] for share, answer in zip(shares, answered, strict=False)) / everything + more
        for answered, more in zip(answers, favour or [0.0] * len(answers), strict=True)
    ]
    return max(range(len(answers)), key=lambda at: (support[at], simplicity[at], -at))


def behaviours(tree: SearchTree) -> tuple[tuple[Node, ...], ...]:
    """The passing candidates, those together that do the same; what most share comes first."""
    passing = _passing(tree)
    shared, groups = Counter[tuple[str, ...]](), dict[tuple[str, ...], list[Node]]()
    for node, vote in zip(passing, _votes(tree, passing), strict=True):
        shared[node.answers] += vote
        groups.setdefault(node.answers, []).append(node)
    order = sorted(groups, key=lambda answers: (-shared[answers], groups[answers][0].id))
    return tuple(tuple(groups[answers]) for answers in order)


def opinions(tree: SearchTree) -> Mapping[tuple[str, ...], Sequence[float]]:
    """What the critic gave those of each behaviour that it was asked about, from 1 to 5."""
    said: dict[tuple[str, ...], list[float]] = {}
    for note in tree.notes:
        if note.kind is Thinking.OPINION and note.value is not None:
            said.setdefault(tree[NodeId(note.about)].answers, []).append(note.value)
    return said


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
