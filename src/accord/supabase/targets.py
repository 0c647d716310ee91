"""A database that migrations are applied to, and what a runner asks of it.

Rule: a file is applied together with its record or not at all, and one runner at a time applies;
how that is held differs by the way to the database, which nobody above can tell.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg
from psycopg.conninfo import make_conninfo

from accord.core.errors import SupabaseError
from accord.core.values import Json
from accord.supabase.door import connection_settings
from accord.supabase.errors import explained
from accord.supabase.migration_files import HISTORY, Migration, first_line

#: "accord": the advisory lock that two runners compete for.
TURN = 0x6163636F7264

_PAUSE_SECONDS = 0.2
_CONNECT_SECONDS = 15
_APPLICATION = "accord migrate"


class Session(Protocol):
    """A database while migrations are looked at and applied."""

    async def ask(self, query: str) -> Json:
        """The value of a query that answers one row of one column, called ``answer``.

        Statements before it that answer nothing may set what holds for its transaction.

        Raises:
            SupabaseError: the database refused, or did not answer.
        """
        ...

    def turn(self, wait: float) -> AbstractAsyncContextManager[None]:
        """Be the only runner; a second one waits for at most ``wait`` seconds.

        Raises:
            SupabaseError: another run did not end in time.
        """
        ...

    async def run(self, migration: Migration) -> tuple[str, ...] | None:
        """Apply one file and record it; what Postgres remarked, None when it was there already.

        Raises:
            SupabaseError: it was refused, or the way to the database broke.
        """
        ...


class Target(Protocol):
    """A database that migrations are applied to."""

    def session(self) -> AbstractAsyncContextManager[Session]:
        """Open it.

        Raises:
            ConfigurationError: its address cannot be right.
            SupabaseError: it does not let us in, or does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class PostgresTarget:
    """A database by its URL, of a user that may create schemas and tables."""

    url: str

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """Connect."""
        async with _connection(self.url) as connection:
            yield _PostgresSession(self.url, connection)


def interrupted(migration: Migration, said: str) -> SupabaseError:
    """The error for a way to the database that broke while a file was applied."""
    return SupabaseError(
        f"The connection broke while {migration.file_name} was applied: {said}",
        remedy="Run it again: it goes on where it stopped.",
    )


def refused(migration: Migration, done: int, said: str) -> SupabaseError:
    """The error for a statement that was refused; ``done`` of the file's succeeded before it."""
    statements = (*migration.statements, "the record in the history")
    state = (
        "It runs outside of a transaction: drop the index if it was left invalid."
        if migration.outside
        else "Nothing of this file was kept."
    )
    return SupabaseError(
        f"{migration.file_name}, statement {done + 1} of {len(migration.statements)} "
        f"({first_line(statements[done])}) was refused: {said}",
        remedy=f"{state} Correct what Postgres names and run it again.",
    )


def not_our_turn(wait: float) -> SupabaseError:
    """The error for another runner that does not come to its end."""
    return SupabaseError(
        f"Another run of the migrations did not end in {wait:g} seconds.",
        remedy="Wait for it and run this again. If none is running, end its "
        "connection: select pg_terminate_backend(pid) from pg_stat_activity "
        f"where application_name = '{_APPLICATION}'.",
    )


class _PostgresSession:
    def __init__(self, url: str, connection: psycopg.AsyncConnection[Any]) -> None:
        self._url = url
        self._connection = connection

    async def ask(self, query: str) -> Json:
        cursor = await self._connection.execute(query.encode())
        while cursor.nextset():
            pass  # to the last statement
        (row,) = await cursor.fetchall()
        return row[0]

    @asynccontextmanager
    async def turn(self, wait: float) -> AsyncIterator[None]:
        """Be the only runner, or give up after ``wait`` seconds.

        The lock is held by an open transaction of a connection of its own: it is freed whatever
        becomes of us, and it holds through a pooler that hands out transactions. That transaction
        keeps no snapshot, for which 'create index concurrently' would wait: it asks again instead
        of waiting in Postgres, and without parameters, since those leave a portal open. Nor does
        one that asked in vain stay open: an index that met its snapshot waits for its end.
        """
        clock = asyncio.get_running_loop()
        deadline = clock.time() + wait
        async with _connection(self._url) as holder:
            while not await _is_ours(holder):
                if clock.time() > deadline:
                    raise not_our_turn(wait)
                await asyncio.sleep(_PAUSE_SECONDS)
            try:
                yield
            finally:
                await holder.close()  # which frees the lock

    async def run(self, migration: Migration) -> tuple[str, ...]:
        notices: list[str] = []

        def hear(diagnostic: psycopg.errors.Diagnostic) -> None:
            notices.append(diagnostic.message_primary or "")

        connection = self._connection
        await connection.execute(HISTORY.encode())
        connection.add_notice_handler(hear)
        try:
            # What an earlier file set for its session is not for this one.
            await connection.execute("reset all")
            if migration.outside:
                await _run_outside(connection, migration)
            else:
                await _run_inside(connection, migration)
        except psycopg.Error as error:
            raise interrupted(migration, _said(error)) from error
        finally:
            connection.remove_notice_handler(hear)
        return tuple(notices)


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
        raise refused(migration, done, _said(error)) from error


async def _run_outside(connection: psycopg.AsyncConnection[Any], migration: Migration) -> None:
    for done, statement in enumerate(migration.statements):
        try:
            await connection.execute(statement.encode())
        except psycopg.Error as error:
            if connection.broken:
                raise
            raise refused(migration, done, _said(error)) from error
    await _record(connection, migration)


async def _record(connection: psycopg.AsyncConnection[Any], migration: Migration) -> None:
    await connection.execute(
        "insert into supabase_migrations.schema_migrations (version, name, statements)"
        " values (%s, %s, %s::text[])",
        (migration.version, migration.name, list(migration.statements)),
    )


def _said(error: psycopg.Error) -> str:
    """What Postgres said, in one line."""
    parts = (error.diag.message_primary, error.diag.message_detail, error.diag.message_hint)
    text = ". ".join(part.rstrip(".") for part in parts if part) or str(error)
    return f"{' '.join(text.split())}."


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    wanted = connection_settings(url, connect_timeout=_CONNECT_SECONDS, name=_APPLICATION)
    try:
        connection = await psycopg.AsyncConnection.connect(
            make_conninfo("", **wanted),
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


async def _is_ours(holder: psycopg.AsyncConnection[Any]) -> bool:
    """Whether the lock could be had; the transaction that holds it is open then."""
    await holder.execute("begin isolation level read committed")
    await holder.execute("set local idle_in_transaction_session_timeout = 0")
    cursor = await holder.execute(f"select pg_try_advisory_xact_lock({TURN})")
    if await cursor.fetchone() == (True,):
        return True
    await holder.execute("rollback")
    return False
