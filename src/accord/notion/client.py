"""The line to Notion: sends calls at the allowed pace, repeats what may be repeated.

Rule: a request is repeated only where that cannot do a thing twice, and every failure comes out as
one of ``accord.notion.errors``. The token goes to the given address alone, and into no text.

Repeated, a bounded number of times:

- whatever the method: too many requests (429, unless blocked) and overload (529), after the time
  that Notion says; and what was never sent, since no connection came about;
- PATCH, and what is repeatable: a collision (409);
- what is repeatable alone (GET, DELETE, queries and searches): 500, 502, 503, 504, a broken
  connection, no answer in time, an answer that is not Notion's, after a pause that doubles.
"""

from __future__ import annotations

import ipaddress
import json
import random as chance
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from types import TracebackType
from typing import Any, Self, TypeAlias

import httpx2
import orjson

from accord import __version__
from accord.core.errors import ConfigurationError
from accord.notion.calls import Call
from accord.notion.errors import (
    BadGatewayError,
    CallError,
    ConflictError,
    EdgeRefusedError,
    Failure,
    GatewayTimeoutError,
    InternalError,
    OverloadedError,
    RateLimitedError,
    RequestBlockedError,
    TimedOutError,
    TooLateError,
    UnavailableError,
    UnknownNotionError,
    UnreachableError,
    error_of,
    seconds_to_wait,
)
from accord.notion.pacer import Clock, Pacer, SystemClock

Json: TypeAlias = Any

NOTION_URL = "https://api.notion.com"
NOTION_VERSION = "2026-03-11"
#: Notion itself gives up after 55 to 60 seconds and then says what became of a write.
TIMEOUT = 65.0
CONNECT_TIMEOUT = 10.0
ATTEMPTS = 6
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
CONNECTIONS = 10
KEEP_ALIVE = 120.0


