"""The option by which a person asks for inputs that a library of the project draws."""

import argparse


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--inputs",
        choices=["usual", "hypothesis"],
        default="usual",
        help="hypothesis: compare on inputs, too, that the project's Hypothesis draws from the type hints",
    )


def drawn(options: argparse.Namespace) -> bool:
    return bool(options.inputs == "hypothesis")
