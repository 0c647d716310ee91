"""The Notion side as the mover knows it: fates, long lists, the trash, people and the time."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import orjson
import pytest

from accord.core.ports import Fate, Found, Listing, NotionReplica, User
from accord.notion.client import NotionClient
from accord.notion.errors import UnauthorizedError, UnreachableError
from accord.notion.pacer import Pacer
from accord.notion.reading import read_items
from accord.notion.replica import Notion
from notion_emulator import serve
from tests.notion.stage import (
    NOON,
    SCHEMA,
    Stage,
    client_of,
    once,
    page_ids,
    refusal,
    sighted,
)

LATER = NOON + timedelta(hours=1)


def links(*ids: str) -> Any:
    return {"properties": {"Tasks": {"relation": [{"id": id_} for id_ in ids]}}}


def long_lists(stage: Stage, count: int) -> tuple[str, list[str]]:
    """A project with so many tasks; answers the project and the tasks."""
    [project] = stage.rows(1)
    tasks = stage.rows(count, seed=2, source=stage.tasks_id)
    for task in tasks:  # from the other side, since one request links a hundred at most
        stage.workspace.update_page(
            task, {"properties": {"Project": {"relation": [{"id": project}]}}}, at=LATER
        )
    return project, tasks


def links_of(listing: Listing) -> set[Any]:
    found = listing.sightings[0].record.values["tasks"]
    assert isinstance(found, tuple)
    assert len(set(found)) == len(found)
    return set(found)


def walk(stage: Stage, table: str = "projects", **since: Any) -> list[Listing]:
    async def scene() -> list[Listing]:
        return await stage.walked(await stage.binding(table), **since)

    return stage.run(scene)


def sight(stage: Stage, page_id: str, table: str = "projects") -> Found:
    async def scene() -> Found:
        return await stage.notion.sight(await stage.binding(table), page_id)

    return stage.run(scene)


def asked(stage: Stage, part: str) -> int:
    return sum(part in request.url.path for request in stage.wire.requests)


# ---- long lists


def test_a_relation_that_a_page_shows_in_part_is_read_whole() -> None:
    stage = Stage()
    project, tasks = long_lists(stage, 230)
    [listing] = walk(stage)
    assert links_of(listing) == set(tasks)
    assert asked(stage, f"{project}/properties/") == 3


def test_a_relation_that_a_page_shows_whole_costs_nothing_more() -> None:
    stage = Stage()
    _, tasks = long_lists(stage, 25)
    [listing] = walk(stage)
    assert links_of(listing) == set(tasks)
    assert asked(stage, "/properties/") == 0


def test_people_beyond_those_shown_are_read_and_met() -> None:
    stage = Stage()
    [project] = stage.rows(1)
    people = [stage.workspace.add_person(f"Person {at}", f"p{at}@example.com") for at in range(40)]
    team = [{"object": "user", "id": id_} for id_ in people]
    stage.workspace.update_page(project, {"properties": {"Team": {"people": team}}}, at=LATER)
    [listing] = walk(stage)
    assert listing.sightings[0].record.values["team"] == tuple(people)
    assert {user.id for user in listing.users} >= set(people)
    assert User(people[39], "Person 39", "p39@example.com", None, "person") in listing.users


def mirrored(stage: Stage) -> str:
    """A task whose mirror field shows forty projects."""
    [task] = stage.rows(1, seed=2, source=stage.tasks_id)
    for project in stage.rows(40):
        stage.workspace.update_page(project, links(task), at=LATER)
    stage.workspace.update_page(task, {"properties": {"Name": {"title": []}}}, at=LATER)
    return task


def test_a_long_mirror_is_read_whole_where_edits_are_looked_for() -> None:
    stage = Stage()
    mirrored(stage)
    [listing] = walk(stage, "tasks", edited_since=LATER)
    assert set(listing.sightings[0].mirrors["project"]) == set(page_ids(40))


def test_a_long_mirror_is_left_out_where_everything_is_read() -> None:
    stage = Stage()
    mirrored(stage)
    [listing] = walk(stage, "tasks")
    assert "project" not in listing.sightings[0].mirrors
    assert asked(stage, "/properties/") == 0


def test_a_long_mirror_is_read_whole_where_one_page_is_looked_at() -> None:
    stage = Stage()
    found = sight(stage, mirrored(stage), "tasks")
    assert found.sighting is not None
    assert set(found.sighting.mirrors["project"]) == set(page_ids(40))


def test_a_list_whose_cursor_is_lost_is_read_again_from_its_start() -> None:
    stage = Stage()
    project, tasks = long_lists(stage, 150)
    lost = refusal(400, "validation_error", "The start_cursor provided is invalid: x")
    strikes = iter([lost])
    stage.wire.fault = lambda r: next(strikes, None) if "start_cursor" in str(r.url) else None

    async def scene() -> list[Any]:
        property_id = (await stage.binding()).fields["tasks"]
        return await read_items(stage.client, project, property_id)

    items = stage.run(scene)
    assert len(items) == 150
    assert {item["relation"]["id"] for item in items} == set(tasks)


def test_a_list_that_cannot_be_read_whole_refuses_its_page_and_no_other() -> None:
    stage = Stage()
    project, _ = long_lists(stage, 30)
    [other] = stage.rows(1, seed=3)
    gone = refusal(404, "object_not_found", "Could not find property")
    stage.wire.fault = lambda request: gone if "/properties/" in request.url.path else None
    [listing] = walk(stage)
    assert sighted([listing]) == [other]
    [problem] = listing.refused
    assert (problem.page_id, problem.property, problem.record) == (project, "Tasks", "Row 0")


NOWHERE = {"object": "list", "results": [], "has_more": True, "next_cursor": None}


@pytest.mark.parametrize(
    "answer", [httpx2.Response(200, json=NOWHERE), refusal(504, "gateway_timeout")]
)
def test_a_list_that_goes_on_nowhere_refuses_its_page_and_no_other(
    answer: httpx2.Response,
) -> None:
    stage = Stage()
    project, _ = long_lists(stage, 30)
    [other] = stage.rows(1, seed=3)
    stage.wire.fault = lambda request: answer if "/properties/" in request.url.path else None
    [listing] = walk(stage)
    assert sighted([listing]) == [other]
    assert [problem.page_id for problem in listing.refused] == [project]


def test_notion_that_cannot_be_reached_in_the_middle_of_a_list_ends_the_walk() -> None:
    stage = Stage()
    long_lists(stage, 30)
    cut = httpx2.ConnectError("cut")
    stage.wire.fault = lambda request: cut if "/properties/" in request.url.path else None
    with pytest.raises(UnreachableError):
        walk(stage)


# ---- fates


def test_a_page_that_is_there_is_alive_and_its_sighting_strong() -> None:
    stage = Stage()
    [id_] = stage.rows(1)
    found = sight(stage, id_)
    assert found.fate is Fate.ALIVE
    assert found.sighting is not None
    assert not found.sighting.weak
    assert not found.sighting.deleted


def test_a_page_in_the_trash_is_trashed_and_its_long_lists_are_left() -> None:
    stage = Stage()
    project, _ = long_lists(stage, 30)
    stage.workspace.trash_page(project)
    found = sight(stage, project)
    assert found.fate is Fate.TRASHED
    assert found.sighting is not None
    assert found.sighting.deleted
    assert "tasks" not in found.sighting.record.values
    assert asked(stage, "/properties/") == 0


def test_an_archived_page_is_no_deleted_page() -> None:
    stage = Stage()
    [id_] = stage.rows(1)
    stage.workspace.update_page(id_, {"is_archived": True})
    found = sight(stage, id_)
    assert found.fate is Fate.ARCHIVED
    assert found.sighting is not None
    assert not found.sighting.deleted


def test_a_page_that_went_to_another_database_is_moved_and_not_read_as_ours() -> None:
    stage = Stage()
    [id_] = stage.rows(1)
    stage.workspace.move_page(id_, {"data_source_id": stage.tasks_id})
    assert sight(stage, id_) == Found(Fate.MOVED, moved_to=stage.tasks_id)


def test_a_page_that_is_moved_and_trashed_is_trashed() -> None:
    stage = Stage()
    [id_] = stage.rows(1)
    stage.workspace.move_page(id_, {"data_source_id": stage.tasks_id})
    stage.workspace.trash_page(id_)
    found = sight(stage, id_)
    assert found.fate is Fate.TRASHED
    assert found.sighting is not None
    assert found.sighting.deleted


def test_a_page_that_notion_does_not_show_is_lost_which_is_not_deleted() -> None:
    stage = Stage()
    [id_] = stage.rows(1)
    stage.workspace.unshare(id_)
    assert sight(stage, id_) == Found(Fate.LOST)
    assert sight(Stage(), page_ids(1, seed=9)[0]) == Found(Fate.LOST)


def test_a_failing_notion_is_not_taken_for_a_lost_page() -> None:
    stage = Stage()
    [id_] = stage.rows(1)
    stage.wire.fault = once(refusal(401, "unauthorized"), id_)
    with pytest.raises(UnauthorizedError):
        sight(stage, id_)


def test_a_page_that_cannot_be_read_is_told_with_its_fate() -> None:
    stage = Stage()
    [id_] = stage.rows(1)
    nul = {"Notes": {"rich_text": [{"text": {"content": "\0"}}]}}
    stage.workspace.update_page(id_, {"properties": nul})
    found = sight(stage, id_)
    assert (found.fate, found.sighting) == (Fate.ALIVE, None)
    assert found.refused is not None
    assert found.refused.page_id == id_


# ---- trash, people, time


def test_the_trash_is_one_search() -> None:
    stage = Stage()
    ids = stage.rows(5)
    stage.workspace.trash_page(ids[1])
    stage.workspace.trash_page(ids[3])
    assert stage.run(stage.notion.trashed) == (frozenset({ids[1], ids[3]}), True)
    [request] = stage.wire.requests
    assert orjson.loads(request.content) == {
        "filter": {"property": "object", "value": "page", "in_trash": True},
        "sort": {"timestamp": "last_edited_time", "direction": "descending"},
        "page_size": 100,
    }


def test_a_trash_of_which_search_shows_a_part_is_said_to_be_a_part() -> None:
    stage = Stage()
    for id_ in stage.rows(101):
        stage.workspace.trash_page(id_)
    found, whole = stage.run(stage.notion.trashed)
    assert len(found) == 100
    assert not whole


def test_a_page_that_is_not_in_the_trash_is_never_told_as_such() -> None:
    stage = Stage()
    [alive] = stage.rows(1)
    pages = [stage.workspace.page(alive)]
    stage.wire.fault = once(httpx2.Response(200, json={"results": pages, "has_more": False}))
    assert stage.run(stage.notion.trashed) == (frozenset(), True)


def test_all_members_are_met_page_by_page() -> None:
    stage = Stage()
    people = [stage.workspace.add_person(f"Person {at}") for at in range(130)]
    users = stage.run(stage.notion.users)
    assert {user.id for user in users} >= set(people)
    assert {user.kind for user in users} == {"person", "bot"}
    assert stage.client.requests == 2


def test_a_connection_that_may_not_know_people_goes_on_without_them() -> None:
    stage = Stage()
    stage.wire.fault = once(refusal(403, "restricted_resource"))
    assert stage.run(stage.notion.users) == ()


def test_the_time_is_notions() -> None:
    stage = Stage()
    stage.workspace.state.clock = lambda: NOON + timedelta(days=3)

    async def scene() -> tuple[Any, Any]:
        before = await stage.notion.now()
        await stage.survey()
        return before, await stage.notion.now()

    assert stage.run(scene) == (NOON, NOON + timedelta(days=3))


# ---- as a whole


def test_it_is_what_the_mover_asks_for() -> None:
    stage = Stage()
    side: NotionReplica = stage.notion
    assert side.requests == 0


def test_it_works_over_a_real_connection() -> None:
    stage = Stage()
    ids = stage.rows(250)
    stage.workspace.trash_page(ids[7])

    async def scene() -> tuple[list[str], Found, frozenset[str], int]:
        async with (
            serve(stage.workspace) as url,
            NotionClient(stage.workspace.token, url) as client,
        ):
            notion = Notion(client)
            binding = (await notion.survey(SCHEMA, stage.ids, {})).bindings["projects"]
            seen = sighted([listing async for listing in notion.walk(binding)])
            found = await notion.sight(binding, ids[7])
            trash, _ = await notion.trashed()
            return seen, found, trash, notion.requests

    seen, found, trash, requests = asyncio.run(scene())
    assert seen == [id_ for id_ in ids if id_ != ids[7]]
    assert found.fate is Fate.TRASHED
    assert trash == {ids[7]}
    assert requests == 1 + 3 + 1 + 1
    assert stage.workspace.requests.count == requests


def test_a_budget_is_kept_without_a_single_refusal() -> None:
    stage = Stage()
    stage.rows(2000)
    stage.workspace.limits.budget = 10
    stage.client = client_of(
        stage.wire, stage.clock, token=stage.workspace.token, pacer=Pacer(10, stage.clock)
    )
    stage.notion = Notion(stage.client)
    listings = walk(stage)
    assert len(sighted(listings)) == 2000
    assert stage.client.pacer.outcomes == {"ok": 21}
    assert 120 <= stage.clock.now() < 121
