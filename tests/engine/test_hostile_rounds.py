"""Rounds under attack: two at once, a listing that skips, one table or one side that fails."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import orjson
import pytest

from accord.supabase.errors import LeaseLostError
from accord.sync.report import Count
from tests.engine.conftest import NewWorld
from tests.engine.test_edits import some_page, text
from tests.engine.test_first_load import compare_all, pages_of
from tests.engine.world import World


def test_two_first_loads_at_once_load_everything_once(new_world: NewWorld) -> None:
    world = new_world(sample=False, pages=600, seed=4)
    reports = world.sync_twice_at_once()
    assert [report.problems for report in reports] == [[], []]
    assert compare_all(world) > 5_000
    before = world.stamps()
    world.clock.turn(minutes=5)
    assert world.sync().effects == 0
    assert world.stamps() == before


class Slow:
    """Holds the first write of a table back until something else has happened."""

    def __init__(self, inner: Any, table: str, meanwhile: Any) -> None:
        self._inner = inner
        self._table = table
        self._meanwhile = [meanwhile]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def commit(self, collection: Any, writes: Any) -> Any:
        if collection.table == self._table and self._meanwhile:
            await asyncio.to_thread(self._meanwhile.pop())
        return await self._inner.commit(collection, writes)


def test_a_round_that_lost_its_lease_does_not_undo_the_next_one(world: World) -> None:
    world.sync()
    task = some_page(world, "tasks")
    world.clock.turn(minutes=5)
    world.workspace.update_page(task, {"properties": {"Notes": text("first")}})

    def faster() -> None:
        world.wrap = lambda *parts: parts
        world.clock.turn(minutes=5)
        world.execute("update sync.lease set until = now() - interval '1 minute'")
        world.workspace.update_page(task, {"properties": {"Notes": text("second")}})
        world.clock.turn(minutes=10)
        world.sync()
        assert world.row("tasks", task)["notes"] == "second"

    world.wrap = lambda notion, supabase, ledger: (
        notion,
        Slow(supabase, "tasks", faster),
        ledger,
    )
    with pytest.raises(LeaseLostError):
        world.sync()
    assert world.row("tasks", task)["notes"] == "second"
    world.clock.turn(minutes=10)
    world.sync()
    assert world.row("tasks", task)["notes"] == "second"


class Skipping(httpx2.AsyncBaseTransport):
    """Three pages an answer; one page is skipped in the first walk, as when rows shift."""

    def __init__(self, behind: httpx2.AsyncBaseTransport, page: str) -> None:
        self.behind = behind
        self.page = page
        self.skipped = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if not request.url.path.endswith("/query"):
            return await self.behind.handle_async_request(request)
        body = orjson.loads(await request.aread()) | {"page_size": 3}
        headers = {k: v for k, v in request.headers.items() if k != "content-length"}
        asked = httpx2.Request("POST", request.url, headers=headers, content=orjson.dumps(body))
        answer = await self.behind.handle_async_request(asked)
        found = orjson.loads(await answer.aread())
        left = [page for page in found["results"] if page["id"] != self.page]
        if self.skipped or len(left) == len(found["results"]):
            return httpx2.Response(answer.status_code, json=found)
        self.skipped = True
        return httpx2.Response(answer.status_code, json=found | {"results": left})


def test_a_page_that_slips_through_a_listing_is_found_by_its_repetition(world: World) -> None:
    world.sync()
    tasks = [page["id"] for page in pages_of(world, "tasks")][::-1][:12]
    world.clock.turn(minutes=5)
    for task in tasks:
        world.workspace.update_page(task, {"properties": {"Notes": text("edited")}})
    world.clock.turn(minutes=5)
    world.wire = lambda behind: Skipping(behind, tasks[8])
    world.sync()
    world.wire = lambda behind: behind
    world.clock.turn(minutes=30)
    world.sync()
    assert world.row("tasks", tasks[8])["notes"] == "edited"


def break_(world: World, event: str, table: str) -> None:
    """A trigger of somebody's that fails with what is no fault of a record."""
    world.execute(
        "create function public.broken() returns trigger language plpgsql as"
        " $$ begin perform no_such_column from public.agents; return new; end $$"
    )
    world.execute(
        f"create trigger broken before {event} on public.{table}"
        " for each row execute function public.broken()"
    )


