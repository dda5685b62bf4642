"""Outcome-refining search for better functions: the only names others import."""

from .domain.outline import Edit, FunctionOutline, Splice
from .domain.settings import Settings
from .ports import Unavailable
from .refine import recheck, refine
from .report.card import evidence, headline
from .source.parse import outline
from .source.splicing import splice
from .source.targets import cut

__all__ = [
    "Edit",
    "FunctionOutline",
    "Settings",
    "Splice",
    "Unavailable",
    "cut",
    "evidence",
    "headline",
    "outline",
    "recheck",
    "refine",
    "splice",
]
