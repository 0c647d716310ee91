"""The pace: how many requests Notion is sent, and when.

Rule: within any 60 seconds, as Notion counts them, no more requests arrive than the budget allows.
Notion counts a request at some moment between its sending and its answer, and we do not know where
its minutes begin. So a request holds its place from the sending until 60 seconds after the answer;
then every span of 60 seconds is within the budget, whatever the network does. Inside the budget
requests may follow each other as fast as they like: Notion allows bursts.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter, deque
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol

WINDOW = 60.0
DEFAULT_BUDGET = 180
#: No wait is shorter: a clock of finite precision must move on.
_SHORTEST_WAIT = 0.001


class Clock(Protocol):
    """Where time comes from; tests bring one of their own."""

    def now(self) -> float:
        """Seconds that never go back, from an arbitrary start."""
        ...

    def utc(self) -> datetime:
        """The time of day as this machine knows it."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Come back after so many seconds."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    def utc(self) -> datetime:
        """The time of day."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Come back after so many seconds."""
        await asyncio.sleep(seconds)


class Budget:
    """The places of one sliding window, as a pure state machine.

    All moments are seconds of one clock; they must not go back.

    Args:
        per_window: how many requests any 60 seconds may hold; 0 does not limit them.
    """

    def __init__(self, per_window: int) -> None:
        if per_window < 0:
            raise ValueError(f"a budget of {per_window} requests makes no sense")
        self.per_window = per_window
        self._under_way = 0
        self._answered: deque[float] = deque()
        self._closed_until = -math.inf

    def take(self, now: float) -> float:
        """Take a place, or say how long to wait before asking again.

        Returns:
            0 when the place was taken; else seconds, infinite when only an answer can free one.
        """
        if now < self._closed_until:
            return self._closed_until - now
        while self._answered and self._answered[0] + WINDOW <= now:
            self._answered.popleft()
        if self.per_window and self._under_way + len(self._answered) >= self.per_window:
            return self._answered[0] + WINDOW - now if self._answered else math.inf
        self._under_way += 1
        return 0.0

    def spent(self, now: float) -> int:
        """How many places of the window that ends now are taken; 0 where there is no limit."""
        return self._under_way + sum(1 for at in self._answered if at + WINDOW > now)

    def answered(self, now: float) -> None:
        """A request has come to its end; its place is free again in 60 seconds."""
        self._under_way -= 1
        if self.per_window:
            self._answered.append(now)

    def close(self, until: float) -> None:
        """Let nothing through before ``until``: Notion said so."""
        self._closed_until = max(self._closed_until, until)


class Pacer:
    """Lets requests through, first come first served.

    Args:
        per_minute: the budget (`NOTION_REQUESTS_PER_MINUTE`); 0 does not pace.
        clock: where time comes from.

    Attributes:
        outcomes: how many requests ended how: ``ok`` or an error's code.
        waited: seconds spent waiting for a place.
    """

    def __init__(self, per_minute: int = DEFAULT_BUDGET, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._budget = Budget(per_minute)
        self._queue = asyncio.Lock()
        self._freed = asyncio.Event()
        self.outcomes: Counter[str] = Counter()
        self.waited = 0.0

    def turn(self, until: float | None = None) -> Turn:
        """Wait for a place and hold it while one request is under way.

        Answers False, and holds none, where no place can be had ``until`` a moment of the clock;
        that is known before the moment comes if Notion said so or the budget is spent.
        """
        return Turn(self, until)

    async def take_place(self, until: float | None) -> bool:
        """Wait for a place, in turn; whether there was one in time."""
        began = self._clock.now()
        async with self._queue:
            in_time = await self._wait_for_place(until)
        self.waited += self._clock.now() - began
        return in_time

    def give_place_back(self) -> None:
        """The request is over."""
        self._budget.answered(self._clock.now())
        self._freed.set()

    def spent(self) -> int:
        """How much of the budget the last 60 seconds took."""
        return self._budget.spent(self._clock.now())

    def hold_back(self, seconds: float) -> None:
        """Send nothing for so long, whoever asks (`Retry-After`; it may exceed a minute)."""
        self._budget.close(self._clock.now() + seconds)

    async def _wait_for_place(self, until: float | None) -> bool:
        latest = math.inf if until is None else until
        while (now := self._clock.now()) <= latest:
            wait = self._budget.take(now)
            if not wait:
                return True
            if math.isinf(wait):
                self._freed.clear()
                await self._freed.wait()
            elif now + wait > latest:
                return False
            else:
                await self._clock.sleep(max(wait, _SHORTEST_WAIT))
        return False


class Turn:
    """One request's place in the budget; see `Pacer.turn`.

    Args:
        pacer: whose budget.
        until: when it has to begin, by the pacer's clock.
    """

    def __init__(self, pacer: Pacer, until: float | None) -> None:
        self._pacer = pacer
        self._until = until
        self._held = False

    async def __aenter__(self) -> bool:
        self._held = await self._pacer.take_place(self._until)
        return self._held

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._held:
            self._pacer.give_place_back()
