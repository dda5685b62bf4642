"""Options about models that commands share, and what they mean."""

import argparse
from dataclasses import replace

from ..domain.budget import Budget
from ..domain.chat import Price
from ..domain.settings import Settings
from .numbers import amount, count, whole


def describe(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("models (without any of these options, rules alone)")
    group.add_argument(
        "--model",
        metavar="MODEL",
        help="openai:<base-url>#<model>, replay:<file>, auto or rules; the key comes from OPENAI_API_KEY",
    )
    group.add_argument("--critic-model", metavar="MODEL", help="who judges; by default the same model")
    group.add_argument(
        "--calls", type=count, metavar="N", help="ask models at most N times, retries included"
    )
    group.add_argument("--tokens", type=count, metavar="N", help="prompts and answers together")
    group.add_argument("--cost", type=amount, metavar="USD", help="needs --price")
    group.add_argument(
        "--price", type=price, metavar="IN/OUT", help="dollars for a million tokens, for example 0.15/0.60"
    )
    group.add_argument("--critic-price", type=price, metavar="IN/OUT", help="the same for --critic-model")
    group.add_argument("--seed", type=whole, metavar="N", help="sent to the server with every question")
    group.add_argument(
        "--show-prompt", action="store_true", help="print what would be sent, and to whom; send nothing"
    )


def chosen(options: argparse.Namespace, settings: Settings) -> Settings:
    """The settings with what the options say about models."""
    seconds = settings.budget.seconds
    return replace(
        settings,
        model=options.model,
        critic_model=options.critic_model,
        price=options.price,
        critic_price=options.critic_price or (None if options.critic_model else options.price),
        seed=options.seed,
        budget=Budget(seconds=seconds, calls=options.calls, tokens=options.tokens, cost=options.cost),
    )


def price(text: str) -> Price:
    prompt, _, completion = text.partition("/")
    try:
        return Price(prompt=float(prompt), completion=float(completion or prompt))
    except ValueError as error:
        raise argparse.ArgumentTypeError("write it as IN/OUT, for example 0.15/0.60") from error
