"""Options about how a model is used, which commands share."""

import argparse
from dataclasses import replace

from ..domain.settings import Settings, Tactics
from ..search.catalogue import NAMES
from ..search.ranking import Order
from .numbers import count

_CALLS = 30
"""What a person waits and pays for without having said so."""


def describe(parser: argparse.ArgumentParser, *, named: bool = True) -> None:
    group = parser.add_argument_group("strategies (with a model)")
    if named:
        group.add_argument(
            "--strategy", choices=NAMES, default="orps", help="how the search decides what to ask next"
        )
    group.add_argument(
        "--lockstep", action="store_true", help="orps: in rounds, as in the paper, and without the rules"
    )
    group.add_argument("--samples", type=count, metavar="N", help="drafts, and rewrites of one version")
    group.add_argument("--topk", type=count, metavar="N", help="orps: how many versions survive")
    group.add_argument("--rounds", type=count, metavar="N", help="how deep the search goes at most")
    group.add_argument(
        "--rank",
        choices=[order.value for order in Order],
        default=Order.OUTCOME.value,
        help="orps: what counts first among equally right versions, measurements or the critic's score",
    )
    group.add_argument("--no-rules", action="store_true", help="orps: leave out the built-in rules")


def chosen(options: argparse.Namespace, settings: Settings, name: str) -> Settings:
    """The settings with what the options say about the strategy ``name``."""
    budget = settings.budget
    if budget.calls is None and not options.lockstep:
        budget = replace(budget, calls=_CALLS)
    return replace(
        settings,
        budget=budget,
        tactics=Tactics(
            strategy=name,
            lockstep=options.lockstep,
            samples=options.samples,
            topk=options.topk,
            rounds=options.rounds,
            rank=options.rank,
            rules=not options.no_rules,
        ),
    )
