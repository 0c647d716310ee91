"""Formulas: what a property of type `formula` computes from the others of its page.

A subset of Notion's formulas 2.0. Rule: a formula is computed when a page is read and
never stored; what the subset cannot do raises `Unsupported`, nothing else does.
"""

from notion_emulator.formula.evaluation import evaluate, kind_of
from notion_emulator.formula.functions import Kind
from notion_emulator.formula.syntax import Malformed, Unsupported
from notion_emulator.formula.tidying import tidied

__all__ = ["Kind", "Malformed", "Unsupported", "evaluate", "kind_of", "tidied"]
