"""Random histories: people work in Notion, rounds run and die, and in the end both sides agree.

Rule: one seed is one history. ``ACCORD_HISTORIES=300 ACCORD_HISTORIES_FROM=1000`` runs more.
"""

from __future__ import annotations

import os
from collections import defaultdict
from random import Random
from typing import Any

import httpx2
import orjson
import pytest

from accord.core.errors import TheirError
from accord.sync import pull
from accord.sync.report import Report
from tests.engine.agreement import Exceptions, bases_that_differ, differences
from tests.engine.conftest import NewWorld
from tests.engine.people import People
from tests.engine.test_interrupted import Fuse, KilledError
from tests.engine.world import World

COUNT = int(os.environ.get("ACCORD_HISTORIES", "6"))
FIRST = int(os.environ.get("ACCORD_HISTORIES_FROM", "0"))


class SmallAnswers(httpx2.AsyncBaseTransport):
    """Notion gives fewer pages an answer than asked for, and fails when told to.

    Args:
        behind: the local Notion.
        size: the most pages that a query gives at a time.
    """

    def __init__(self, behind: httpx2.AsyncBaseTransport, size: int) -> None:
        self.behind = behind
        self.size = size
        self.until_failure = -1

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/query"):
            body = orjson.loads(await request.aread())
            body["page_size"] = min(body["page_size"], self.size)
            headers = {k: v for k, v in request.headers.items() if k != "content-length"}
            request = httpx2.Request(
                request.method, request.url, headers=headers, content=orjson.dumps(body)
            )
        self.until_failure -= 1
        if self.until_failure == 0:
            error = {"object": "error", "status": 403, "code": "restricted_resource"}
            return httpx2.Response(403, json={**error, "message": "not now"})
        return await self.behind.handle_async_request(request)


class History:
    """People and rounds, as one seed has it."""

    def __init__(self, world: World, seed: int) -> None:
        self.random = Random(seed)
        self.world = world
        self.plain = seed % 3 == 0
        assert world.property_ids
        self.people = People(world, self.random, self.plain)
        self.size = self.random.choice([3, 7, 20, 100])
        self.failing = -1
        world.wire = self.wire
        self.note = self.people.log.append

    def wire(self, behind: httpx2.AsyncBaseTransport) -> httpx2.AsyncBaseTransport:
        transport = SmallAnswers(behind, self.size)
        transport.until_failure, self.failing = self.failing, -1
        return transport

    def run(self) -> None:
        if not self.plain:  # a property is known again after a rename only if it was known before
            self.world.sync()
        for _ in range(self.random.randint(4, 10)):
            for _ in range(self.random.randint(0, 12)):
                self.people.act()
            self.world.clock.turn(seconds=self.random.choice([0, 5, 30, 70, 400, 4_000]))
            self.one_round()
        self.end()

    def one_round(self) -> None:
        options: dict[str, Any] = {"accept_removals": frozenset(self.world.ids)}
        sort = self.random.choice(["edits"] * 6 + ["full", "model", "model", "dry", "since", "two"])
        match sort:
            case "full":
                options["full"] = True
            case "model":
                count = self.random.randint(1, 8)
                options["tables"] = frozenset(self.random.sample(self.people.tables, count))
                options["full"] = self.random.random() < 0.3
            case "dry":
                options["dry_run"] = True
                options["full"] = self.random.random() < 0.3
            case "since":
                options["since"] = self.world.clock.now.replace(day=1)
            case _:
                pass
        dead = self.deleted()
        before = self.world.stamps() if sort == "dry" else None
        report = self.try_to(sort, options)
        for table, page in self.deleted() - dead:
            home = self.people.home[page]
            assert page in self.people.trashed or home != table or home in self.people.buried, (
                f"{table} {page} was deleted although it lives"
            )
        if before is not None:
            assert self.world.stamps() == before, "a dry run wrote"
        if report is not None and sort not in {"dry", "model"}:
            self.check_problems(report)

    def try_to(self, sort: str, options: dict[str, Any]) -> Report | None:
        """A round that may die, or be failed by Notion."""
        fate = self.random.random()
        self.world.wrap = lambda *parts: parts
        if fate < 0.3:
            self.world.wrap = Fuse(int(self.random.expovariate(1 / 12))).wrap
        elif fate < 0.4:
            self.failing = self.random.randint(1, 30)
        if self.random.random() < 0.1:
            self.world.workspace.expire_cursors()
        asked = {k: v for k, v in options.items() if k != "accept_removals"}
        self.note(f"-- {sort} {asked} fate {fate:.2f} at {self.world.clock.now}")
        try:
            if sort == "two":
                return self.world.sync_twice_at_once(**options)[0]
            return self.world.sync(**options)
        except KilledError:
            self.note("died")
        except TheirError as error:
            self.note(f"failed: {error}")
        finally:
            self.world.wrap = lambda *parts: parts
        return None

    def check_problems(self, report: Report) -> None:
        """Problems are in the ledger when the round has ended, and no others."""
        told = {p.page_id for p in report.problems if p.page_id is not None}
        kept = self.world.query("select page_id from sync.problem")
        assert told == {str(row["page_id"]) for row in kept}

    def deleted(self) -> set[tuple[str, str]]:
        found = set()
        for table in self.world.ids:
            rows = self.world.query(
                f"select notion_page_id from public.{table} where deleted_at is not null"
            )
            found |= {(table, str(row["notion_page_id"])) for row in rows}
        return found

    # ---- the quiet end

    def end(self) -> None:
        self.people.make_up()
        self.world.clock.turn(minutes=10)
        self.note("-- the end")
        if not self.plain:
            self.world.sync(full=True, accept_removals=frozenset(self.world.ids))
        report = self.world.sync()
        people = self.people
        self.world.workspace.queries.cap = 10_000  # the oracle shall see all
        bad = people.poisoned - people.trashed
        low = self.out_of_bounds()
        told = {p.page_id or f"{p.table} {p.reason}" for p in report.problems}
        assert told == bad | low, report.problems
        self.check_problems(report)
        found = differences(
            self.world,
            Exceptions(people.trashed, people.moved, people.poisoned, computed=not self.plain),
        )
        assert not found, "\n".join(found)
        tables: dict[str, set[str]] = defaultdict(set)
        for page in people.pages():
            if page not in people.poisoned:
                tables[people.home[page]].add(page)
        unlike = bases_that_differ(self.world, tables)
        assert not unlike, "\n".join(unlike)
        self.world.sync()
        before = self.world.stamps()
        self.world.clock.turn(minutes=5)
        assert self.world.sync().effects == 0
        assert self.world.stamps() == before

    def out_of_bounds(self) -> set[str]:
        score = self.world.property_ids["community_members", "Engagement Score"]
        found = set()
        for page in self.people.pages("community_members"):
            props = self.world.workspace.page(page)["properties"].values()
            (value,) = (p["number"] for p in props if p["id"] == score)
            if value is not None and not 0 <= value <= 100:
                found.add(page)
        return found


@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_every_history_ends_in_agreement(
    new_world: NewWorld, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "REMEMBER_EVERY", 1)
    world = new_world(row_cap=Random(seed).choice([10, 25, 40]), seed=1)
    history = History(world, seed)
    try:
        history.run()
    except Exception as error:
        error.add_note("\n".join([f"seed {seed}", *history.people.log]))
        raise
