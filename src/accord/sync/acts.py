"""What a person asks for between rounds: decide a conflict, take changes back, look again.

Rule: each is a round of its own: under the lease, numbered, remembered. What was under way before
is settled first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from accord.core.errors import BusyError
from accord.core.ports import Named
from accord.sync.adopt import Adopter
from accord.sync.again import Retrier
from accord.sync.decide import Decider, Decision
from accord.sync.engine import Engine, watermarks_of
from accord.sync.explain import Explainer, Explanation
from accord.sync.options import Options
from accord.sync.pull import Puller
from accord.sync.push import Pusher
from accord.sync.report import Report, Watch
from accord.sync.round import Round
from accord.sync.send import Sender
from accord.sync.settle import Settler
from accord.sync.undo import Back, Scope, Undoer


@dataclass(frozen=True, slots=True)
class Desk:
    """A round in which a person's wish is carried out, and those who do it."""

    round: Round
    sender: Sender
    pusher: Pusher


@asynccontextmanager
async def at_the_desk(
    engine: Engine, options: Options, watch: Watch | None = None
) -> AsyncIterator[Desk]:
    """Open a round for one wish; what it leaves undone is in its report.

    Raises:
        TheirError: a whole side cannot be reached or refuses us, or another run is at work.
    """
    async with engine.opened(options, watch) as round_:
        sender = Sender(round_)
        if not options.dry_run:
            await Settler(round_, sender).settle()
        yield Desk(round_, sender, Pusher(round_, sender, {}, watermarks_of(round_.states)))
        sender.tell_of_stops()


async def decide(
    engine: Engine, decisions: Sequence[Decision], options: Options, watch: Watch | None = None
) -> tuple[Report, list[int]]:
    """Carry out what was decided about conflicts; answers which of them are decided now."""
    async with at_the_desk(engine, options, watch) as desk:
        decider = Decider(desk.round, desk.sender, desk.pusher)
        await decider.decide(decisions)
    return desk.round.report, decider.done


async def plan_undo(engine: Engine, scope: Scope, options: Options) -> list[Back]:
    """What taking these changes back would do; ``options`` are those of a dry run."""
    async with at_the_desk(engine, options) as desk:
        return await Undoer(desk.round, desk.pusher).plan(scope)


async def undo(
    engine: Engine,
    scope: Scope,
    shown: Sequence[Back],
    options: Options,
    watch: Watch | None = None,
) -> Report:
    """Take changes back, as it was shown to a person.

    Raises:
        BusyError: it would be something else by now; nothing was done.
    """
    # Who has seen the plan has said yes to what it moves to the trash.
    accepted = replace(options, accept_removals=frozenset(back.table for back in shown))
    async with at_the_desk(engine, accepted, watch) as desk:
        undoer = Undoer(desk.round, desk.pusher)
        if await undoer.plan(scope) != list(shown):
            raise BusyError(
                "These records were changed since the plan was made; nothing was taken back.",
                remedy="Run the command again and look at the new plan.",
            )
        await undoer.carry_out(shown)
    return desk.round.report


async def retry(
    engine: Engine,
    records: Collection[Named] | None,
    options: Options,
    watch: Watch | None = None,
) -> tuple[Report, int]:
    """Look again at records, or at all that are not in step; answers how many there were."""
    async with at_the_desk(engine, options, watch) as desk:
        puller = Puller(desk.round, Adopter(desk.round))
        looked = await Retrier(desk.round, puller, desk.pusher).retry(records)
    return desk.round.report, looked


async def explain(engine: Engine, named: Named) -> Explanation:
    """Why a record is in step, or is not; nothing is written."""
    options = Options(tables=frozenset({named.table}), dry_run=True)
    async with engine.opened(options) as round_:
        return await Explainer(round_).explain(named)
