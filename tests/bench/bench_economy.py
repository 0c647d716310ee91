"""Requests to Notion for changed and new rows of one data source, beyond those of an idle round.

Counts, not times: they are the same on every machine. A changed row needs one request; how much
more may be sent for K rows is ``K + 2 + ceil(K / 50)``.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from accord.declare import load_schema
from accord.local_postgres import EmbeddedPostgres
from accord.supabase import migrate
from notion_emulator import Workspace
from notion_emulator.sample import build_sample
from tests.engine.economy import added, bound, changed, fill, idle
from tests.engine.world import TurnedClock, World

MIGRATIONS = Path(__file__).parents[2] / "supabase" / "migrations"
ROWS = (1, 3, 4, 10, 50, 51, 100, 500)
NEW = (1, 10, 100)


def measure() -> Iterator[tuple[str, float, str]]:
    """Yield (what, figure, unit)."""
    directory = Path(tempfile.mkdtemp(prefix="accord-bench-"))
    try:
        with EmbeddedPostgres(directory, fast=True) as postgres:
            asyncio.run(migrate.apply(postgres.url(), MIGRATIONS))
            clock = TurnedClock()
            workspace = Workspace(clock=clock, seed=1)
            names = dict(build_sample(workspace))
            world = World(postgres.url(), workspace, clock, load_schema("models"), names)
            fill(world, max(ROWS))
            yield "idle round", idle(world), "requests (at most 20)"
            for rows in ROWS:
                cost = changed(world, rows)
                yield f"{rows} changed rows", cost, f"requests (at most {bound(rows)})"
            for rows in NEW:
                cost = added(world, rows)
                yield f"{rows} new rows", cost, f"requests (at most {bound(rows)})"
            world.close()
    finally:
        shutil.rmtree(directory)
