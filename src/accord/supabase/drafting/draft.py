"""Drafts the next migration: from what the files build to what the models ask for.

Rule: every statement of a draft was run in a scratch database, and what it left there is, thing by
thing, what the models build on an empty one. Otherwise there is no draft, only the differences.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import psycopg

from accord.core.errors import ModelError, SupabaseError
from accord.core.schema import Schema
from accord.supabase import migrate
from accord.supabase.drafting import mending
from accord.supabase.drafting.catalogue import (
    Catalogue,
    across_versions,
    ask_for_catalogue,
    differences,
    in_use,
    is_aside,
    of_kind,
    read_catalogue,
)
from accord.supabase.drafting.change import Change, Course
from accord.supabase.drafting.fields import field_changes
from accord.supabase.drafting.model import COLUMNS, Entry, changed_sql
from accord.supabase.drafting.pairing import pair
from accord.supabase.drafting.tables import table_changes
from accord.supabase.first_migrations import migration_files
from accord.supabase.migration_files import first_line
from accord.supabase.statements import split
from accord.supabase.targets import Target
from accord.supabase.views import View


class Scratch(Protocol):
    """A Postgres of one's own, where databases may be made and thrown away."""

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make a database."""
        ...

    def url(self, database: str) -> str:
        """The address of a database."""
        ...


@dataclass(frozen=True, slots=True)
class State:
    """A database, and what was read of it."""

    name: str
    catalogue: Catalogue
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a migration is to do, and what takes it back; nothing where nothing changed."""

    changes: tuple[Change, ...]
    reverse: tuple[Change, ...]


async def compare(
    scratch: Scratch, folder: Path, schema: Schema, views: Sequence[View]
) -> list[str]:
    """In what the files differ from the models, in words.

    Raises:
        YourError: a file, a model or a report cannot be right.
        SupabaseError: a file does not run.
    """
    have, want = await _states(scratch, folder, _models(schema, views))
    return [*differences(have.catalogue, want.catalogue), *_model_differences(have, want)]


async def inspect(
    scratch: Scratch, target: Target, schema: Schema, views: Sequence[View]
) -> list[str]:
    """In what a database that is in use differs from the models, in words. Writes nothing in it.

    Raises:
        YourError: a model or a report cannot be right.
        SupabaseError: the database does not answer.
    """
    want = await _modelled(scratch, _models(schema, views))
    async with target.session() as session:
        have = await ask_for_catalogue(session)
    have = in_use(have, want.catalogue)
    return differences(across_versions(have), across_versions(want.catalogue))


async def draft(
    scratch: Scratch,
    folder: Path,
    schema: Schema,
    views: Sequence[View],
    *,
    drop_deprecated: bool = False,
) -> Draft:
    """Draft the next migration.

    Args:
        scratch: where it is tried out.
        folder: the migrations that there are.
        schema: what the models declare.
        views: the reports.
        drop_deprecated: drop what was put aside by earlier migrations, and do nothing else.

    Raises:
        YourError: a file, a model or a report cannot be right.
        SupabaseError: a file does not run, or no draft leads to what the models ask for.
    """
    models = _models(schema, views)
    have, want = await _states(scratch, folder, models)
    if drop_deprecated:
        return Draft(tuple(_dropped(have.catalogue)), ())
    pairs = pair(have.entries, schema)
    texts = _texts(chain.from_iterable(models))
    course = Course(have.entries, want.entries, pairs, want.catalogue, texts)
    changes = await _lead(scratch, have, course)
    if not changes:
        return Draft((), ())
    async with _connected(scratch, have.name) as connection:
        there = replace(have, catalogue=await read_catalogue(connection))
    back = Course(want.entries, have.entries, pairs.reversed(), have.catalogue)
    try:
        reverse = await _lead(scratch, there, back)
    except SupabaseError:
        reverse = ()
    return Draft(changes, reverse)


