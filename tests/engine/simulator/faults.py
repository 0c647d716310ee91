"""How an exchange with Notion goes wrong.

Rule: a fault says what became of the write: not applied, applied, or applied later. What Notion
answers then is what the real one answers, so that the product's own client makes the error of it.
"""

from __future__ import annotations

from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any

import orjson

from accord.notion.calls import Call
from notion_emulator.api.direct import Answered
from tests.engine.simulator.watching import BrokenError, Hand

if TYPE_CHECKING:
    from tests.engine.simulator.process import DirectClient, Process
    from tests.engine.simulator.world import World

#: A write that nobody heard of again lands within so many seconds. The promise of
#: `accord.core.intent`: begun within 15 seconds of being written down, given up by Notion after 60,
#: and the index shows it 20 seconds later at most: 15 + 50 + 20 < 90.
LATEST = 50
#: A 503 in which Notion says that it did what was asked.
_SAVED = (
    "The change was saved, but the response could not be built in time. "
    "Read the object again instead of repeating the write."
)
_SERVER: tuple[tuple[int, str, str], ...] = (
    (500, "internal_server_error", "Unexpected error occurred."),
    (502, "", "<html>Bad gateway</html>"),
    (503, "service_unavailable", "Notion is unavailable, please try again later."),
    (504, "gateway_timeout", "The request timed out before it was answered."),
)


def writes(call: Call) -> bool:
    """Whether a call is meant to change something."""
    return call.method != "GET" and not call.path.endswith(("/query", "/search"))


def answer(world: World, process: Process, client: DirectClient, call: Call, fate: str) -> Answered:
    """What Notion answers to a call with this fate.

    Raises:
        UnreachableError: nothing.
    """
    aside = world.storm.aside()
    if not writes(call):
        return _unread(world, process, client, call, fate, aside)
    hand = world.hand_of(process)
    match fate:
        case "429":
            return _limited(aside)
        case "409":
            return _error(409, "conflict_error", "Conflict occurred while saving.")
        case "5xx, not applied":
            return _server(aside)
        case "5xx, applied":
            world.write(call, hand)
            return _server(aside)
        case "503, applied and said so":
            return _saved(call, world.write(call, hand))
        case "lost response, applied":
            world.write(call, hand)
        case "lands late":
            world.clock.after(aside.choice((1, 5, 20, LATEST)), lambda: _land(world, call, hand))
        case _:
            pass
    raise client.cut(call)


def _land(world: World, call: Call, hand: Hand) -> None:
    world.note("a late write lands")
    with suppress(BrokenError):  # it is told at the end of the step
        world.write(call, hand)


def _unread(
    world: World, process: Process, client: DirectClient, call: Call, fate: str, aside: Random
) -> Answered:
    body: Any = call.body or {}
    match fate:
        case "429":
            return _limited(aside)
        case "5xx":
            return _server(aside)
        case "connection cut":
            raise client.cut(call)
        case "cursor lost" if "start_cursor" in body:
            words = f"The start_cursor provided is invalid: {body['start_cursor']}"
            return _error(400, "validation_error", words)
        case "query unavailable" if call.path.endswith("/query"):
            pool = {"notion_error_name": "PgPoolWaitConnectionTimeout"}
            return _error(503, "service_unavailable", _SERVER[2][2], pool)
        case _:
            world.storm.counts[fate] -= 1
            return world.ask(process, call)


def _limited(aside: Random) -> Answered:
    seconds = str(aside.choice((1, 5, 20, 90)))
    data = {"rate_limit_reason": "public_api_request_rate_limit", "retry_after": seconds}
    return _error(429, "rate_limited", "You have been rate limited.", data, seconds)


def _server(aside: Random) -> Answered:
    status, code, words = aside.choice(_SERVER)
    if not code:
        return Answered(status, orjson.dumps(words), {"content-type": "text/html"})
    return _error(status, code, words)


def _saved(call: Call, answered: Answered) -> Answered:
    if answered.status != 200:
        return answered
    data = {"retry_guidance": ["Read the object again to confirm the saved change."]}
    if call.method == "POST":
        data["committed_resource_id"] = orjson.loads(answered.content)["id"]
    return _error(503, "service_unavailable", _SAVED, data)


def _error(
    status: int, code: str, words: str, data: Any = None, wait: str | None = None
) -> Answered:
    body = {"object": "error", "status": status, "code": code, "message": words}
    if data is not None:
        body["additional_data"] = data
    return Answered(status, orjson.dumps(body), {} if wait is None else {"Retry-After": wait})
