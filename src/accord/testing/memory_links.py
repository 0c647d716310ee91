"""Links in dicts: ends that waited for their row, and the other side of two-way relations.

Rule: the semantics are those of `sync.settle_v1` and `sync.owners_v1`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from accord.core.schema import Collection, Field
from accord.testing.memory_tables import MemoryDatabase, Table


def settle_row(database: MemoryDatabase, table: Table, row_id: str) -> int:
    """Set the links of a row whose target has arrived; answers how many."""
    key = (table.name, row_id)
    row = table.rows.get(row_id)
    if row is None:  # what waited for a row that is gone itself waits no more
        del database.waiting[key]
        _wrote(database, "sync.waiting")
        return 0
    relations = {r.name: r for r in (*table.layout.many, *table.layout.one)}
    settled = 0
    rest: dict[tuple[str, str], tuple[int, bool]] = {}
    for (name, page), place in database.waiting[key].items():
        relation = relations.get(name)
        target = database.tables[relation.to].by_page.get(page) if relation else None
        if relation is None or target is None:
            rest[name, page] = place
        elif relation.link is not None:
            if database.link_tables[relation.link].put(row_id, target, place[0]):
                _wrote(database, relation.link)
                settled += 1
        elif row.keys.get(name) is None:  # a person who chose another target keeps it
            table.point(row, relation, target)
            row.updated_at = row.synced_at = database.clock()
            _wrote(database, table.name)
            settled += 1
    if len(rest) != len(database.waiting[key]):
        _wrote(database, "sync.waiting")
        if rest:
            database.waiting[key] = rest
        else:
            del database.waiting[key]
    return settled


def owners_of(
    database: MemoryDatabase, collection: Collection, mirror: Field, page_id: str
) -> Iterator[tuple[str, bool]]:
    """The owners of the links that a page's mirror shows, and whether each is deleted.

    Owners whose link waits for the page's row are among them.
    """
    table_name, _, title = (mirror.mirrors or "").partition(".")
    table = database.tables[table_name]
    row_id = database.tables[collection.table].by_page.get(page_id)
    link = mirror.link.table if mirror.link is not None else None
    owners: set[str] = set()
    for relation in (*table.layout.many, *table.layout.one):
        if relation.title != title:
            continue
        if link is not None:
            owners |= database.link_tables[link].targets.get(row_id or "", set())
        else:
            owners |= table.pointing[relation.name].get(row_id or "", set())
            for row in table.rows.values():
                beyond = row.beyond.get(title)
                more = beyond.get("more") if isinstance(beyond, Mapping) else None
                if isinstance(more, list) and page_id in more:
                    owners.add(row.id)
    for (name_of_table, owner), ends in database.waiting.items():
        if name_of_table == table_name:
            owners |= {
                owner for (name, page) in ends if page == page_id and _link_of(table, name) == link
            }
    for owner in owners:
        held = table.rows.get(owner)
        if held is not None and held.page_id is not None:
            yield held.page_id, held.deleted_at is not None


def _link_of(table: Table, name: str) -> str | None:
    relations = (*table.layout.many, *table.layout.one)
    return next((r.link for r in relations if r.name == name), None)


def _wrote(database: MemoryDatabase, table: str) -> None:
    database.writes[table] += 1
