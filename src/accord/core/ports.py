"""What the mover asks of the two sides and of the ledger.

Rule: these are the only doors between the hall and the wings; nobody above can tell which
implementation stands behind one.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from accord.core.plan import Conflict
from accord.core.record import Base, Sighting
from accord.core.schema import Collection, Schema
from accord.core.values import Value, printable


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be brought into step, in words for people.

    Args:
        table: the collection's table; "" where the whole round is meant.
        reason: what is wrong.
        remedy: what to do.
        page_id: the page, where one record is meant.
        record: the record's title, so that a person finds it.
        property: the property's title, where one is meant.
    """

    table: str
    reason: str
    remedy: str
    page_id: str | None = None
    record: str = ""
    property: str = ""

    def __post_init__(self) -> None:
        for part in ("reason", "remedy", "record", "property"):
            object.__setattr__(self, part, printable(getattr(self, part)))


@dataclass(frozen=True, slots=True)
class User:
    """A person or bot of the Notion workspace; ``kind`` is person, bot or group."""

    id: str
    name: str | None = None
    email: str | None = None
    avatar_url: str | None = None
    kind: str = "person"


@dataclass(frozen=True, slots=True)
class SourceState:
    """What the ledger remembers of one data source.

    Args:
        table: the collection's table.
        database_id: the Notion database.
        data_source_id: its data source.
        properties: property id (as Notion writes it) -> (title, type), as last seen.
        watermark: everything edited before this moment is in step, or will be when the first
            walk is finished; None: no walk was ever begun.
        walked_to: the first walk is not finished and goes on from this creation time; None: it is.
    """

    table: str
    database_id: str
    data_source_id: str
    properties: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    watermark: datetime | None = None
    walked_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """How the fields of a collection are found in its data source now.

    Args:
        collection: the declared collection.
        database_id: the Notion database.
        data_source_id: its data source.
        fields: field name -> property id (as Notion writes it). A field whose property is gone
            or has another type is not here: it is frozen on both sides.
        properties: property id -> (title, type): all that the data source has. A field's property
            stands under its declared title, so that it is known again after a rename.
    """

    collection: Collection
    database_id: str
    data_source_id: str
    fields: Mapping[str, str]
    properties: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found of the declared databases, by table, and what was not."""

    bindings: Mapping[str, Binding]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """One answer of a walk.

    Args:
        sightings: the pages that could be read.
        refused: the pages that could not, each with its reason; the others go on.
        notes: what is worth telling though nothing was lost, as an option that no model declares.
        users: the people seen in the pages.
        walked_to: the creation time of the last page: where an interrupted walk goes on.
        more: whether the walk goes on.
    """

    sightings: tuple[Sighting, ...]
    refused: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    users: tuple[User, ...] = ()
    walked_to: datetime | None = None
    more: bool = False


class Fate(StrEnum):
    """What a GET says of a page that a listing did not show."""

    ALIVE = "alive"
    TRASHED = "trashed"
    ARCHIVED = "archived"
    MOVED = "moved"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a GET of one page.

    Args:
        fate: what became of it.
        sighting: None when it was moved, is lost or refused.
        users: the people seen in it.
        notes: what is worth telling.
        refused: why it could not be read.
        moved_to: the data source in which it is now, where it was moved.
    """

    fate: Fate
    sighting: Sighting | None = None
    users: tuple[User, ...] = ()
    notes: tuple[Problem, ...] = ()
    refused: Problem | None = None
    moved_to: str | None = None


class NotionReplica(Protocol):
    """The Notion side."""

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""
        ...

    async def now(self) -> datetime:
        """Notion's own clock, in UTC."""
        ...

    async def survey(
        self, schema: Schema, ids: Mapping[str, str], known: Mapping[str, SourceState]
    ) -> Survey:
        """Find the data source and properties of each collection.

        ``ids`` gives a database id or data source id by table; collections without one are left
        out. Costs one request for all where search finds them, else one or two a collection.
        """
        ...

    def walk(
        self,
        binding: Binding,
        *,
        edited_since: datetime | None = None,
        created_since: datetime | None = None,
    ) -> AsyncGenerator[Listing]:
        """All pages, or those edited or created since; at most 100 a listing, oldest first.

        Raises:
            NotionError: the listing cannot be completed. Nothing may be concluded from what was
                not seen.
        """
        ...

    async def sight(self, binding: Binding, page_id: str) -> Found:
        """Read one page by its id (strong: read-your-writes)."""
        ...

    async def trashed(self) -> tuple[frozenset[str], bool]:
        """Page ids in the trash, as far as search shows them in one request; and if that is all.

        A hint, never a proof: confirm each by `sight`.
        """
        ...

    async def users(self) -> tuple[User, ...]:
        """The members of the workspace."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger and the table hold of one page.

    Args:
        row_id: the row that the page is linked to.
        base: what both sides last held.
        row: the row as it is now; None when there is none.
        buried: of the pages which the row links to, those whose own rows are deleted. Notion hides
            links to trashed pages; that is not a removal.
        page_edited_at: the page's last edit as it was when the base was taken.
        unreadable: values of the row that have no counterpart in Notion (an infinite number); the
            fields are absent from ``row``, so neither side is written.
        ledger: the mark of the ledger's entry; another one after each change of it.
    """

    row_id: str
    base: Base | None
    row: Sighting | None
    buried: frozenset[str] = frozenset()
    page_edited_at: datetime | None = None
    unreadable: tuple[Problem, ...] = ()
    ledger: str = ""


