"""What the mover asks of the two sides and of the ledger.

Rule: these are the only doors between the hall and the wings; nobody above can tell which
implementation stands behind one.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from accord.core.entries import (
    Dispute,
    Known,
    Lease,
    Named,
    Open,
    Outcome,
    PastRound,
    Remembered,
    Result,
    RoundEntry,
    RowEdit,
    RowWrite,
    StampDue,
    Stranger,
)
from accord.core.findings import (
    Binding,
    Fate,
    Found,
    Listing,
    Problem,
    SourceState,
    Survey,
    User,
)
from accord.core.record import Sighting
from accord.core.schema import Collection, Schema
from accord.core.stamps import Stamps
from accord.core.values import Value

__all__ = [
    "Binding",
    "Dispute",
    "Fate",
    "Found",
    "Known",
    "Lease",
    "Ledger",
    "Listing",
    "Named",
    "NotionReplica",
    "Open",
    "Outcome",
    "PastRound",
    "Problem",
    "Remembered",
    "Result",
    "RoundEntry",
    "RowEdit",
    "RowWrite",
    "SourceState",
    "StampDue",
    "Stranger",
    "SupabaseReplica",
    "Survey",
    "User",
]


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

    async def me(self) -> str:
        """The user that Notion names as the author of what we write."""
        ...

    async def created_for(self, binding: Binding, row_id: str) -> tuple[Sighting, ...]:
        """The pages whose Supabase ID is this row's id, as the index shows them (weak)."""
        ...

    async def create(
        self, binding: Binding, values: Mapping[str, Value], stamps: Stamps, *, within: float
    ) -> Found:
        """Make a page; answers it as Notion shows it.

        Stamps that are None, and those that the data source has no property for, are left out.
        No request is begun later than ``within`` seconds from now.

        Raises:
            ValueRefusedError: Notion would not take a value; nothing was sent.
            NotionError: it did not succeed, or nobody knows (see ``surely_not_applied``).
        """
        ...

    async def update(
        self,
        binding: Binding,
        page_id: str,
        values: Mapping[str, Value],
        stamps: Stamps,
        *,
        within: float,
    ) -> Found:
        """Write these fields of a page, and no others; answers it as Notion shows it.

        Of a list that the answer shows in part only, the field is absent from its sighting.

        Raises:
            ValueRefusedError: Notion would not take a value; nothing was sent.
            NotionError: it did not succeed, or nobody knows (see ``surely_not_applied``).
        """
        ...

    async def bury(self, binding: Binding, page_id: str, *, deleted: bool, within: float) -> Found:
        """Move a page to the trash, or back from it; answers it as Notion shows it.

        Raises:
            NotionError: it did not succeed, or nobody knows (see ``surely_not_applied``).
        """
        ...


class SupabaseReplica(Protocol):
    """The Supabase side, and the ledger beside it."""

    async def sight(self, collection: Collection, page_ids: Sequence[str]) -> dict[str, Known]:
        """What is known of these pages; pages that are not linked yet are left out."""
        ...

    async def sight_rows(self, collection: Collection, row_ids: Sequence[str]) -> dict[str, Known]:
        """What is known of these rows, those without a page and deleted ones too.

        A row that is gone and of which no mark tells is left out, unless it is linked.
        """
        ...

    async def rows_for(
        self, collection: Collection, strangers: Sequence[Stranger]
    ) -> dict[str, tuple[str, ...]]:
        """The rows without a page that a page without a row may belong to, by page id.

        First the row that names the page itself, then the one that the page's Supabase ID names,
        then those whose match key is the page's. Pages without such a row are left out.
        """
        ...

    async def find(
        self, schema: Schema, *, key: str | None = None, title: str | None = None
    ) -> tuple[Named, ...]:
        """The records with this page id or row id, or of this title; at most 100 a table.

        Capitals do not matter in a title. Where none is just this, those whose title has the words
        in it are answered.
        """
        ...

    async def edit(self, collection: Collection, edits: Sequence[RowEdit]) -> tuple[Outcome, ...]:
        """Change rows as a person would, so that they are marked; each on its own merits."""
        ...

    async def commit(
        self, collection: Collection, writes: Sequence[RowWrite]
    ) -> tuple[Outcome, ...]:
        """Write records and their ledger entries: all in one transaction, each on its own merits.

        A write that Postgres refuses is answered as refused; the others are done. Links whose
        target has no row yet wait in the ledger. Doing it twice has the effect of once.
        """
        ...


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

    async def begin_round(self, started_at: datetime, direction: str) -> int:
        """Give a round that is about to do something its number."""
        ...

    async def remember_round(self, number: int, entry: RoundEntry) -> None:
        """Keep what a round did, under its number."""
        ...

    async def rounds(self, limit: int) -> tuple[PastRound, ...]:
        """The last rounds that did something, newest first."""
        ...

    async def take_lease(
        self,
        owner: str,
        seconds: float,
        *,
        instead_of: str | None = None,
        fence: int | None = None,
    ) -> Lease:
        """Become the one who may write, or go on being so; answers who is.

        Only a lease that is over, our own, or that of ``instead_of`` can be taken. From then on
        every write of this ledger and of the replica beside it is refused when another owner has
        taken the lease since.

        With the ``fence`` of a lease that we hold it goes on only as that one: if another owner
        had it meanwhile it is not taken again, and our writes stay refused.
        """
        ...

    async def give_back_lease(self) -> None:
        """Let others write."""
        ...

    async def dirty(
        self, tables: Sequence[str], *, refused: bool = False
    ) -> dict[str, tuple[str, ...]]:
        """The rows that people changed and Notion has not got yet, oldest change first.

        Those that Notion refused as they are now are shown only with ``refused``.
        """
        ...

    async def intents(self) -> tuple[Open, ...]:
        """The writes to Notion that were begun and of which nobody knows the end."""
        ...

    async def stamps_due(self, tables: Sequence[str], limit: int) -> tuple[StampDue, ...]:
        """The pages whose stamps are due, longest due first."""
        ...

    async def stamps_waiting(self, tables: Sequence[str]) -> dict[str, int]:
        """How many pages have stamps that are due, by table; tables without any are absent."""
        ...

    async def stamped(self, page_ids: Sequence[str]) -> None:
        """The stamps of these pages are no longer due: they are written, or cannot be."""
        ...

    async def conflicts(self, *, waiting: bool = False) -> tuple[Dispute, ...]:
        """Conflicts, newest first; only those that a person has to decide, or all."""
        ...

    async def resolve(self, conflict_ids: Sequence[int]) -> None:
        """Remember that a person decided these conflicts."""
        ...

    async def history(
        self,
        schema: Schema,
        *,
        row_ids: Sequence[str] | None = None,
        round_number: int | None = None,
        since: datetime | None = None,
        after: int = 0,
    ) -> tuple[Remembered, ...]:
        """The remembered changes of these records or of a round, oldest first.

        ``after`` leaves out those up to the entry with this id.
        """
        ...

    async def forget(self, before: datetime) -> int:
        """Drop the history from before a moment; answers how many entries went."""
        ...

    async def ignore(self, keys: Sequence[str], *, ignored: bool) -> int:
        """Mark problems as ignored or not, by page id (row id where there is no page); how many."""
        ...

    async def census(self, schema: Schema) -> dict[str, tuple[int, int]]:
        """(rows that are not deleted, links) by table."""
        ...
