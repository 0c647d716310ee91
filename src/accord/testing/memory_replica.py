"""The Supabase side in dicts: what `accord.supabase.replica` is over Postgres.

Rule: answers are the same as those of Postgres, and so is what a write leaves behind. Each call is
one transaction; nothing here waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from accord.core.entries import Known, Named, Outcome, RowEdit, RowWrite, Stranger
from accord.core.errors import ValueRefusedError
from accord.core.findings import Problem
from accord.core.record import Record, Sighting
from accord.core.schema import Collection, Schema
from accord.core.values import Value
from accord.supabase.codec import decode_row
from accord.supabase.errors import LeaseLostError
from accord.testing.memory_commit import commit, edit
from accord.testing.memory_rows import Column, Row, UnfitError
from accord.testing.memory_tables import Linked, Mark, MemoryDatabase, Table


@dataclass(slots=True)
class MemoryDoor:
    """The way of one program to the database.

    Args:
        database: the tables.
        fence: of the lease that the program took; None when it took none.
    """

    database: MemoryDatabase
    fence: int | None = None

    def guard(self) -> None:
        """Let a write pass.

        Raises:
            LeaseLostError: another program has taken the lease since.
        """
        lease = self.database.lease
        if self.fence is not None and (lease is None or lease.fence != self.fence):
            raise LeaseLostError(
                "Another run has taken over; this one was away for too long and writes no more.",
                remedy="Nothing is lost: the other run does the rest.",
            )


class MemorySupabase:
    """The tables, with the ledger beside them.

    Args:
        door: the way to the database.
    """

    def __init__(self, door: MemoryDoor) -> None:
        self._door = door
        self._database = door.database

    async def sight(self, collection: Collection, page_ids: Sequence[str]) -> dict[str, Known]:
        """What is known of these pages; pages that are not linked yet are left out."""
        table = self._database.table(collection)
        found: dict[str, Known] = {}
        for page_id in page_ids:
            link = self._database.links.get(page_id)
            if link is not None and link.table == table.name:
                found[page_id] = self._known(table, link.row_id, link)
        return found

    async def sight_rows(self, collection: Collection, row_ids: Sequence[str]) -> dict[str, Known]:
        """What is known of these rows, those without a page and deleted ones too."""
        database = self._database
        table = database.table(collection)
        found: dict[str, Known] = {}
        for row_id in row_ids:
            link = table.linked.get(row_id)
            key = (table.name, row_id)
            if (
                link is not None
                or row_id in table.rows
                or key in database.dirty
                or key in database.intents
            ):
                found[row_id] = self._known(table, row_id, link)
        return found

    async def rows_for(
        self, collection: Collection, strangers: Sequence[Stranger]
    ) -> dict[str, tuple[str, ...]]:
        """The rows without a page that a page without a row may belong to, by page id."""
        table = self._database.table(collection)
        key = table.layout.columns.get(collection.match_key or "")
        found: dict[str, tuple[str, ...]] = {}
        for stranger in strangers:
            named = table.rows.get(table.by_page.get(stranger.page_id, ""))
            own = table.rows.get(_uuid(stranger.supabase_id))
            if own is not None and own.page_id not in {None, stranger.page_id}:
                own = None
            alike = sorted(_alike(table, key, stranger.match_key)) if key is not None else ()
            rows = [row for row in (named, own) if row is not None]
            rows += [table.rows[row_id] for row_id in alike]
            free = [r.id for r in rows if r.deleted_at is None and r.id not in table.linked]
            if free:
                found[stranger.page_id] = tuple(dict.fromkeys(free))
        return found

    async def find(
        self, schema: Schema, *, key: str | None = None, title: str | None = None
    ) -> tuple[Named, ...]:
        """The records with this page id or row id, or of this title, or with it in their title."""
        every = [named for c in schema for named in self._named(self._database.table(c))]
        words = (title or "").lower()
        if key is not None:
            just = [n for n in every if key in {n.row_id, n.page_id}]
        else:
            just = [n for n in every if n.title.lower() == words]
        if not just and title is not None:
            just = [n for n in every if words in n.title.lower()]
        return tuple(sorted(just, key=lambda n: (n.table, n.title, n.row_id)))

    def _named(self, table: Table) -> Iterator[Named]:
        """Every record of a table, those that are gone too."""
        column = table.layout.columns[table.layout.collection.title_field.name]
        marks = {row: m for (name, row), m in self._database.dirty.items() if name == table.name}
        for row_id in {**table.rows, **table.linked, **marks}:
            there = table.rows.get(row_id)
            row = there or (marks[row_id].tombstone if row_id in marks else None)
            link = table.linked.get(row_id)
            yield Named(
                table.name,
                row_id,
                link.page_id if link is not None else None,
                str(table.layout.stored(row, column) or "") if row is not None else "",
                there is None or there.deleted_at is not None,
            )

    async def commit(
        self, collection: Collection, writes: Sequence[RowWrite]
    ) -> tuple[Outcome, ...]:
        """Write records and their ledger entries; each is done, stale or refused by itself."""
        self._door.guard()
        return commit(self._database, self._database.table(collection), writes)

    async def edit(self, collection: Collection, edits: Sequence[RowEdit]) -> tuple[Outcome, ...]:
        """Change rows as a person would, so that they are marked; each on its own merits."""
        self._door.guard()
        return edit(self._database, self._database.table(collection), edits)

    # ---- one record

    def _known(self, table: Table, row_id: str, link: Linked | None) -> Known:
        database = self._database
        key = (table.name, row_id)
        mark = database.dirty.get(key)
        row = table.rows.get(row_id)
        page_id = link.page_id if link is not None else None
        buried: set[str] = set()
        sighting: Sighting | None = None
        notes: tuple[Problem, ...] = ()
        gone = row is None
        if row is None and mark is not None:
            row = mark.tombstone
        if row is not None:
            values: Mapping[str, Value] = row.values
            links: dict[str, tuple[str, ...]] = {}
            if not gone:
                links = self._links(table, row, buried)
                values = {**values, **links}
            if row.unreadable:
                values, notes = _read_anew(table, row, links, gone=gone)
            sighting = _sighted(row, values, page_id, mark, gone=gone)
        return Known(
            row_id=row_id,
            base=link.base if link is not None else None,
            row=sighting,
            buried=frozenset(buried),
            page_edited_at=link.edited_at if link is not None else None,
            unreadable=notes,
            ledger=link.mark if link is not None else "",
            page_id=page_id,
            seen_at=link.seen_at if link is not None else None,
            intent=database.intents.get(key),
            why=mark.why if mark is not None else None,
        )

    def _links(self, table: Table, row: Row, buried: set[str]) -> dict[str, tuple[str, ...]]:
        """The targets of a row's relations, as Notion would show them."""
        database = self._database
        values: dict[str, tuple[str, ...]] = {}
        waits = database.waiting.get((table.name, row.id)) if database.waiting else None
        for relation in table.layout.many:
            places: dict[str, int] = {}
            ends = database.link_tables[relation.link or ""].owners.get(row.id)
            if ends:
                targets = database.tables[relation.to].rows
                for end_id, position in ends.items():
                    target = targets[end_id]
                    if target.page_id is None:
                        continue
                    places[target.page_id] = position
                    if target.deleted_at is not None:
                        buried.add(target.page_id)
            if waits is not None:
                for (name, page), (position, _) in waits.items():
                    if name == relation.name:
                        places[page] = min(position, places.get(page, position))
            if len(places) > 1:
                values[relation.name] = tuple(
                    page for _, page in sorted((place, page) for page, place in places.items())
                )
            else:
                values[relation.name] = tuple(places)
        for relation in table.layout.one:
            shown: str | None = None
            target_id = row.keys.get(relation.name)
            if target_id is not None:
                end = database.tables[relation.to].rows[target_id]
                shown = end.page_id
                if shown is not None and end.deleted_at is not None:
                    buried.add(shown)
            elif waits is not None:
                shown = next((page for name, page in waits if name == relation.name), None)
            beyond = row.beyond.get(relation.title)
            if beyond is None or shown is None or row.unreadable:
                values[relation.name] = () if shown is None else (shown,)
            else:
                more = beyond.get("more") or ()
                values[relation.name] = tuple(dict.fromkeys((shown, *more)))
        return values


