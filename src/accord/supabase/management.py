"""Migrations by Supabase's Management API: for a project without a database URL.

Rule: a file is one request with one statement in it, so it is whole or not at all whatever the
API does between; when it is not known whether a request arrived, the history is asked before it
is sent again. The access token goes to the API alone, and into no text.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import orjson

from accord import __version__
from accord.core.errors import OurError, SupabaseError
from accord.core.values import Json
from accord.supabase.errors import AccessDenied, ReadOnly, UnknownSupabaseError, Unreachable
from accord.supabase.migration_files import HISTORY, Migration
from accord.supabase.statements import quote_literal
from accord.supabase.targets import TURN, Session, interrupted, not_our_turn, refused

MANAGEMENT_API = "https://api.supabase.com"

#: Where access tokens are made.
TOKENS = "https://supabase.com/dashboard/account/tokens"

#: Supabase gives a query a minute and then answers; a little more is the network's.
TIMEOUT = 90.0

#: Seconds between attempts, when Supabase does not say them itself.
PAUSES = (1.0, 3.0, 9.0, 20.0)

#: Longer than this we do not wait because Supabase asks us to.
LONGEST_PAUSE = 90.0

# How a file says what became of it; Postgres hands these on as they are.
_TAKEN = "AC001"
_THERE = "AC002"
_STATEMENT = re.compile(r"accord/(?P<number>\d+)/(?P<said>.*)", re.DOTALL)
_POSTGRES = re.compile(r"ERROR:\s+(?P<state>[0-9A-Z]{5}):\s+(?P<said>.*)", re.DOTALL)
_TRAILER = re.compile(r"\n(?:CONTEXT|LINE \d+|QUERY|DETAIL|HINT):?.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ManagementTarget:
    """A project by its id and an access token of one who may write to its database.

    Args:
        project: the project's id, as in ``https://<id>.supabase.co``.
        token: an access token of an account (not a key of the project).
        url: where the Management API is.
        transport: what carries the requests; the network by default.
        pauses: seconds between attempts.
        sleep: waits; tests give their own.
    """

    project: str
    token: str = field(repr=False)
    url: str = MANAGEMENT_API
    transport: httpx2.AsyncBaseTransport | None = None
    pauses: tuple[float, ...] = PAUSES
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """Open it; the first question shows whether the token is right."""
        async with httpx2.AsyncClient(
            base_url=self.url,
            transport=self.transport,
            headers={
                "Authorization": f"Bearer {self.token}",
                "User-Agent": f"accord/{__version__}",
                "Accept": "application/json",
            },
            timeout=httpx2.Timeout(TIMEOUT, connect=15.0),
            # A proxy would read what is sent over plain http.
            trust_env=self.url.startswith("https:"),
        ) as http:
            yield _ManagementSession(self, http)


class _UncertainError(SupabaseError):
    """No answer that tells whether the query was run."""


class _SqlError(SupabaseError):
    """Postgres refused the query."""

    def __init__(self, state: str, said: str) -> None:
        super().__init__(said)
        self.state = state


class _ManagementSession:
    def __init__(self, target: ManagementTarget, http: httpx2.AsyncClient) -> None:
        self._target = target
        self._http = http
        self._wait = 0.0

    async def ask(self, query: str) -> Json:
        for pause in (*self._target.pauses, None):
            try:
                (row,) = await self._query(query)
            except _SqlError as error:
                raise _explained(error) from error
            except _UncertainError:
                if pause is None:
                    raise
                await self._target.sleep(pause)
            else:
                return row["answer"]
        raise OurError("a question ended without an answer and without an error")

    @asynccontextmanager
    async def turn(self, wait: float) -> AsyncIterator[None]:
        """Remember how long to wait: each file takes the lock for itself, in its transaction."""
        self._wait = wait
        yield

    async def run(self, migration: Migration) -> tuple[str, ...] | None:
        if migration.outside:
            for done, statement in enumerate(migration.statements):
                try:
                    await self._query(statement)
                except _SqlError as error:
                    raise refused(migration, done, error.message) from error
                except _UncertainError as error:
                    raise interrupted(migration, error.message) from error
        return await self._run_whole(migration, _block(migration))

    async def _run_whole(self, migration: Migration, block: str) -> tuple[str, ...] | None:
        """Send the file until it is known to be applied; None when another run did it."""
        pauses = [*self._target.pauses]
        waited = 0.0
        perhaps = False  # an earlier attempt of ours may have arrived
        while True:
            try:
                await self._query(block)
            except _SqlError as error:
                if error.state == _THERE:
                    return () if perhaps else None
                if error.state != _TAKEN:
                    raise _refused(migration, error) from error
                if waited >= self._wait:
                    raise not_our_turn(self._wait) from error
                waited += self._target.pauses[0]
                await self._target.sleep(self._target.pauses[0])
            except _UncertainError as error:
                perhaps = True
                if not pauses:
                    raise interrupted(migration, error.message) from error
                await self._target.sleep(pauses.pop(0))
            else:
                return ()

    async def _query(self, query: str) -> list[dict[str, Json]]:
        """Run a query; it is sent again only when Supabase says that it was not run."""
        for pause in (*self._target.pauses, None):
            answer = await self._send(query)
            if answer.status_code != httpx2.codes.TOO_MANY_REQUESTS:
                return _rows(answer, self._target.project)
            if pause is not None:
                await self._target.sleep(min(_asked_to_wait(answer) or pause, LONGEST_PAUSE))
        raise Unreachable(
            "Supabase's Management API takes no more requests at the moment (429).",
            remedy="Run it again in a minute.",
        )

    async def _send(self, query: str) -> httpx2.Response:
        try:
            return await self._http.post(
                f"/v1/projects/{self._target.project}/database/query",
                content=orjson.dumps({"query": query}),
                headers={"Content-Type": "application/json"},
            )
        except httpx2.TransportError as error:
            said = type(error).__name__
            raise _UncertainError(
                f"Supabase's Management API cannot be reached ({said}).",
                remedy="Check the network and run it again: it goes on where it stopped.",
            ) from error


def _block(migration: Migration) -> str:
    """One statement that takes the turn, runs the file's statements and records them.

    What cannot run in a transaction was run before, and is only recorded.
    """
    version, name = quote_literal(migration.version), quote_literal(migration.name)
    body = f"""
