"""What people do in SQL, and what Notion shows after the next round."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from accord.core.stamps import receipt_in
from accord.sync import stamping
from accord.sync.report import Count, Report
from tests.engine.conftest import NewWorld
from tests.engine.test_edits import some_page, text
from tests.engine.world import World


@pytest.fixture
def world(new_world: NewWorld) -> World:
    world = new_world()
    world.both()
    world.clock.turn(minutes=10)
    return world


def page(world: World, page_id: str) -> dict[str, Any]:
    found: dict[str, Any] = world.workspace.page(page_id)
    return found


def words(world: World, page_id: str, title: str) -> str:
    prop = page(world, page_id)["properties"][title]
    return "".join(part["plain_text"] for part in prop[prop["type"]])


def writes(world: World, act: Callable[[], Report]) -> tuple[Report, list[str]]:
    """What a round wrote in Notion."""
    world.workspace.requests.clear()
    report = act()
    sent = [
        f"{r.method} {r.path.split('/')[2]}"
        for r in world.workspace.requests.last
        if r.method in {"PATCH", "POST", "DELETE"} and not r.path.endswith(("query", "search"))
    ]
    return report, sent


def test_a_change_of_a_row_arrives_in_notion_and_nothing_else_is_sent(world: World) -> None:
    contact = some_page(world, "contacts_profiles")
    before = page(world, contact)["properties"]
    world.execute("update contacts_profiles set city = 'Łódź' where notion_page_id = %s", contact)
    report, sent = writes(world, world.both)
    assert sent == ["PATCH pages"]
    assert report.exit_code == 0
    assert words(world, contact, "City") == "Łódź"
    after = page(world, contact)["properties"]
    same = set(before) - {"City", "Sync Status", "Last Synced", "Last Modified"}
    assert {n: before[n] for n in same} == {n: after[n] for n in same}
    assert receipt_in(words(world, contact, "Sync Status")) is not None
    assert world.query("select * from sync.dirty") == []
    assert world.query("select * from sync.intent") == []


def test_nothing_more_is_written_afterwards(world: World) -> None:
    contact = some_page(world, "contacts_profiles")
    world.execute("update contacts_profiles set city = 'X' where notion_page_id = %s", contact)
    world.both()
    world.clock.turn(minutes=1)
    marks = world.stamps()
    for _ in range(3):
        report, sent = writes(world, world.both)
        assert sent == []
        assert report.effects == 0
        world.clock.turn(minutes=1)
    assert world.stamps() == marks


def test_a_new_row_becomes_a_page_with_its_links(world: World) -> None:
    contact = some_page(world, "contacts_profiles")
    row = str(uuid.uuid4())
    (one,) = world.query("select id from contacts_profiles where notion_page_id = %s", contact)
    world.execute("insert into tasks (id, task_name) values (%s, 'Call back')", row)
    assert one
    report = world.both()
    assert report.exit_code == 0, report.problems
    (made,) = world.query("select * from tasks where id = %s", row)
    created = page(world, str(made["notion_page_id"]))
    assert words(world, created["id"], "Supabase ID") == row
    assert report.tallies["tasks"].counts[Count.PAGES_CREATED] == 1
    world.clock.turn(minutes=2)
    assert world.both().effects == 0


def test_soft_and_hard_deletes_trash_the_page_and_a_restore_brings_it_back(world: World) -> None:
    first, second = [
        str(r["notion_page_id"])
        for r in world.query("select notion_page_id from tasks order by id limit 2")
    ]
    world.execute("update tasks set deleted_at = now() where notion_page_id = %s", first)
    world.execute("delete from tasks where notion_page_id = %s", second)
    report = world.both()
    assert report.exit_code == 0, report.problems
    assert page(world, first)["in_trash"]
    assert page(world, second)["in_trash"]
    world.clock.turn(minutes=2)
    world.execute("update tasks set deleted_at = null where notion_page_id = %s", first)
    world.both()
    assert not page(world, first)["in_trash"]
    world.clock.turn(minutes=2)
    world.workspace.restore_page(second)
    world.both(full=True)
    assert world.row("tasks", second)["deleted_at"] is None


def test_edits_of_different_fields_both_survive(world: World) -> None:
    contact = some_page(world, "contacts_profiles")
    world.execute("update contacts_profiles set city = 'Rome' where notion_page_id = %s", contact)
    world.workspace.update_page(contact, {"properties": {"Email": {"email": "new@example.org"}}})
    world.both()
    assert words(world, contact, "City") == "Rome"
    assert world.row("contacts_profiles", contact)["email"] == "new@example.org"
    assert world.query("select * from sync.conflicts") == []


def test_of_two_edits_of_a_field_notions_wins_and_the_other_is_kept(world: World) -> None:
    contact = some_page(world, "contacts_profiles")
    world.execute("update contacts_profiles set city = 'Rome' where notion_page_id = %s", contact)
    world.workspace.update_page(contact, {"properties": {"City": text("Oslo")}})
    world.both()
    assert words(world, contact, "City") == "Oslo"
    assert world.row("contacts_profiles", contact)["city"] == "Oslo"
    (conflict,) = world.query("select * from sync.conflicts")
    assert conflict["supabase_value"] == {"plain": "Rome"} or "Rome" in str(
        conflict["supabase_value"]
    )
    assert conflict["winner"] == "notion"


def test_the_first_round_stamps_every_page_once(new_world: NewWorld) -> None:
    world = new_world()
    report = world.both()
    stamped = sum(t.counts[Count.STAMPED] for t in report.tallies.values())
    rows = world.query("select id, notion_page_id from tasks where deleted_at is null")
    for row in rows:
        assert words(world, str(row["notion_page_id"]), "Supabase ID") == str(row["id"])
        assert words(world, str(row["notion_page_id"]), "Sync Status").startswith("In step, ")
    assert stamped >= len(rows)
    world.clock.turn(minutes=5)
    again, sent = writes(world, world.both)
    assert (again.effects, sent) == (0, [])


class Asked:
    """A ledger that notes how many stamps are asked for at once."""

    def __init__(self, inner: Any, limits: list[int]) -> None:
        self._inner = inner
        self._limits = limits

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def stamps_due(self, tables: Any, limit: int) -> Any:
        self._limits.append(limit)
        return await self._inner.stamps_due(tables, limit)


def test_many_stamps_are_asked_for_a_few_at_a_time(
    new_world: NewWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamping, "PAGE", 10)
    limits: list[int] = []
    world = new_world()
    world.wrap = lambda notion, supabase, ledger: (notion, supabase, Asked(ledger, limits))
    report = world.both()
    assert sum(t.counts[Count.STAMPED] for t in report.tallies.values()) > 90
    assert world.query("select * from sync.stamp") == []
    assert max(limits) == 20
