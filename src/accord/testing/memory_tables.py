"""The tables of a schema in dicts, with their indexes, and all that schema `sync` holds.

Rule: data and the marks of what people changed; who may write what, and when, is said elsewhere.
Nothing in here is copied that need not be: values are immutable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Collection as Collected
from dataclasses import dataclass
from datetime import UTC, datetime

from accord.core.entries import Lease, RoundEntry
from accord.core.findings import Problem, SourceState, User
from accord.core.history import Applied
from accord.core.intent import Intent
from accord.core.plan import Conflict
from accord.core.record import Base
from accord.core.schema import Collection, Schema
from accord.testing.memory_rows import Layout, Relation, Row

#: The database user that people are, where nothing else is said.
PERSON = "postgres"


@dataclass(slots=True)
class Mark:
    """An entry of `sync.dirty`: ``op`` is I, U or D, the tombstone is the row that was deleted.

    ``refused`` is the version that Notion would not take.
    """

    version: int
    op: str
    at: datetime
    page_id: str | None = None
    tombstone: Row | None = None
    by: str | None = None
    why: str | None = None
    refused: int | None = None


@dataclass(slots=True)
class Linked:
    """An entry of `sync.link`; ``mark`` is another one after each change."""

    page_id: str
    table: str
    row_id: str
    base: Base | None
    edited_at: datetime | None
    seen_at: datetime | None
    mark: str


@dataclass(slots=True)
class Disputed:
    """An entry of `sync.conflicts`."""

    id: int
    table: str
    row_id: str
    page_id: str | None
    title: str
    conflict: Conflict
    detected_at: datetime
    resolved_at: datetime | None = None


@dataclass(slots=True)
class Changed:
    """An entry of `sync.changes`."""

    id: int
    at: datetime
    round: int | None
    table: str
    row_id: str
    page_id: str | None
    title: str
    applied: Applied


@dataclass(slots=True)
class Due:
    """An entry of `sync.stamp`."""

    table: str
    row_id: str | None
    at: datetime


@dataclass(slots=True)
class Trouble:
    """An entry of `sync.problem`."""

    problem: Problem
    first_seen: datetime
    times: int = 1


@dataclass(slots=True)
class Numbered:
    """An entry of `sync.round`; what it did is known when it has ended."""

    started_at: datetime
    direction: str
    entry: RoundEntry | None = None


class LinkTable:
    """A link table: owner -> target -> position, and the way back."""

    __slots__ = ("name", "owner_table", "owners", "target_table", "targets")

    def __init__(self, name: str, owner_table: str, target_table: str) -> None:
        self.name = name
        self.owner_table = owner_table
        self.target_table = target_table
        self.owners: dict[str, dict[str, int]] = {}
        self.targets: dict[str, set[str]] = {}

    def put(self, owner: str, target: str, position: int) -> bool:
        """Have this link at this place; answers whether that changed anything."""
        ends = self.owners.setdefault(owner, {})
        if ends.get(target) == position:
            return False
        ends[target] = position
        self.targets.setdefault(target, set()).add(owner)
        return True

    def drop(self, owner: str, target: str) -> bool:
        """Have this link no more; answers whether it was there."""
        ends = self.owners.get(owner)
        if ends is None or ends.pop(target, None) is None:
            return False
        self.targets[target].discard(owner)
        return True


class Table:
    """The table of a collection with its indexes.

    ``pointing`` is, for each foreign key, target -> the rows that point to it.
    """

    __slots__ = ("by_page", "layout", "linked", "name", "pointing", "rows")

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.name = layout.table
        self.rows: dict[str, Row] = {}
        self.by_page: dict[str, str] = {}
        self.linked: dict[str, Linked] = {}
        self.pointing: dict[str, dict[str, set[str]]] = {r.name: {} for r in layout.one}

    def point(self, row: Row, relation: Relation, target: str | None) -> bool:
        """Have a foreign key; answers whether that changed anything."""
        before = row.keys.get(relation.name)
        if before == target:
            return False
        index = self.pointing[relation.name]
        if before is not None:
            index[before].discard(row.id)
        if target is not None:
            index.setdefault(target, set()).add(row.id)
        row.keys[relation.name] = target
        return True

    def set_page(self, row: Row, page_id: str | None) -> bool:
        """Have a `notion_page_id`; answers whether that changed anything."""
        if row.page_id == page_id:
            return False
        if row.page_id is not None:
            del self.by_page[row.page_id]
        if page_id is not None:
            self.by_page[page_id] = row.id
        row.page_id = page_id
        return True

    def add(self, row: Row) -> None:
        """Have a row that was not there; its keys are indexed too."""
        self.rows[row.id] = row
        if row.page_id is not None:
            self.by_page[row.page_id] = row.id
        for relation in self.layout.one:
            target = row.keys.get(relation.name)
            if target is not None:
                self.pointing[relation.name].setdefault(target, set()).add(row.id)

    def remove(self, row: Row) -> None:
        """Have a row no more."""
        del self.rows[row.id]
        if row.page_id is not None:
            del self.by_page[row.page_id]
        for relation in self.layout.one:
            target = row.keys.get(relation.name)
            if target is not None:
                self.pointing[relation.name][target].discard(row.id)


def _now() -> datetime:
    return datetime.now(UTC)


class MemoryDatabase:
    """What Postgres would hold.

    Args:
        schema: the collections.
        clock: the database's clock.
    """

    def __init__(self, schema: Schema, clock: Callable[[], datetime] = _now) -> None:
        self.schema = schema
        self.clock = clock
        self.tables = {c.table: Table(Layout(c)) for c in schema}
        self.link_tables = {
            f.link.table: LinkTable(f.link.table, c.table, f.to or "")
            for c in schema
            for f in c.carried
            if f.link is not None
        }
        #: (table, relation) of every relation that points to a table.
        self.pointers: dict[str, list[tuple[Table, Relation]]] = {t: [] for t in self.tables}
        for table in self.tables.values():
            for relation in (*table.layout.many, *table.layout.one):
                self.pointers[relation.to].append((table, relation))
        for pointers in self.pointers.values():
            pointers.sort(key=lambda p: (p[1].link or p[0].name, p[1].column or ""))
        self.dirty: dict[tuple[str, str], Mark] = {}
        self.links: dict[str, Linked] = {}
        #: (table, row) -> (field, target page) -> (position, whether in a link table).
        self.waiting: dict[tuple[str, str], dict[tuple[str, str], tuple[int, bool]]] = {}
        self.conflicts: dict[object, Disputed] = {}
        self.intents: dict[tuple[str, str], Intent] = {}
        self.changes: list[Changed] = []
        self.stamps: dict[str, Due] = {}
        self.problems: dict[str, Trouble] = {}
        self.sources: dict[str, SourceState] = {}
        self.users: dict[str, User] = {}
        self.rounds: dict[int, Numbered] = {}
        self.lease: Lease | None = None
        #: How often each table was written to, so that quiet can be seen.
        self.writes: Counter[str] = Counter()
        self._version = 0
        self._mark = 0
        self._numbers: Counter[str] = Counter()

    def table(self, collection: Collection) -> Table:
        """The table of a collection, laid out as it is declared now."""
        table = self.tables[collection.table]
        if table.layout.collection is not collection:
            if table.layout.collection != collection:
                table.layout = Layout(collection)
            else:
                table.layout.collection = collection
        return table

    def number(self, what: str) -> int:
        """The next number of a table that counts its entries."""
        self._numbers[what] += 1
        return self._numbers[what]

    def new_mark(self) -> str:
        """The mark of an entry of the ledger that is written now."""
        self._mark += 1
        return str(self._mark)

    def mark(
        self,
        table: str,
        row_id: str,
        op: str,
        page_id: str | None,
        by: str | None,
        why: str | None = None,
    ) -> None:
        """Mark a row that a person inserted (I) or updated (U)."""
        self._version += 1
        old = self.dirty.get((table, row_id))
        self.writes["sync.dirty"] += 1
        self.dirty[table, row_id] = Mark(
            self._version,
            "I" if old is not None and old.op == "I" else op,
            self.clock(),
            page_id,
            by=by,
            why=why,
        )

    def mark_owner(
        self, table: str, row_id: str, by: str | None = PERSON, why: str | None = None
    ) -> None:
        """Mark the owner of links that a person changed."""
        if row_id not in self.tables[table].rows:
            return
        old = self.dirty.get((table, row_id))
        if old is None:
            link = self.tables[table].linked.get(row_id)
            self.mark(table, row_id, "U", link.page_id if link else None, by, why)
            return
        self._mark_again(old)
        old.by, old.why = by, why

    def _mark_again(self, mark: Mark) -> None:
        self._version += 1
        self.writes["sync.dirty"] += 1
        mark.version, mark.at = self._version, self.clock()

    def mark_deleted(self, table: str, row: Row, by: str | None) -> None:
        """Mark a row that went, with what it held; one that can have no page is forgotten."""
        link = self.tables[table].linked.get(row.id)
        page_id = link.page_id if link else row.page_id
        if page_id is None and (table, row.id) not in self.intents:
            if self.dirty.pop((table, row.id), None) is not None:
                self.writes["sync.dirty"] += 1
            return
        self._version += 1
        self.writes["sync.dirty"] += 1
        self.dirty[table, row.id] = Mark(self._version, "D", self.clock(), page_id, row, by)

    def mark_pointing(self, table: str, rows: Collected[str]) -> None:
        """Mark every record that links to these rows, which Notion could not be told of before."""
        for owner_table, relation in self.pointers[table]:
            index = (
                owner_table.pointing[relation.name]
                if relation.link is None
                else self.link_tables[relation.link].targets
            )
            for owner in sorted({owner for row_id in rows for owner in index.get(row_id, ())}):
                mark = self.dirty.get((owner_table.name, owner))
                if mark is not None:
                    self._mark_again(mark)
                else:
                    link = owner_table.linked.get(owner)
                    page_id = link.page_id if link is not None else None
                    self.mark(owner_table.name, owner, "U", page_id, None)

    def stamp(self, page_id: str, table: str, row_id: str | None, *, anew: bool) -> None:
        """Have a page's stamps due; ``anew``: since now, though they may have been due before."""
        old = self.stamps.get(page_id)
        if old is None or anew:
            self.stamps[page_id] = Due(table, row_id, self.clock())
        elif (old.table, old.row_id) != (table, row_id):
            old.table, old.row_id = table, row_id
        else:
            return
        self.writes["sync.stamp"] += 1
