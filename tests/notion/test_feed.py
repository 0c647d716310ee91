"""A walk shows every page once, or fails aloud: it never takes a part for the whole."""

from datetime import timedelta
from typing import Any

import httpx2
import orjson
import pytest

from accord.core.ports import Listing
from accord.core.values import Text
from accord.notion.errors import (
    CrowdedMinuteError,
    InvalidCursorError,
    ListingError,
    UnavailableError,
)
from tests.notion.stage import NOON, Fault, Stage, once, page_ids, refusal, sighted, title

QUERY = "/query"
LOST = refusal(400, "validation_error", "The start_cursor provided is invalid: s:1:2")
FEWER: Any = {"retry_guidance": ["Use exponential backoff with jitter", "Reduce page_size"]}


def bodies(stage: Stage) -> list[Any]:
    """What the queries asked for."""
    return [
        orjson.loads(request.content)
        for request in stage.wire.requests
        if request.url.path.endswith(QUERY)
    ]


def walk(stage: Stage, **since: Any) -> list[Listing]:
    async def scene() -> list[Listing]:
        return await stage.walked(await stage.binding(), **since)

    return stage.run(scene)


def test_a_walk_shows_every_page_once_oldest_first() -> None:
    stage = Stage()
    ids = stage.rows(250, per_minute=7)
    listings = walk(stage)
    assert sighted(listings) == ids
    assert [len(listing.sightings) for listing in listings] == [100, 100, 50]
    assert [listing.more for listing in listings] == [True, True, False]
    assert listings[-1].walked_to == NOON + timedelta(minutes=249 // 7)
    first = listings[0].sightings[0]
    assert first.weak
    assert first.record.values["name"] == Text("Row 0")
    assert first.created_at == NOON


def test_nothing_to_show_is_a_listing_too() -> None:
    assert walk(Stage()) == [Listing(())]


def test_a_walk_costs_one_request_for_a_hundred_pages() -> None:
    stage = Stage()
    stage.rows(200)
    walk(stage)
    assert len(bodies(stage)) == 2
    assert stage.client.requests == 3  # and one for the survey


def test_edits_are_asked_for_by_the_minute_and_in_order_of_creation() -> None:
    stage = Stage()
    ids = stage.rows(5)
    stage.workspace.update_page(
        ids[1], {"properties": title("new")}, at=NOON + timedelta(hours=2, seconds=59)
    )
    since = NOON + timedelta(hours=2, seconds=31)
    assert sighted(walk(stage, edited_since=since)) == [ids[1]]
    assert bodies(stage)[-1] == {
        "page_size": 100,
        "filter": {
            "timestamp": "last_edited_time",
            "last_edited_time": {"on_or_after": "2026-03-01T14:00:00.000Z"},
        },
        "sorts": [{"timestamp": "created_time", "direction": "ascending"}],
    }


def test_a_walk_goes_on_at_a_creation_time() -> None:
    stage = Stage()
    ids = stage.rows(20)
    assert sighted(walk(stage, created_since=NOON + timedelta(minutes=15, seconds=40))) == ids[15:]


@pytest.mark.parametrize(("rows", "per_minute"), [(51, 1), (100, 3), (500, 7), (500, 49)])
def test_beyond_what_notion_lists_the_walk_goes_on_in_windows(rows: int, per_minute: int) -> None:
    stage = Stage(row_cap=50)
    ids = stage.rows(rows, per_minute=per_minute)
    listings = walk(stage)
    assert sighted(listings) == ids
    assert [listing.more for listing in listings] == [True] * (len(listings) - 1) + [False]


def test_windows_keep_the_filter_for_edits() -> None:
    stage = Stage(row_cap=50)
    ids = stage.rows(120, per_minute=5)
    assert sighted(walk(stage, edited_since=NOON)) == ids
    second = bodies(stage)[-1]["filter"]["and"]
    assert [each["timestamp"] for each in second] == ["last_edited_time", "created_time"]


def test_a_minute_with_more_pages_than_notion_lists_is_told_and_nothing_concluded() -> None:
    stage = Stage(row_cap=50)
    ids = stage.rows(30) + stage.rows(51, per_minute=51, seed=2)
    seen: list[str] = []

    async def scene() -> None:
        binding = await stage.binding()
        async for listing in stage.notion.walk(binding):
            seen.extend(sighted([listing]))
            assert listing.more

    with pytest.raises(CrowdedMinuteError, match="minute of 2026-03-01T12:00"):
        stage.run(scene)
    assert set(seen) <= set(ids)
    assert len(bodies(stage)) <= 3


def test_the_status_of_every_answer_counts_not_only_the_last() -> None:
    stage = Stage(row_cap=150)
    ids = stage.rows(300)

    def forgets_the_status(request: httpx2.Request) -> httpx2.Response | None:
        if len(bodies(stage)) != 2:
            return None
        pages = stage.workspace.query(
            stage.projects_id,
            {"sorts": [{"timestamp": "created_time", "direction": "ascending"}], "page_size": 100},
        )
        assert request.url.path.endswith(QUERY)
        return httpx2.Response(
            200,
            json={"object": "list", "results": pages[99:], "next_cursor": None, "has_more": False},
        )

    stage.wire.fault = forgets_the_status
    assert sighted(walk(stage)) == ids


@pytest.mark.parametrize("answers_before", [1, 2])
def test_a_lost_cursor_begins_the_window_again_and_shows_no_page_twice(answers_before: int) -> None:
    stage = Stage()
    ids = stage.rows(250, per_minute=9)

    def loses(request: httpx2.Request) -> httpx2.Response | None:
        if len(bodies(stage)) == answers_before + 1 and b"start_cursor" in request.content:
            return LOST
        return None

    stage.wire.fault = loses
    assert sighted(walk(stage)) == ids


def test_cursors_that_expire_in_notion_are_survived() -> None:
    stage = Stage()
    ids = stage.rows(300, per_minute=11)
    expired = []

    def expires(_: httpx2.Request) -> None:
        if len(bodies(stage)) == 3:
            stage.workspace.expire_cursors()
            expired.append(True)

    stage.wire.fault = expires
    assert sighted(walk(stage)) == ids
    assert expired


def test_a_cursor_that_is_always_lost_ends_the_walk_in_an_error() -> None:
    stage = Stage()
    stage.rows(300, per_minute=300)
    stage.wire.fault = lambda request: LOST if b"start_cursor" in request.content else None
    with pytest.raises(InvalidCursorError):
        walk(stage)
    assert len(bodies(stage)) == 2 * 4


def test_a_walk_that_gets_on_may_lose_its_cursor_any_number_of_times() -> None:
    stage = Stage()
    ids = stage.rows(1000, per_minute=11)
    stage.wire.fault = lambda request: LOST if b"start_cursor" in request.content else None
    assert sighted(walk(stage)) == ids


def test_a_list_that_goes_on_nowhere_is_not_taken_for_whole() -> None:
    stage = Stage()
    nowhere = {"object": "list", "results": [], "has_more": True, "next_cursor": None}
    stage.wire.fault = once(httpx2.Response(200, json=nowhere), QUERY)
    with pytest.raises(ListingError, match="does not say where"):
        walk(stage)


def test_a_cut_list_in_another_order_is_not_taken_for_whole() -> None:
    stage = Stage()
    stage.rows(3)
    pages = stage.workspace.query(stage.projects_id)  # newest first
    cut = {
        "object": "list",
        "results": pages,
        "has_more": False,
        "next_cursor": None,
        "request_status": {"type": "incomplete", "incomplete_reason": "of another kind"},
    }
    stage.wire.fault = once(httpx2.Response(200, json=cut), QUERY)
    with pytest.raises(ListingError, match="only a part"):
        walk(stage)


def test_fewer_pages_than_asked_for_are_nothing_special() -> None:
    stage = Stage()
    ids = stage.rows(30)

    def short(request: httpx2.Request) -> httpx2.Response | None:
        if not request.url.path.endswith(QUERY) or b'"page_size":100' not in request.content:
            return None
        body = orjson.loads(request.content)
        again = httpx2.Request(
            "POST", request.url, headers=request.headers, json={**body, "page_size": 7}
        )
        stage.wire.requests.pop()
        request.stream, request._content = again.stream, again.content
        request.headers["content-length"] = str(len(again.content))
        return None

    stage.wire.fault = short
    listings = walk(stage)
    assert sighted(listings) == ids
    assert [len(listing.sightings) for listing in listings] == [7, 7, 7, 7, 2]


def heavy(limit: int) -> Fault:
    """Notion that cannot answer queries for more pages than ``limit``."""

    def fault(request: httpx2.Request) -> httpx2.Response | None:
        if not request.url.path.endswith(QUERY):
            return None
        asked = orjson.loads(request.content)["page_size"]
        return refusal(503, "service_unavailable", **FEWER) if asked > limit else None

    return fault


def test_when_notion_asks_for_less_it_is_asked_for_less_from_then_on() -> None:
    stage = Stage()
    ids = stage.rows(90)
    stage.wire.fault = heavy(30)
    assert sighted(walk(stage)) == ids
    assert [body["page_size"] for body in bodies(stage)] == [100, 50, 25, 25, 25, 25]
    assert stage.clock.naps == [1.0, 2.0]


def test_notion_that_cannot_answer_even_ten_pages_is_given_up() -> None:
    stage = Stage()
    stage.wire.fault = heavy(0)
    with pytest.raises(UnavailableError):
        walk(stage)
    sizes = [body["page_size"] for body in bodies(stage)]
    assert sizes == [100, 50, 25, 12] + [10] * 6


def test_pages_that_move_while_they_are_read_are_not_lost() -> None:
    stage = Stage()
    ids = stage.rows(250)

    def edits(_: httpx2.Request) -> None:
        if len(bodies(stage)) == 2:
            for id_ in ids[::10]:
                stage.workspace.update_page(
                    id_, {"properties": {"Budget": {"number": 1}}}, at=NOON + timedelta(hours=9)
                )

    stage.wire.fault = edits
    assert sighted(walk(stage)) == ids


def test_a_page_that_cannot_be_read_is_refused_by_name_and_the_others_go_on() -> None:
    stage = Stage()
    good, bad = stage.rows(2)
    stage.workspace.update_page(
        bad,
        {
            "properties": {
                "Name": {"title": [{"text": {"content": "The odd one"}}]},
                "Notes": {"rich_text": [{"text": {"content": "nul \0 in it"}}]},
            }
        },
    )
    [listing] = walk(stage)
    assert sighted([listing]) == [good]
    [problem] = listing.refused
    assert (problem.table, problem.page_id) == ("projects", bad)
    assert (problem.record, problem.property) == ("The odd one", "Notes")
    assert problem.reason
    assert problem.remedy


def test_a_page_of_which_only_the_id_is_shown_is_refused() -> None:
    stage = Stage()
    [id_] = page_ids(1)
    bare = {"object": "list", "results": [{"object": "page", "id": id_}], "has_more": False}
    stage.wire.fault = once(httpx2.Response(200, json=bare), QUERY)
    [listing] = walk(stage)
    assert [problem.page_id for problem in listing.refused] == [id_]


def test_a_wiki_lists_data_sources_too_which_are_no_pages() -> None:
    stage = Stage()
    results = [stage.workspace.data_source(stage.tasks_id)]
    mixed = {"object": "list", "results": results, "has_more": False}
    stage.wire.fault = once(httpx2.Response(200, json=mixed), QUERY)
    assert walk(stage) == [Listing(())]
