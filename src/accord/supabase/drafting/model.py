"""What the tables were made for, as ``sync.model`` keeps it: a row a database, a row a property.

Rule: pure. It names where values are; a migration learns from it what was called how before.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from accord.core.schema import Schema
from accord.supabase.statements import quote_literal


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of ``sync.model``; a database as a whole has an empty ``field``.

    ``formerly`` is what it was called before, so that a name that is taken back is known again; a
    model that does not say so any more is the same.
    """

    table_name: str
    field: str
    title: str
    type: str = ""
    column_name: str | None = None
    link_table: str | None = None
    owner_column: str | None = None
    target_column: str | None = None
    target_table: str | None = None
    mirrors: str | None = None
    formerly: str | None = dataclasses.field(default=None, compare=False)

    @property
    def key(self) -> tuple[str, str]:
        """What it goes by."""
        return self.table_name, self.field

    @property
    def many(self) -> bool:
        """Whether its values are in a link table of its own."""
        return self.link_table is not None and self.mirrors is None

    @property
    def held(self) -> bool:
        """Whether it has values of its own at all."""
        return self.column_name is not None or self.many


COLUMNS = tuple(each.name for each in dataclasses.fields(Entry))


def entries_of(schema: Schema) -> list[Entry]:
    """The rows that a schema asks for."""
    return list(_entries(schema))


def _entries(schema: Schema) -> Iterator[Entry]:
    for collection in schema:
        yield Entry(collection.table, "", collection.title, formerly=collection.renamed_from)
        for each in collection.fields:
            if each.managed is None:
                link = each.link
                yield Entry(
                    collection.table,
                    each.name,
                    each.title,
                    each.type.value,
                    each.column,
                    link.table if link else None,
                    link.owner if link else None,
                    link.target if link else None,
                    each.to,
                    each.mirrors,
                    each.renamed_from,
                )


def insert_sql(entries: Iterable[Entry]) -> str:
    """The statement that writes these rows."""
    rows = ",\n".join(
        f"  ({', '.join(_literal(getattr(entry, name)) for name in COLUMNS)})" for entry in entries
    )
    return f"insert into sync.model ({', '.join(COLUMNS)}) values\n{rows};"


def changed_sql(before: Iterable[Entry], after: Iterable[Entry]) -> tuple[str, ...]:
    """The statements that make the rows of ``before`` those of ``after``."""
    old, new = set(before), set(after)
    statements = []
    if gone := sorted(entry.key for entry in old - new):
        keys = ",\n".join(f"  ({_literal(table)}, {_literal(name)})" for table, name in gone)
        statements.append(
            f"select sync.undeclare_v1(v.place, v.field) from (values\n{keys}\n) v(place, field)"
        )
    if added := sorted(new - old, key=lambda entry: entry.key):
        statements.append(insert_sql(added))
    return tuple(statements)


def model_sql(schema: Schema) -> str:
    """The end of the first migration: what its tables are made for."""
    return (
        "-- == The model: what the tables were made for\n\n"
        f"{insert_sql(sorted(entries_of(schema), key=lambda entry: entry.key))}\n"
    )


def _literal(value: str | None) -> str:
    return "null" if value is None else quote_literal(value)
