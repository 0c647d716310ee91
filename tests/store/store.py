"""The real tables and the product's own door, as the tests of the store use them.

Rule: what a person does goes by plain SQL; what the product does goes through its ports.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import psycopg
from psycopg import sql

from accord.core.ports import Known, Outcome, Result, RowEdit, RowWrite
from accord.core.record import Base, Record
from accord.core.schema import Collection, Schema
from accord.core.values import Text, Value
from accord.supabase.door import PostgresDoor
from accord.supabase.ledger import PostgresLedger
from accord.supabase.replica import Supabase

T = TypeVar("T")

CREATED = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
EDITED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def page(name: str) -> str:
    """The page id of a name: the same name, the same page."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.page"))


def row(name: str) -> str:
    """The row id that goes with `page`."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.row"))


def pages(*names: str) -> tuple[str, ...]:
    return tuple(page(name) for name in names)


def new(name: str, /, **values: Value) -> RowWrite:
    """The write that inserts a record."""
    return RowWrite(
        page_id=page(name),
        row_id=row(name),
        expected_version=0,
        changes=values,
        base=Base(Record(values)),
        create=True,
        deleted=False,
        in_step=True,
        created_at=CREATED,
        edited_at=EDITED,
    )


def edit(name: str, known: Known | None = None, /, **values: Value) -> RowWrite:
    """The write that updates a record, planned on what is known of it."""
    before = known.base.record if known and known.base else Record({})
    write = new(name, **values)
    return replace(
        write,
        create=False,
        deleted=None,
        base=Base(before.updated(values)),
        expected_version=known.row.version if known and known.row else 0,
    )


@dataclass(frozen=True)
class Store:
    """A database with all tables, and ways to look at it."""

    url: str
    schema: Schema

    def run(self, act: Callable[[PostgresDoor], Awaitable[T]]) -> T:
        """Run something with a door that is closed afterwards."""

        async def through_a_door() -> T:
            async with PostgresDoor(self.url) as door:
                return await act(door)

        return asyncio.run(through_a_door())

    def ledger(self, act: Callable[[PostgresLedger], Awaitable[T]]) -> T:
        """Ask the ledger something."""
        return self.run(lambda door: act(PostgresLedger(door)))

    def collection(self, table: str) -> Collection:
        return self.schema.collection(table)

    def commit(self, table: str, *writes: RowWrite) -> tuple[Outcome, ...]:
        """Commit writes as the product does."""
        return self.run(lambda door: Supabase(door).commit(self.collection(table), writes))

    def edit(self, table: str, *edits: RowEdit) -> tuple[Outcome, ...]:
        """Edit rows as the product does for a person."""
        return self.run(lambda door: Supabase(door).edit(self.collection(table), edits))

    def done(self, table: str, *writes: RowWrite) -> None:
        """Commit writes that must all be done."""
        outcomes = self.commit(table, *writes)
        assert {o.result for o in outcomes} == {Result.DONE}, outcomes

    def sight(self, table: str, *names: str) -> dict[str, Known]:
        """What is known of pages, by name."""
        ids = {page(name): name for name in names}
        found = self.run(lambda door: Supabase(door).sight(self.collection(table), list(ids)))
        return {ids[page_id]: known for page_id, known in found.items()}

    def rows(self, table: str, *names: str) -> dict[str, Known]:
        """What is known of rows, by name."""
        ids = {row(name): name for name in names}
        found = self.run(lambda door: Supabase(door).sight_rows(self.collection(table), list(ids)))
        return {ids[row_id]: known for row_id, known in found.items()}

    def results(self, table: str, *writes: RowWrite) -> list[Result]:
        """Commit writes, and tell what became of each."""
        return [outcome.result for outcome in self.commit(table, *writes)]

    def seen(self, table: str, name: str) -> Mapping[str, Value]:
        """The values of a row as sighted."""
        known = self.sight(table, name)[name]
        assert known.row is not None
        return known.row.record.values

    def settle(self) -> dict[str, int]:
        return self.ledger(lambda ledger: ledger.settle(self.schema))

    def person(self, statement: str, *params: Any) -> list[tuple[Any, ...]]:
        """Do something as a person who writes SQL."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), params)
            return list(cursor.fetchall()) if cursor.description else []

    def dirty(self) -> list[tuple[str, str, str]]:
        """(table, row id, op) of the rows that are marked."""
        return [
            (table, str(row_id), op)
            for table, row_id, op in self.person(
                "select table_name, row_id, op from sync.dirty order by version"
            )
        ]

    def footprint(self) -> dict[str, Sequence[tuple[str, str]]]:
        """Where every row of every table lies and who wrote it: changes with any write."""
        names = self.person(
            "select schemaname, tablename from pg_tables where schemaname in ('public', 'sync')"
        )
        found: dict[str, Sequence[tuple[str, str]]] = {}
        with psycopg.connect(self.url, autocommit=True) as connection:
            for schema, table in names:
                query = sql.SQL("select ctid::text, xmin::text from {} order by 1")
                rows = connection.execute(query.format(sql.Identifier(schema, table))).fetchall()
                found[f"{schema}.{table}"] = rows
        return found


def text(plain: str) -> Text:
    return Text(plain)
