"""How one record is written to tables in dicts: its row, its links, and the ends that wait.

Rule: what is there already stays untouched, and is not counted as written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from accord.core.entries import RowEdit, RowWrite
from accord.core.errors import OurError
from accord.core.record import UNDECLARED, Base, title_of_field
from accord.core.values import Json, Value
from accord.testing.memory_rows import Layout, Row, UnfitError
from accord.testing.memory_tables import Linked, MemoryDatabase, Table


class Verdict(Enum):
    """What is done with one record."""

    STALE = auto()  # it changed since it was sighted
    UPDATE = auto()  # its row is there
    GONE = auto()  # a person deleted its row, and it is to live
    REVIVE = auto()  # and now it is to come back
    INSERT = auto()  # it has no row yet
    LINK = auto()  # no row is needed: only the ledger is written


@dataclass(slots=True)
class Sent:
    """One write with its values as they come back from their columns.

    Args:
        write: the write.
        page_id: the page that the row is to have; None leaves it the one that it has.
        values: field name -> value, without relations.
        beyond: property title -> what `notion_extra` gets; None: the key goes.
        ends: field name -> target pages, of all relations that are written.
        verdict: what is done with it.
        was: the ledger's entry of the page before.
        met: a row that was there before is linked to its page.
        unfit: what Postgres would say if its row were written.
        refused: why Postgres would not take it.
    """

    write: RowWrite | RowEdit
    page_id: str | None
    values: dict[str, Value] = field(default_factory=dict)
    beyond: dict[str, Json] = field(default_factory=dict)
    ends: dict[str, tuple[str, ...]] = field(default_factory=dict)
    verdict: Verdict = Verdict.STALE
    was: Linked | None = None
    met: bool = False
    unfit: UnfitError | None = None
    refused: UnfitError | None = None


def insert(database: MemoryDatabase, table: Table, sent: Sent) -> None:
    """Insert the row of a new record."""
    write = sent.write
    now = database.clock()
    ours = isinstance(write, RowWrite)
    row = Row(
        id=write.row_id,
        page_id=sent.page_id,
        values={**table.layout.defaults, **sent.values},
        beyond={title: entry for title, entry in sent.beyond.items() if entry is not None},
        raw={},
        keys={},
        created_at=(write.created_at if isinstance(write, RowWrite) else None) or now,
        updated_at=now,
        synced_at=now if ours else None,
        deleted_at=now if write.deleted else None,
    )
    table.add(row)
    database.writes[table.name] += 1
    # What waited for an earlier row of this id is not the new row's.
    if database.waiting.pop((table.name, row.id), None) is not None:
        database.writes["sync.waiting"] += 1


def revive(database: MemoryDatabase, table: Table, sent: Sent) -> None:
    """Bring a row back as it was when it went; its links are written anew."""
    mark = database.dirty.pop((table.name, sent.write.row_id))
    row = mark.tombstone
    if row is None:
        raise OurError(f"{table.name}: the mark of a deleted row has no tombstone")
    row.keys = {}
    row.page_id = sent.page_id or mark.page_id
    ours = isinstance(sent.write, RowWrite)
    if sent.page_id is None and not ours and row.page_id in database.links:
        row.page_id = None  # which is another row's by now
    row.updated_at = database.clock()
    if ours:
        row.synced_at = row.updated_at
    table.add(row)
    database.writes[table.name] += 1


def add_links_of(layout: Layout, sent: Sent, base: Base | None) -> None:
    """A row that comes back has the links of the base, which went with it."""
    held = base.record.values if base is not None else {}
    for relation in (*layout.many, *layout.one):
        pages = held.get(relation.name)
        if relation.name not in sent.ends and isinstance(pages, tuple):
            sent.ends[relation.name] = tuple(page for page in pages if isinstance(page, str))
    more_of(layout, sent)


def more_of(layout: Layout, sent: Sent) -> None:
    """Of several targets a foreign key holds the first; the others lie beyond it."""
    for relation in layout.one:
        pages = sent.ends.get(relation.name)
        if pages is not None:
            sent.beyond[relation.title] = {"more": list(pages[1:])} if len(pages) > 1 else None


def update(database: MemoryDatabase, table: Table, sent: Sent) -> bool:
    """Write what differs to a row that is there; answers whether a person's trigger would mark it.

    What Notion works out, and the page, are not a person's to tell.
    """
    write = sent.write
    row, layout = table.rows[write.row_id], table.layout
    touched = table.set_page(row, sent.page_id) if sent.page_id is not None else False
    marked = False
    if write.deleted is not None and write.deleted != (row.deleted_at is not None):
        row.deleted_at = database.clock() if write.deleted else None
        marked = True
    if isinstance(write, RowWrite) and write.create:
        marked |= _drop_old_extra(layout, row, write)
    for name, value in sent.values.items():
        column = layout.columns.get(name)
        if column is None or column.column not in row.raw:
            held = row.values.get(name)
            differs = held != value or type(held) is not type(value)
        else:
            differs = row.raw.pop(column.column) != column.stored(value)
        row.values[name] = value
        if differs and column is not None and column.field.computed:
            touched = True
        else:
            marked |= differs
    for title, entry in sent.beyond.items():
        if entry is None:
            marked |= row.beyond.pop(title, None) is not None
        elif row.beyond.get(title) != entry:
            row.beyond[title] = entry
            marked = True
    for relation in layout.one:
        pages = sent.ends.get(relation.name)
        if pages is not None:
            target = database.tables[relation.to].by_page.get(pages[0]) if pages else None
            marked |= table.point(row, relation, target)
    if row.unreadable:
        layout.read_anew(row)
    if touched or marked:
        row.updated_at = database.clock()
        if isinstance(write, RowWrite):
            row.synced_at = row.updated_at
        database.writes[table.name] += 1
    return marked


def _drop_old_extra(layout: Layout, row: Row, write: RowWrite) -> bool:
    """The page had this row before: what `notion_extra` held till then goes."""
    only = {f.title for f in layout.collection.carried if f.name not in write.changes}
    written = {title_of_field(layout.collection, name) for name in write.changes}
    gone = [title for title in row.beyond if title not in only and title not in written]
    for title in gone:
        del row.beyond[title]
    if UNDECLARED not in write.changes and row.values.get(UNDECLARED) is not None:
        row.values[UNDECLARED] = None
        return True
    return bool(gone)


def write_ends(database: MemoryDatabase, table: Table, sent: Sent) -> bool:
    """Have the links of a record as given; ends without a row wait. Answers if any differs."""
    row_id = sent.write.row_id
    row = table.rows[row_id]
    missing: dict[tuple[str, str], tuple[int, bool]] = {}
    changed = False
    for relation in table.layout.one:
        pages = sent.ends.get(relation.name)
        if pages:
            target = database.tables[relation.to].by_page.get(pages[0])
            if target is None:
                missing[relation.name, pages[0]] = (0, False)
            else:
                changed |= table.point(row, relation, target)
    for relation in table.layout.many:
        pages = sent.ends.get(relation.name)
        if pages is None:
            continue
        targets = database.tables[relation.to]
        store = database.link_tables[relation.link or ""]
        desired: dict[str, int] = {}
        for position, page in enumerate(pages):
            target = targets.by_page.get(page)
            if target is None:
                missing[relation.name, page] = (position, True)
            else:
                desired[target] = position
        before = len(database.writes) and database.writes[store.name]
        for target in [t for t in store.owners.get(row_id, ()) if t not in desired]:
            # A link to a row that has no page yet was never shown to Notion, so it stays.
            if targets.rows[target].page_id is not None and store.drop(row_id, target):
                database.writes[store.name] += 1
        for target, position in desired.items():
            if store.put(row_id, target, position):
                database.writes[store.name] += 1
        changed |= database.writes[store.name] != before
    return _wait(database, (table.name, row_id), sent, missing) or changed


def _wait(
    database: MemoryDatabase,
    key: tuple[str, str],
    sent: Sent,
    missing: dict[tuple[str, str], tuple[int, bool]],
) -> bool:
    """Have these ends of the written relations wait, and no others of them."""
    before = database.waiting.get(key)
    if before is None and not missing:
        return False
    kept = {end: place for end, place in (before or {}).items() if end[0] not in sent.ends}
    after = kept | missing
    if after == before:
        return False
    database.writes["sync.waiting"] += 1
    if after:
        database.waiting[key] = after
    else:
        del database.waiting[key]
    return True
