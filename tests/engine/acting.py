"""What people ask for between rounds, done in a `World`.

Rule: the ways of the commands, without their screens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from accord.core.ports import Dispute, Named
from accord.core.record import Side
from accord.core.values import Json
from accord.sync import acts
from accord.sync.decide import Decision
from accord.sync.engine import Engine
from accord.sync.explain import Explanation
from accord.sync.find import Finder
from accord.sync.options import Options, Stamping
from accord.sync.report import Report
from accord.sync.undo import Back, Scope
from tests.engine.world import World

T = TypeVar("T")
QUIET = Options(stamping=Stamping.ON_WRITE)


def ask(world: World, act: Callable[[Engine], Awaitable[T]]) -> T:
    """Ask the engine of a world something."""

    async def run() -> T:
        async with world.engine() as engine:
            return await act(engine)

    return asyncio.run(run())


def disputes(world: World) -> list[Dispute]:
    """All conflicts, newest first."""
    return list(ask(world, lambda engine: engine.ledger.conflicts()))


def decide(
    world: World, dispute: Dispute, take: Side | None = None, value: Json = None
) -> tuple[Report, list[int]]:
    """Decide one conflict."""
    decision = Decision(dispute, take, value)
    return ask(world, lambda engine: acts.decide(engine, [decision], QUIET))


def plan_undo(world: World, scope: Scope) -> list[Back]:
    """What taking back would do."""
    return ask(world, lambda engine: acts.plan_undo(engine, scope, replace(QUIET, dry_run=True)))


def undo(world: World, scope: Scope) -> Report:
    """Take back what the plan says."""
    plan = plan_undo(world, scope)
    return ask(world, lambda engine: acts.undo(engine, scope, plan, QUIET))


def retry(world: World, records: list[Named] | None = None) -> tuple[Report, int]:
    """Look again."""
    return ask(world, lambda engine: acts.retry(engine, records, QUIET))


def find(world: World, words: str) -> tuple[Named, ...]:
    """Find records."""
    return ask(
        world, lambda engine: Finder(engine.schema, engine.supabase, engine.ledger).find(words)
    )


def explain(world: World, words: str) -> Explanation:
    """Why the record that is meant is in step, or is not."""
    (named,) = find(world, words)
    return ask(world, lambda engine: acts.explain(engine, named))
