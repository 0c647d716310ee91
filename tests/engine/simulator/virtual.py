"""Time that passes only when something takes time.

Rule: there is one time for both sides and all processes, in whole milliseconds. It stands still
while anybody has something to do, and then goes on to whatever is next; what is due happens in
order, before anybody sees a later moment. Real input and output, to a real Postgres, takes none.
"""

from __future__ import annotations

import asyncio
import heapq
import math
import selectors
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)


class VirtualClock:
    """A clock for the local Notion, the client, the ledger and the event loop alike."""

    def __init__(self) -> None:
        self.ms = 0
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = 0

    def __call__(self) -> datetime:
        return START + timedelta(milliseconds=self.ms)

    def now(self) -> float:
        """Seconds since the start."""
        return self.ms / 1000

    def utc(self) -> datetime:
        """The present."""
        return self()

    async def sleep(self, seconds: float) -> None:
        """Let time pass; others go on meanwhile."""
        await asyncio.sleep(seconds)

    def turn(self, seconds: float) -> None:
        """Let time pass at once, for everybody."""
        until = self.ms + max(math.ceil(seconds * 1000), 0)
        while self._due and self._due[0][0] <= until:
            at, _, act = heapq.heappop(self._due)
            self.ms = max(self.ms, at)
            act()
        self.ms = max(self.ms, until)

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Have something happen later."""
        self._numbers += 1
        heapq.heappush(self._due, (self.ms + math.ceil(seconds * 1000), self._numbers, act))


class _Waiting(selectors.DefaultSelector):
    """Waits for nothing but real input and output; else it lets virtual time pass."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> Any:
        if len(self.get_map()) > 1:  # something beside the loop's own pipe
            return super().select(0 if timeout is not None and timeout <= 0 else None)
        if timeout is None:
            return super().select(None)
        if timeout > 0:
            self.loop.clock.turn(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time.

    Attributes:
        clock: whose time it is; another one for each history.
    """

    def __init__(self) -> None:
        self.clock = VirtualClock()
        waiting = _Waiting()
        waiting.loop = self
        super().__init__(waiting)

    def time(self) -> float:
        """Seconds since the start."""
        return self.clock.now()
