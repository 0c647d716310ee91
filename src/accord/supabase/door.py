"""The doors, and the one by database URL: one call is one function, one statement, one transaction.

Rule: nothing that only a session can keep is used, so the door works through a transaction pooler
too; no error of psycopg and no password gets out.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Protocol, Self

import orjson
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from accord.core.errors import ConfigurationError, OurError
from accord.core.values import Json
from accord.supabase.errors import explained, is_connection_loss, is_rolled_back, too_slow

#: What must not be sent again when it is not known whether it arrived.
ONCE: frozenset[str] = frozenset({"begin_round_v1"})

#: What one lease is for. All collections of a project are kept in step by one run at a time.
WORKSPACE = "default"

#: Pauses before a call is sent again, in seconds.
PAUSES = (0.2, 1.0, 4.0)

#: How many digits a whole number has at most that is one of ours; a longer one is a double.
LONGEST_WHOLE = 19

_LOCAL = frozenset({"", "localhost", "127.0.0.1", "::1"})


class Door(Protocol):
    """A way to call the functions of schema ``sync``.

    Attributes:
        fence: of the lease that is held; None: no lease was taken, and writes are not guarded.
    """

    fence: int | None

    async def call(self, function: str, *args: Json) -> Json:
        """Call ``sync.<function>`` with JSON values; answers its JSON value.

        Raises:
            SupabaseError: the database refused, or did not answer.
        """
        ...

    async def write(self, function: str, *args: Json) -> Json:
        """Call a function that writes; it is refused if the lease that is held was taken over.

        Raises:
            LeaseLostError: another run has taken over.
            SupabaseError: the database refused, or did not answer.
        """
        ...

    async def close(self) -> None:
        """Let go of all connections."""
        ...


def guarded(fence: int | None, function: str, args: Sequence[Json]) -> tuple[str, Sequence[Json]]:
    """The call that writes if the lease with this fence is still held; None: unguarded."""
    if fence is None:
        return function, args
    return "fenced_v1", (WORKSPACE, fence, function, list(args))


class PostgresDoor:
    """The door by database URL; an async context manager.

    Args:
        url: a Postgres URL or connection string. A host that is not this machine is spoken to
            by TLS only, unless the URL says ``sslmode`` itself.
        connections: how many calls may run at once.
        timeout: seconds after which a call is given up and cancelled.
        connect_timeout: seconds after which an attempt to connect is given up.
        pauses: seconds to wait before each further attempt when a connection is lost.
        sleep: waits; tests give their own.

    Raises:
        ConfigurationError: the URL cannot be read.
    """

    def __init__(
        self,
        url: str,
        *,
        connections: int = 4,
        timeout: float = 120.0,
        connect_timeout: int = 10,
        pauses: Sequence[float] = PAUSES,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.fence: int | None = None
        settings = connection_settings(url, connect_timeout=connect_timeout)
        self._conninfo = make_conninfo("", **settings)
        self._user = str(settings.get("user") or "the database user")
        self._place = (
            f"{settings.get('host') or 'localhost'}:{settings.get('port') or 5432}"
            f"/{settings.get('dbname') or ''}"
        )
        self._timeout = timeout
        self._connect_timeout = connect_timeout
        self._connections = connections
        self._pauses = tuple(pauses)
        self._sleep = sleep
        self._opening = asyncio.Lock()
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[Any]] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of all connections."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def call(self, function: str, *args: Json) -> Json:
        """Call ``sync.<function>`` with JSON values; answers its JSON value.

        A call whose connection is lost is sent again, except those in `ONCE`.

        Raises:
            SupabaseError: the database refused, or did not answer.
        """
        return await self._call(function, args, once=function in ONCE)

    async def write(self, function: str, *args: Json) -> Json:
        """Call a function that writes; it is refused if the lease that is held was taken over.

        Raises:
            LeaseLostError: another run has taken over.
            SupabaseError: the database refused, or did not answer.
        """
        once = function in ONCE
        return await self._call(*guarded(self.fence, function, args), once=once)

    async def _call(self, function: str, args: Sequence[Json], *, once: bool) -> Json:
        try:
            texts = [orjson.dumps(arg).decode() for arg in args]
        except orjson.JSONEncodeError as error:
            raise OurError(f"sync.{function} was given what is not JSON: {error}") from error
        query = sql.SQL("select (sync.{}({}))::text").format(
            sql.Identifier(function),
            sql.SQL(", ").join([sql.SQL("{}::jsonb").format(sql.Placeholder())] * len(texts)),
        )
        if once and self._pool is not None:
            await self._pool.check()  # a connection that died idle is no reason to fail
        for pause in (*self._pauses, None):
            try:
                return await self._once(query, texts)
            except psycopg.Error as error:
                lost = is_connection_loss(error) and not once
                if pause is None or not (lost or is_rolled_back(error.sqlstate)):
                    raise explained(error, user=self._user, place=self._place) from error
                await self._sleep(pause)
                if self._pool is not None and lost:
                    await self._pool.check()
        raise OurError("a call ended without an answer and without an error")

    async def _once(self, query: sql.Composed, texts: list[str]) -> Json:
        pool = await self._opened()
        try:
            async with asyncio.timeout(self._timeout), pool.connection() as connection:
                cursor = await connection.execute(query, texts)
                row = await cursor.fetchone()
        except PoolTimeout:
            await self._knock()  # says why there is no connection, if nobody answers
            raise
        except TimeoutError as error:
            raise too_slow(self._place, self._timeout) from error
        answer = row[0] if row else None
        return None if answer is None else read_json(answer)

    async def _opened(self) -> AsyncConnectionPool[psycopg.AsyncConnection[Any]]:
        async with self._opening:
            if self._pool is None:
                await self._knock()
                self._pool = AsyncConnectionPool(
                    self._conninfo,
                    # Prepared statements belong to a session, which a pooler does not keep.
                    kwargs={"autocommit": True, "prepare_threshold": None},
                    min_size=1,
                    max_size=self._connections,
                    timeout=self._connect_timeout,
                    reconnect_timeout=self._connect_timeout,
                    name="accord",
                    open=False,
                )
                await self._pool.open()
            return self._pool

    async def _knock(self) -> None:
        """Connect once, for the error: a pool tells only that it waited in vain."""
        connection = await psycopg.AsyncConnection.connect(self._conninfo)
        await connection.close()


def read_json(answer: str | bytes) -> Json:
    """A JSON text of Postgres, which has numbers that are larger than any double."""
    try:
        return orjson.loads(answer)
    except orjson.JSONDecodeError:
        return json.loads(answer, parse_int=_whole)


def _whole(digits: str) -> float:
    return int(digits) if len(digits) <= LONGEST_WHOLE else float(digits)


def connection_settings(
    url: str, *, connect_timeout: int = 10, name: str = "accord"
) -> dict[str, Any]:
    """The settings to connect with.

    Raises:
        ConfigurationError: the URL cannot be read. The message does not show it.
    """
    try:
        settings = dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError:
        raise ConfigurationError(
            "SUPABASE_DB_URL is not a Postgres URL. It looks like"
            " postgresql://USER:PASSWORD@HOST:5432/postgres, with special characters of the"
            " password percent-encoded."
        ) from None
    host = str(settings.get("host") or "")
    if host not in _LOCAL and not host.startswith("/"):
        settings.setdefault("sslmode", "require")
    settings.setdefault("connect_timeout", connect_timeout)
    settings.setdefault("application_name", name)
    settings.setdefault("keepalives_idle", 30)
    return settings
