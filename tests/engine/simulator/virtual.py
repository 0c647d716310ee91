"""Time that passes only when something takes time.

Rule: there is one time for both sides and all processes, in whole milliseconds. It stands still
while anybody has something to do, and then goes on to whatever is next; what is due happens in
order, before anybody sees a later moment. Real input and output, to a real Postgres, takes none.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
import sys
import traceback
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextvars import Context
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVarTuple

Ts = TypeVarTuple("Ts")

START = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)


class VirtualClock:
    """A clock for the local Notion, the client, the ledger and the event loop alike."""

    def __init__(self) -> None:
        self.ms = 0
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = 0
        self._told = (0, START)

    def __call__(self) -> datetime:
        if self._told[0] != self.ms:
            self._told = (self.ms, START + timedelta(milliseconds=self.ms))
        return self._told[1]

    def now(self) -> float:
        """Seconds since the start."""
        return self.ms / 1000

    def utc(self) -> datetime:
        """The present."""
        return self()

    async def sleep(self, seconds: float) -> None:
        """Let time pass; others go on meanwhile. Where nobody has anything to do it passes at once.

        Args:
            seconds: how long.
        """
        loop = asyncio.get_running_loop()
        if isinstance(loop, VirtualLoop) and loop.idle_for(seconds):
            self.turn(seconds)
        else:
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


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop in virtual time, with nothing in it for sockets, signals or threads.

    Attributes:
        clock: whose time it is; another one for each history.
    """

    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock()
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = itertools.count()
        self._tasks: list[asyncio.Task[Any]] = []
        self._stopping = False
        self._closed = False

    # ---- time

    def time(self) -> float:
        """Seconds since the start."""
        return self.clock.ms / 1000

    def idle_for(self, seconds: float) -> bool:
        """Whether nobody but who asks has anything to do within so many seconds."""
        if self._ready:
            return False
        timers = self._timers
        while timers and timers[0][2].cancelled():
            heapq.heappop(timers)
        return not timers or timers[0][0] > self.clock.ms / 1000 + seconds + 0.001

    # ---- what is to be done

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self.clock.ms / 1000 + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._numbers), handle))
        return handle

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, **named: Any) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=self, **named)
        self._tasks.append(task)
        return task

    def unfinished(self) -> list[asyncio.Task[Any]]:
        """The tasks that are not done; those that are are forgotten."""
        self._tasks = [task for task in self._tasks if not task.done()]
        return list(self._tasks)

    # ---- running

    def run_until_complete(self, future: Any) -> Any:
        task = asyncio.ensure_future(future, loop=self)
        task.add_done_callback(lambda _: self.stop())
        self.run_forever()
        return task.result()

    def run_forever(self) -> None:
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=None, finalizer=self._finish)
        asyncio._set_running_loop(self)
        self._stopping = False
        try:
            while not self._stopping:
                self._turn()
        finally:
            asyncio._set_running_loop(None)
            sys.set_asyncgen_hooks(*hooks)

    def _turn(self) -> None:
        """Do what is to be done now; if there is nothing, let time pass until there is."""
        ready, timers = self._ready, self._timers
        while timers and timers[0][2].cancelled():
            heapq.heappop(timers)
        if not ready:
            if not timers:
                raise RuntimeError("everybody waits, and nothing will ever happen")
            self.clock.turn(timers[0][0] - self.clock.ms / 1000)
        now = self.clock.ms / 1000
        while timers and timers[0][0] <= now:
            ready.append(heapq.heappop(timers)[2])
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle.cancelled():
                handle._run()

    def _finish(self, generator: AsyncGenerator[Any, Any]) -> None:
        """Have an asynchronous generator that nobody goes on with clean up."""
        self.call_soon(self.create_task, generator.aclose())

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It is left out when its time has come."""

    def stop(self) -> None:
        self._stopping = True

    def close(self) -> None:
        self._closed = True
        self._ready.clear()
        self._timers.clear()

    def is_running(self) -> bool:
        return asyncio._get_running_loop() is self

    def is_closed(self) -> bool:
        return self._closed

    def get_debug(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Say on stderr what no task is there to hear."""
        error = context.get("exception")
        print(context.get("message"), file=sys.stderr)
        if error is not None:
            traceback.print_exception(error)
