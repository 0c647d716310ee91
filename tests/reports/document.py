"""docs/reports.md, written from the reports and from what they show of the sample workspace.

    .venv/bin/python -m tests.reports.document

Rule: the same files give the same text; the sample is seen at the moment that its clock shows.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from accord.declare import load_schema
from accord.local_postgres import EmbeddedPostgres
from accord.supabase import migrate
from accord.supabase.views import View, load_views
from tests.reports.conftest import NOW, ROOT, load

PAGE = ROOT / "docs" / "reports.md"
ROWS = 4
#: Made up anew with each load, and of no use to a reader of the page.
IDS = {"id", "row_id"}

HEAD = """\
# Reports

Written by `.venv/bin/python -m tests.reports.document`; a change belongs into `reports/`.

Each report is a view in schema `reports`, to be read with any SQL client:

    select * from reports.contact_pipeline order by business, stage;

or, once `reports` is among the exposed schemas (dashboard: Project Settings, Data API), with
supabase-js: `supabase.schema("reports").from("contact_pipeline").select()`.

A view shows what its reader may read in the tables, and nothing else: who is given one business
sees the figures of that business (see [security.md](security.md)). Rows in the trash are left
out. Nothing can be written. All moments are in UTC.

To add a report, put a file into `reports/`: a comment whose first paragraph says in a sentence
what it is for, a line `-- column: what it holds` for each column, and one `select`.
"""


def page(database: psycopg.Connection[dict[str, Any]]) -> str:
    """The page, from a database with the sample; what is written there is to be taken back."""
    for statement in (
        "set timezone = 'UTC'",
        "set local session_replication_role = replica",  # no triggers
    ):
        database.execute(statement.encode())
    for collection in load_schema("models"):
        moment = sql.SQL("update public.{} set updated_at = {now}, last_synced_at = {now}")
        database.execute(moment.format(sql.Identifier(collection.table), now=NOW))
    views = load_views(ROOT / "reports")
    contents = "\n".join(f"- [{view.name}](#{view.name}): {view.sentence}" for view in views)
    parts = ("\n".join(_report(database, view)) for view in views)
    return f"{HEAD}\n{contents}\n\n" + "\n".join(parts)


def _report(database: psycopg.Connection[dict[str, Any]], view: View) -> Iterator[str]:
    moment = f"timestamptz '{NOW.isoformat()}'"
    query = view.sql.replace("now()", moment)
    rows = database.execute(f"select * from ({query}) as report".encode()).fetchall()
    columns = [name for name, _ in view.columns if name not in IDS]
    lines = sorted([_cell(row[name]) for name in columns] for row in rows)
    yield f"## {view.name}\n\n{view.sentence}\n"
    yield "| column | what it holds |\n|---|---|"
    yield from (f"| `{name}` | {doc} |" for name, doc in view.columns)
    shown = f"{min(ROWS, len(rows))} of {len(rows)} rows"
    yield f"\nOf the sample workspace, {shown}:\n"
    yield f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"
    # Evenly spread, so that a sample shows more than its beginning.
    step = max(1, len(lines) // ROWS)
    yield from (f"| {' | '.join(line)} |" for line in lines[::step][:ROWS])
    yield ""


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.strftime("%Y-%m-%d" if value.time() == datetime.min.time() else "%F %H:%M")
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case dict() | list():
            return f"`{json.dumps(value, ensure_ascii=False, sort_keys=True)}`"
        case _:
            return str(value).replace("|", "\\|").replace("\n", " ")


def main() -> None:
    """Write the page."""
    with (
        tempfile.TemporaryDirectory(prefix="accord-postgres-") as directory,
        EmbeddedPostgres(Path(directory), fast=True) as server,
    ):
        server.create_database("sample")
        url = server.url("sample")
        asyncio.run(migrate.apply(url, ROOT / "supabase" / "migrations"))
        asyncio.run(load(url, load_schema("models")))
        with psycopg.connect(url, row_factory=dict_row) as connection:
            PAGE.write_text(page(connection), encoding="utf-8")
            connection.rollback()


if __name__ == "__main__":
    main()
