"""The first migrations, assembled: what accord keeps for itself, the models' tables, the reports.

Rule: the files in ``supabase/migrations`` are what this gives for the models of today, until the
first release; from then on they stay as they are, and what is new goes into a new file.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from accord.core.schema import Schema
from accord.supabase.ddl import tables_sql
from accord.supabase.drafting.model import model_sql
from accord.supabase.views import View, views_sql

LEDGER_FILE = "20260101000000_ledger.sql"
TABLES_FILE = "20260101000100_notion_databases.sql"
REPORTS_FILE = "20260101000200_reports.sql"

# These come first, in this order: roles are granted rights, tables are named by functions.
_FIRST = ("roles.sql", "ledger.sql")
# And these last: they speak of all that was made, and give rights on it.
_LAST = ("comments.sql", "access.sql")


def migration_files(schema: Schema, views: Iterable[View] = ()) -> dict[str, str]:
    """File name -> text, in the order in which they are applied; no views, no file for them.

    Raises:
        ModelError: a declaration cannot become a table.
    """
    texts = {LEDGER_FILE: ledger_sql(), TABLES_FILE: f"{tables_sql(schema)}\n\n{model_sql(schema)}"}
    reports = tuple(views)
    return texts | {REPORTS_FILE: views_sql(reports)} if reports else texts


def ledger_sql() -> str:
    """Everything in schema ``sync``: roles, tables, functions."""
    folder = files("accord.supabase") / "sql"
    texts = {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    }
    order = [*_FIRST, *sorted(texts.keys() - {*_FIRST, *_LAST}), *_LAST]
    parts = (f"-- == {name}\n\n{texts[name].strip()}\n" for name in order)
    head = (
        "-- What the synchronisation keeps for itself, in a schema of its own.\n"
        "-- Assembled from src/accord/supabase/sql; a change belongs there, not here.\n"
    )
    return head + "\n" + "\n\n".join(parts)


def write_migrations(schema: Schema, folder: Path, views: Iterable[View] = ()) -> list[Path]:
    """Write the files into ``folder``; answer those that changed.

    Raises:
        ModelError: a declaration cannot become a table; nothing is written.
    """
    texts = migration_files(schema, views)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in texts.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
    return written
