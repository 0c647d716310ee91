"""One database behind each implementation of the ports, and the people who write SQL to it.

Rule: a test speaks to a `Place` and cannot tell which it is. What can be seen from outside, by
ports or by SQL, is in `Place.state`, in the same form for both.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

import psycopg
from psycopg import sql

from accord.core.ports import Ledger, SupabaseReplica
from accord.core.values import Json
from accord.supabase.door import Door
from accord.supabase.ledger import PostgresLedger
from accord.supabase.replica import Supabase
from accord.testing.memory_ledger import MemoryLedger
from accord.testing.memory_people import MemoryPeople
from accord.testing.memory_replica import MemoryDoor, MemorySupabase
from accord.testing.memory_rows import UnfitError
from accord.testing.memory_tables import MemoryDatabase
from tests.replicas.insides import ends_of, in_memory, in_postgres, tables_in
from tests.replicas.shelves import SCHEMA

T = TypeVar("T")


class RefusedError(Exception):
    """The database refused what a person wanted."""


@dataclass(frozen=True)
class Program:
    """One program at work on a place, with a lease of its own."""

    supabase: SupabaseReplica
    ledger: Ledger


class Place(Protocol):
    """A database, the programs at work on it, and people."""

    program: Program

    def another(self) -> Program: ...

    def run(self, call: Coroutine[Any, Any, T]) -> T: ...

    def insert(self, table: str, row_id: str, columns: Mapping[str, Json]) -> None: ...

    def update(self, table: str, row_id: str, columns: Mapping[str, Json]) -> None: ...

    def delete(self, table: str, row_id: str) -> None: ...

    def vanish(self, table: str, row_id: str) -> None:
        """The row goes and no trigger notices."""

    def link(self, table: str, owner: str, target: str, position: int) -> None: ...

    def unlink(self, table: str, owner: str, target: str) -> None: ...

    def end_lease(self) -> None:
        """The lease is over by the database's clock."""

    def footprint(self) -> object:
        """Another one after each write, to whatever table."""

    def state(self) -> dict[str, Any]:
        """All that is in the tables, but for times and numbers."""


class InMemory:
    """Tables in dicts."""

    def __init__(self) -> None:
        self.database = MemoryDatabase(SCHEMA)
        self.people = MemoryPeople(self.database)
        self.program = self.another()

    def another(self) -> Program:
        door = MemoryDoor(self.database)
        return Program(MemorySupabase(door), MemoryLedger(door))

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        try:
            call.send(None)
        except StopIteration as answer:
            found: T = answer.value
            return found
        raise AssertionError("nothing in memory waits")

    def insert(self, table: str, row_id: str, columns: Mapping[str, Json]) -> None:
        self._person(lambda: self.people.insert(table, row_id, columns))

    def update(self, table: str, row_id: str, columns: Mapping[str, Json]) -> None:
        self._person(lambda: self.people.update(table, row_id, columns))

    def delete(self, table: str, row_id: str) -> None:
        self.people.delete(table, row_id)

    def vanish(self, table: str, row_id: str) -> None:
        home = self.database.tables[table]
        home.remove(home.rows[row_id])

    def link(self, table: str, owner: str, target: str, position: int) -> None:
        self._person(lambda: self.people.link(table, owner, target, position))

    def unlink(self, table: str, owner: str, target: str) -> None:
        self.people.unlink(table, owner, target)

    def end_lease(self) -> None:
        if self.database.lease is not None:
            self.database.lease = replace(self.database.lease, until=self.database.clock())

    def footprint(self) -> object:
        return {table: count for table, count in self.database.writes.items() if count}

    def state(self) -> dict[str, Any]:
        return in_memory(self.database)

    def _person(self, act: Callable[[], object]) -> None:
        try:
            act()
        except UnfitError as error:
            raise RefusedError from error


class InPostgres:
    """Tables in a real Postgres.

    Args:
        url: a database with the tables of `SCHEMA`, empty; people go there.
        door: opens the door that programs take.
    """

    def __init__(self, url: str, door: Callable[[], Door]) -> None:
        self.url = url
        self._door = door
        self._runner = asyncio.Runner()
        self._doors: list[Door] = []
        self._connection = psycopg.connect(url, autocommit=True, application_name="person")
        self._connection.execute("set timezone = 'UTC'")
        self.program = self.another()

    def close(self) -> None:
        """Empty the tables again, and let go of everything."""
        for door in self._doors:
            self.run(door.close())
        self._runner.close()
        self.empty()
        self._connection.close()

    def empty(self) -> None:
        """Empty the tables."""
        connection = self._connection
        with connection.transaction():
            connection.execute("set local session_replication_role = replica")  # no triggers
            for name in tables_in(connection):
                connection.execute(sql.SQL("delete from {}").format(name))

    def another(self) -> Program:
        door = self._door()
        self._doors.append(door)
        return Program(Supabase(door), PostgresLedger(door))

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(call)

    def insert(self, table: str, row_id: str, columns: Mapping[str, Json]) -> None:
        written = _in_words({"id": row_id, **columns})
        self._person(
            sql.SQL(
                "insert into {} ({}) select {} from jsonb_populate_record(null::{}, %s)"
            ).format(
                sql.Identifier(table), _names(written), _names(written), sql.Identifier(table)
            ),
            json.dumps(written),
        )

    def update(self, table: str, row_id: str, columns: Mapping[str, Json]) -> None:
        written = _in_words(columns)
        self._person(
            sql.SQL(
                "update {table} t set ({names}) = (select {names} from"
                " jsonb_populate_record(null::{table}, %s)) where id = %s"
            ).format(table=sql.Identifier(table), names=_names(written)),
            json.dumps(written),
            row_id,
        )

    def delete(self, table: str, row_id: str) -> None:
        self._person(sql.SQL("delete from {} where id = %s").format(sql.Identifier(table)), row_id)

    def vanish(self, table: str, row_id: str) -> None:
        with self._connection.transaction():
            self._connection.execute("set local session_replication_role = replica")
            self.delete(table, row_id)

    def link(self, table: str, owner: str, target: str, position: int) -> None:
        columns = ends_of(table)
        self._person(
            sql.SQL(
                "insert into {} values (%s, %s, %s) on conflict ({}) do update set position ="
                " excluded.position where {}.position is distinct from excluded.position"
            ).format(
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.Identifier(table),
            ),
            owner,
            target,
            position,
        )

    def unlink(self, table: str, owner: str, target: str) -> None:
        self._person(
            sql.SQL("delete from {} where {} = %s and {} = %s").format(
                sql.Identifier(table), *map(sql.Identifier, ends_of(table))
            ),
            owner,
            target,
        )

    def end_lease(self) -> None:
        self._connection.execute("update sync.lease set until = clock_timestamp()")

    def footprint(self) -> object:
        found = {}
        for name in tables_in(self._connection):
            query = sql.SQL("select ctid::text, xmin::text from {} order by 1").format(name)
            found[name.as_string()] = self._connection.execute(query).fetchall()
        return str(found)

    def state(self) -> dict[str, Any]:
        return in_postgres(self._connection)

    def _person(self, statement: sql.Composed, *params: Any) -> None:
        try:
            self._connection.execute(statement, params)
        except psycopg.IntegrityError as error:
            raise RefusedError from error


def _in_words(columns: Mapping[str, Json]) -> dict[str, Json]:
    return {**columns, "deleted_at": "now"} if columns.get("deleted_at") else dict(columns)


def _names(columns: Mapping[str, Json]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
