"""Killed by the system at any moment and run again, the command ends in the same state."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from accord.local_postgres import EmbeddedPostgres
from tests.acceptance.conftest import ROOT, LocalNotion, command

KILLS = 6
#: Without stamps: both loads read one Notion, which the first one must leave as it is.
SYNC = ("tools.sync_databases", "--direction", "notion_to_supabase", "--no-stamps")


@pytest.fixture
def notion() -> Iterator[dict[str, str]]:
    local = LocalNotion("--pages", "2500", "--seed", "4")
    yield {**local.environment, "NOTION_REQUESTS_PER_MINUTE": "0"}
    local.stop()


def test_killed_again_and_again_it_ends_as_if_undisturbed(
    notion: dict[str, str], postgres_server: EmbeddedPostgres
) -> None:
    urls = []
    for name in ("undisturbed", "killed"):
        postgres_server.drop_database(name)
        postgres_server.create_database(name)
        urls.append(postgres_server.url(name))
        environment = {**notion, "SUPABASE_DB_URL": urls[-1]}
        assert command("tools.supabase_db_setup", env=environment).code == 0
    undisturbed, killed = urls
    assert command(*SYNC, env={**notion, "SUPABASE_DB_URL": undisturbed}).code == 0
    moments = random.Random(20261122)
    died = [
        kill_after(moments.uniform(0.3, 4.0), {**notion, "SUPABASE_DB_URL": killed})
        for _ in range(KILLS)
    ]
    assert any(died)
    done = command(*SYNC, env={**notion, "SUPABASE_DB_URL": killed})
    assert done.code == 0, done.said
    assert contents(killed) == contents(undisturbed)


def kill_after(seconds: float, environment: dict[str, str], *words: str) -> bool:
    """Run the command and kill it; answers whether it was still at work."""
    process = subprocess.Popen(
        [sys.executable, "-m", *(words or SYNC)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def contents(url: str) -> dict[str, list[Any]]:
    """All rows of all tables of ours, without when they were written and what counts days."""
    clocks = (
        "- 'updated_at' - 'last_synced_at' - (select array_agg(distinct column_name::text)"
        " from information_schema.columns"
        " where table_schema = 'public' and column_name ~ '^days_|_age$')"
    )
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "select tablename from pg_tables where schemaname = 'public' order by 1"
        ).fetchall()
        return {
            name: connection.execute(
                f"select to_jsonb(t) {clocks} {'' if name != 'notion_users' else born}"
                f" from public.{name} t order by 1".encode()
            ).fetchall()
            for (name,) in tables
            for born in ["- 'created_at'"]
        }
