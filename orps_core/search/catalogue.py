"""Strategies by name: what a person chose becomes the rule of a run."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ..domain.settings import Tactics
from ..domain.verdict import Objective
from ..ports import Strategy
from .anytime import Anytime
from .beam import Beam, Lockstep
from .codetree import CodeTree
from .dars import Dars
from .ldb import Ldb
from .lpw import Lpw
from .perf_refine import PerfRefine
from .ranking import Order
from .reflexion import Reflexion
from .sampling import BestOfN, ChainOfThought
from .sra_mcts import SraMcts
from .tree_of_code import TreeOfCode

_REPAIRS = 400
_REPAIRS_FIRST = 16
"""The likeliest repairs: where a candidate takes a second or two to run, more leave a model no time."""

_DRAFTS = 20
"""Where neither a person nor the budget says how many; the number of the first paper."""

_CALLS = 30
"""What a search is laid out for where the budget counts something else."""

Maker = Callable[[Tactics, Objective, int | None], Strategy]


def by_rules(objective: Objective) -> Beam:
    """What the built-in rules do by themselves."""
    if objective is Objective.FIX:
        return Beam(width=6, samples=_REPAIRS, rounds=2, until_better=True)
    return Beam()


def _orps(tactics: Tactics, objective: Objective, calls: int | None) -> Strategy:
    order = Order(tactics.rank)
    if tactics.lockstep:
        return Lockstep(
            samples=tactics.samples or _DRAFTS,
            topk=tactics.topk or 3,
            rounds=5 if tactics.rounds is None else tactics.rounds,
            order=order,
        )
    return Anytime(
        rules=replace(by_rules(objective), samples=_REPAIRS_FIRST) if tactics.rules else None,
        samples=tactics.samples or max(calls or 0, _DRAFTS),
        calls=calls or _CALLS,
        topk=tactics.topk or 3,
        rounds=tactics.rounds or 5,
        order=order,
    )


_MAKERS: Mapping[str, Maker] = {
    "orps": _orps,
    "best-of-n": lambda tactics, _, calls: BestOfN(samples=tactics.samples or calls or _DRAFTS),
    "cot": lambda _, __, ___: ChainOfThought(),
    "reflexion": lambda tactics, _, __: Reflexion(attempts=tactics.rounds or 10),
    "ldb": lambda tactics, _, __: Ldb(attempts=tactics.rounds or 10),
    "codetree": lambda tactics, _, __: CodeTree(attempts=tactics.samples or 20, depth=tactics.rounds or 3),
    "sra-mcts": lambda tactics, _, __: SraMcts(iterations=tactics.rounds or 2),
    "lpw": lambda tactics, _, __: Lpw(attempts=tactics.rounds or 12),
    "tree-of-code": lambda tactics, _, __: TreeOfCode(depth=tactics.rounds or 3),
    "dars": lambda tactics, _, __: Dars(depth=tactics.rounds or 4),
    "perf-refine": lambda tactics, _, __: PerfRefine(steps=tactics.rounds or 5),
}
NAMES = tuple(_MAKERS)


def strategy(tactics: Tactics, objective: Objective, calls: int | None = None) -> Strategy:
    """``calls`` is how many the budget allows, if it says so. Raise KeyError for a name not in ``NAMES``."""
    return _MAKERS[tactics.strategy](tactics, objective, calls)
