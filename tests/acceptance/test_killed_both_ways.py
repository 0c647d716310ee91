"""Killed wherever it may be, the command ends with one page a row and no value lost.

Rule: every point at which a kill leaves something half done is hit, and it is proved by what was
left behind that it was. ``ACCORD_KILLS`` says how often the command is killed in each direction;
without it every point is hit once. The clock of the local Notion is turned, so that nobody waits
for writes of which nothing is known.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from psycopg import sql

from tests.acceptance.conftest import LocalNotion, command
from tests.acceptance.killing import LATE, POINTS, Hold, Point, Sides, Victim, kill_at

KILLS = int(os.environ.get("ACCORD_KILLS", "0"))
#: So many rows are new at each kill.
NEW_ROWS = 2
#: So often a point is tried: the command may have had other things to do, and come to its end.
TRIES = 3
SYNC = ("tools.sync_databases", "--direction")
FIELDS = {
    "city": "City",
    "address": "Address",
    "company": "Company",
    "job_title": "Job Title",
    "notes": "Notes",
    "postal_code": "Postal Code",
    "state_province": "State/Province",
}
#: What is edited at each kill: whether in SQL, and whether in Notion.
EDITS = ((True, False), (False, True), (True, True))
Cell = tuple[str, str, str]


@dataclass
class Office(Sides):
    """People at work on both sides, what they wrote, and who is killed while carrying it.

    Args:
        moments: what decides.
        free: (row, page, column) that nobody wrote to yet; each is used once.
        written: (row, page, column) -> (what was written in SQL, and in Notion).
        made: the rows that were inserted.
        gone: (row, page) of the rows that were deleted.
        fell: how many kills fell where.
        longest: seconds that a round takes.
        late: when a write that was on its way has arrived.
    """

    moments: random.Random = field(default_factory=lambda: random.Random(20261122))
    free: list[Cell] = field(default_factory=list)
    written: dict[Cell, tuple[str | None, str | None]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    gone: list[tuple[str, str]] = field(default_factory=list)
    fell: Counter[str] = field(default_factory=Counter)
    longest: float = 2.0
    late: float = 0.0

    def turn_the_clock(self, seconds: int) -> None:
        """Let time pass in Notion, but not before what is on its way has arrived."""
        time.sleep(max(0.0, self.late - time.monotonic()))
        self.notion("POST", "/_control/clock", {"advance": seconds})

    # ---- people

    def work(self, edits: Sequence[tuple[bool, bool]] = EDITS) -> list[Cell]:
        """A field each in SQL, in Notion and in both, and new rows; answers the fields."""
        touched = []
        busy = self.busy()
        for in_sql, in_notion in edits:
            fresh = [cell for cell in self.free if cell[0] not in busy]
            cell = self.moments.choice(fresh)
            self.free.remove(cell)
            busy.add(cell[0])
            row, page, column = cell
            here = f"SQL {len(self.written)}" if in_sql else None
            there = f"Notion {len(self.written)}" if in_notion else None
            if here:
                change = sql.SQL("update public.contacts_profiles set {} = %s where id = %s")
                self.query(change.format(sql.Identifier(column)), here, row)
            if there:
                text = {"rich_text": [{"text": {"content": there}}]}
                self.notion("PATCH", f"/v1/pages/{page}", {"properties": {FIELDS[column]: text}})
            self.written[cell] = (here, there)
            touched.append(cell)
        for _ in range(NEW_ROWS):
            insert = "insert into public.tasks (task_name) values (%s) returning id::text"
            ((row,),) = self.query(insert, f"Task {len(self.made)}")
            self.made.append(row)
        return touched

    def delete(self) -> tuple[str, str]:
        """Delete a task that has a page, one way or the other."""
        busy = self.busy() | set(self.made)
        found = self.query(
            "select id::text, notion_page_id::text from public.tasks"
            " where deleted_at is null and notion_page_id is not null order by id"
        )
        row, page = self.moments.choice([each for each in found if each[0] not in busy])
        soft = "update public.tasks set deleted_at = now() where id = %s"
        self.query(self.moments.choice([soft, "delete from public.tasks where id = %s"]), row)
        self.gone.append((row, page))
        return row, page

    def busy(self) -> set[str]:
        """The rows that something is still to be done for."""
        dirty = self.query("select row_id::text from sync.dirty")
        stamps = self.query("select row_id::text from sync.stamp where row_id is not null")
        return {row for (row,) in dirty + stamps} | set(self.open_writes())

    # ---- kills

    def kill(self, direction: str, point: Point) -> None:
        """Have people work, and kill the command at that point."""
        for attempt in range(TRIES):
            alone = point in {Point.A_GONE, Point.A_LANDS}
            if attempt or alone:  # what was left undone so far would stand in the way
                self.turn_the_clock(200)
                command(*SYNC, "both", env=self.environment)
            if self.late < time.monotonic():  # else the next run meets what is on its way
                self.turn_the_clock(self.moments.choice((10, 60, 200)))
            asked = direction if self.moments.random() < 0.7 else "both"
            if point is Point.ANY:
                self._kill_any(direction, asked)
                return
            # Of a row that was edited on both sides something is remembered without a write.
            touched = self.work(EDITS[:1] if alone else EDITS)
            if self._kill(asked, point, touched[0], touched[-1] if alone else touched[1]):
                self.fell[f"{direction}: {point}"] += 1
                return
        raise AssertionError(f"{direction} never came to the point {point}")

    def _kill_any(self, direction: str, asked: str) -> None:
        self.work()
        before = self.open_writes()
        victim = Victim(self, *SYNC, asked)
        time.sleep(self.moments.uniform(0.4, 1.1) * self.longest)
        killed = victim.kill()
        fresh = sorted({verb for row, verb in self.open_writes().items() if row not in before})
        where = f"open {' and '.join(fresh)}" if fresh else "with nothing open"
        self.fell[f"{direction}: {Point.ANY}: {where if killed else 'it had ended'}"] += 1

    def _kill(self, asked: str, point: Point, in_sql: Cell, in_notion: Cell) -> bool:
        source = self.environment["NOTION_CONTACTS_PROFILES_DB"]
        contacts = ("POST", f"/v1/data_sources/{source}/query")
        match point:
            case Point.START:
                before = self.ledger()
                killed = kill_at(self, Hold((("POST", "/v1/search"),)), *SYNC, asked)
                return killed and self.ledger() == before
            case Point.PULL_GONE | Point.PULL_LANDS:
                lands = point is Point.PULL_LANDS
                hold = Hold((contacts,), lock="sync.link", lands=lands)
                killed = kill_at(self, hold, *SYNC, asked)
                return killed and self.is_in_row(in_notion) is lands
            case Point.A_GONE | Point.A_LANDS:
                row, page, _ = in_sql
                lands = point is Point.A_LANDS
                # One of these proves, just before the write is written down, that it may be sent.
                proofs = (("GET", f"/v1/pages/{page}"), contacts)
                hold = Hold(proofs, lock="sync.intent", lands=lands)
                killed = kill_at(self, hold, *SYNC, "supabase_to_notion")
                begun = self.open_writes().get(row) == "update"
                return killed and begun is lands and not self.is_in_page(in_sql)
        if point in {Point.B_GONE, Point.B_LANDS}:
            verbs = ("create", "update", "trash") if asked != "notion_to_supabase" else ("stamp",)
            return self._kill_writing(asked, point, self.moments.choice(verbs), in_sql, in_notion)
        verb = str(point).partition(":")[0]
        return self._kill_writing(asked, point, verb, in_sql, in_notion)

    def _kill_writing(
        self, asked: str, point: Point, verb: str, in_sql: Cell, in_notion: Cell
    ) -> bool:
        """Kill it while it writes to Notion, or remembers that it did."""
        row, page, _ = in_notion if verb == "stamp" else in_sql
        if verb == "trash":
            row, page = self.delete()
        method, path = ("POST", "/v1/pages") if verb == "create" else ("PATCH", f"/v1/pages/{page}")
        late = str(point).endswith("later")
        lock = "sync.intent" if point in {Point.B_GONE, Point.B_LANDS} else None
        before = self.open_writes()
        hold = Hold(((method, path),), late=late, lock=lock, lands=point is Point.B_LANDS)
        pages = len(self.pages("NOTION_TASKS_DB"))
        if not kill_at(self, hold, *SYNC, asked):
            return False
        if late:
            self.late = time.monotonic() + LATE + 0.3
        left = self.open_writes()
        if point is Point.B_LANDS:
            return row not in left if verb != "create" else verb not in left.values()
        if verb == "create":
            begun = [row for row, what in left.items() if what == verb and row not in before]
            return begun != [] and (late or len(self.pages("NOTION_TASKS_DB")) > pages)
        if left.get(row) != verb:
            return False
        if verb == "trash":
            arrived = self.notion("GET", f"/v1/pages/{page}")["in_trash"]
        else:
            arrived = self.is_in_page(in_sql) if verb == "update" else True
        return late or arrived

    # ---- what is there

    def ledger(self) -> list[tuple[Any, ...]]:
        """Whether anything was written to the tables that remember writes."""
        return self.query(
            "select (select count(*) || coalesce(max(xmin::text::bigint), 0)::text from sync.link),"
            " (select coalesce(string_agg(xmin::text, ',' order by row_id), '') from sync.intent),"
            " (select coalesce(string_agg(xmin::text, ',' order by page_id), '') from sync.stamp)"
        )

    def is_in_row(self, cell: Cell) -> bool:
        """Whether what was written in Notion is in the row."""
        row, _, column = cell
        statement = sql.SQL("select {} from public.contacts_profiles where id = %s")
        ((value,),) = self.query(statement.format(sql.Identifier(column)), row)
        return bool(value == self.written[cell][1])

    def is_in_page(self, cell: Cell) -> bool:
        """Whether what was written in SQL is in the page."""
        _, page, column = cell
        shown = self.notion("GET", f"/v1/pages/{page}")["properties"][FIELDS[column]]
        return "".join(part["plain_text"] for part in shown["rich_text"]) == self.written[cell][0]

    def pages(self, variable: str) -> list[dict[str, Any]]:
        """The pages of a database that are not in the trash."""
        found: list[dict[str, Any]] = []
        body: dict[str, Any] | None = {"page_size": 100}
        path = f"/v1/data_sources/{self.environment[variable]}/query"
        while body is not None:
            answer = self.notion("POST", path, body)
            found += answer["results"]
            cursor = answer["next_cursor"]
            body = {"page_size": 100, "start_cursor": cursor} if cursor else None
        return found


@pytest.fixture
def office(postgres_url: str) -> Iterator[Office]:
    local = LocalNotion("--pages", str(240 + 8 * KILLS), "--seed", "4", "--control")
    environment = {
        **local.environment,
        "NOTION_REQUESTS_PER_MINUTE": "0",
        "SUPABASE_DB_URL": postgres_url,
    }
    office = Office(environment, postgres_url)
    yield office
    office.close()
    local.stop()


def points_of(direction: str, moments: random.Random) -> list[Point]:
    """What is to be hit: by default each point once, where two directions pass it in the second.

    With ``ACCORD_KILLS`` so many in all, each at least once, the rest drawn, and in any order.
    """
    points = list(POINTS[direction])
    if KILLS:
        points += moments.choices([*points, Point.ANY, Point.ANY], k=max(0, KILLS - len(points)))
        moments.shuffle(points)
        return points
    elsewhere = POINTS["supabase_to_notion"] if direction == "notion_to_supabase" else ()
    return [point for point in points if point not in elsewhere]


def test_killed_wherever_it_is_it_makes_one_page_a_row_and_loses_nothing(office: Office) -> None:
    assert command("tools.supabase_db_setup", env=office.environment).code == 0
    first = command(*SYNC, "notion_to_supabase", "--no-stamps", env=office.environment)
    assert first.code == 0, first.said
    contacts = office.query(
        "select id::text, notion_page_id::text from public.contacts_profiles order by id"
    )
    office.free = [(row, page, column) for row, page in contacts for column in FIELDS]
    began = time.monotonic()
    assert command(*SYNC, "both", "--no-stamps", env=office.environment).code == 0
    office.longest = time.monotonic() - began
    points = {direction: points_of(direction, office.moments) for direction in POINTS}
    for direction, wanted in points.items():
        for point in wanted:
            office.kill(direction, point)
    print(json.dumps(dict(sorted(office.fell.items())), indent=2))
    hit = {fell.partition(": ")[2] for fell in office.fell}
    assert {str(point) for points in POINTS.values() for point in points} <= hit
    assert_all_comes_into_step(office)
    assert_one_page_a_row(office)
    assert_nothing_is_lost(office)


def assert_all_comes_into_step(office: Office) -> None:
    for _ in range(2):
        office.turn_the_clock(200)
        command(*SYNC, "both", env=office.environment)
    # What Notion works out of the present changes by itself: it is read once more, then time stops.
    office.notion("POST", "/_control/clock", {"freeze": True})
    command(*SYNC, "both", "--full", env=office.environment)
    last = command(*SYNC, "both", "--json", env=office.environment)
    report = json.loads(last.out)
    assert (last.code, report["round"]) == (0, None), last.said
    verified = command("accord", "verify", env=office.environment)
    assert verified.code == 0, verified.said


def assert_one_page_a_row(office: Office) -> None:
    rows = office.query(
        "select id::text, notion_page_id::text from public.tasks where deleted_at is null"
    )
    pages = office.pages("NOTION_TASKS_DB")
    assert sorted(page["id"] for page in pages) == sorted(page for _, page in rows)
    assert {row for row, _ in rows} >= set(office.made)
    titles = Counter(
        "".join(part["plain_text"] for part in page["properties"]["Task Name"]["title"])
        for page in pages
    )
    assert {titles[f"Task {number}"] for number in range(len(office.made))} == {1}
    for row, page in office.gone:
        assert row not in {each for each, _ in rows}
        assert office.notion("GET", f"/v1/pages/{page}")["in_trash"]
    assert office.open_writes() == {}


def assert_nothing_is_lost(office: Office) -> None:
    lost = {
        (row, title): (notion, supabase)
        for row, title, notion, supabase in office.query(
            "select row_id::text, property, notion_value, supabase_value from sync.conflicts"
        )
    }
    for cell, (here, there) in office.written.items():
        row, page, column = cell
        statement = sql.SQL("select {} from public.contacts_profiles where id = %s")
        ((value,),) = office.query(statement.format(sql.Identifier(column)), row)
        assert value == (there or here), (page, column)
        if here and there:
            assert lost[row, FIELDS[column]] == (there, here)
