"""The runner of migrations: brings a database to where the files in a folder say it should be.

Rule: a file is applied together with its own record in one transaction, so a run that was cut
off has applied fewer files and nothing else; run it again. The record is that of the Supabase
CLI (``supabase_migrations.schema_migrations``), so either may go on where the other stopped.

Before the first statement everything is checked: history and folder must agree, and no table
that is about to be made may be there already. What is refused has changed nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from accord.core.errors import ConfigurationError, SupabaseError
from accord.supabase.errors import explained
from accord.supabase.migration_files import HISTORY, Migration, first_line, read_folder
from accord.supabase.statements import created_table, moves_table, squash

WAIT_SECONDS = 60.0

_PAUSE_SECONDS = 0.2
_CONNECT_SECONDS = 15
_APPLICATION = "accord migrate"
_TURN = 0x6163636F7264  # "accord": the advisory lock that two runners compete for


@dataclass(frozen=True, slots=True)
class Applied:
    """A file that was applied, and what Postgres remarked meanwhile."""

    migration: Migration
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """How the history of a database and a folder of files compare.

    Args:
        applied: recorded, and there as a file.
        pending: files that are not recorded, in the order in which they will run.
        unknown: recorded versions without a file.
        changed: applied files that hold something else than was applied.
    """

    applied: tuple[Migration, ...] = ()
    pending: tuple[Migration, ...] = ()
    unknown: tuple[str, ...] = ()
    changed: tuple[Migration, ...] = ()

    @property
    def late(self) -> tuple[Migration, ...]:
        """Pending files that are older than something that is applied."""
        newest = max([m.version for m in self.applied] + list(self.unknown), default="")
        return tuple(m for m in self.pending if m.version < newest)


Progress = Callable[[Applied, int, int], None]


async def pending(url: str, folder: Path) -> Status:
    """Compare the history of a database with a folder. Writes nothing.

    Raises:
        ConfigurationError: the URL or a file cannot be right.
        SupabaseError: the database does not answer.
    """
    migrations = read_folder(folder)
    async with _connection(url) as connection:
        return _compare(migrations, await _history(connection))


async def apply(
    url: str,
    folder: Path,
    *,
    progress: Progress | None = None,
    include_all: bool = False,
    wait: float = WAIT_SECONDS,
) -> list[Applied]:
    """Apply what is pending, oldest first. Doing it twice has the effect of once.

    Two runners at once take turns: the second waits for at most ``wait`` seconds.

    Args:
        url: a Postgres URL of a user that may create schemas and tables.
        folder: the migrations.
        progress: called after each file with it, its number from 1, and how many there are.
        include_all: also apply files that are older than what is applied already.
        wait: how long to wait for another runner, in seconds.

    Raises:
        ConfigurationError: the URL or a file cannot be right; nothing was done.
        SupabaseError: the database does not answer, is not what the folder expects, or refused
            a statement. Files before that one are applied, nothing of it or after it is.
    """
    migrations = read_folder(folder)
    async with _connection(url) as connection:
        status = _compare(migrations, await _history(connection))
        _refuse_disagreement(status, include_all=include_all)
        if not status.pending:
            return []
        async with _turn(url, wait):
            # The one before us may have done some of it.
            status = _compare(migrations, await _history(connection))
            _refuse_disagreement(status, include_all=include_all)
            await _refuse_standing_tables(connection, status.pending)
            await connection.execute(HISTORY.encode())
            done: list[Applied] = []
            for number, migration in enumerate(status.pending, start=1):
                done.append(await _run(connection, migration))
                if progress is not None:
                    progress(done[-1], number, len(status.pending))
            return done


# What is refused


def _refuse_disagreement(status: Status, *, include_all: bool) -> None:
    """Raise when the files cannot be what this database is to follow."""
    if status.unknown:
        raise SupabaseError(
            f"The database has migrations that are not in the folder: {', '.join(status.unknown)}.",
            remedy="Get the files of the version that applied them (or 'supabase migration "
            "fetch'); if they never were applied: 'supabase migration repair --status reverted "
            f"{' '.join(status.unknown)}'. Nothing was changed.",
        )
    if status.changed:
        names = ", ".join(migration.file_name for migration in status.changed)
        raise SupabaseError(
            f"Changed after it was applied to this database: {names}.",
            remedy="Restore what was applied, and put the change into a new file with a later "
            "version. (A database that may be thrown away: begin with an empty one.) "
            "Nothing was changed.",
        )
    if status.late and not include_all:
        names = ", ".join(migration.file_name for migration in status.late)
        raise SupabaseError(
            f"Older than what is applied to this database already: {names}.",
            remedy="If they do not depend on that order, apply them with --include-all; "
            "otherwise rename them to a later version. Nothing was changed.",
        )


async def _refuse_standing_tables(
    connection: psycopg.AsyncConnection[Any], migrations: Sequence[Migration]
) -> None:
    """Raise when a table that is to be made is there already."""
    statements = [s for migration in migrations for s in migration.statements]
    moved = " ".join(s for s in statements if moves_table(s))
    to_make = [name for s in statements if (name := created_table(s)) and name not in moved]
    rows = await _fetch(
        connection,
        "select name from pg_catalog.unnest(%s::text[]) as name"
        " where pg_catalog.to_regclass(name) is not null",
        (to_make,),
    )
    if rows:
        names = ", ".join(name for (name,) in rows)
        versions = " ".join(migration.version for migration in migrations)
        raise SupabaseError(
            f"In the way: {names} is there already, and no migration that made it is recorded."
            if len(rows) == 1
            else f"In the way: these are there already, and no migration that made them is "
            f"recorded: {names}.",
            remedy="If it belongs to something else, rename it ('alter table ... rename to "
            "...') and run this again. If these very migrations made it by hand, record them: "
            f"'supabase migration repair --status applied {versions}'. Nothing was changed.",
        )


# The history


def _compare(migrations: Sequence[Migration], history: Mapping[str, list[str] | None]) -> Status:
    """Compare files with history: version -> its statements, None where they are not known."""
    applied = tuple(m for m in migrations if m.version in history)
    return Status(
        applied=applied,
        pending=tuple(m for m in migrations if m.version not in history),
        unknown=tuple(sorted(history.keys() - {m.version for m in migrations})),
        changed=tuple(m for m in applied if _differs(m, history[m.version])),
    )


def _differs(migration: Migration, recorded: list[str] | None) -> bool:
    if recorded is None:
        return False
    return squash("".join(recorded)) != squash("".join(migration.statements))


async def _history(connection: psycopg.AsyncConnection[Any]) -> dict[str, list[str] | None]:
    """Version -> statements as recorded; read so that older forms of the table will do."""
    there = await _fetch(
        connection,
        "select pg_catalog.to_regclass('supabase_migrations.schema_migrations') is not null",
    )
    if there == [(False,)]:
        return {}
    rows = await _fetch(
        connection,
        "select version, pg_catalog.to_jsonb(m) -> 'statements'"
        " from supabase_migrations.schema_migrations as m",
    )
    return dict(rows)


# Running


async def _run(connection: psycopg.AsyncConnection[Any], migration: Migration) -> Applied:
    """Apply one file and record it."""
    notices: list[str] = []

    def hear(diagnostic: psycopg.errors.Diagnostic) -> None:
        notices.append(diagnostic.message_primary or "")

    connection.add_notice_handler(hear)
    try:
        # What an earlier file set for its session is not for this one.
        await connection.execute("reset all")
        if migration.outside:
            await _run_outside(connection, migration)
        else:
            await _run_inside(connection, migration)
    except psycopg.Error as error:
        raise SupabaseError(
            f"The connection broke while {migration.file_name} was applied: {_said(error)}",
            remedy="Run it again: it goes on where it stopped.",
        ) from error
    finally:
        connection.remove_notice_handler(hear)
    return Applied(migration, tuple(notices))


async def _run_inside(connection: psycopg.AsyncConnection[Any], migration: Migration) -> None:
    """All statements and the record, in one transaction and without waiting between them."""
    cursors: list[psycopg.AsyncCursor[Any]] = []
    try:
        async with connection.transaction(), connection.pipeline():
            for statement in migration.statements:
                cursors.append(connection.cursor())
                await cursors[-1].execute(statement.encode())
            await _record(connection, migration)
    except psycopg.Error as error:
        if connection.broken:
            raise
        done = sum(cursor.pgresult is not None for cursor in cursors)
        raise _refused(migration, done, error, "Nothing of this file was kept.") from error


async def _run_outside(connection: psycopg.AsyncConnection[Any], migration: Migration) -> None:
    for done, statement in enumerate(migration.statements):
        try:
            await connection.execute(statement.encode())
        except psycopg.Error as error:
            if connection.broken:
                raise
            raise _refused(
                migration,
                done,
                error,
                "It runs outside of a transaction: drop the index if it was left invalid.",
            ) from error
    await _record(connection, migration)


async def _record(connection: psycopg.AsyncConnection[Any], migration: Migration) -> None:
    await connection.execute(
        "insert into supabase_migrations.schema_migrations (version, name, statements)"
        " values (%s, %s, %s::text[])",
        (migration.version, migration.name, list(migration.statements)),
    )


def _refused(migration: Migration, done: int, error: psycopg.Error, state: str) -> SupabaseError:
    statements = (*migration.statements, "the record in the history")
    return SupabaseError(
        f"{migration.file_name}, statement {done + 1} of {len(migration.statements)} "
        f"({first_line(statements[done])}) was refused: {_said(error)}",
        remedy=f"{state} Correct what Postgres names and run it again.",
    )


def _said(error: psycopg.Error) -> str:
    """What Postgres said, in one line."""
    parts = (error.diag.message_primary, error.diag.message_detail, error.diag.message_hint)
    text = ". ".join(part.rstrip(".") for part in parts if part) or str(error)
    return f"{' '.join(text.split())}."


# Connections


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    try:
        wanted = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # The parser quotes what it could not read, which may be the password.
        raise ConfigurationError(
            "SUPABASE_DB_URL is not a Postgres URL; it reads "
            "postgresql://USER:PASSWORD@HOST:5432/postgres, with special signs of the password "
            "percent-encoded"
        ) from None
    defaults: dict[str, str | int] = {
        "connect_timeout": _CONNECT_SECONDS,
        "application_name": _APPLICATION,
    }
    missing = {name: value for name, value in defaults.items() if name not in wanted}
    try:
        connection = await psycopg.AsyncConnection.connect(
            make_conninfo(url, **missing),
            autocommit=True,
            # A pooler may hand every transaction to another server process.
            prepare_threshold=None,
        )
        async with connection:
            yield connection
    except psycopg.Error as error:
        raise explained(
            error,
            user=str(wanted.get("user", "")),
            place=f"{wanted.get('host', '')}:{wanted.get('port', 5432)}/{wanted.get('dbname', '')}",
        ) from error


@asynccontextmanager
async def _turn(url: str, wait: float) -> AsyncIterator[None]:
    """Be the only runner, or give up after ``wait`` seconds.

    The lock is held by an open transaction of a connection of its own: it is freed whatever
    becomes of us, and it holds through a pooler that hands out transactions. That transaction
    keeps no snapshot, for which 'create index concurrently' would wait: it asks again instead of
    waiting in Postgres, and without parameters, since those leave a portal open. Nor does one that
    asked in vain stay open: an index that met its snapshot waits for its end.
    """
    clock = asyncio.get_running_loop()
    deadline = clock.time() + wait
    async with _connection(url) as holder:
        while not await _is_ours(holder):
            if clock.time() > deadline:
                raise SupabaseError(
                    f"Another run of the migrations did not end in {wait:g} seconds.",
                    remedy="Wait for it and run this again. If none is running, end its "
                    "connection: select pg_terminate_backend(pid) from pg_stat_activity "
                    f"where application_name = '{_APPLICATION}'.",
                )
            await asyncio.sleep(_PAUSE_SECONDS)
        try:
            yield
        finally:
            await holder.close()  # which frees the lock


async def _is_ours(holder: psycopg.AsyncConnection[Any]) -> bool:
    """Whether the lock could be had; the transaction that holds it is open then."""
    await holder.execute("begin isolation level read committed")
    await holder.execute("set local idle_in_transaction_session_timeout = 0")
    if await _fetch(holder, f"select pg_try_advisory_xact_lock({_TURN})") == [(True,)]:
        return True
    await holder.execute("rollback")
    return False


async def _fetch(
    connection: psycopg.AsyncConnection[Any], query: str, parameters: Sequence[Any] = ()
) -> list[Any]:
    """The rows of a query of ours."""
    cursor = await connection.execute(query.encode(), parameters or None)
    return await cursor.fetchall()