async def _lead(scratch: Scratch, have: State, course: Course) -> tuple[Change, ...]:
    """The changes that lead from a database to the end of a course; they are run in it.

    Raises:
        SupabaseError: they do not lead there.
    """
    if not differences(have.catalogue, course.want) and set(course.before) == set(course.after):
        return ()
    views, done = of_kind(have.catalogue, "view"), list[Change]()
    async with _connected(scratch, have.name) as connection:
        if views and _reports_in_the_way(have.catalogue, course.want):
            names = ", ".join(thing.name for thing in views)
            first = Change("the reports are made again when their tables are ready",
                           (f"drop view {names}",))  # fmt: skip
            await _run(connection, [first], done)
        for stage in ("own", "tables", "fields", "all"):
            found = await read_catalogue(connection)
            if stage == "tables":
                await _run(connection, table_changes(found, course), done)
            elif stage == "fields":
                await _run(connection, field_changes(found, course), done)
            else:
                await _mend(connection, course, done, only="sync" if stage == "own" else None)
        statements = changed_sql(course.before, course.after)
        if statements:
            await _run(connection, [Change("the model: what the tables are for", statements)], done)
        left = differences(await read_catalogue(connection), course.want)
    if left:
        raise SupabaseError(
            "No migration can be written that leads to what the models ask for; these would be "
            f"left: {'; '.join(left)}.",
            remedy="Write these by hand into a file of their own, then run this again.",
        )
    return tuple(done)


async def _mend(
    connection: psycopg.AsyncConnection[Any],
    course: Course,
    done: list[Change],
    *,
    only: str | None,
) -> None:
    """Run what is left of the difference, stage by stage; ``only``: of one schema."""
    want = _within(course.want, only)
    before = _within(await read_catalogue(connection), only)
    for stage in (mending.loosen, mending.build, mending.finish, mending.tell):
        have = _within(await read_catalogue(connection), only)
        await _run(connection, list(stage(have, want, course.texts)), done)
    have = _within(await read_catalogue(connection), only)
    new = frozenset(
        f"{thing.kind} {thing.name}"
        for kind in ("table", "view")
        for thing in of_kind(have, kind)
        if (kind, "", thing.name) not in before and not is_aside(thing)
    )
    await _run(connection, list(mending.allow(have, want, new)), done)


def _within(catalogue: Catalogue, only: str | None) -> Catalogue:
    if only is None:
        return catalogue
    mark = re.compile(rf"(^|\s){only}(\.|$)")
    return {
        key: thing
        for key, thing in catalogue.items()
        if thing.kind != "default" and any(mark.search(part) for part in key[1:])
    }


async def _run(
    connection: psycopg.AsyncConnection[Any], changes: Iterable[Change], done: list[Change]
) -> None:
    """Run changes, one transaction for all of them, as a migration does."""
    wanted = list(changes)
    if not wanted:
        return
    async with connection.transaction():
        for change in wanted:
            for statement in change.statements:
                try:
                    await connection.execute(statement.encode())
                except psycopg.Error as error:
                    raise SupabaseError(
                        f"No migration can be written: {change.note}: {error} ({statement})",
                        remedy="Make this change by hand, in a file of its own; run this again.",
                    ) from error
    done += wanted


def _reports_in_the_way(have: Catalogue, want: Catalogue) -> bool:
    """Whether reports, or tables that reports show, differ."""
    views = " ".join(v.text for catalogue in (have, want) for v in of_kind(catalogue, "view"))
    for key in have.keys() | want.keys():
        one, other = have.get(key), want.get(key)
        kind, place, name = key
        shown = kind == "view" or (kind in {"table", "column"} and (place or name) in views)
        if shown and (one is None or other is None or one.meaning != other.meaning):
            return True
    return False


