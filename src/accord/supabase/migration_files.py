"""Migrations as files: reading a folder of them, and printing them for an SQL editor.

Rule: what cannot be applied whole or not at all is refused here, before a database is asked.
A file is called ``<version>_<name>.sql``, as the Supabase CLI wants it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from accord.core.errors import ConfigurationError
from accord.supabase.statements import quote_literal, runs_outside, split, steers_transaction

#: What makes the history of migrations, in the form of the Supabase CLI, where it is missing.
HISTORY = """\
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text primary key);
alter table supabase_migrations.schema_migrations add column if not exists statements text[];
alter table supabase_migrations.schema_migrations add column if not exists name text;
"""

_FILE_NAME = re.compile(r"(\d+)_(.+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: ``<version>_<name>.sql``, the version in digits, and its statements."""

    version: str
    name: str
    statements: tuple[str, ...]

    @property
    def file_name(self) -> str:
        """The name of the file."""
        return f"{self.version}_{self.name}.sql"

    @property
    def outside(self) -> bool:
        """Whether its statements refuse to run in a transaction (``... concurrently``)."""
        return any(map(runs_outside, self.statements))


def read_folder(folder: Path) -> tuple[Migration, ...]:
    """The migrations of a folder, oldest first.

    Raises:
        ConfigurationError: files that cannot be run; with every problem.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"there is no folder {folder} with migrations; name another one")
    problems: list[str] = []
    found: dict[str, Migration] = {}
    for path in sorted(folder.glob("*.sql")):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None:
            problems.append(
                f"{path.name}: a migration is called <digits>_<name>.sql, "
                "for example 20260131120000_add_a_table.sql; rename the file"
            )
            continue
        migration = Migration(match[1], match[2], split(path.read_text(encoding="utf-8-sig")))
        problems += _file_problems(migration)
        if other := found.get(migration.version):
            problems.append(
                f"{path.name}: has the same version as {other.file_name}; "
                "rename one of them to a later moment"
            )
        found[migration.version] = migration
    if problems:
        raise ConfigurationError(problems)
    return tuple(sorted(found.values(), key=lambda migration: migration.version))


def plan_text(migrations: Iterable[Migration]) -> str:
    """The SQL that `apply` would run, history included, to run by hand in an SQL editor."""
    head = (
        "-- Run this once, whole, as the owner of the database.\n"
        "-- Each migration is one transaction together with its record.\n"
    )
    parts = [
        head,
        f"-- == History of migrations\n\n{HISTORY}",
    ]
    for migration in migrations:
        body = "".join(f"{statement};\n\n" for statement in migration.statements)
        statements = ",\n".join(map(quote_literal, migration.statements))
        record = (
            "insert into supabase_migrations.schema_migrations (version, name, statements) values "
            f"(\n{quote_literal(migration.version)}, {quote_literal(migration.name)}, "
            f"array[\n{statements}\n]::text[]);\n"
        )
        if migration.outside:
            note = "-- These refuse to run in a transaction: run them one by one.\n\n"
            parts.append(f"-- == {migration.file_name}\n{note}{body}{record}")
        else:
            parts.append(f"-- == {migration.file_name}\n\nbegin;\n\n{body}{record}\ncommit;\n")
    return "\n\n".join(parts)


def first_line(statement: str) -> str:
    """The beginning of a statement, without the comments before it, for a message."""
    text = " ".join(re.sub(r"\A(?:\s*--[^\n]*\n)*", "", statement).split())
    return text if len(text) <= 70 else f"{text[:67]}..."


def _file_problems(migration: Migration) -> list[str]:
    problems = [
        f"{migration.file_name}: begins or ends a transaction by itself ({first_line(statement)}); "
        "take that out, a file is one transaction already"
        for statement in migration.statements
        if steers_transaction(statement)
    ]
    if migration.outside and not all(map(runs_outside, migration.statements)):
        problems.append(
            f"{migration.file_name}: '... index concurrently' refuses to run in a transaction; "
            "put it into a file of its own, so that the rest stays all or nothing"
        )
    return problems
