"""A Postgres that is restarted while a batch is under way: the batch is written, and once."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest

from accord.core.ports import Outcome, Result
from accord.core.values import Text
from accord.local_postgres import EmbeddedPostgres
from accord.supabase.door import PostgresDoor
from accord.supabase.replica import Supabase
from tests.doors import pgbouncer
from tests.replicas.conftest import with_shelves
from tests.replicas.shelves import THINGS
from tests.store.store import new

BATCH = [new(f"thing {number}", name=Text(f"Thing {number}")) for number in range(50)]
WAITING = "select count(*) from pg_locks where locktype = 'advisory' and not granted"


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    """A Postgres of one's own, which may be restarted."""
    directory = Path(tempfile.mkdtemp(prefix="accord-postgres-"))
    with EmbeddedPostgres(directory, fast=True) as server:
        yield server
    shutil.rmtree(directory)


def restart(server: EmbeddedPostgres) -> None:
    server.stop()
    server.start()


async def restarted_in_mid_batch(server: EmbeddedPostgres, url: str) -> tuple[Outcome, ...]:
    """Commit the batch, and restart the server while it waits for its turn."""
    async with PostgresDoor(url) as door:
        supabase = Supabase(door)
        await supabase.commit(THINGS, [new("first")])
        with closing(psycopg.connect(server.url("shelves"))) as other:
            other.execute("select pg_advisory_xact_lock(hashtextextended('sync.commit.things', 0))")
            task = asyncio.create_task(supabase.commit(THINGS, BATCH))
            while other.execute(WAITING).fetchone() == (0,):
                await asyncio.sleep(0.01)
            assert not task.done()
            await asyncio.to_thread(restart, server)
        return await task


@pytest.mark.parametrize("pooled", [False, True], ids=["direct", "pgbouncer"])
def test_a_batch_under_way_at_a_restart_is_written_once(
    server: EmbeddedPostgres, *, pooled: bool
) -> None:
    url = with_shelves(server)
    with ExitStack() as stack:
        through = url
        if pooled:
            lacks = pgbouncer.lacking()
            if lacks:
                pytest.skip(lacks)
            through = stack.enter_context(pgbouncer.PgBouncer(url)).url(url)
        outcomes = asyncio.run(restarted_in_mid_batch(server, through))
    assert [outcome.result for outcome in outcomes] == [Result.DONE] * len(BATCH)
    with psycopg.connect(server.url("shelves")) as connection:
        for table in ("public.things", "sync.link"):
            count = connection.execute(f"select count(*) from {table}".encode()).fetchone()
            assert count == (len(BATCH) + 1,), table
