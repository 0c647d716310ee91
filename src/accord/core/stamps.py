"""What the synchronisation writes into a page for people, and the receipt at its end.

Rule: pure. **Sync Status** is a sentence for staff; what stands behind its last dot is the receipt
of the write that brought it: short, and another one at each write, so that a page itself proves
whether a write arrived of which nobody knows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

#: Between the sentence and its receipt.
DOT = " · "

#: The letters of receipts: none that a reader could take for another.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"

#: How many letters a receipt has. It has to differ only from the others of its own page.
LENGTH = 6

#: The longest sentence that is written; the rest of a reason is told elsewhere.
LONGEST = 300

_RECEIPT = re.compile(rf"{re.escape(DOT)}([{ALPHABET}]{{{LENGTH}}})\s*\Z")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Stamping(StrEnum):
    """When pages get their Supabase ID, Last Synced and Sync Status."""

    ALWAYS = "always"  # as soon as the data is in step, whatever it costs
    BUDGETED = "budgeted"  # the same, within a share of the requests that are allowed
    ON_WRITE = "on_write"  # with what is written anyway
    OFF = "off"  # never; a new page gets its Supabase ID, without which it could be made twice


@dataclass(frozen=True, slots=True)
class Stamps:
    """The managed properties of a page; None where a page has or gets none.

    Args:
        supabase_id: the row's id.
        last_synced: when page and row were brought into step.
        status: the sentence for staff, with its receipt.
    """

    supabase_id: str | None = None
    last_synced: datetime | None = None
    status: str | None = None


#: A page into which nothing was written.
UNSTAMPED = Stamps()


def receipt_of(number: int) -> str:
    """The receipt for a number that was drawn at random."""
    letters = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


def with_receipt(words: str, receipt: str) -> str:
    """A sentence with the receipt of the write that brings it."""
    if len(words) > LONGEST:
        words = words[: LONGEST - 1].rstrip() + "…"
    return f"{words}{DOT}{receipt}"


def receipt_in(status: str | None) -> str | None:
    """The receipt at the end of a status; None where there is none."""
    found = _RECEIPT.search(status or "")
    return found[1] if found else None


def in_step(at: datetime) -> str:
    """The sentence for a page that is in step since ``at``."""
    moment = at.astimezone(UTC)
    return f"In step, {moment.day} {_MONTHS[moment.month - 1]} {moment:%H:%M} UTC"


def not_saved(reason: str, remedy: str = "") -> str:
    """The sentence for a page whose row could not be written, or not all of it."""
    told = f"Not saved in Supabase: {reason.rstrip('. ')}."
    return f"{told} {remedy}".rstrip()


def not_taken(reason: str, remedy: str = "") -> str:
    """The sentence for a page into which a change made in Supabase could not be written."""
    told = f"A change made in Supabase was not saved here: {reason.rstrip('. ')}."
    return f"{told} {remedy}".rstrip()
