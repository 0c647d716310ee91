"""How fast rows get into Postgres: through our doors, and in the ways that others write them.

A thousand new rows of the widest table. Ours write the row, its base, its history and its stamp,
and judge each record by itself; the others write the columns of the row and nothing else.
The figure in parentheses is the ratio to ``executemany``.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from accord.core.history import WHOLE, Applied, Why
from accord.core.ports import Result, RowWrite
from accord.core.record import Base, Record, Side
from accord.core.schema import Collection, Field
from accord.core.values import File, Json, Kind, Span, Text, Value
from accord.declare import load_schema
from accord.local_postgres import EmbeddedPostgres
from accord.supabase import migrate
from accord.supabase.codec import encode_row
from accord.supabase.door import Door, PostgresDoor
from accord.supabase.replica import Supabase
from accord.supabase.rest_door import RestDoor
from tests.doors import lite

ROOT = Path(__file__).parents[2]
COUNT = 1_000
#: Of the ways that take one request for each row, so many are timed.
FEW = 200
VALUES: dict[Kind, Value] = {
    Kind.TEXT: Text("A line of text, as people write it in Notion"),
    Kind.STRING: "https://example.org/a/page",
    Kind.NUMBER: 12.5,
    Kind.CHECKBOX: True,
    Kind.OPTION: "ACTIVE",
    Kind.OPTIONS: ("NEW", "OLD"),
    Kind.DATE: Span("2026-03-01T10:30+02:00"),
    Kind.PEOPLE: (str(uuid.UUID(int=1)),),
    Kind.FILES: (File("a.png", "https://example.org/a.png"),),
    Kind.SCALAR: 2.5,
}


def measure() -> Iterator[tuple[str, float, str]]:
    """Yield (what, figure, unit)."""
    collection = max(load_schema("models"), key=lambda each: len(each.carried))
    directory = Path(tempfile.mkdtemp(prefix="accord-bench-"))
    try:
        with ExitStack() as stack:
            server = stack.enter_context(EmbeddedPostgres(directory))
            server.create_database("doors")
            url = server.url("doors")
            asyncio.run(migrate.apply(url, ROOT / "supabase" / "migrations"))
            yield f"columns of {collection.table}", len(collection.carried), "columns"
            yield from _rates(collection, url, stack)
    finally:
        shutil.rmtree(directory)


def _rates(collection: Collection, url: str, stack: ExitStack) -> Iterator[tuple[str, float, str]]:
    by_url = partial(PostgresDoor, url)
    ways: dict[str, Callable[[], tuple[int, float]]] = {
        "executemany": partial(_plain, _executemany, collection, url, COUNT),
        "COPY and merge": partial(_plain, _copy, collection, url, COUNT),
        "one statement for each": partial(_plain, _one_by_one, collection, url, FEW),
    }
    doors: dict[str, Callable[[], Door]] = {"psycopg": by_url}
    if lite.lacking() is None:
        doors["REST"] = partial(RestDoor, stack.enter_context(lite.Lite(url)).api)
    for door, opened in doors.items():
        for size, what in ((COUNT, "one call"), (100, "calls of 100"), (1, "a call for each")):
            count = COUNT if size > 1 else FEW
            ways[f"{door} door, {what}"] = partial(_through, opened, collection, count, size)
    usual = 0.0
    for name, way in ways.items():
        way()  # the first time fills caches
        rates = sorted(rows / seconds for rows, seconds in (way() for _ in range(3)))
        usual = usual or rates[1]
        yield f"{name} ({rates[1] / usual:.2f})", rates[1], "rows/s"


def _record(collection: Collection) -> RowWrite:
    page_id = str(uuid.uuid4())
    values = {f.name: _value(f) for f in collection.carried}
    return RowWrite(
        page_id=page_id,
        row_id=str(uuid.uuid4()),
        expected_version=0,
        changes=values,
        base=Base(Record(values)),
        create=True,
        deleted=False,
        in_step=True,
        history=(Applied(WHOLE, None, None, Side.NOTION, Why.CREATE),),
        stamp=True,
    )


def _value(field: Field) -> Value:
    if field.kind is Kind.LINKS:
        return ()
    if field.bounds is not None:
        return field.bounds[0]
    return VALUES.get(field.kind)


def _through(
    opened: Callable[[], Door], collection: Collection, count: int, size: int
) -> tuple[int, float]:
    """Commit records, so many a call; answers how many rows, and the seconds."""
    writes = [_record(collection) for _ in range(count)]

    async def run() -> float:
        door = opened()
        try:
            supabase = Supabase(door)
            await supabase.commit(collection, [_record(collection)])  # connects
            began = time.perf_counter()
            for start in range(0, count, size):
                outcomes = await supabase.commit(collection, writes[start : start + size])
                assert {outcome.result for outcome in outcomes} == {Result.DONE}
            return time.perf_counter() - began
        finally:
            await door.close()

    return count, asyncio.run(run())


Rows = Sequence[tuple[Any, ...]]
Way = Callable[[psycopg.Connection[Any], sql.Composed, Sequence[str], Rows], None]


def _plain(way: Way, collection: Collection, url: str, count: int) -> tuple[int, float]:
    """Write the columns of rows and nothing else, as others do."""
    rows = [_columns(collection) for _ in range(count)]
    names = list(rows[0])
    values = [tuple(row.values()) for row in rows]
    table = sql.Identifier("public", collection.table)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set sync.applying = 'on'")  # as ours: nothing is marked
        began = time.perf_counter()
        way(connection, sql.SQL("{}").format(table), names, values)
        return count, time.perf_counter() - began


def _columns(collection: Collection) -> dict[str, Any]:
    """A row as a program would hand it to psycopg."""
    record = _record(collection)
    columns = encode_row(collection, dict(record.changes)).columns
    row = {"id": record.row_id, "notion_page_id": record.page_id}
    return row | {name: _parameter(value) for name, value in columns.items()}


def _parameter(value: Json) -> Any:
    """Lists of texts are arrays; what has objects in it is JSON."""
    if isinstance(value, dict) or (
        isinstance(value, list) and value and isinstance(value[0], dict)
    ):
        return json.dumps(value)
    return value


def _upsert(table: sql.Composed, names: Sequence[str], source: sql.Composable) -> sql.Composed:
    columns = list(map(sql.Identifier, names))
    return sql.SQL("insert into {} ({}) {} on conflict (id) do update set {}").format(
        table,
        sql.SQL(", ").join(columns),
        source,
        sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(name) for name in columns),
    )


def _statement(table: sql.Composed, names: Sequence[str]) -> sql.Composed:
    marks = sql.SQL(", ").join([sql.Placeholder()] * len(names))
    return _upsert(table, names, sql.SQL("values ({})").format(marks))


def _executemany(
    connection: psycopg.Connection[Any], table: sql.Composed, names: Sequence[str], rows: Rows
) -> None:
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(_statement(table, names), rows)


def _one_by_one(
    connection: psycopg.Connection[Any], table: sql.Composed, names: Sequence[str], rows: Rows
) -> None:
    statement = _statement(table, names)
    for row in rows:
        connection.execute(statement, row)


def _copy(
    connection: psycopg.Connection[Any], table: sql.Composed, names: Sequence[str], rows: Rows
) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "create temp table arriving on commit drop as select {} from {} limit 0"
            ).format(columns, table)
        )
        with cursor.copy(sql.SQL("copy arriving ({}) from stdin").format(columns)) as copy:
            for row in rows:
                copy.write_row(row)
        source = sql.SQL("select {} from arriving").format(columns)
        cursor.execute(_upsert(table, names, source))