def test_a_table_where_no_link_can_be_set_stops_no_other(world: World) -> None:
    late = {"business_entities"}
    world.sync(tables=frozenset(world.ids) - late)
    break_(world, "update", "contacts_profiles")
    report = world.sync(tables=frozenset(late))
    assert {p.table for p in report.problems} == {"contacts_profiles"}
    linked = "select 1 from {} where business_entity_id is not null"
    assert world.query(linked.format("products_services"))
    assert not world.query(linked.format("contacts_profiles"))
    world.execute("drop trigger broken on public.contacts_profiles")
    assert world.sync().problems == []
    assert world.query(linked.format("contacts_profiles"))


def test_a_table_where_no_row_can_be_marked_stops_no_other(world: World) -> None:
    world.sync()
    contact, task = some_page(world, "contacts_profiles"), some_page(world, "tasks")
    break_(world, "update", "contacts_profiles")
    world.clock.turn(minutes=30)
    world.workspace.trash_page(contact)
    world.workspace.trash_page(task)
    report = world.sync()
    assert [p.page_id for p in report.problems] == [contact]
    assert world.row("tasks", task)["deleted_at"] is not None
    world.execute("drop trigger broken on public.contacts_profiles")
    assert world.sync().problems == []
    assert world.row("contacts_profiles", contact)["deleted_at"] is not None


def test_a_table_that_refuses_everything_stops_no_other(world: World) -> None:
    break_(world, "insert", "contacts_profiles")
    report = world.sync()
    assert {p.table for p in report.problems} == {"contacts_profiles"}
    assert report.exit_code == 1
    assert world.query("select 1 from public.tasks")
    assert report.tallies["tasks"].counts[Count.CREATED] > 10
    world.execute("drop trigger broken on public.contacts_profiles")
    assert world.sync().problems == []
    compare_all(world)


def test_archived_pages_are_not_gone(world: World) -> None:
    parent = {"data_source_id": world.ids["tasks"]}
    name = {"Task Name": {"title": [{"text": {"content": "old"}}]}}
    made = [
        world.workspace.create_page({"parent": parent, "properties": name})["id"] for _ in range(30)
    ]
    world.sync()
    for page in made:
        world.workspace.update_page(page, {"is_archived": True})
    world.clock.turn(minutes=5)
    report = world.sync(full=True)
    assert report.problems == []
    assert all(world.row("tasks", page)["deleted_at"] is None for page in made)


def test_a_database_replaced_by_another_is_loaded_whole(world: World) -> None:
    world.sync()
    source = world.workspace.data_source(world.ids["use_cases"])
    made = world.workspace.create_database(
        {
            "parent": {"type": "workspace", "workspace": True},
            "title": [{"text": {"content": "Use Cases, new"}}],
            "initial_data_source": {
                "properties": {
                    name: {prop["type"]: {}}
                    for name, prop in source["properties"].items()
                    if prop["type"] in {"title", "rich_text", "select", "multi_select", "date"}
                }
            },
        }
    )
    (title,) = (n for n, p in source["properties"].items() if p["type"] == "title")
    new = made["data_sources"][0]["id"]
    page = world.workspace.create_page(
        {
            "parent": {"data_source_id": new},
            "properties": {title: {"title": [{"text": {"content": "fresh"}}]}},
        },
        at=world.clock.now.replace(year=2025),
    )["id"]
    collection = world.schema.collection("use_cases")
    world.names[collection.env] = new
    world.clock.turn(minutes=30)
    old = world.query("select notion_page_id from use_cases")
    world.sync()
    assert world.row("use_cases", page)["deleted_at"] is None
    assert len(world.query("select 1 from use_cases where deleted_at is null")) == len(old) + 1


@pytest.mark.parametrize("minutes", [0, 10])
def test_since_loads_what_was_edited_since_and_leaves_the_watermark(
    world: World, minutes: int
) -> None:
    world.sync()
    task = some_page(world, "tasks")
    world.clock.turn(minutes=5)
    world.workspace.update_page(task, {"properties": {"Notes": text("new")}})
    marks = world.query("select watermark from sync.source order by table_name")
    world.clock.turn(minutes=minutes)
    world.sync(since=world.clock.now.replace(hour=0))
    assert world.row("tasks", task)["notes"] == "new"
    assert world.query("select watermark from sync.source order by table_name") == marks
