"""A process of the product: the real engine on doors that can fail, freeze and die.

Rule: the engine, its client and its codecs are the product's. A process that died does nothing any
more, whatever it still has to clean up; what it did before stays done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import httpx2
import orjson

from accord.core.ports import Result
from accord.notion.calls import Call
from accord.notion.client import NotionClient
from accord.notion.errors import (
    Failure,
    TooLateError,
    UnreachableError,
    error_of,
)
from accord.notion.pacer import Pacer
from accord.notion.replica import Notion
from accord.supabase.errors import Unreachable
from notion_emulator.api.direct import Answered

if TYPE_CHECKING:
    from accord.sync.engine import Engine
    from tests.engine.simulator.world import World

#: Calls of the Supabase side that change nothing: a death there is the death before the next.
READING = frozenset(
    {
        "alive",
        "census",
        "check",
        "conflicts",
        "dirty",
        "history",
        "intents",
        "known_users",
        "linked",
        "owners_that_differ",
        "pending",
        "problems",
        "rows_for",
        "sight",
        "sight_rows",
        "sources",
        "stamps_due",
        "stamps_waiting",
    }
)


class KilledError(BaseException):
    """The process dies here: nothing may catch this and go on."""


class Process:
    """One run of the product.

    Attributes:
        dead: it was killed.
        thawed: it does not stand still.
        stamps: whether it may write to pages nothing but stamps.
        stamped: it has begun to.
        orderly: nothing else is to be written after that.
        proofs: when it last read each page as it was, in milliseconds, by page id.
    """

    def __init__(self, world: World, number: int) -> None:
        self.world = world
        self.number = number
        self.dead = False
        self.stamps = True
        self.stamped = False
        self.orderly = False
        self.thawed = asyncio.Event()
        self.thawed.set()
        self.proofs: dict[str, int] = {}
        self.client = DirectClient(world, self)
        supabase, ledger = world.tables.doors()
        self._doors = (Door(supabase, self), Door(ledger, self))
        self.engine: Engine = world.new_engine(Notion(self.client), *self._doors)

    def __repr__(self) -> str:
        return f"process {self.number}"

    def has_seen(self, page_id: str, moment: int) -> None:
        """Know what a page was like at a moment, in milliseconds."""
        self.proofs[page_id] = max(self.proofs.get(page_id, 0), moment)

    def alive(self) -> None:
        """Be alive, or stop here."""
        if self.dead:
            raise KilledError

    def let_go(self) -> None:
        """Hold nothing any more."""
        for whole in (*self._doors, self.client, self):
            vars(whole).clear()

    def die(self) -> None:
        """Do nothing any more."""
        self.dead = True
        raise KilledError


class DirectClient(NotionClient):
    """The product's client, with the local Notion at the other end of its line.

    Pace, repeats and errors are the product's own; only the exchange of one request is replaced.
    """

    def __init__(self, world: World, process: Process) -> None:
        super().__init__(
            world.workspace.token,
            "http://127.0.0.1",
            pacer=Pacer(0, world.clock),
            clock=world.clock,
            random=lambda: 0.5,
        )
        self._world = world
        self._process = process

    async def _exchange(self, call: Call, until: float | None) -> Any:
        return await self._world.notion_is_asked(self._process, self, call, until)

    def read(self, call: Call, answered: Answered) -> Any:
        """What an answer says.

        Raises:
            CallError: it is a refusal.
        """
        self._heard = (self.clock.utc().replace(microsecond=0), self.clock.now())
        if answered.status < 300:
            return orjson.loads(answered.content)
        headers = {"content-type": "application/json", **answered.headers}
        response = httpx2.Response(answered.status, headers=headers, content=answered.content)
        raise error_of(self._failure(call, response, orjson.loads(answered.content)))

    def late(self, call: Call) -> TooLateError:
        """The error of a request whose time was over when it was about to be sent."""
        return TooLateError(Failure(str(call), never_sent=True))

    def cut(self, call: Call) -> UnreachableError:
        """The error of a connection that broke after the request was sent."""
        return UnreachableError(Failure(str(call), "the connection broke"))


class Door:
    """A door of the Supabase side: every call through it is an effect.

    Args:
        inner: what stands behind it.
        process: whose door it is.
    """

    def __init__(self, inner: Any, process: Process) -> None:
        self._inner = inner
        self._process = process

    def __getattr__(self, name: str) -> Any:
        method: Callable[..., Awaitable[Any]] = getattr(self._inner, name)
        process, world = self._process, self._process.world
        if name in READING:

            async def effect(*args: Any, **kwargs: Any) -> Any:
                if not world.quiet(process):
                    await world.happen(process, name)
                return await method(*args, **kwargs)

        else:

            async def effect(*args: Any, **kwargs: Any) -> Any:
                if not world.quiet(process):
                    await world.happen(process, name)
                fate = world.storm.strikes(world.climate.calls)
                if fate == "supabase lost, not applied":
                    world.note(f"{process!r} {name}: {fate}")
                    raise Unreachable("the connection broke", remedy="Run again.")
                answer = await method(*args, **kwargs)
                world.supabase_was_written(process, name, args, answer)
                if fate is not None:
                    world.note(f"{process!r} {name}: {fate}")
                    raise Unreachable("the connection broke", remedy="Run again.")
                if not world.quiet(process):
                    await world.happen(process, f"after {name}")
                return answer

        self.__dict__[name] = effect
        return effect


def done(writes: Any, outcomes: Any) -> list[Any]:
    """The writes that were done."""
    return [w for w, o in zip(writes, outcomes, strict=True) if o.result is Result.DONE]
