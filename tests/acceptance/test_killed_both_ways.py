"""Killed at any moment in any direction, the command ends with one page a row and no value lost.

Rule: ``ACCORD_KILLS`` says how often it is killed in each direction. The clock of the local Notion
is turned, so that nobody waits for writes of which nothing is known.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import psycopg
import pytest
from psycopg import sql

from tests.acceptance.conftest import LocalNotion, command
from tests.acceptance.test_killed import kill_after

KILLS = int(os.environ.get("ACCORD_KILLS", "2"))
DIRECTIONS = ("notion_to_supabase", "supabase_to_notion", "both")
#: So many rows are new at each kill: writing their pages takes most of a round.
NEW_ROWS = 12
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


@dataclass
class Office:
    """People at work on both sides, and what they wrote.

    Args:
        environment: of the command.
        url: the database.
        moments: what decides.
        free: (row, page, column) that nobody wrote to yet; each is used once.
        written: (row, page, column) -> (what was written in SQL, and in Notion).
        made: the rows that were inserted.
    """

    environment: dict[str, str]
    url: str
    moments: random.Random
    free: list[tuple[str, str, str]] = field(default_factory=list)
    written: dict[tuple[str, str, str], tuple[str | None, str | None]] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)

    def query(self, statement: sql.SQL | sql.Composed, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def notion(self, method: str, path: str, body: Any = None) -> Any:
        headers = {
            "Authorization": f"Bearer {self.environment['NOTION_API_TOKEN']}",
            "Notion-Version": "2026-03-11",
        }
        url = self.environment["NOTION_API_URL"] + path
        answer = httpx2.request(method, url, headers=headers, json=body, timeout=30)
        return answer.raise_for_status().json()

    def turn_the_clock(self, seconds: int) -> None:
        self.notion("POST", "/_control/clock", {"advance": seconds})

    def work(self, number: int) -> None:
        """A field each in SQL, in Notion and in both; and new rows."""
        for in_sql, in_notion in ((True, False), (False, True), (True, True)):
            row, page, column = self.free.pop(self.moments.randrange(len(self.free)))
            here = f"SQL {number}" if in_sql else None
            there = f"Notion {number}" if in_notion else None
            if here:
                change = sql.SQL("update public.contacts_profiles set {} = %s where id = %s")
                self.query(change.format(sql.Identifier(column)), here, row)
            if there:
                text = {"rich_text": [{"text": {"content": there}}]}
                self.notion("PATCH", f"/v1/pages/{page}", {"properties": {FIELDS[column]: text}})
            self.written[row, page, column] = (here, there)
        for _ in range(NEW_ROWS):
            ((row,),) = self.query(
                sql.SQL("insert into public.tasks (task_name) values (%s) returning id::text"),
                f"Task {len(self.made)}",
            )
            self.made.append(row)

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
    local = LocalNotion("--pages", str(480 + 16 * KILLS), "--seed", "4", "--control")
    environment = {
        **local.environment,
        "NOTION_REQUESTS_PER_MINUTE": "0",
        "SUPABASE_DB_URL": postgres_url,
    }
    yield Office(environment, postgres_url, random.Random(20261122))
    local.stop()


def test_killed_in_any_direction_it_makes_one_page_a_row_and_loses_nothing(office: Office) -> None:
    assert command("tools.supabase_db_setup", env=office.environment).code == 0
    first = command(*SYNC, "notion_to_supabase", "--no-stamps", env=office.environment)
    assert first.code == 0, first.said
    contacts = office.query(
        sql.SQL("select id::text, notion_page_id::text from public.contacts_profiles order by id")
    )
    office.free = [(row, page, column) for row, page in contacts for column in FIELDS]
    died: Counter[str] = Counter()
    began = time.monotonic()
    assert command(*SYNC, "both", "--no-stamps", env=office.environment).code == 0
    longest = 1.3 * (time.monotonic() - began)
    for direction in DIRECTIONS:
        for _ in range(KILLS):
            office.turn_the_clock(60)
            office.work(len(office.made))
            moment = office.moments.uniform(0.4 * longest, longest)
            died[direction] += kill_after(moment, office.environment, *SYNC, direction)
            died["writes under way"] += len(office.query(sql.SQL("select row_id from sync.intent")))
    assert died.total() > 0
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
    assert_one_page_a_row(office)
    assert_nothing_is_lost(office)
    print(f"killed: {dict(died)}")


def assert_one_page_a_row(office: Office) -> None:
    rows = office.query(sql.SQL("select id::text, notion_page_id::text from public.tasks"))
    pages = office.pages("NOTION_TASKS_DB")
    assert sorted(page["id"] for page in pages) == sorted(page for _, page in rows)
    assert {row for row, _ in rows} >= set(office.made)
    titles = Counter(
        "".join(part["plain_text"] for part in page["properties"]["Task Name"]["title"])
        for page in pages
    )
    assert {titles[f"Task {number}"] for number in range(len(office.made))} == {1}
    assert office.query(sql.SQL("select * from sync.intent")) == []


def assert_nothing_is_lost(office: Office) -> None:
    lost = {
        (str(row), title): (notion, supabase)
        for row, title, notion, supabase in office.query(
            sql.SQL("select row_id, property, notion_value, supabase_value from sync.conflicts")
        )
    }
    for (row, page, column), (here, there) in office.written.items():
        statement = sql.SQL("select {} from public.contacts_profiles where id = %s")
        ((value,),) = office.query(statement.format(sql.Identifier(column)), row)
        assert value == (there or here), (page, column)
        if here and there:
            assert lost[row, FIELDS[column]] == (there, here)
