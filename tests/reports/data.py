"""Data for the reports: rows drawn at random, and rows that hold nothing.

Rule: a row goes in as SQL; which columns there are and what they may hold is asked of the schema.
"""

from __future__ import annotations

import itertools
import json
import random
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from accord.core.schema import Field, PropertyType, Schema

Database = psycopg.Connection[Any]
NOW = datetime.now(UTC).replace(microsecond=0)


def insert(database: Database, table: str, values: dict[str, Any]) -> None:
    """Insert one row."""
    names = sql.SQL(", ").join(map(sql.Identifier, values))
    places = sql.SQL(", ").join(sql.Placeholder() * len(values))
    statement = sql.SQL("insert into public.{} ({}) values ({})")
    database.execute(statement.format(sql.Identifier(table), names, places), [*values.values()])


def empty_rows(database: Database, schema: Schema, count: int) -> None:
    """Rows in every table with nothing in them."""
    for collection in schema:
        for _ in range(count):
            insert(database, collection.table, {"id": uuid.uuid4()})


def random_rows(database: Database, schema: Schema, count: int, seed: int) -> None:
    """Rows in every table, linked at random, a fifth of them in the trash."""
    draw = random.Random(seed)
    ids = {c.table: [uuid.UUID(int=draw.getrandbits(128)) for _ in range(count)] for c in schema}
    people = [uuid.UUID(int=draw.getrandbits(128)) for _ in range(4)]
    for number, person in enumerate(people[:3]):  # one is not known
        insert(database, "notion_users", {"id": person, "name": f"Person {number % 2}"})
    for collection in schema:
        for row_id in ids[collection.table]:
            values: dict[str, Any] = {"id": row_id}
            synced = NOW + timedelta(seconds=draw.choice([-5, 0, 5]))
            values["last_synced_at"] = draw.choice([None, synced])
            values["updated_at"] = NOW + timedelta(seconds=draw.choice([-5, 0, 5]))
            values["deleted_at"] = NOW if draw.random() < 0.2 else None
            for field in collection.carried:
                if field.column and field.type is not PropertyType.RELATION:
                    values[field.column] = drawn(draw, field, people)
            insert(database, collection.table, values)
    for collection in schema:
        for field in collection.carried:
            if field.type is PropertyType.RELATION and field.column:
                for row_id in ids[collection.table]:
                    if draw.random() < 0.7:
                        target = draw.choice(ids[field.to or ""])
                        statement = sql.SQL("update public.{} set {} = %s where id = %s").format(
                            sql.Identifier(collection.table), sql.Identifier(field.column)
                        )
                        database.execute(statement, (target, row_id))
            if field.link is not None:
                for row_id in ids[collection.table]:
                    for target in draw.sample(ids[field.to or ""], draw.randrange(3)):
                        link = {field.link.owner: row_id, field.link.target: target}
                        insert(database, field.link.table, link)


def drawn(draw: random.Random, field: Field, people: list[uuid.UUID]) -> Any:
    """A value that the column may hold, or none."""
    lists = {PropertyType.MULTI_SELECT, PropertyType.PEOPLE, PropertyType.FILES}
    if draw.random() < 0.2 and field.type not in lists:
        return None
    match field.type:
        case PropertyType.SELECT:
            return draw.choice(field.options or ("one", "two"))
        case PropertyType.MULTI_SELECT:
            return draw.sample(field.options, draw.randrange(3))
        case PropertyType.PEOPLE:
            return draw.sample(people, draw.randrange(3))
        case PropertyType.FILES:
            return Jsonb([])
        case PropertyType.NUMBER if field.number_format == "percent":
            return Decimal(draw.choice(["0", "0.333", "0.8999", "0.9", "1"]))
        case PropertyType.NUMBER:
            return Decimal(draw.choice([0, 1, 3, 10, 99])) + Decimal(draw.choice(["0", "0.25"]))
        case PropertyType.DATE:
            # Around every limit that a report knows, and often on a day at midnight.
            limit = draw.choice([0, 1, 2, 7, 30, 90, 180, 400])
            moment = NOW - timedelta(days=limit * draw.choice([1, 1, -1]))
            moment += timedelta(seconds=draw.choice([-3600, 3600]))
            return moment.replace(hour=0, minute=0, second=0) if draw.random() < 0.3 else moment
        case _ if field.sql == "boolean":
            return draw.random() < 0.5
        case _ if field.sql == "numeric":
            return Decimal(draw.randrange(10))
        case _ if field.sql == "timestamptz":
            return NOW
        case _ if field.holds_json:
            return draw.choice([json.dumps({"clicks": 3}), "no JSON"])
        case _:
            return draw.choice(["a", "A", "b", "c"])


#: Days that a report counts by.
LIMITS = (0, 1, 2, 7, 30, 90, 180)


def rows_at_limits(database: Database, schema: Schema, tables: Iterable[str]) -> None:
    """Rows whose every date lies an hour before or after a limit, of each status and priority."""
    moments = [
        NOW - timedelta(days=sign * limit) + timedelta(hours=hour)
        for limit in LIMITS
        for sign in (1, -1)
        for hour in (-1, 1)
    ]
    for table in tables:
        fields = {field.name: field for field in schema.collection(table).carried}
        dates = [name for name, field in fields.items() if field.type is PropertyType.DATE]
        chosen = [name for name in ("status", "priority") if name in fields]
        options = [(None, *fields[name].options) for name in chosen]
        names = sql.SQL(", ").join(map(sql.Identifier, (*dates, *chosen)))
        places = sql.SQL(", ").join(sql.Placeholder() * (len(dates) + len(chosen)))
        statement = sql.SQL("insert into public.{} ({}) values ({})")
        with database.cursor() as cursor:
            cursor.executemany(
                statement.format(sql.Identifier(table), names, places),
                [
                    (*[moment] * len(dates), *picked)
                    for moment in moments
                    for picked in itertools.product(*options)
                ],
            )
