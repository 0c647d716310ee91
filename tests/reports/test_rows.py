"""Rows of the sample are read into the models, as psycopg and as PostgREST return them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

import models
from accord.core.schema import Collection as CoreCollection
from accord.core.schema import Field
from accord.declare import Collection, load_schema

ROOT = Path(__file__).parents[2]
COLLECTIONS = list(load_schema("models"))
Database = psycopg.Connection[dict[str, Any]]


def linked(field: Field) -> sql.Composable:
    """The ids of a relation to many, as one column."""
    if field.link is not None:
        column, table, mine = field.link.target, field.link.table, field.link.owner
    else:
        table, _, mine = (field.through or "").partition(".")
        column = "id"
    order = "position" if field.link is not None and field.mirrors is None else column
    query = "array(select l.{} from public.{} l where l.{} = t.id order by l.{}) as {}"
    return sql.SQL(query).format(*map(sql.Identifier, (column, table, mine, order, field.name)))


@pytest.mark.parametrize("collection", COLLECTIONS, ids=lambda c: c.table)
def test_every_row_of_the_sample_is_read(sample: Database, collection: CoreCollection) -> None:
    model: type[Collection] = getattr(models, collection.model)
    many = [field for field in collection.fields if field.many]
    columns = sql.SQL(", ").join([sql.SQL("t.*"), *(linked(field) for field in many)])
    query = sql.SQL("select {} from public.{} t").format(columns, sql.Identifier(collection.table))
    rows = sample.execute(query).fetchall()
    as_json = sample.execute(sql.SQL("select to_jsonb(r) as row from ({}) r").format(query))
    by_id = {each["row"]["id"]: each["row"] for each in as_json.fetchall()}
    assert rows
    for row in rows:
        read = model.model_validate(row)
        assert read == model.model_validate(by_id[str(row["id"])])
        held = read.model_dump()
        for name, value in row.items():
            if name in {"images", "image"}:  # files, of which more is known
                assert [file["url"] for file in held[name]] == [file["url"] for file in value]
            elif isinstance(value, Decimal):
                assert held[name] == float(value)
            else:
                assert held[name] == value, name


def test_links_of_the_sample_are_there_on_both_sides(sample: Database) -> None:
    seen = dict.fromkeys(
        (f"{c.table}.{f.name}" for c in COLLECTIONS for f in c.fields if f.many), 0
    )
    for collection in COLLECTIONS:
        for field in collection.fields:
            if field.many:
                query = sql.SQL("select {} from public.{} t").format(
                    linked(field), sql.Identifier(collection.table)
                )
                rows = sample.execute(query).fetchall()
                seen[f"{collection.table}.{field.name}"] = sum(len(r[field.name]) for r in rows)
    assert [name for name, links in seen.items() if not links] == []


def blocks(language: str) -> list[str]:
    text = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_sql_of_the_page_answers(sample: Database) -> None:
    (query,) = blocks("sql")
    rows = sample.execute(query.encode()).fetchall()
    assert rows
    assert {type(row["waits_for"]) for row in rows} == {list}
    assert any(row["people"] for row in rows)


def test_the_program_of_the_page_prints_the_tasks(sample_url: str, sample: Database) -> None:
    program = blocks("python")[0]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "SUPABASE_DB_URL": sample_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    count = sample.execute("select count(*) from public.tasks where deleted_at is null").fetchall()
    assert len(done.stdout.splitlines()) == count[0]["count"]
