"""How this Notion lists: from an index that may lag, in short answers, with cursors that may count.

Rule: a listing that counts its rows to go on skips one when another went meanwhile; which pages
were never shown for that reason alone is remembered, since no client could know of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import orjson

from accord.notion.calls import Call
from notion_emulator.api.direct import Answered
from tests.engine.simulator.past import LAG

if TYPE_CHECKING:
    from tests.engine.simulator.process import Process
    from tests.engine.simulator.world import World

Json = dict[str, Any]


@dataclass(slots=True)
class Walk:
    """A listing that goes on.

    Args:
        began: when it began, in milliseconds.
        shown: the pages that were shown so far, in that order.
        lags: by how much the index lagged at most, by page id.
    """

    began: int
    shown: list[str] = field(default_factory=list)
    lags: dict[str, int] = field(default_factory=dict)


class Listings:
    """Answers queries and searches.

    Args:
        world: whose pages.
        habits: decides by how much the index lags.

    Attributes:
        missed: page id -> how often in a row it was left out of a listing of edits because
            another page went; a listing of everything counts twice.
    """

    def __init__(self, world: World, habits: Random) -> None:
        self.world = world
        self.missed: dict[str, int] = {}
        self._habits = habits
        self._walks: dict[str, Walk] = {}

    def answer(self, process: Process, call: Call) -> Answered:
        """What Notion answers to a query or a search: of the past, in small answers."""
        world = self.world
        body = dict(call.body or {})
        is_query = call.path.endswith("/query")
        cursor = body.get("start_cursor") or ""
        walk = self._walks.pop(cursor, None) or Walk(world.clock.ms)
        size = min(body.get("page_size", 100), world.answer_size)
        if is_query and world.counts_rows:
            body.pop("start_cursor", None)
        elif is_query:
            body["page_size"] = size

        def lag_of(page_id: str) -> int:
            lag = self._habits.randrange(LAG) if world.lags else 0
            walk.lags[page_id] = max(lag, walk.lags.get(page_id, 0))
            return lag

        with world.past.seen(lag_of) as lagging:
            answered = world.direct.ask(call.method, call.path, call.params, orjson.dumps(body))
        if lagging:
            world.storm.counts["answers from a lagging index"] += 1
        if not is_query or answered.status != 200:
            return answered
        answer = orjson.loads(answered.content)
        if world.counts_rows:
            self._count_on(walk, answer, size, of_edits=_is_of_edits(body))
            answered = Answered(200, orjson.dumps(answer))
        self._note(process, call, walk, answer, of_edits=_is_of_edits(body))
        return answered

    def _count_on(self, walk: Walk, answer: Json, size: int, *, of_edits: bool) -> None:
        """Leave of all rows those that come next, counted from the first one."""
        rows: list[Json] = answer["results"]
        at = len(walk.shown)
        answer["results"] = rows[at : at + size]
        answer["has_more"] = at + size < len(rows)
        answer["next_cursor"] = f"counted:{len(self._walks)}:{self.world.fresh()}"
        if answer["has_more"]:
            return
        answer["next_cursor"] = None
        ids = [row["id"] for row in rows]
        if not set(walk.shown) <= set(ids):
            shown = {*walk.shown, *ids[at:]}
            for page_id in (i for i in ids if i not in shown):
                self.world.storm.counts["page skipped by a listing"] += 1
                self.missed[page_id] = self.missed.get(page_id, 0) + (1 if of_edits else 2)

    def _note(
        self, process: Process, call: Call, walk: Walk, answer: Json, *, of_edits: bool
    ) -> None:
        """Remember what was shown, and since when it is known of each page how it is."""
        shown: Sequence[str] = [page["id"] for page in answer["results"]]
        world, now = self.world, self.world.clock.ms
        for page_id in shown:
            self.missed.pop(page_id, None)
            process.has_seen(page_id, now - walk.lags.get(page_id, 0))
        walk.shown += shown
        if answer["next_cursor"]:
            self._walks[answer["next_cursor"]] = walk
        elif of_edits:
            # What a listing of edits does not show was not edited, as far as the index goes.
            table = world.homes.get(call.path.split("/")[3], "")
            for page_id, thing in world.watching.pages.items():
                if thing.table == table:
                    process.has_seen(page_id, walk.began - walk.lags.get(page_id, 0))


def _is_of_edits(body: Json) -> bool:
    return b"last_edited_time" in orjson.dumps(body.get("filter"))
