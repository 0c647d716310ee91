"""The commands around migrations: make one from the models, check, status, apply.

Rule: what is drafted and checked happens in a Postgres of its own that is gone afterwards; only
``apply`` touches the database of the project.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from cyclopts import App, Parameter

from accord import screen, session
from accord.app import Project
from accord.core.errors import UsageError
from accord.setup_command import bring_up, scratch, target_of
from accord.supabase import migrate as migrations
from accord.supabase import worker_role as worker
from accord.supabase.drafting.draft import Draft, Scratch, compare, draft
from accord.supabase.drafting.rendering import migration_text, next_version, reverse_text
from accord.supabase.first_migrations import write_migrations
from accord.supabase.migration_files import read_folder

T = TypeVar("T")

#: Where the files lie that take migrations back: beside the folder of migrations.
REVERSE = "reverse"

migrate_app = App(name="migrate", help="The migration scripts of the project.")


@migrate_app.command
def make(
    name: str,
    *,
    drop_deprecated: Annotated[bool, Parameter(negative="")] = False,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Write the next migration script: what leads from the scripts so far to the models.

    Parameters
    ----------
    name
        What it does, in a few words with _ between: the file's name.
    drop_deprecated
        Drop what earlier scripts put aside, with all its values, and do nothing else.
    dry_run
        Print the script; write nothing.
    """
    words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    if not words:
        raise UsageError(f"{name!r} names no migration; say what it does, as add_a_budget")
    project = session.open_project()

    async def ask(scratch: Scratch) -> Draft:
        return await draft(
            scratch,
            project.migrations,
            project.schema,
            project.views(),
            drop_deprecated=drop_deprecated,
        )

    found = _in_scratch(ask)
    if not found.changes:
        screen.OUT.print("Nothing changed: the scripts build what the models ask for.")
        return 0
    return _write(project, words, found, dry_run=dry_run)


def _write(project: Project, words: str, found: Draft, *, dry_run: bool) -> int:
    versions = [migration.version for migration in read_folder(project.migrations)]
    version = next_version(versions, datetime.now(UTC))
    file_name = f"{version}_{words}.sql"
    folder = project.migrations.parent / REVERSE
    reverse = folder / file_name if found.reverse else None
    shown = reverse.relative_to(project.folder).as_posix() if reverse else None
    text = migration_text(words, found.changes, reverse=shown)
    if dry_run:
        sys.stdout.write(text)
        return 0
    path = project.migrations / file_name
    path.write_text(text, encoding="utf-8", newline="\n")
    screen.OUT.print(f"wrote {path}")
    if reverse is not None:
        folder.mkdir(exist_ok=True)
        taken_back = reverse_text(file_name, version, found.reverse)
        reverse.write_text(taken_back, encoding="utf-8", newline="\n")
        screen.OUT.print(f"wrote {reverse}, which takes it back")
    for change in found.changes:
        screen.OUT.print(f"  {change.note}", highlight=False)
    screen.OUT.print("Read it; then: accord migrate apply")
    return 0


@migrate_app.command
def check(*, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Tell whether the migration scripts build what the models ask for. Exit code 1: they do not.

    Parameters
    ----------
    as_json
        Print one JSON document on stdout.
    """
    project = session.open_project()

    async def ask(scratch: Scratch) -> list[str]:
        return await compare(scratch, project.migrations, project.schema, project.views())

    found = _in_scratch(ask)
    if as_json:
        session.print_json({"equal": not found, "differences": list(found)})
    elif found:
        screen.show_errors(found)
        screen.OUT.print(
            "The scripts do not follow the models; write the next: accord migrate make"
        )
    else:
        screen.OUT.print("The scripts build what the models ask for.")
    return 1 if found else 0


@migrate_app.command
def status(*, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Compare the scripts with what is applied to the database. Exit code 1: they differ.

    Parameters
    ----------
    as_json
        Print one JSON document on stdout.
    """
    project = session.open_project()
    target = target_of(project.setup_settings())
    found = asyncio.run(migrations.pending(target, project.migrations))
    listed = {
        "applied": [each.file_name for each in found.applied],
        "pending": [each.file_name for each in found.pending],
        "unknown": list(found.unknown),
        "changed": [each.file_name for each in found.changed],
    }
    if as_json:
        session.print_json(dict(listed))
    else:
        told = {"unknown": "applied, but no script is here", "changed": "changed after it ran"}
        for state, names in listed.items():
            for each in names:
                screen.OUT.print(f"{told.get(state, state)}: {each}", highlight=False)
    return 1 if any(listed[state] for state in ("pending", "unknown", "changed")) else 0


@migrate_app.command
def apply(
    *,
    include_all: Annotated[bool, Parameter(negative="")] = False,
    allow_destructive: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Apply the migration scripts that the database has not had yet. Safe to run again.

    Parameters
    ----------
    include_all
        Also apply scripts that are older than what is applied already.
    allow_destructive
        Also apply scripts that drop or rewrite stored data; without it they are listed and refused.
    """
    project = session.open_project()
    return asyncio.run(
        bring_up(
            project,
            project.setup_settings(),
            dry_run=False,
            include_all=include_all,
            allow_destructive=allow_destructive,
        )
    )


@migrate_app.command
def write() -> int:
    """Write the first migration scripts of this version again from the models."""
    project = session.open_project()
    for path in write_migrations(project.schema, project.migrations, project.views()):
        screen.OUT.print(f"wrote {path}")
    return 0


@migrate_app.command
def worker_role(*, name: str = worker.NAME) -> int:
    """Print the SQL of a role that can do the synchronisation's work and nothing else.

    Parameters
    ----------
    name
        What the role is called.
    """
    sys.stdout.write(worker.worker_role_sql(session.open_project().schema, name))
    return 0


def _in_scratch(act: Callable[[Scratch], Coroutine[Any, Any, T]]) -> T:
    with scratch() as server:
        return asyncio.run(act(server))
