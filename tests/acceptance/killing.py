"""Kills the command at a chosen point of its work, with no hook in the product.

Rule: Notion is made to hold a request or its answer, or Postgres to hold a transaction by a lock;
what the command left behind then says whether the kill fell where it was meant to.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import httpx2
import psycopg
from psycopg import sql

from tests.acceptance.conftest import ROOT

#: Seconds for which an answer is held, if nobody but the kill is waited for.
HELD = 5.0
#: Seconds after which a write that was on its way arrives.
LATE = 2.0
#: Seconds for which an answer is held until a lock is taken.
LOCKING = 1.5
#: Seconds after which something that must come is not waited for any longer.
PATIENCE = 60.0


class Point(StrEnum):
    """Where a kill falls."""

    START = "before the first write"
    PULL_GONE = "in the transaction of a pull, which is rolled back"
    PULL_LANDS = "in the transaction of a pull, which is committed all the same"
    A_GONE = "in txn A, which is rolled back"
    A_LANDS = "in txn A, which is committed all the same: nothing is ever sent"
    CREATE = "create: applied, not answered"
    UPDATE = "update: applied, not answered"
    TRASH = "trash: applied, not answered"
    STAMP = "stamp: applied, not answered"
    CREATE_LATE = "create: sent, applied later"
    UPDATE_LATE = "update: sent, applied later"
    TRASH_LATE = "trash: sent, applied later"
    STAMP_LATE = "stamp: sent, applied later"
    B_GONE = "in txn B, which is rolled back: answered, not remembered"
    B_LANDS = "in txn B, which is committed all the same"
    ANY = "at any moment"


#: The points that a direction passes.
POINTS = {
    "notion_to_supabase": (
        Point.START, Point.PULL_GONE, Point.PULL_LANDS, Point.STAMP, Point.STAMP_LATE,
        Point.B_GONE, Point.B_LANDS,
    ),
    "supabase_to_notion": (
        Point.START, Point.A_GONE, Point.A_LANDS, Point.CREATE, Point.CREATE_LATE, Point.UPDATE,
        Point.UPDATE_LATE, Point.TRASH, Point.TRASH_LATE, Point.B_GONE, Point.B_LANDS,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Hold:
    """A request that the local Notion holds, and what is locked meanwhile.

    Args:
        requests: (method, path) of it; of several the first that comes.
        late: it is held before it is applied; else its answer is.
        lock: the table that is locked when it is held, so that the next transaction waits.
        lands: a transaction that waited is committed after the kill; else it is rolled back.
    """

    requests: tuple[tuple[str, str], ...]
    late: bool = False
    lock: str | None = None
    lands: bool = False


@dataclass
class Sides:
    """Both sides, as people and the test reach them.

    Args:
        environment: of the command.
        url: the database.
    """

    environment: dict[str, str]
    url: str
    _client: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        token = self.environment["NOTION_API_TOKEN"]
        headers = {"Authorization": f"Bearer {token}", "Notion-Version": "2026-03-11"}
        url = self.environment["NOTION_API_URL"]
        self._client = httpx2.Client(base_url=url, headers=headers, timeout=30)

    def close(self) -> None:
        """Ask Notion no more."""
        self._client.close()

    def query(self, statement: str | sql.Composed, *values: Any) -> list[tuple[Any, ...]]:
        """Do something in Postgres."""
        words = statement.encode() if isinstance(statement, str) else statement
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(words, values)
            return cursor.fetchall() if cursor.description else []

    def notion(self, method: str, path: str, body: Any = None) -> Any:
        """Do something in Notion, or with it below ``/_control``."""
        return self._client.request(method, path, json=body).raise_for_status().json()

    def open_writes(self) -> dict[str, str]:
        """The writes to Notion that are under way: row id -> what is done."""
        found = self.query("select row_id::text, intent from sync.intent")
        return {row: "stamp" if _is_stamp(intent) else intent["verb"] for row, intent in found}


def _is_stamp(intent: dict[str, Any]) -> bool:
    return intent["verb"] == "update" and not intent["attempts"][-1]["changes"]


class Victim:
    """A command that is going to be killed.

    Args:
        sides: where it works.
        words: the command.
    """

    def __init__(self, sides: Sides, *words: str) -> None:
        self.sides = sides
        self.process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **sides.environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> bool:
        """Kill it; answers whether it was at work."""
        self.process.send_signal(signal.SIGKILL)
        return self.process.wait() == -signal.SIGKILL

    def comes_to(self, there: Callable[[], bool]) -> bool:
        """Wait until that is so; answers False if the command came to its end first."""
        until = time.monotonic() + PATIENCE
        while not there():
            if self.process.poll() is not None:
                return False
            assert time.monotonic() < until, "the command came neither there nor to its end"
            time.sleep(0.02)
        return True


def kill_at(sides: Sides, hold: Hold, *words: str) -> bool:
    """Run the command and kill it there; answers False if it ended without coming there."""
    fault = "slow" if hold.late else "slow_after"
    seconds = LOCKING if hold.lock else LATE if hold.late else HELD
    rule = {"fault": fault, "times": 1, "seconds": seconds}
    rules = [{**rule, "method": method, "path": path} for method, path in hold.requests]
    sides.notion("POST", "/_control/faults", {"rules": rules})

    def struck() -> bool:
        planned = sides.notion("GET", "/_control/faults")["rules"]
        return any(one["struck"] for one in planned)

    victim = Victim(sides, *words)
    try:
        if not victim.comes_to(struck):
            return False
        if hold.lock is None:
            return victim.kill()
        with _locked(sides.url, hold.lock) as waiting:
            if not victim.comes_to(lambda: waiting() is not None):
                return False
            pid = waiting()
            killed = victim.kill()
            if not hold.lands:
                sides.query("select pg_terminate_backend(%s)", pid)
                _wait(lambda: not _alive(sides, pid))
        _wait(lambda: not _alive(sides, pid))  # it finds out that nobody listens when it is done
        return killed
    finally:
        victim.kill()
        sides.notion("DELETE", "/_control/faults")


@contextmanager
def _locked(url: str, table: str) -> Iterator[Callable[[], int | None]]:
    """Let nobody write to a table; yields what tells which server process waits for that."""
    with psycopg.connect(url) as lock, psycopg.connect(url, autocommit=True) as asking:
        lock.execute(f"lock table {table} in exclusive mode".encode())
        blocker = lock.info.backend_pid

        def waiting() -> int | None:
            row = asking.execute(
                "select pid from pg_stat_activity where %s = any(pg_blocking_pids(pid))", [blocker]
            ).fetchone()
            return None if row is None else row[0]

        yield waiting
        lock.rollback()


def _alive(sides: Sides, pid: int | None) -> bool:
    return sides.query("select 1 from pg_stat_activity where pid = %s", pid) != []


def _wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.02)
