"""A project that changes: a copy of the models, its migrations, and a database filled by them.

Rule: what is looked for in the database is found by reading its rows alone, with no knowledge of
how a migration carries values.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from accord.core.schema import Schema
from accord.declare import load_schema
from accord.local_postgres import EmbeddedPostgres
from accord.supabase import migrate
from accord.supabase.drafting.catalogue import Catalogue, differences, read_catalogue
from accord.supabase.drafting.draft import Draft, draft
from accord.supabase.drafting.rendering import migration_text, reverse_text
from accord.supabase.first_migrations import write_migrations
from accord.supabase.views import View, load_views

ROOT = Path(__file__).parents[2]
MODELS = ("notion_db_models.py", "notion_db_models_extended.py")

REPORT = """\
-- The work that waits for somebody.

select t.task_name, b.name as business
  from public.tasks t
  left join public.business_entities b on b.id = t.related_business_entity_id
 where t.status = 'To Do'
"""


@dataclass(frozen=True)
class Edit:
    """What somebody writes into the project: pairs of a text and what stands there afterwards.

    ``drawn`` is whether there is anything to migrate.
    """

    name: str
    texts: Sequence[tuple[str, str]]
    drawn: bool = True


@dataclass
class Scratch:
    """Databases of one server, under names of their own."""

    server: EmbeddedPostgres
    made: list[str] = field(default_factory=list)

    def create_database(self, name: str, template: str | None = None) -> None:
        self.server.create_database(f"scratch_{name}", template)
        self.made.append(f"scratch_{name}")

    def url(self, database: str) -> str:
        return self.server.url(f"scratch_{database}")

    def clear(self) -> None:
        for name in self.made:
            self.server.drop_database(name)
        self.made.clear()


class Project:
    """A folder with models, reports and migrations."""

    def __init__(self, folder: Path, server: EmbeddedPostgres) -> None:
        self.folder = folder
        self.scratch = Scratch(server)
        self.migrations = folder / "supabase" / "migrations"
        self.number = 0
        self.files = {name: (ROOT / "models" / name).read_text() for name in MODELS}
        self.files["todo.sql"] = REPORT
        self.past: list[dict[str, str]] = []
        self.write()
        write_migrations(self.schema(), self.migrations, self.views())

    @property
    def package(self) -> str:
        return f"models_{self.number:02}_{abs(hash(self.folder))}"

    def write(self) -> None:
        """Put the project as it is now into the folder; modules are imported once."""
        self.number += 1
        models, reports = self.folder / self.package, self.folder / "reports"
        for folder in (models, reports):
            folder.mkdir(parents=True, exist_ok=True)
        (models / "__init__.py").write_text('"""A copy of the models."""\n')
        for name, text in self.files.items():
            ((reports if name.endswith(".sql") else models) / name).write_text(text)
        settings = f'[tool.accord]\nmodels = "{self.package}"\nreports = "reports"\n'
        (self.folder / "pyproject.toml").write_text(settings)

    def edit(self, edit: Edit) -> None:
        """Edit the project as a developer does."""
        self.past.append(dict(self.files))
        for old, new in edit.texts:
            named = [name for name, text in self.files.items() if text.count(old) == 1]
            assert len(named) == 1, f"{edit.name}: {old!r} is found in {named}"
            self.files[named[0]] = self.files[named[0]].replace(old, new)
        self.write()

    def undo(self) -> None:
        """Take the last edit back."""
        self.files = self.past.pop()
        self.write()

    def schema(self) -> Schema:
        try:
            return load_schema(self.package, root=self.folder)
        finally:
            sys.path.remove(str(self.folder))

    def views(self) -> tuple[View, ...]:
        return load_views(self.folder / "reports")

    def draft(self, *, drop_deprecated: bool = False) -> Draft:
        """The next migration."""
        self.scratch.clear()
        return asyncio.run(
            draft(
                self.scratch,
                self.migrations,
                self.schema(),
                self.views(),
                drop_deprecated=drop_deprecated,
            )
        )

    def keep(self, name: str, found: Draft) -> str:
        """Write a draft as a file; answers what takes it back."""
        version = f"2026020100{self.number:04}"
        text = migration_text(name, found.changes, reverse=None)
        (self.migrations / f"{version}_{name}.sql").write_text(text)
        return reverse_text(f"{version}_{name}.sql", version, found.reverse)

    def wanted(self) -> Catalogue:
        """What the models of the last draft build on an empty database."""
        return catalogue(self.scratch.url("models"))

    def apply(self, url: str) -> list[str]:
        """Apply what is pending; answers what Postgres remarked."""
        done = asyncio.run(migrate.apply(url, self.migrations))
        return [notice for applied in done for notice in applied.notices]


def catalogue(url: str) -> Catalogue:
    async def read() -> Catalogue:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            return await read_catalogue(connection)

    return asyncio.run(read())


def left(url: str, want: Catalogue) -> list[str]:
    return differences(catalogue(url), want)


Values = dict[str, set[str]]


def values(url: str) -> Values:
    """Of each row, by its id, every value that is anywhere in it or in a row that names it."""
    found: Values = defaultdict(set)
    with psycopg.connect(url) as connection:
        pages: dict[str, str] = {}
        rows: list[Mapping[str, Any]] = []
        for table, made in _tables(connection):
            query = sql.SQL("select to_jsonb(t) from public.{} t").format(sql.Identifier(table))
            for (row,) in connection.execute(query):
                rows.append({name: row[name] for name in row if name not in made})
                if row.get("notion_page_id"):
                    pages[row["notion_page_id"]] = row["id"]
    for row in rows:
        if "id" in row:
            found[row["id"]] |= {pages.get(leaf, leaf) for leaf in _leaves(row)}
        else:
            ends = {value for value in row.values() if isinstance(value, str)}
            for end in ends:
                found[end] |= ends - {end}
    return found


def _tables(connection: psycopg.Connection[Any]) -> list[tuple[str, list[str]]]:
    """Each table of public, with the columns that Postgres works out."""
    return connection.execute(
        "select c.relname, coalesce(array_agg(a.attname::text) filter ("
        "   where a.attgenerated <> ''), '{}')"
        " from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
        " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'"
        " and not a.attisdropped group by c.relname"
    ).fetchall()


def _leaves(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for each in value.values():
                yield from _leaves(each)
        case list():
            for each in value:
                yield from _leaves(each)
        case bool() | None:
            return
        case int() | float():
            yield f"{value:g}"
        case str():
            for part in re.split(r",\s+", value):
                yield f"{float(part):g}" if re.fullmatch(r"-?\d+(\.\d+)?", part) else part.strip()