def _dropped(have: Catalogue) -> Iterator[Change]:
    """What drops all that was put aside."""
    columns = of_kind(have, "column")  # first those that are worked out from others
    columns.sort(key=lambda thing: thing.column["generated"] is None)
    aside = [*of_kind(have, "table"), *columns]
    tables = {t.name for t in aside if t.kind == "table" and is_aside(t)}
    for thing in aside:
        if thing.name in tables:
            yield Change(
                f"{thing.name} goes for good, with its rows", (f"drop table {thing.name}",)
            )
        elif thing.kind == "column" and is_aside(thing) and thing.place not in tables:
            yield Change(
                f"{thing.place}.{thing.name} goes for good, with its values",
                (f"alter table {thing.place} drop column {thing.name}",),
            )


# The two databases


def _models(schema: Schema, views: Sequence[View]) -> list[tuple[str, ...]]:
    """The statements that build what the models ask for, file by file."""
    return [split(text) for text in migration_files(schema, views).values()]


async def _states(
    scratch: Scratch, folder: Path, models: Iterable[Iterable[str]]
) -> tuple[State, State]:
    scratch.create_database("files")
    await migrate.apply(scratch.url("files"), folder)
    return await _state(scratch, "files"), await _modelled(scratch, models)


async def _modelled(scratch: Scratch, models: Iterable[Iterable[str]]) -> State:
    """What the models build in an empty database."""
    scratch.create_database("models")
    async with _connected(scratch, "models") as connection:
        for statements in models:
            await _build(connection, list(statements))
    return await _state(scratch, "models")


async def _build(connection: psycopg.AsyncConnection[Any], statements: Sequence[str]) -> None:
    """Run statements in one transaction; one that Postgres refuses is named."""
    cursors: list[psycopg.AsyncCursor[Any]] = []
    try:
        async with connection.transaction(), connection.pipeline():
            for statement in statements:
                cursors.append(connection.cursor())
                await cursors[-1].execute(statement.encode())
    except psycopg.Error as error:
        done = sum(cursor.pgresult is not None for cursor in cursors)
        said = error.diag.message_primary or "it cannot be run"
        raise ModelError(f"{first_line(statements[done])}: {said}") from error


async def _state(scratch: Scratch, name: str) -> State:
    async with _connected(scratch, name) as connection:
        catalogue = await read_catalogue(connection)
        entries: list[Entry] = []
        if ("table", "", "sync.model") in catalogue:
            cursor = await connection.execute(
                f"select {', '.join(COLUMNS)} from sync.model".encode()
            )
            entries = [Entry(*row) async for row in cursor]
    return State(name, catalogue, tuple(entries))


@asynccontextmanager
async def _connected(scratch: Scratch, name: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    connection = await psycopg.AsyncConnection.connect(scratch.url(name), autocommit=True)
    async with connection:
        yield connection


def _model_differences(have: State, want: State) -> list[str]:
    one, other = set(have.entries), set(want.entries)
    keys = sorted({entry.key for entry in one ^ other})
    return [f"the model differs in {table}{f'.{name}' if name else ''}" for table, name in keys]


_MADE = re.compile(
    r"create\s+(?:or\s+replace\s+)?(function|trigger|view)\s+([\w.]+)"
    r"(?:[\s\S]*?\bon\s+(public\.\w+))?",
)


def _texts(statements: Iterable[str]) -> dict[tuple[str, str], str]:
    """How the source writes functions, triggers and views, by kind and name."""
    found: dict[tuple[str, str], str] = {}
    for statement in statements:
        # A comment belongs to what stands right under it.
        own = re.split(r"\n\s*\n(?=--|create)", statement)[-1]
        body = re.sub(r"\A(?:\s*--[^\n]*\n)*", "", own)
        made = _MADE.match(body)
        if made is None:
            continue
        kind, name, place = made.groups()
        key = f"{name} on {place}" if kind == "trigger" else name
        written = own.replace("create function", "create or replace function", 1)
        found[kind, key] = written if kind == "function" else own
    return found