def _read_anew(
    table: Table, row: Row, links: Mapping[str, tuple[str, ...]], *, gone: bool
) -> tuple[Mapping[str, Value], tuple[Problem, ...]]:
    """The values of a row of which the codec cannot read all, and what it says of the others."""
    stored = table.layout.as_json(row)
    decoded = decode_row(table.layout.collection, stored, stored["notion_extra"], links)
    relations = {r.name for r in (*table.layout.many, *table.layout.one)} if gone else ()
    values = {n: v for n, v in decoded.record.values.items() if n not in relations}
    return values, decoded.notes


def _uuid(text: str | None) -> str:
    """The id that a person or we wrote into a page; "" where it is none."""
    try:
        return str(UUID((text or "").strip()))
    except ValueError:
        return ""


def _alike(table: Table, key: Column, value: Value) -> Iterator[str]:
    """The rows that name no page and whose column holds this."""
    try:
        wanted = key.stored(value)
    except (ValueRefusedError, UnfitError):
        return  # no row can hold it
    if wanted is not None:
        for row in table.rows.values():
            if row.page_id is None and table.layout.stored(row, key) == wanted:
                yield row.id


def _sighted(
    row: Row, values: Mapping[str, Value], page_id: str | None, mark: Mark | None, *, gone: bool
) -> Sighting:
    return Sighting(
        record=Record(values),
        page_id=page_id,
        row_id=row.id,
        deleted=gone or row.deleted_at is not None,
        created_at=row.created_at,
        edited_at=mark.at if mark is not None else row.updated_at,
        version=mark.version if mark is not None else 0,
        edited_by=mark.by if mark is not None else None,
    )
