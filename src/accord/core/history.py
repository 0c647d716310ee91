"""What is remembered of every change that was applied, and why it was.

Rule: pure. A change is remembered in the same transaction that applies it; nothing is forgotten
before its time, and nothing is ever rewritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from accord.core.record import Side
from accord.core.values import Value


class Why(StrEnum):
    """Why a value was changed."""

    CREATE = "create"  # the record is new on the side that it was carried to
    EDIT = "edit"  # one side was edited
    MERGE = "merge"  # both sides were edited, and both edits survive
    CONFLICT = "conflict"  # both sides were edited, and this value won
    TRASH = "trash"  # the record was deleted
    RESTORE = "restore"  # the record came back
    COMPUTED = "computed"  # Notion worked it out
    UNDO = "undo"  # a person took a change back
    RESOLVE = "resolve"  # a person decided a conflict


#: Stands for the record as a whole, where no field is meant.
WHOLE = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """One value that was carried from one side to the other, or found alike on both.

    Args:
        field: the field's name; `WHOLE` for a new record, "deleted_at" for its life (False: alive,
            True: deleted).
        old: what both sides last held; None where they held nothing.
        new: what both sides hold now.
        source: the side that the value came from.
        why: why it was changed.
        by: who changed it, as that side names people: a Notion user's id, a database user.
    """

    field: str
    old: Value
    new: Value
    source: Side
    why: Why
    by: str | None = None
