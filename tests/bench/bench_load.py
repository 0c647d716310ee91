"""A first load and an idle round, from the local Notion over HTTP into a real Postgres.

``ACCORD_BENCH_PAGES`` says how many pages (10,000 by default; 100,000 for the large one). The
local Notion, Postgres and the command each are a process of their own, on the same machine.
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from accord.local_postgres import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
PAGES = int(os.environ.get("ACCORD_BENCH_PAGES", "10000"))
VARIABLES = 18


def measure() -> Iterator[tuple[str, float, str]]:
    """Yield (what, figure, unit)."""
    directory = Path(tempfile.mkdtemp(prefix="accord-bench-"))
    notion = subprocess.Popen(
        [sys.executable, "-m", "notion_emulator", "--port", "0", "--pages", str(PAGES)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with EmbeddedPostgres(directory) as postgres:
            environment = {
                **os.environ,
                **_environment(notion),
                "SUPABASE_DB_URL": postgres.url(),
                "NOTION_REQUESTS_PER_MINUTE": "0",
            }
            _run(environment, "tools.supabase_db_setup")
            yield from _rounds(environment)
    finally:
        notion.send_signal(signal.SIGINT)
        notion.communicate()
        shutil.rmtree(directory)


def _rounds(environment: dict[str, str]) -> Iterator[tuple[str, float, str]]:
    # Stamps are written when the data is in step, a request a page: they are no part of the load.
    sync = ("tools.sync_databases", "--direction", "notion_to_supabase", "--no-stamps", "--json")
    began = time.perf_counter()
    first = json.loads(_run(environment, *sync))
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    pages = sum(c["pages"] for c in first["collections"])
    yield "pages in the first load", pages, "pages"
    yield "first load", seconds, "s"
    yield "first load, pages", pages / seconds, "pages/s"
    yield "first load, requests to Notion", first["requests"] / pages * 1000, "per 1,000 pages"
    yield "first load, peak memory of the command", peak, "MB"
    began = time.perf_counter()
    idle = json.loads(_run(environment, *sync))
    yield "idle round", time.perf_counter() - began, "s"
    yield "idle round, requests to Notion", idle["requests"], "requests"
    yield (
        "idle round, rows written",
        sum(c["updated"] + c["created"] for c in idle["collections"]),
        "rows",
    )


def _run(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def _environment(notion: subprocess.Popen[str]) -> dict[str, str]:
    assert notion.stdout is not None
    lines = (notion.stdout.readline().strip().partition("=")[::2] for _ in range(VARIABLES))
    return dict(lines)
