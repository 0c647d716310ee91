"""The SQL side in a real Postgres: the product's own functions, tables and triggers.

Rule: all that is ours here is the line: one connection that waits, since time is virtual. The
database's own clock is not, so whatever hangs on it, the lease, is ended by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Collection as Collected
from types import TracebackType
from typing import Any, Self

import orjson
import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from accord.core.ports import Ledger, SupabaseReplica
from accord.core.schema import Collection, Field, Schema
from accord.core.values import Json, Kind
from accord.local_postgres import EmbeddedPostgres
from accord.supabase.ddl import tables_sql
from accord.supabase.door import WORKSPACE
from accord.supabase.errors import explained
from accord.supabase.first_migrations import ledger_sql
from accord.supabase.ledger import PostgresLedger
from accord.supabase.replica import Supabase
from tests.engine.simulator.forms import Form, schema_of
from tests.engine.simulator.tables import columns_of
from tests.engine.simulator.virtual import VirtualClock
from tests.engine.simulator.watching import Plain, Thing

_EMPTY = """
do $$ declare t regclass; begin
  for t in select oid from pg_class where relkind = 'r' and relnamespace
    in ('public'::regnamespace, 'sync'::regnamespace)
  loop execute format('delete from %s', t); end loop;
end $$
"""
_TABLES = """
select format('%I.%I', schemaname, tablename) as name from pg_tables
where schemaname in ('public', 'sync') and (schemaname, tablename) <> ('sync', 'lease')
order by 1
"""


class Templates:
    """Databases with the tables of each form, made when they are first asked for.

    Args:
        server: where they are.
    """

    def __init__(self, server: EmbeddedPostgres) -> None:
        self.server = server
        self._open: dict[str, psycopg.Connection[dict[str, Any]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for connection in self._open.values():
            connection.close()

    def empty(self, schema: Schema) -> psycopg.Connection[dict[str, Any]]:
        """A connection to empty tables of a schema."""
        tables = tables_sql(schema)
        connection = self._open.get(tables)
        if connection is None:
            name = f"simulator_{len(self._open)}"
            self.server.create_database(name, template=self._ledger())
            connection = psycopg.connect(
                self.server.url(name), autocommit=True, row_factory=dict_row, prepare_threshold=2
            )
            connection.execute(tables.encode())
            self._open[tables] = connection
        with connection.transaction():
            connection.execute("set local session_replication_role = replica")  # no triggers
            connection.execute(_EMPTY.encode())
        return connection

    def _ledger(self) -> str:
        """The database that all begin as: with the ledger, and no table yet."""
        name = "simulator_ledger"
        if name not in self.server.databases():
            self.server.create_database(name)
            with psycopg.connect(self.server.url(name), autocommit=True) as connection:
                connection.execute(ledger_sql().encode())
        return name


class WaitingDoor:
    """A door that waits for each answer; see `accord.supabase.door.Door`.

    Args:
        connection: the way to the database.
    """

    def __init__(self, connection: psycopg.Connection[dict[str, Any]]) -> None:
        self.fence: int | None = None
        self._connection = connection

    async def call(self, function: str, *args: Json) -> Json:
        """Call ``sync.<function>``."""
        return self._ask(function, args)

    async def write(self, function: str, *args: Json) -> Json:
        """Call a function that writes, as the holder of the lease."""
        if self.fence is None:
            return self._ask(function, args)
        return self._ask("fenced_v1", (WORKSPACE, self.fence, function, list(args)))

    async def close(self) -> None:
        """Leave the connection to the next."""

    def _ask(self, function: str, args: Sequence[Json]) -> Json:
        given = ", ".join(["%s::jsonb"] * len(args))
        query = f"select (sync.{function}({given}))::text as answer".encode()
        try:
            row = self._connection.execute(
                query, [orjson.dumps(arg).decode() for arg in args]
            ).fetchone()
        except psycopg.Error as error:
            raise explained(error, user="postgres", place="here") from error
        answer = row["answer"] if row else None
        return None if answer is None else orjson.loads(answer)


class PostgresTables:
    """The SQL side.

    Args:
        schema: the collections.
        connection: the way to the database.
    """

    def __init__(self, schema: Schema, connection: psycopg.Connection[dict[str, Any]]) -> None:
        self.schema = schema
        self._connection = connection
        self._marks: str | None = None

    @classmethod
    def make(cls, templates: Templates, form: Form, clock: VirtualClock) -> PostgresTables:
        """Empty tables of a form; the clock is the database's own."""
        del clock
        schema = schema_of(form)
        return cls(schema, templates.empty(schema))

    def doors(self) -> tuple[SupabaseReplica, Ledger]:
        door = WaitingDoor(self._connection)
        return Supabase(door), PostgresLedger(door)

    def insert(self, table: str, row_id: str, values: Mapping[str, Plain]) -> None:
        columns = {"id": row_id, **columns_of(self.schema.collection(table), values)}
        self._do(
            "insert into public.{} ({}) values ({})",
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join([sql.Placeholder()] * len(columns)),
            values=list(columns.values()),
        )

    def update(self, table: str, row_id: str, values: Mapping[str, Plain]) -> None:
        columns = columns_of(self.schema.collection(table), values)
        self._do(
            "update public.{} set {} where id = %s",
            sql.Identifier(table),
            sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(c)) for c in columns),
            values=[*columns.values(), row_id],
        )

    def delete(self, table: str, row_id: str, *, hard: bool) -> None:
        words = "delete from public.{}" if hard else "update public.{} set deleted_at = now()"
        self._do(f"{words} where id = %s", sql.Identifier(table), values=[row_id])

    def restore(self, table: str, row_id: str) -> None:
        words = "update public.{} set deleted_at = null where id = %s"
        self._do(words, sql.Identifier(table), values=[row_id])

    def link(self, field: Field, row_id: str, target: str) -> None:
        table, owner, end = _link(field)
        self._do(
            "insert into public.{0} ({1}, {2}, position) select %s, %s, count(*) from public.{0}"
            " where {1} = %s on conflict do nothing",
            table,
            owner,
            end,
            values=[row_id, target, row_id],
        )

    def unlink(self, field: Field, row_id: str, target: str) -> None:
        self._do(
            "delete from public.{} where {} = %s and {} = %s",
            *_link(field),
            values=[row_id, target],
        )

    def things(self) -> dict[str, Thing]:
        found: dict[str, Thing] = {}
        for collection in self.schema:
            for row in self._rows("select * from public.{}", sql.Identifier(collection.table)):
                page_id = row["notion_page_id"]
                found[str(row["id"])] = Thing(
                    collection.table,
                    _values(collection, row),
                    row["deleted_at"] is not None,
                    None if page_id is None else str(page_id),
                )
            for field in collection.carried:
                if field.link is not None:
                    self._ends(field, collection.table, found)
        return found

    def _ends(self, field: Field, table: str, found: dict[str, Thing]) -> None:
        name, owner, end = _link(field)
        ends: dict[str, set[str]] = {}
        for row in self._rows(
            "select {}::text as a, {}::text as b from public.{}", owner, end, name
        ):
            ends.setdefault(row["a"], set()).add(row["b"])
        for row_id, thing in found.items():
            if thing.table == table:
                thing.values[field.name] = frozenset(ends.get(row_id, ()))

    def writes(self) -> Mapping[str, object]:
        if self._marks is None:
            names = [row["name"] for row in self._connection.execute(_TABLES.encode())]
            self._marks = " union all ".join(
                f"select '{name.removeprefix('public.')}' as name,"
                f" array(select ctid::text || ' ' || xmin::text from {name} order by 1) as mark"
                for name in names
            )
        return {r["name"]: r["mark"] for r in self._connection.execute(self._marks.encode())}

    def marks(self) -> Collected[tuple[str, str]]:
        rows = self._connection.execute(
            b"select table_name, row_id::text as row_id from sync.dirty"
        )
        return {(row["table_name"], row["row_id"]) for row in rows}

    def end_lease(self) -> None:
        self.forget_lease()

    def forget_lease(self) -> None:
        self._connection.execute("update sync.lease set until = now() - interval '1 second'")

    def _do(self, statement: str, *parts: sql.Composable, values: list[Any]) -> None:
        """What a person does; what Postgres refuses them they leave."""
        query = sql.SQL(statement).format(*parts)
        _leaving(lambda: self._connection.execute(query, values))

    def _rows(self, statement: str, *parts: sql.Composable) -> list[dict[str, Any]]:
        query = sql.SQL(statement).format(*parts)
        return self._connection.execute(query).fetchall()


def _leaving(act: Callable[[], object]) -> None:
    try:
        act()
    except psycopg.IntegrityError:
        return


def _link(field: Field) -> tuple[sql.Identifier, sql.Identifier, sql.Identifier]:
    link = field.link
    if link is None:
        raise AssertionError(f"{field.name} has no link table")
    return sql.Identifier(link.table), sql.Identifier(link.owner), sql.Identifier(link.target)


def _values(collection: Collection, row: Mapping[str, Any]) -> dict[str, Plain]:
    values: dict[str, Plain] = {}
    for field in collection.carried:
        if field.column is None:
            continue
        held = row[field.column]
        match field.kind:
            case Kind.LINKS:
                values[field.name] = frozenset(() if held is None else (str(held),))
            case Kind.OPTIONS:
                values[field.name] = frozenset(held or ())
            case Kind.NUMBER:
                values[field.name] = None if held is None else float(held)
            case _:
                values[field.name] = held or None
    return values
