"""The door by address and API key: one call is one request, one function, one transaction.

Rule: no library repeats a request; what is repeated is decided here, by what the functions promise:
doing a thing twice has the effect of once. No error of HTTP and no key gets out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx2
import orjson

from accord import __version__
from accord.core.errors import OurError
from accord.core.values import Json
from accord.supabase.door import ONCE, PAUSES, guarded, read_json
from accord.supabase.rest_errors import Again, Failure, no_json, not_answered, refused
from accord.supabase_address import RestApi

#: The one function of schema public that leads to those of schema ``sync``.
FUNCTION = "/rest/v1/rpc/sync_call_v1"

#: The Data API itself gives a request up after sixty seconds.
TIMEOUT = 70.0
CONNECT_TIMEOUT = 10.0
KEEP_ALIVE = 30.0


class RestDoor:
    """The door by Data API; an async context manager.

    Args:
        api: the project's address, and a key whose role is service_role.
        connections: how many calls may run at once.
        timeout: seconds without a sign of life after which a call is given up.
        pauses: seconds to wait before each further attempt.
        sleep: waits; tests give their own.
        transport: what carries the requests; the network by default.
    """

    def __init__(
        self,
        api: RestApi,
        *,
        connections: int = 4,
        timeout: float = TIMEOUT,
        pauses: Sequence[float] = PAUSES,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.fence: int | None = None
        self._place = urlsplit(api.url).netloc
        self._key = api.key
        self._pauses = tuple(pauses)
        self._sleep = sleep
        self._turns = asyncio.Semaphore(connections)
        self._http = httpx2.AsyncClient(
            base_url=api.url,
            transport=transport,
            headers={
                **api.headers,
                "User-Agent": f"accord/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                "Content-Type": "application/json",
                # Of several schemas that are exposed the first is meant, unless one is named.
                "Content-Profile": "public",
            },
            timeout=httpx2.Timeout(timeout, connect=min(timeout, CONNECT_TIMEOUT), pool=None),
            limits=httpx2.Limits(
                max_connections=connections,
                max_keepalive_connections=connections,
                keepalive_expiry=KEEP_ALIVE,
            ),
            # A proxy would read what is sent over plain http.
            trust_env=api.url.startswith("https:"),
        )

    def __repr__(self) -> str:
        return f"RestDoor({self._place!r})"

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
        await self._http.aclose()

    async def call(self, function: str, *args: Json) -> Json:
        """Call ``sync.<function>`` with JSON values; answers its JSON value.

        A call of which nobody knows whether it was done is sent again, except those in `ONCE`.

        Raises:
            SupabaseError: the project refused, or did not answer.
        """
        return await self._call(function, args, once=function in ONCE)

    async def write(self, function: str, *args: Json) -> Json:
        """Call a function that writes; it is refused if the lease that is held was taken over.

        Raises:
            LeaseLostError: another run has taken over.
            SupabaseError: the project refused, or did not answer.
        """
        once = function in ONCE
        return await self._call(*guarded(self.fence, function, args), once=once)

    async def _call(self, function: str, args: Sequence[Json], *, once: bool) -> Json:
        try:
            body = orjson.dumps({"p_function": function, "p_args": list(args)})
        except orjson.JSONEncodeError as error:
            raise OurError(f"sync.{function} was given what is not JSON: {error}") from error
        for pause in (*self._pauses, None):
            answer = await self._once(body)
            if not isinstance(answer, Failure):
                return answer
            enough = Again.SURELY if once else Again.IF_HARMLESS
            if pause is None or answer.again.value < enough.value:
                raise answer.error
            await self._sleep(max(pause, answer.wait))
        raise OurError("a call ended without an answer and without an error")

    async def _once(self, body: bytes) -> Json | Failure:
        async with self._turns:
            try:
                response = await self._http.post(FUNCTION, content=body)
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                return not_answered(error, self._place)
        try:
            answer = read_json(response.content)
        except ValueError:
            answer = None
            if response.is_success:
                return no_json(response, self._place)
        if response.is_success:
            return answer
        return refused(response, self._without_key(answer), self._place)

    def _without_key(self, answer: Json) -> Json:
        if not isinstance(answer, dict):
            return None
        return {name: str(value).replace(self._key, "(key)") for name, value in answer.items()}
