"""The direct line is the real client with another socket: same answers, errors and repeats."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import httpx2
import pytest

from accord.notion import calls
from accord.notion.calls import Call
from accord.notion.client import NotionClient
from accord.notion.errors import CallError
from accord.notion.pacer import Pacer
from notion_emulator import create_app
from tests.engine.simulator.climates import CLIMATES
from tests.engine.simulator.forms import drawn
from tests.engine.simulator.history import History
from tests.engine.simulator.process import Process
from tests.engine.simulator.program import in_memory, virtual_loop
from tests.engine.simulator.storm import Storm
from tests.engine.simulator.virtual import VirtualLoop
from tests.engine.simulator.watching import PERSON
from tests.engine.simulator.world import World

NOBODY = "3b2c1a3e-5d4f-4a6b-8c7d-9e0f1a2b3c4d"


def made(loop: VirtualLoop) -> World:
    """A world with some pages, in which nothing goes wrong and no index lags."""
    history = History(3, in_memory)
    loop.clock = history.world.clock
    history.storm.begin(0, 0.0)
    for number in range(6):
        history.people.in_notion(history.storm.aside(), "create")
        history.storm.begin(number + 1, 0.0)
    history.world.lags = False
    history.world.answer_size = 100
    return history.world


def sample(world: World) -> list[Call]:
    """Calls of every sort, those that Notion refuses too."""
    source = world.ids["notes"]
    named = world.named["notes"].properties
    page = next(p for p, t in world.watching.pages.items() if t.table == "notes")
    title = {named["name"]: {"title": [{"text": {"content": "by the client"}}]}}
    return [
        calls.search_data_sources(),
        calls.search_trash(),
        calls.query(source, sorts=calls.OLDEST_FIRST, page_size=2),
        calls.query(source, page_size=0),
        calls.query(NOBODY),
        calls.query(source, cursor="s:gone"),
        calls.get_page(page),
        calls.get_page(NOBODY),
        calls.get_property(page, named["name"]),
        calls.get_property(page, "%3Anone"),
        calls.get_me(),
        calls.get_users(),
        calls.create_page(source, title),
        calls.update_page(page, title),
        calls.update_page(page, {"none": {"number": 1}}),
        calls.bury_page(page, deleted=True),
        calls.update_page(page, title),
        calls.bury_page(page, deleted=False),
        Call("PUT", "/v1/pages"),
    ]


@asynccontextmanager
async def over_http(world: World) -> AsyncIterator[NotionClient]:
    transport = httpx2.ASGITransport(app=create_app(world.workspace))
    client = NotionClient(
        world.workspace.token,
        "http://127.0.0.1",
        transport=transport,
        pacer=Pacer(0, world.clock),
        clock=world.clock,
        random=lambda: 0.5,
    )
    async with client:
        yield client


async def outcomes(client: NotionClient, wanted: list[Call]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for call in wanted:
        try:
            answer = await client.send(call)
            answer.pop("request_id")
            found.append(("ok", answer))
        except CallError as error:
            failure = error.failure
            found.append((type(error), failure.status, failure.code, failure.words))
    return found


def test_the_direct_line_answers_as_the_client_does_over_http(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(World, "hand_of", lambda *_: PERSON)  # nobody is to mind what it writes
    with virtual_loop() as loop:
        near, far = made(loop), made(loop)
        loop.clock = near.clock
        mine = loop.run_until_complete(outcomes(Process(near, 1).client, sample(near)))
        loop.clock = far.clock

        async def ask() -> list[tuple[Any, ...]]:
            async with over_http(far) as client:
                return await outcomes(client, sample(far))

        theirs = loop.run_until_complete(ask())
    assert mine == theirs
    assert {one[0] for one in mine} > {"ok"}


@pytest.mark.parametrize(
    ("call", "sent"), [(calls.get_me(), 6), (calls.create_page(NOBODY, {}), 1)]
)
def test_what_may_be_repeated_is_repeated_in_virtual_time(
    call: Call, sent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with virtual_loop() as loop:
        world = World(1, drawn(Random(1)), CLIMATES["usual"], Storm(1), in_memory, logged=False)
        loop.clock = world.clock
        process = Process(world, 1)

        async def never(*_: Any) -> Any:
            raise process.client.cut(call)

        monkeypatch.setattr(world, "notion_is_asked", never)
        with pytest.raises(CallError):
            loop.run_until_complete(process.client.send(call))
        assert process.client.requests == sent
        assert (world.clock.now() > 10) is (sent > 1)


def test_time_stands_still_while_there_is_something_to_do() -> None:
    with virtual_loop() as loop:
        seen: list[float] = []

        async def two() -> None:
            await asyncio.gather(wait(90), wait(30))

        async def wait(seconds: float) -> None:
            await asyncio.sleep(seconds)
            seen.append(loop.time())

        loop.run_until_complete(two())
        assert seen == [30, 90]