@dataclass(frozen=True, slots=True)
class RowWrite:
    """One record for `SupabaseReplica.commit`: the row and its ledger entry, in one transaction.

    Args:
        page_id: the page.
        row_id: the row.
        expected_version: the row's version at its sighting; a row that a person changed since is
            answered as stale, and nothing of it is written.
        ledger: the mark of the ledger's entry at its sighting, "" where there was none; if another
            round changed it since, the write is stale too. None: it is not compared.
        changes: values to write, by field name (`UNDECLARED` too).
        base: the new base, whole.
        create: whether the row is to be inserted.
        deleted: sets or clears `deleted_at`; None leaves it.
        in_step: nothing of the record waits for Notion, so its dirty mark goes with this write.
        conflicts: logged before anything is overwritten.
        created_at: the page's creation time, for a new row.
        edited_at: the page's last edit.
    """

    page_id: str
    row_id: str
    expected_version: int
    changes: Mapping[str, Value]
    base: Base
    create: bool = False
    deleted: bool | None = None
    in_step: bool = False
    conflicts: tuple[Conflict, ...] = ()
    created_at: datetime | None = None
    edited_at: datetime | None = None
    ledger: str | None = None


class Result(StrEnum):
    """What became of a write."""

    DONE = "done"
    STALE = "stale"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one `RowWrite`; ``problem`` says why it was refused."""

    page_id: str
    result: Result
    problem: Problem | None = None


class SupabaseReplica(Protocol):
    """The Supabase side, and the ledger beside it."""

    async def sight(self, collection: Collection, page_ids: Sequence[str]) -> dict[str, Known]:
        """What is known of these pages; pages that are not linked yet are left out."""
        ...

    async def commit(
        self, collection: Collection, writes: Sequence[RowWrite]
    ) -> tuple[Outcome, ...]:
        """Write records and their ledger entries: all in one transaction, each on its own merits.

        A write that Postgres refuses is answered as refused; the others are done. Links whose
        target has no row yet wait in the ledger. Doing it twice has the effect of once.
        """
        ...


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


class Ledger(Protocol):
    """What is remembered between rounds. In quiet, nothing is written."""

    async def check(self, schema: Schema) -> None:
        """See that tables and functions are there, and of this version.

        Raises:
            SupabaseError: they are not; the remedy names the command to run.
        """
        ...

    async def sources(self) -> dict[str, SourceState]:
        """What is remembered of each data source, by table."""
        ...

    async def remember_source(self, state: SourceState) -> None:
        """Remember a data source; not written when nothing changed."""
        ...

    async def known_users(self) -> frozenset[User]:
        """The users as `notion_users` holds them."""
        ...

    async def remember_users(self, users: Sequence[User]) -> None:
        """Insert or update users; facts that are None do not overwrite known ones."""
        ...

    async def settle(self, schema: Schema) -> dict[str, int]:
        """Set the links whose target has arrived; how many, by table of the owner."""
        ...

    async def alive(self, page_ids: Sequence[str]) -> dict[str, str]:
        """Of these pages, the linked ones whose base is not deleted: page id -> table."""
        ...

    async def linked(self, table: str) -> dict[str, bool]:
        """Every linked page of a collection, and whether the base says it is deleted."""
        ...

    async def owners_that_differ(
        self, collection: Collection, mirrors: Mapping[str, Mapping[str, tuple[str, ...]]]
    ) -> tuple[tuple[str, str], ...]:
        """(table, page id) of the records to look at again, given what mirror fields show.

        ``mirrors`` is page id -> mirror field name -> targets as sighted.
        """
        ...

    async def problems(self) -> tuple[Problem, ...]:
        """The records that could not be brought into step so far."""
        ...

    async def remember_problems(self, found: Sequence[Problem], solved: Sequence[str]) -> None:
        """Keep new problems of records, drop those of the pages in ``solved``."""
        ...

    async def pending(self, schema: Schema) -> dict[str, int]:
        """How many rows a person changed that Notion has not got yet, by table."""
        ...

    async def remember_round(self, entry: RoundEntry) -> int:
        """Keep a round that did something; answers its number."""
        ...

    async def census(self, schema: Schema) -> dict[str, tuple[int, int]]:
        """(rows that are not deleted, links) by table."""
        ...