class NotionClient:
    """Sends calls to Notion. Use it in one event loop; it may be shared by any number of tasks.

    Args:
        token: the connection's secret.
        base_url: where Notion is; plain http is for this machine alone.
        transport: what carries the requests; the network by default.
        pacer: the budget; by default Notion's smallest, 180 a minute.
        clock: where time comes from.
        timeout: seconds without a sign of life until a request is given up.
        attempts: how often a request is sent at most.
        random: numbers from 0 to 1, for pauses of uneven length.

    Attributes:
        requests: how many requests were sent so far.

    Raises:
        ConfigurationError: the token or the address cannot be right.
    """

    def __init__(
        self,
        token: str,
        base_url: str = NOTION_URL,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        pacer: Pacer | None = None,
        clock: Clock | None = None,
        timeout: float = TIMEOUT,
        attempts: int = ATTEMPTS,
        random: Callable[[], float] = chance.random,
    ) -> None:
        self._url = _checked(token, base_url)
        self.requests = 0
        self.clock = clock or SystemClock()
        self.pacer = pacer or Pacer(clock=self.clock)
        self._token = token
        self._attempts = attempts
        self._patience = timeout
        self._random = random
        self._heard: tuple[datetime, float] | None = None
        self._transport = transport
        self._http: httpx2.AsyncClient | None = None

    def __repr__(self) -> str:
        return f"NotionClient({str(self._url)!r})"

    def _line(self) -> httpx2.AsyncClient:
        """The connections, made when the first request is sent."""
        if self._http is None:
            self._http = httpx2.AsyncClient(
                base_url=self._url,
                transport=self._transport,
                headers={
                    "Authorization": f"Bearer {self._token}",
                    "Notion-Version": NOTION_VERSION,
                    "User-Agent": f"accord/{__version__}",
                    "Accept": "application/json",
                },
                limits=httpx2.Limits(
                    max_connections=CONNECTIONS,
                    max_keepalive_connections=CONNECTIONS,
                    keepalive_expiry=KEEP_ALIVE,
                ),
                # A proxy would read what is sent over plain http.
                trust_env=self._url.scheme == "https",
            )
        return self._http

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()

    @property
    def knows_the_time(self) -> bool:
        """Whether an answer has told Notion's time."""
        return self._heard is not None

    def server_now(self) -> datetime:
        """Notion's clock in UTC, never ahead of it; this machine's before the first answer."""
        if self._heard is None:
            return self.clock.utc()
        date, at = self._heard
        return date + timedelta(seconds=self.clock.now() - at)

    async def send(self, call: Call, *, within: float | None = None) -> Json:
        """Send a call and answer what Notion answers: a JSON object.

        Args:
            call: what is asked.
            within: so many seconds from now no attempt is begun any more; None: there is time.

        Raises:
            CallError: it did not succeed.
        """
        until = None if within is None else self.clock.now() + within
        attempt = 1
        while True:
            try:
                return await self._attempt(call, until)
            except CallError as error:
                if attempt >= self._attempts or not may_repeat(call, error):
                    raise
                await self.pause(attempt, error, until=until)
            attempt += 1

    async def pause(self, attempt: int, error: CallError, *, until: float | None = None) -> None:
        """Wait before the next attempt, the longer the more there were.

        Raises:
            TooLateError: it could not begin before ``until``, by the client's clock.
        """
        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
        seconds = longest * (1 + self._random()) / 2
        if isinstance(error, RateLimitedError | OverloadedError):
            # Nobody else shall ask meanwhile either; the next turn waits for it.
            self.pacer.hold_back(error.retry_after or seconds)
            return
        seconds = max(seconds, error.retry_after or 0.0)
        if until is not None and self.clock.now() + seconds > until:
            raise TooLateError(error.failure) from error
        await self.clock.sleep(seconds)

    async def _attempt(self, call: Call, until: float | None) -> Json:
        async with self.pacer.turn(until) as in_time:
            if not in_time:
                raise TooLateError(Failure(str(call), never_sent=True))
            self.requests += 1
            try:
                answer = await self._exchange(call, until)
            except CallError as error:
                outcome = error.failure.code or type(error).__name__
                self.pacer.outcomes[outcome] += 1
                if isinstance(error, RateLimitedError | OverloadedError) and error.retry_after:
                    self.pacer.hold_back(error.retry_after)
                raise
            self.pacer.outcomes["ok"] += 1
            return answer

    async def _exchange(self, call: Call, until: float | None) -> Json:
        content = None if call.body is None else _dump(call.body)
        headers = None if content is None else {"Content-Type": "application/json"}
        try:
            response = await self._line().request(
                call.method,
                call.path,
                params=call.params,
                content=content,
                headers=headers,
                timeout=self._timeout(until),
                extensions=self._in_time(call, until),
            )
        except httpx2.TimeoutException as error:
            never_sent = isinstance(error, httpx2.ConnectTimeout | httpx2.PoolTimeout)
            raise TimedOutError(self._broken(call, error, never_sent=never_sent)) from error
        except (httpx2.DecodingError, httpx2.StreamError) as error:
            raise EdgeRefusedError(self._broken(call, error)) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.CookieConflict) as error:
            never_sent = not isinstance(error, httpx2.TransportError) or isinstance(
                error, httpx2.ConnectError | httpx2.ProxyError | httpx2.UnsupportedProtocol
            )
            raise UnreachableError(self._broken(call, error, never_sent=never_sent)) from error
        self._note_time(response)
        answer = _load(response.content)
        if response.is_success and isinstance(answer, dict):
            return answer
        raise error_of(self._failure(call, response, answer))

    def _in_time(self, call: Call, until: float | None) -> dict[str, Any]:
        """What keeps a request back that was to begin ``until`` a moment, at the last moment.

        A process may stand still, or a connection take long, after all else was looked at.
        """
        if until is None:
            return {}

        async def look(event: str, _: object) -> None:
            if event == "http11.send_request_headers.started" and self.clock.now() > until:
                raise TooLateError(Failure(str(call), never_sent=True))

        return {"trace": look}

    def _timeout(self, until: float | None) -> httpx2.Timeout:
        """How long each part of an exchange may take.

        A connection that is waited for is no fault of Notion's: only what must begin ``until`` a
        moment does not wait for one any longer.
        """
        pool = None if until is None else max(until - self.clock.now(), 0.0)
        connect = min(self._patience, CONNECT_TIMEOUT)
        return httpx2.Timeout(self._patience, connect=connect, pool=pool)

    def _failure(self, call: Call, response: httpx2.Response, answer: Json) -> Failure:
        status, headers = response.status_code, response.headers
        if not isinstance(answer, dict) or response.is_success or "code" not in answer:
            kind = headers.get("content-type", "unknown").partition(";")[0]
            words = f"it sent {kind} where Notion sends its JSON"
            wait = seconds_to_wait(headers.get("retry-after"))
            return Failure(str(call), words, status, retry_after=wait)
        data = answer.get("additional_data")
        data = data if isinstance(data, dict) else {}
        wait = seconds_to_wait(headers.get("retry-after"))
        if wait is None:
            wait = seconds_to_wait(data.get("retry_after"))
        return Failure(
            call=str(call),
            words=self._without_token(str(answer.get("message", ""))),
            status=status,
            code=self._without_token(str(answer["code"])),
            request_id=answer.get("request_id") or headers.get("x-notion-request-id"),
            retry_after=wait,
            data=data,
        )

    def _broken(self, call: Call, error: Exception, *, never_sent: bool = False) -> Failure:
        words = self._without_token(str(error)) or type(error).__name__
        return Failure(str(call), words, never_sent=never_sent)

    def _without_token(self, text: str) -> str:
        return text.replace(self._token, "(token)")

    def _note_time(self, response: httpx2.Response) -> None:
        text = response.headers.get("date")
        if text is None:
            return
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return
        self._heard = (date.replace(tzinfo=date.tzinfo or UTC).astimezone(UTC), self.clock.now())


