"""What people do with SQL to tables in dicts.

Rule: every method is one statement. What the triggers do in Postgres is done here: an edit by a
person marks its row, with who made it.
"""

from __future__ import annotations

from collections.abc import Mapping

from accord.core.record import UNDECLARED
from accord.core.values import Json
from accord.testing.memory_rows import Layout, Row, UnfitError, undeclared_of
from accord.testing.memory_tables import PERSON, MemoryDatabase, Table


class MemoryPeople:
    """People who write SQL.

    Args:
        database: what they write to.
    """

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    def insert(
        self,
        table: str,
        row_id: str,
        columns: Mapping[str, Json] | None = None,
        *,
        by: str | None = PERSON,
    ) -> None:
        """INSERT a row; ``columns`` as in `update`.

        Raises:
            UnfitError: a column or a constraint refuses it.
        """
        home = self._database.tables[table]
        if row_id in home.rows:
            raise UnfitError("23505", f"{table} has a row {row_id}", constraint=f"{table}_pkey")
        now = self._database.clock()
        row = Row(row_id, None, dict(home.layout.defaults), {}, {}, {}, now, now)
        self._write(home, row, columns or {}, new=True, dry=True)
        home.add(row)
        self._write(home, row, columns or {}, new=True)
        self._database.writes[table] += 1
        self._database.mark(table, row_id, "I", row.page_id, by)

    def update(
        self,
        table: str,
        row_id: str,
        columns: Mapping[str, Json],
        *,
        by: str | None = PERSON,
        why: str | None = None,
    ) -> bool:
        """UPDATE a row; answers whether it is there.

        ``columns`` may have foreign keys (a row id), `notion_page_id`, `notion_extra` and
        `deleted_at` (true: now; None: not deleted).

        Raises:
            UnfitError: a column or a constraint refuses it.
        """
        home = self._database.tables[table]
        row = home.rows.get(row_id)
        if row is None:
            return False
        self._write(home, row, columns, dry=True)
        touched, marked = self._write(home, row, columns)
        self._database.writes[table] += 1
        if touched:
            row.updated_at = self._database.clock()
        if marked:
            self._database.mark(table, row_id, "U", row.page_id, by, why)
        return True

    def soft_delete(self, table: str, row_id: str, *, by: str | None = PERSON) -> bool:
        """Set `deleted_at`; answers whether the row is there."""
        return self.update(table, row_id, {"deleted_at": True}, by=by)

    def restore(self, table: str, row_id: str, *, by: str | None = PERSON) -> bool:
        """Clear `deleted_at`; answers whether the row is there."""
        return self.update(table, row_id, {"deleted_at": None}, by=by)

    def delete(self, table: str, row_id: str, *, by: str | None = PERSON) -> bool:
        """DELETE a row with its links; what pointed to it points to nothing."""
        home = self._database.tables[table]
        row = home.rows.get(row_id)
        if row is None:
            return False
        home.remove(row)
        self._database.writes[table] += 1
        for relation in home.layout.many:
            ends = self._database.link_tables[relation.link or ""].owners.pop(row_id, {})
            for target in ends:
                self._database.link_tables[relation.link or ""].targets[target].discard(row_id)
        for owner_table, relation in self._database.pointers[table]:
            if relation.link is not None:
                store = self._database.link_tables[relation.link]
                for owner in sorted(store.targets.pop(row_id, ())):
                    store.owners[owner].pop(row_id, None)
                    self._database.mark_owner(owner_table.name, owner, by)
            else:
                for owner in sorted(owner_table.pointing[relation.name].get(row_id, ())):
                    self.update(owner_table.name, owner, {relation.column or "": None}, by=by)
        self._database.mark_deleted(table, row, by)
        return True

    def link(
        self, link_table: str, owner: str, target: str, position: int, *, by: str | None = PERSON
    ) -> None:
        """INSERT a link, or UPDATE its position.

        Raises:
            UnfitError: one of the two rows is not there.
        """
        store = self._database.link_tables[link_table]
        there = owner in self._database.tables[store.owner_table].rows
        if not there or target not in self._database.tables[store.target_table].rows:
            raise UnfitError("23503", f"{link_table}: {owner} or {target} is not there")
        if store.put(owner, target, position):
            self._database.writes[link_table] += 1
            self._database.mark_owner(store.owner_table, owner, by)

    def unlink(self, link_table: str, owner: str, target: str, *, by: str | None = PERSON) -> bool:
        """DELETE a link; answers whether it was there."""
        store = self._database.link_tables[link_table]
        if not store.drop(owner, target):
            return False
        self._database.writes[link_table] += 1
        self._database.mark_owner(store.owner_table, owner, by)
        return True

    def _write(
        self,
        home: Table,
        row: Row,
        columns: Mapping[str, Json],
        *,
        new: bool = False,
        dry: bool = False,
    ) -> tuple[bool, bool]:
        """Write columns as a person does; answers if the row changed, and if that is marked."""
        touched = marked = False
        if new or "notion_page_id" in columns:
            page_id = self._page_of(home, row, columns.get("notion_page_id"))
            if not dry:
                home.set_page(row, page_id)
        for key, value in columns.items():
            if key == "notion_page_id":
                continue
            if key == "deleted_at":
                if not dry and (value is not None or row.deleted_at is not None):
                    row.deleted_at = None if value is None else self._database.clock()
                    touched = marked = True
            elif key == "notion_extra":
                if not dry and value != home.layout.beside(row):
                    _write_extra(home.layout, row, value)
                    touched = marked = True
            elif (column := home.layout.by_column.get(key)) is not None:
                stored = column.accepted(value)
                if not dry and stored != home.layout.stored(row, column):
                    row.raw[key] = stored
                    beyond = row.beyond.get(column.title)
                    home.layout.put(row, column, column.joined(stored, beyond))
                    touched = True
                    marked = marked or not column.field.computed
            else:
                relation = next(r for r in home.layout.one if r.column == key)
                to = self._database.tables[relation.to].rows
                itself = relation.to == home.name and value == row.id
                if value is not None and value not in to and not itself:
                    raise UnfitError("23503", f"{home.name}.{key}: {value} is not there")
                if not dry and home.point(row, relation, value):
                    touched = marked = True
        return touched, marked

    def _page_of(self, home: Table, row: Row, page_id: str | None) -> str | None:
        """The page that a row has when a person writes this one: a linked row has its own.

        Raises:
            UnfitError: the page is that of another row that is there.
        """
        own = home.linked.get(row.id)
        page_id = page_id if own is None else own.page_id
        if page_id is None or home.by_page.get(page_id) == row.id:
            return page_id
        if page_id in home.by_page:
            name = f"{home.name}_notion_page_id_key"
            said = f'duplicate key value violates unique constraint "{name}"'
            raise UnfitError("23505", said, constraint=name)
        return row.page_id if own is None and page_id in self._database.links else page_id


def _write_extra(layout: Layout, row: Row, extra: Mapping[str, Json]) -> None:
    """Let a row's `notion_extra` be this, and read its columns again."""
    titles = set(layout.titles.values())
    values = row.values
    for column in layout.columns.values():  # what the columns hold stays, whatever lies beyond
        if column.column is not None and column.column not in row.raw:
            row.raw[column.column] = column.stored(values[column.name])
    row.beyond = {title: entry for title, entry in extra.items() if title in titles}
    values[UNDECLARED] = undeclared_of(layout, extra)
    layout.read_anew(row)
