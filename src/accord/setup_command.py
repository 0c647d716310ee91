"""`accord setup`: creates the tables in Supabase, or brings them up to date.

Rule: the plan is shown before anything is done, and nothing waits for an answer; what would take
stored data away is refused, with a list of it, until that is allowed in so many words.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from accord import screen
from accord.app import Project
from accord.config_setup import SetupSettings
from accord.core.errors import UsageError
from accord.local_postgres import EmbeddedPostgres
from accord.supabase import migrate as migrations
from accord.supabase.door import connection_settings
from accord.supabase.drafting.draft import Scratch, inspect
from accord.supabase.losses import losses
from accord.supabase.management import ManagementTarget
from accord.supabase.migration_files import Migration, plan_text, read_folder
from accord.supabase.statements import plain
from accord.supabase.targets import PostgresTarget, Target

_MADE = re.compile(
    r"^create\s+(?:or\s+replace\s+)?(?:unique\s+)?(?:materialized\s+)?"
    r"(schema|table|type|function|trigger|index|policy|view)\b"
)
_MANY = {"index": "indexes", "policy": "policies"}


def setup(
    *,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    as_sql: Annotated[bool, Parameter(name="--print", negative="")] = False,
    include_all: Annotated[bool, Parameter(negative="")] = False,
    allow_destructive: Annotated[bool, Parameter(negative="")] = False,
    verify: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Create the tables in Supabase, or bring them up to date. Safe to run again.

    Parameters
    ----------
    dry_run
        Show what would be run; change nothing.
    as_sql
        Print the SQL of all migrations for the dashboard's SQL editor.
    include_all
        Also apply files that are older than what is applied already.
    allow_destructive
        Also apply files that drop or rewrite stored data; without it they are listed and refused.
    verify
        Only tell in what the database differs from the models; exit code 1 if in anything.
    """
    project = Project.open(Path())
    if verify and (dry_run or as_sql or include_all or allow_destructive):
        raise UsageError("--verify only looks: give it alone")
    if as_sql:
        sys.stdout.write(plan_text(read_folder(project.migrations)))
        return 0
    settings = project.setup_settings()
    if verify:
        return _verify(project, settings)
    return asyncio.run(
        bring_up(
            project,
            settings,
            dry_run=dry_run,
            include_all=include_all,
            allow_destructive=allow_destructive,
        )
    )


async def bring_up(
    project: Project,
    settings: SetupSettings,
    *,
    dry_run: bool,
    include_all: bool,
    allow_destructive: bool,
) -> int:
    """Apply what is pending, after showing it; answers the exit code.

    Raises:
        UsageError: a file takes stored data away, and that is not allowed.
        SupabaseError: the database refused, or is not what the files expect.
    """
    target = target_of(settings)
    status = await migrations.pending(target, project.migrations)
    if not status.pending and not status.unknown and not status.changed:
        screen.OUT.print(f"The tables in {place_of(settings)} are up to date; nothing to do.")
        return 0
    lost = {m.file_name: found for m in status.pending if (found := losses(m))}
    _show_plan(status.pending, lost, place_of(settings))
    if lost and not allow_destructive:
        raise UsageError(
            f"{name} {loss}; back the data up and run it again with --allow-destructive"
            for name, found in lost.items()
            for loss in found
        )
    if dry_run:
        screen.OUT.print("Dry run: nothing was changed.")
        return 0
    await migrations.apply(
        target, project.migrations, progress=_show_applied, include_all=include_all
    )
    screen.OUT.print(f"The tables of {len(project.schema)} databases are ready.")
    return 0


def _verify(project: Project, settings: SetupSettings) -> int:
    """Tell in what the database differs from the models."""
    target, place = target_of(settings), place_of(settings)
    status = asyncio.run(migrations.pending(target, project.migrations))
    found = [f"{each.file_name} is not applied" for each in status.pending]
    found += [f"{each.file_name} was changed after it was applied" for each in status.changed]
    found += [f"{each} is applied, but there is no such file" for each in status.unknown]
    if not found:
        with scratch() as server:
            found = asyncio.run(inspect(server, target, project.schema, project.views()))
    if not found:
        screen.OUT.print(f"The tables in {place} are what the models ask for.")
        return 0
    screen.show_errors(found)
    screen.OUT.print(f"The database {place} is not what the models ask for.", highlight=False)
    return 1


@contextmanager
def scratch() -> Iterator[Scratch]:
    """A Postgres that is gone afterwards."""
    server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="accord-migrate-")), fast=True)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def target_of(settings: SetupSettings) -> Target:
    """The database that the settings lead to."""
    if settings.database_url:
        return PostgresTarget(settings.database_url)
    return ManagementTarget(settings.project, settings.access_token, settings.management_url)


def place_of(settings: SetupSettings) -> str:
    """Which database it is, for people; without a password."""
    if not settings.database_url:
        return f"project {settings.project}"
    said = connection_settings(settings.database_url)
    host, name = said.get("host") or "this machine", said.get("dbname") or said.get("user")
    return f"{name} at {host}"


def _show_plan(pending: Sequence[Migration], lost: Mapping[str, Sequence[str]], place: str) -> None:
    if not pending:
        return
    table = Table.grid(padding=(0, 2))
    for migration in pending:
        table.add_row(escape(migration.file_name), _summary(migration))
        for loss in lost.get(migration.file_name, ()):
            table.add_row("", f"[bold red]{escape(loss)}[/]")
    screen.OUT.print(
        Panel(table, title=f"to be applied to {escape(place)}", title_align="left", expand=False)
    )


def _summary(migration: Migration) -> str:
    """What a file makes, counted, as ``16 tables, 58 functions``."""
    counts = Counter(
        found[1] for text in migration.statements if (found := _MADE.match(plain(text)))
    )
    made = [f"{n} {kind if n == 1 else _MANY.get(kind, kind + 's')}" for kind, n in counts.items()]
    return ", ".join(made) or f"{len(migration.statements)} statements"


def _show_applied(applied: migrations.Applied, number: int, count: int) -> None:
    statements = len(applied.migration.statements)
    screen.OUT.print(
        f"{number}/{count} applied {applied.migration.file_name}: {statements} statements"
    )
    for notice in applied.notices:
        screen.show_warning(notice)
