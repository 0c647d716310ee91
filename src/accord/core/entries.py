"""What the ledger holds of a record, and what is written there.

Rule: data alone. A write names what it was planned on, so that it can be told to be stale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accord.core.findings import Problem
from accord.core.history import Applied
from accord.core.intent import Intent
from accord.core.plan import Conflict
from accord.core.record import Base, Sighting
from accord.core.values import Json, Value


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger and the table hold of one record.

    Args:
        row_id: the row.
        base: what both sides last held.
        row: the row as it is now; None when there is none.
        buried: of the pages which the row links to, those whose own rows are deleted. Notion hides
            links to trashed pages; that is not a removal.
        page_edited_at: the page's last edit as it was when the base was taken.
        unreadable: values of the row that have no counterpart in Notion (an infinite number); the
            fields are absent from ``row``, so neither side is written.
        ledger: the mark of the ledger's entry; another one after each change of it.
        page_id: the page that it is linked to; None for a row that has none yet.
        seen_at: no read of the page that we took as true is later than this.
        intent: a write to the page of which nobody knows yet whether it arrived.
        why: why the row was changed, where the ledger knows more than that it was edited
            ("undo", "resolve").
    """

    row_id: str
    base: Base | None
    row: Sighting | None
    buried: frozenset[str] = frozenset()
    page_edited_at: datetime | None = None
    unreadable: tuple[Problem, ...] = ()
    ledger: str = ""
    page_id: str | None = None
    seen_at: datetime | None = None
    intent: Intent | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class RowWrite:
    """One record for `SupabaseReplica.commit`: the row and its ledger entry, in one transaction.

    Where a row that was there before is linked to its page here, every record that links to the
    row is marked, so that Notion hears of these links too.

    Args:
        page_id: the page; None for a row that has none yet: then only the intent, the conflicts
            and the marks are written.
        row_id: the row.
        expected_version: the row's version at its sighting; a row that a person changed since is
            answered as stale, and nothing of it is written.
        ledger: the mark of the ledger's entry at its sighting, "" where there was none; if another
            round changed it since, the write is stale too. None: it is not compared.
        changes: values to write, by field name (`UNDECLARED` too).
        base: the new base, whole.
        create: whether the row is to be inserted.
        deleted: sets or clears `deleted_at`; None leaves it.
        in_step: nothing of the record waits for Notion, so its dirty mark goes with this write;
            else the row is marked from now on, if it is not yet.
        refused: Notion does not take what the mark stands for: the mark stays, and is shown no
            more until the row is changed again.
        conflicts: logged before anything is overwritten.
        created_at: the page's creation time, for a new row.
        edited_at: the page's last edit.
        seen_at: when the page was read; kept if it is later than what the ledger holds.
        intent: the write to Notion that is begun with this; None: none is under way any more.
        stamp: whether the page's stamps are to be written later (True), are written (False), or
            are as they were (None).
        history: what is to be remembered of this.
        round: the round's number, for the history; None where there is no history.
    """

    page_id: str | None
    row_id: str
    expected_version: int
    changes: Mapping[str, Value]
    base: Base | None
    create: bool = False
    deleted: bool | None = None
    in_step: bool = False
    conflicts: tuple[Conflict, ...] = ()
    created_at: datetime | None = None
    edited_at: datetime | None = None
    ledger: str | None = None
    seen_at: datetime | None = None
    intent: Intent | None = None
    stamp: bool | None = None
    refused: bool = False
    history: tuple[Applied, ...] = ()
    round: int | None = None


@dataclass(frozen=True, slots=True)
class RowEdit:
    """A change of one row as a person would make it: Notion hears of it by the next push.

    Args:
        row_id: the row.
        expected_version: the row's version at its sighting; another one is stale.
        changes: values to write, by field name.
        deleted: sets or clears `deleted_at`; None leaves it.
        why: kept with the mark, and later in the history ("undo", "resolve").
        by: who does it.
    """

    row_id: str
    expected_version: int
    changes: Mapping[str, Value]
    deleted: bool | None = None
    why: str | None = None
    by: str | None = None


class Result(StrEnum):
    """What became of a write."""

    DONE = "done"
    STALE = "stale"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one `RowWrite` or `RowEdit`; ``problem`` says why it was refused."""

    page_id: str | None
    result: Result
    problem: Problem | None = None
    row_id: str = ""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A page that has no row yet, and by what its row could be known.

    ``match_key`` is the value of the collection's match key; None where it has none or is empty.
    """

    page_id: str
    supabase_id: str | None = None
    match_key: Value = None


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may write. ``fence`` grows with each owner, so that one who lost it can be told.

    ``until`` is by the database's clock. ``mine`` says whether the one who asked holds it.
    """

    owner: str
    fence: int
    until: datetime
    mine: bool


@dataclass(frozen=True, slots=True)
class Open:
    """A write to Notion that was begun and of which the ledger knows no end."""

    table: str
    row_id: str
    page_id: str | None


@dataclass(frozen=True, slots=True)
class StampDue:
    """A page whose stamps are due.

    Args:
        table: its collection's table.
        page_id: the page.
        row_id: its row; None where the page has none, since it could not be saved.
        problem: why it is not in step; None when it is.
        at: since when it is due: when the row was written.
    """

    table: str
    page_id: str
    row_id: str | None
    problem: Problem | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Remembered:
    """One entry of the history, as the ledger tells it.

    Args:
        id: its number; later changes have higher ones.
        at: when it was applied.
        round: the round that applied it.
        table: the record's table.
        row_id: the row.
        page_id: the page.
        title: the property's title; "" for the record as a whole.
        applied: what was changed, with the field's name.
    """

    id: int
    at: datetime
    round: int | None
    table: str
    row_id: str
    page_id: str | None
    title: str
    applied: Applied


@dataclass(frozen=True, slots=True)
class Dispute:
    """A conflict as the ledger tells it; values are JSON.

    Args:
        id: its number.
        table: the record's table.
        row_id: the row.
        page_id: the page.
        property: the property's title, or "deleted_at".
        base: what both sides last held.
        notion: Notion's value.
        supabase: Supabase's value.
        policy: what decided.
        winner: who won; "held" waits for a person.
        detected_at: when.
        resolved_at: when a person decided; None while nobody did.
    """

    id: int
    table: str
    row_id: str
    page_id: str | None
    property: str
    base: Json
    notion: Json
    supabase: Json
    policy: str
    winner: str
    detected_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoundEntry:
    """What the ledger remembers of one round that did something.

    ``counts`` is table -> what -> how many (``created``, ``updated``, ``trashed``, ``restored``,
    ``linked``, ``refused``, ``conflicts``).
    """

    started_at: datetime
    ended_at: datetime
    direction: str
    requests: int
    counts: Mapping[str, Mapping[str, int]]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class PastRound:
    """A round as the ledger tells it; ``entry`` is None while it has not ended."""

    number: int
    started_at: datetime
    direction: str
    entry: RoundEntry | None


@dataclass(frozen=True, slots=True)
class Named:
    """A record as a person finds it.

    Args:
        table: its collection's table.
        row_id: the row; "" for a page that has none.
        page_id: the page; None for a row that has none.
        title: what its title says.
        deleted: whether the row is deleted.
    """

    table: str
    row_id: str
    page_id: str | None
    title: str
    deleted: bool = False