declare
  statements constant text[] := array[{",".join(map(quote_literal, migration.statements))}];
  statement text;
  number int := 0;
  said text;
  more text;
begin
  if not pg_catalog.pg_try_advisory_xact_lock({TURN}) then
    raise exception 'another run is at work' using errcode = '{_TAKEN}';
  end if;
  {HISTORY.strip()}
  if exists (select from supabase_migrations.schema_migrations where version = {version}) then
    raise exception 'it is applied already' using errcode = '{_THERE}';
  end if;
  begin
    foreach statement in array {"'{}'::text[]" if migration.outside else "statements"} loop
      number := number + 1;
      execute statement;
    end loop;
  exception when others then
    get stacked diagnostics said = message_text, more = pg_exception_detail;
    raise exception using
      errcode = sqlstate,
      message = pg_catalog.concat('accord/', number, '/', said, '. ' || nullif(more, ''));
  end;
  insert into supabase_migrations.schema_migrations (version, name, statements)
  values ({version}, {name}, statements);
end
"""
    tag = "accord"
    while f"${tag}$" in body:
        tag += "_"
    return f"do ${tag}${body}${tag}$"


def _rows(answer: httpx2.Response, project: str) -> list[dict[str, Json]]:
    """The rows of an answer.

    Raises:
        SupabaseError: it is not the answer to a query that was run.
    """
    document = _document(answer)
    if answer.is_success and isinstance(document, list):
        return document
    message = document.get("message") if isinstance(document, dict) else None
    told = " ".join(message.split()) if isinstance(message, str) else ""
    if found := _POSTGRES.search(message if isinstance(message, str) else ""):
        raise _SqlError(found["state"], " ".join(_TRAILER.sub("", found["said"]).split()))
    match answer.status_code:
        case 401:
            raise AccessDenied(
                "Supabase does not know the access token (401).",
                remedy=f"Make one at {TOKENS} and put it into SUPABASE_ACCESS_TOKEN; a key of the"
                " project (sb_secret_...) is not one.",
            )
        case 403:
            raise AccessDenied(
                f"The access token may not change the database of the project {project} (403).",
                remedy="Give it the permission database_write for this project, or use one of an"
                " owner.",
            )
        case 404:
            raise AccessDenied(
                f"The access token sees no project {project} (404).",
                remedy="Check SUPABASE_PROJECT_ID: it is the first part of the project's address,"
                " https://<id>.supabase.co. Check that the token is of an account in its"
                " organisation.",
            )
        case 402:
            raise ReadOnly(
                "The organisation is over its quota, and Supabase refuses (402).",
                remedy="Look at the organisation's billing page.",
            )
        case 413:
            raise UnknownSupabaseError(
                "The migration is too large for the Management API (413).",
                remedy="Set SUPABASE_DB_URL and run it again, or use --print.",
            )
        case 540:
            raise Unreachable(
                f"The project {project} is paused (540).",
                remedy="Press Restore in its dashboard, wait until it is up and run this again.",
            )
        case status if 400 <= status < 500 and status != 408:
            raise UnknownSupabaseError(
                f"Supabase's Management API refused the query: {told or 'no reason given'}"
                f" ({status}).",
                remedy="Report this with the message.",
            )
    raise _UncertainError(
        f"Supabase's Management API did not answer the query: {told or 'no reason given'}"
        f" ({answer.status_code}).",
        remedy="Run it again in a minute: it goes on where it stopped.",
    )


def _document(answer: httpx2.Response) -> Any:
    try:
        return orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None


def _asked_to_wait(answer: httpx2.Response) -> float | None:
    """Seconds until requests are taken again, where the answer says it."""
    for name in ("Retry-After", "X-RateLimit-Reset"):
        said = answer.headers.get(name, "")
        if said.isdecimal():
            return float(said)
    return None


def _refused(migration: Migration, error: _SqlError) -> SupabaseError:
    found = _STATEMENT.match(error.message)
    if found is None:
        return _explained(error)
    return refused(migration, int(found["number"]) - 1, found["said"])


def _explained(error: _SqlError) -> SupabaseError:
    if error.state == "25006":
        return ReadOnly(
            f"The database takes no writes: {error.message}",
            remedy="A project above its plan's size is read-only: free room or upgrade it.",
        )
    return UnknownSupabaseError(
        f"The database answered: {error.message} (SQLSTATE {error.state}).",
        remedy="Report this with the message.",
    )
