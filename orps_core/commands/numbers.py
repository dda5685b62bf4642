"""Numbers in options, each refused with a sentence that says which ones are meant."""

import argparse
import math


def count(text: str) -> int:
    """Raise ArgumentTypeError for what is no whole number above zero."""
    value = whole(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} must be above zero")
    return value


def whole(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from error


def amount(text: str) -> float:
    """Raise ArgumentTypeError for what is no finite number above zero."""
    try:
        value = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from error
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text} must be finite")
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} must be above zero")
    return value
