"""Pages are made, changed, trashed and brought back, with their stamps; and found again by them."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx2
import pytest

from accord.core.errors import NotionError
from accord.core.ports import Fate
from accord.core.stamps import Stamps
from accord.core.values import Text
from accord.notion import calls
from accord.notion.client import NotionClient
from accord.notion.errors import ArchivedError, TooLateError, UnavailableError
from accord.notion.pacer import Pacer
from tests.notion.stage import NOON, Stage, VirtualClock, page_ids, refusal
from tests.notion.stamped import ROW, Things, sight

LATER = datetime(2026, 3, 1, 13, 4, 59, tzinfo=timezone(timedelta(hours=1)))
STAMPS = Stamps(ROW, LATER, "In step, 1 Mar 12:04 UTC · k3f9ab")


def test_a_page_that_is_made_is_answered_as_notion_shows_it() -> None:
    stage = Things()
    found = stage.created(STAMPS, name=Text("Ann"), budget=3.5, tags=("b", "a"))
    assert found.fate is Fate.ALIVE
    made = sight(found)
    assert not made.weak
    assert made.record.values["name"] == Text("Ann")
    assert made.record.values["tags"] == ("b", "a")
    assert made.stamps == Stamps(ROW, datetime(2026, 3, 1, 12, 4, tzinfo=UTC), STAMPS.status)
    me = stage.run(stage.notion.me)
    assert made.created_by == made.edited_by == me
    assert stage.shown(made.page_id or "")["Last Synced"]["date"] == {
        "start": "2026-03-01T12:04:00.000+00:00",
        "end": None,
        "time_zone": None,
    }


def test_who_we_are_is_asked_once() -> None:
    stage = Stage()
    assert stage.run(stage.notion.me) == stage.run(stage.notion.me)
    assert stage.client.requests == 1


def test_only_what_is_named_is_written() -> None:
    stage = Things()
    page = sight(stage.created(STAMPS, name=Text("Ann"), budget=3.5)).page_id or ""
    before = stage.shown(page)
    found = sight(stage.updated(page, budget=4.0))
    after = stage.shown(page)
    assert {title for title in after if after[title] != before[title]} == {"Budget"}
    assert found.stamps == sight(stage.created(STAMPS)).stamps


def test_a_page_goes_to_the_trash_and_comes_back() -> None:
    stage = Things()
    page = sight(stage.created(STAMPS, name=Text("Ann"))).page_id or ""
    gone = stage.buried(page, deleted=True)
    assert gone.fate is Fate.TRASHED
    assert sight(gone).deleted
    back = stage.buried(page, deleted=False)
    assert back.fate is Fate.ALIVE
    assert sight(back).record.values["name"] == Text("Ann")


def test_a_page_in_the_trash_says_that_it_cannot_be_written() -> None:
    stage = Things()
    page = sight(stage.created(name=Text("Ann"))).page_id or ""
    stage.buried(page, deleted=True)
    with pytest.raises(ArchivedError) as caught:
        stage.updated(page, name=Text("Bob"))
    assert caught.value.page_is_gone
    assert caught.value.about_one_record
    assert caught.value.surely_not_applied


def test_a_page_that_notion_does_not_show_says_that_it_is_gone() -> None:
    stage = Things()
    with pytest.raises(NotionError) as caught:
        stage.updated(page_ids(1, seed=9)[0], name=Text("Bob"))
    assert caught.value.page_is_gone


def test_a_link_that_leads_nowhere_does_not_make_its_page_gone() -> None:
    stage = Things()
    page = sight(stage.created(name=Text("Ann"))).page_id or ""
    [nowhere] = page_ids(1, seed=9)
    gone = refusal(404, "object_not_found", f"Could not find page with ID: {nowhere}.")
    stage.wire.fault = lambda request: gone if request.method == "PATCH" else None
    with pytest.raises(NotionError) as caught:
        stage.updated(page, name=Text("Bob"))
    assert not caught.value.page_is_gone
    assert caught.value.about_one_record


def test_pages_are_found_by_the_row_that_they_name() -> None:
    stage = Things()
    made = {sight(stage.created(STAMPS, name=Text("Ann"))).page_id or "" for _ in range(3)}
    stage.created(Stamps("another"), name=Text("Bob"))
    stage.created(name=Text("Eve"))
    [archived] = list(made)[:1]
    stage.workspace.update_page(archived, {"is_archived": True})
    claims = stage.claims()
    assert {claim.page_id for claim in claims} == made
    assert {claim.stamps.status for claim in claims} == {STAMPS.status}
    assert all(claim.weak for claim in claims)


def test_a_page_that_cannot_be_read_is_still_found_by_its_row() -> None:
    stage = Things()
    page = sight(stage.created(STAMPS)).page_id or ""
    nul = {"Notes": {"rich_text": [{"text": {"content": "\0"}}]}}
    stage.workspace.update_page(page, {"properties": nul})
    [claim] = stage.claims()
    assert claim.page_id == page
    assert claim.stamps.status == STAMPS.status
    assert claim.created_by == stage.run(stage.notion.me)


def test_every_page_of_a_row_is_found_however_many_there_are() -> None:
    stage = Things()
    told = {"Supabase ID": {"rich_text": [{"text": {"content": ROW}}]}}
    ids = page_ids(230)
    stage.workspace.bulk_pages(stage.things_id, [(id_, told, NOON, None) for id_ in ids])
    assert {claim.page_id for claim in stage.claims()} == set(ids)


def test_a_write_that_could_not_begin_in_time_is_not_sent() -> None:
    stage = Things()
    page = sight(stage.created(name=Text("Ann"))).page_id or ""
    stage.client.pacer.hold_back(100)

    async def scene() -> None:
        binding = await stage.things()
        sent = len(stage.wire.requests)
        stage.client.pacer.hold_back(16)
        began = stage.clock.now()
        with pytest.raises(TooLateError) as caught:
            await stage.notion.update(binding, page, {"budget": 1.0}, Stamps(), within=15)
        assert caught.value.surely_not_applied
        assert not caught.value.about_one_record
        assert len(stage.wire.requests) == sent
        assert stage.clock.now() == began  # nobody waits for what cannot come

    stage.run(scene)


def test_a_write_is_not_repeated_when_its_time_is_over() -> None:
    stage = Things()
    page = sight(stage.created(name=Text("Ann"))).page_id or ""
    began: list[float] = []

    def slow(request: httpx2.Request) -> httpx2.Response | None:
        if request.method != "PATCH":
            return None
        began.append(stage.clock.now())
        stage.clock.time += 6
        return refusal(409, "conflict_error")

    async def scene() -> float:
        binding = await stage.things()
        stage.wire.fault = slow
        start = stage.clock.now()
        with pytest.raises(TooLateError):
            await stage.notion.update(binding, page, {"budget": 1.0}, Stamps(), within=15)
        return start

    start = stage.run(scene)
    assert [at - start for at in began] == [0, 7, 15]
    assert stage.clock.now() == start + 21  # it does not sleep when nothing comes after


def test_a_write_waits_for_a_connection_only_as_long_as_it_may_begin() -> None:
    stage = Things()
    stage.created(name=Text("Ann"))
    read, written = stage.wire.requests
    assert read.extensions["timeout"]["pool"] is None
    assert written.extensions["timeout"]["pool"] == 15


def test_a_page_that_is_trashed_tells_so_even_if_it_cannot_be_read() -> None:
    stage = Things()
    page = sight(stage.created(STAMPS)).page_id or ""
    nul = {"Notes": {"rich_text": [{"text": {"content": "\0"}}]}}
    stage.workspace.update_page(page, {"properties": nul})
    found = stage.buried(page, deleted=True)
    assert (found.fate, found.refused) == (Fate.TRASHED, None)
    assert sight(found).deleted
    assert sight(found).stamps.status == STAMPS.status


def test_a_write_of_which_nobody_knows_is_sent_once() -> None:
    stage = Things()
    lost = refusal(503, "service_unavailable", "saved", committed_resource_id=page_ids(1)[0])
    stage.wire.fault = lambda request: lost if request.url.path == "/v1/pages" else None
    with pytest.raises(UnavailableError) as caught:
        stage.created(STAMPS, name=Text("Ann"))
    assert not caught.value.surely_not_applied
    assert caught.value.about_one_record
    assert caught.value.committed_resource_id == page_ids(1)[0]
    assert [r.url.path for r in stage.wire.requests].count("/v1/pages") == 1


def test_a_write_is_kept_back_if_all_stood_still_just_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = VirtualClock()
    lines: list[bytes] = []
    heard: list[Any] = []
    looked = NotionClient._timeout

    def stand_still(client: NotionClient, until: float | None) -> httpx2.Timeout:
        found = looked(client, until)
        clock.time += 20
        return found

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(asyncio.current_task())
        lines.append(await reader.readline())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def scene() -> None:
        server = await asyncio.start_server(hear, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server, NotionClient("t", url, pacer=Pacer(0, clock), clock=clock) as client:
            assert await client.send(calls.get_me(), within=15) == {}
            monkeypatch.setattr(NotionClient, "_timeout", stand_still)
            with pytest.raises(TooLateError) as caught:
                await client.send(calls.get_me(), within=15)
            assert caught.value.surely_not_applied
            await asyncio.gather(*heard)

    asyncio.run(scene())
    assert lines[0] == b"GET /v1/users/me HTTP/1.1\r\n"
    assert not any(lines[1:])
