"""The lease: only one run at a time acts for a workspace.

Rules: the database decides who holds it, and refuses every write of one who lost it; what
was lost is not taken again, though it be free by then. Before each write to Notion the holder makes
sure that the lease outlives the request. A holder that died on this machine is known to be dead,
and need not be waited for.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from accord.core.errors import BusyError, TheirError
from accord.core.ports import Lease, Ledger

#: How long a lease holds if it is not renewed, in seconds.
SECONDS = 120.0

#: How often it is renewed.
RENEWED_EVERY = 15.0

#: A request to Notion may take so long; a lease that ends before is not enough to send one.
LONGEST_REQUEST = 70.0

#: How long another run is waited for.
PATIENCE = 150.0

#: How often it is asked whether the other one is done.
ASK_EVERY = 1.0


def new_owner() -> str:
    """A name for this run that no other has, on whatever machine."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"


def is_dead(owner: str) -> bool:
    """Whether the run of this name was on this machine and is no more."""
    host, _, rest = owner.rpartition("/")[0].rpartition("/")
    if host != socket.gethostname() or not rest.isdecimal():
        return False
    if int(rest) == os.getpid():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


@dataclass(slots=True)
class Holder:
    """One who holds the lease.

    Args:
        ledger: where it is kept.
        owner: our name.
        clock: seconds that only ever grow.
    """

    ledger: Ledger
    owner: str
    clock: Callable[[], float] = time.monotonic
    _renewed: float = field(default=0.0, init=False)
    _fence: int | None = field(default=None, init=False)
    _lost: bool = field(default=False, init=False)

    async def take(self, instead_of: str | None = None) -> Lease:
        """Ask for the lease, or go on holding it; answers who holds it."""
        asked = self.clock()
        lease = await self.ledger.take_lease(
            self.owner, SECONDS, instead_of=instead_of, fence=self._fence
        )
        if lease.mine:
            self._renewed, self._fence = asked, lease.fence
        elif self._fence is not None:
            self._lost = True
        return lease

    async def renew(self) -> None:
        """Go on holding it until cancelled."""
        while True:
            await asyncio.sleep(RENEWED_EVERY)
            with suppress(TheirError):  # the next attempt may succeed; the time is watched
                if not (await self.take()).mine:
                    return

    def require(self) -> None:
        """See that the lease outlives a request that is sent now.

        Raises:
            BusyError: it does not; another run may be at work.
        """
        if self._lost or self.clock() - self._renewed > SECONDS - LONGEST_REQUEST:
            raise BusyError(
                "This run has lost the right to write: it stood still for too long, or another "
                "run has taken over.",
                remedy="Nothing is lost; the next round goes on.",
            )


@asynccontextmanager
async def held(
    ledger: Ledger,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    clock: Callable[[], float] = time.monotonic,
    patience: float = PATIENCE,
    waits: Callable[[Lease], None] = lambda _: None,
) -> AsyncIterator[Holder]:
    """Hold the lease; waits for another run, and is told of it.

    Raises:
        BusyError: the other run is at work for longer than we wait.
    """
    holder = Holder(ledger, new_owner(), clock)
    lease = await holder.take()
    waited = 0.0
    while not lease.mine:
        lease = await holder.take(lease.owner if is_dead(lease.owner) else None)
        if lease.mine:
            break
        if waited >= patience:
            raise BusyError(
                f"Another run is at work ({lease.owner}); nothing was done.",
                remedy="Wait until it is over; if it is dead, its right to write ends by itself "
                f"within {SECONDS:.0f} seconds.",
            )
        waits(lease)
        await sleep(ASK_EVERY)
        waited += ASK_EVERY
    renewing = asyncio.ensure_future(holder.renew())
    try:
        yield holder
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing
        with suppress(TheirError):  # it ends by itself
            await ledger.give_back_lease()