def may_repeat(call: Call, error: CallError) -> bool:
    """Whether a call that failed this way may be sent once more."""
    repeatable = call.repeatable or call.method in {"GET", "DELETE"}
    match error:
        case RequestBlockedError():
            return False
        case RateLimitedError() | OverloadedError():
            return True
        case ConflictError():
            return repeatable or (call.method == "PATCH" and error.surely_not_applied)
        case UnavailableError() if call.divisible and error.wants_smaller_page:
            return False  # the same again is not what Notion advises: the walk asks for less
        case InternalError() | BadGatewayError() | UnavailableError() | GatewayTimeoutError():
            return repeatable
        case UnreachableError() | TimedOutError():
            return repeatable or error.failure.never_sent
        case EdgeRefusedError() | UnknownNotionError():
            return repeatable and not error.surely_not_applied
        case _:
            return False


def _checked(token: str, base_url: str) -> httpx2.URL:
    """The address, when both can be right."""
    problems = []
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        problems.append(
            "NOTION_API_TOKEN is empty or has characters that no token has (spaces, line ends, "
            "quotes of a word processor); copy it again from notion.so/profile/integrations"
        )
    url = _address(base_url)
    if url.userinfo:
        problems.append("NOTION_API_URL must not carry a user or password")
    elif url.scheme not in {"http", "https"} or not url.host:
        problems.append(f"NOTION_API_URL is no address: {base_url!r}; Notion's is {NOTION_URL}")
    elif url.scheme != "https" and not _is_loopback(url.host):
        problems.append(
            f"NOTION_API_URL is {base_url!r}: the token is not sent unencrypted over a network; "
            "use https (http is for this machine alone)"
        )
    if problems:
        raise ConfigurationError(problems)
    return url


@lru_cache(maxsize=16)
def _address(base_url: str) -> httpx2.URL:
    """The address; an empty one where the text is none."""
    try:
        return httpx2.URL(base_url.rstrip("/"))
    except httpx2.InvalidURL:
        return httpx2.URL("")


@lru_cache(maxsize=16)
def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _dump(body: Json) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:  # half of a surrogate pair, which JSON can carry as an escape
        return json.dumps(body).encode()


def _load(content: bytes) -> Json:
    """The JSON of an answer; None when it is none."""
    try:
        return orjson.loads(content)
    except ValueError:
        try:
            return json.loads(content)  # takes half a surrogate pair, which orjson does not
        except ValueError:
            return None
