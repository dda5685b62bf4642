"""Outcome-refining search for better functions: the only names others import."""

from .chat.asking import Fault, Question, Wire
from .chat.naming import Edited, Rules
from .compose import diagnosed, interpreter_of
from .domain.outline import Block, Edit, FunctionOutline, Outline, Splice
from .domain.settings import Settings
from .execute.aside import Aside, Beside, here
from .models import named, receiver
from .ports import NoModel, Unavailable
from .refine import recheck, refine
from .report.card import evidence, headline
from .report.doctor import text as diagnosis_text
from .source.outlining import Outliner
from .source.parse import blocks, outline
from .source.splicing import splice
from .source.targets import cut

__all__ = [
    "Aside",
    "Beside",
    "Block",
    "Edit",
    "Edited",
    "Fault",
    "FunctionOutline",
    "NoModel",
    "Outline",
    "Outliner",
    "Question",
    "Rules",
    "Settings",
    "Splice",
    "Unavailable",
    "Wire",
    "blocks",
    "cut",
    "diagnosed",
    "diagnosis_text",
    "evidence",
    "headline",
    "here",
    "interpreter_of",
    "named",
    "outline",
    "receiver",
    "recheck",
    "refine",
    "splice",
]
