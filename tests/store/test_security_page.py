"""docs/security.md: its table is what the models say, and its SQL can be run."""

import re
import uuid
from pathlib import Path
from typing import Any

import psycopg

from accord.core.schema import Schema
from accord.supabase.statements import split
from tests.store.reading_page import lines

PAGE = Path(__file__).parents[2] / "docs" / "security.md"


def test_the_table_is_what_the_models_say(schema: Schema) -> None:
    assert "\n".join(lines(schema)) in PAGE.read_text(encoding="utf-8")


def test_the_sql_of_the_page_can_be_run(database: psycopg.Connection[Any]) -> None:
    (block,) = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    with database.transaction(force_rollback=True):
        database.execute("create schema auth")
        database.execute("create table auth.users (id uuid, email text)")
        for name in ("ann", "bob"):
            values = (uuid.uuid4(), f"{name}@example.com")
            database.execute("insert into auth.users values (%s, %s)", values)
        database.execute(
            "insert into public.business_entities (name) values ('The Connection Practice')"
        )
        given = []
        for statement in split(block.replace("where ...", "where false")):
            cursor = database.execute(statement.encode())
            given = [row[1] for row in cursor.fetchall() if len(row) > 1]
            if "grant_reader_of_all" in statement:
                rows = database.execute("select count(*)::int from sync.readers").fetchall()
                assert rows == [(2,)]
        assert given == ["The Connection Practice"]
