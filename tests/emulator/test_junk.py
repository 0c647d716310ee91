"""Requests that hold junk are refused in Notion's words, and a refused request changes nothing."""

import asyncio
import json
import re
from random import Random
from typing import Any

import httpx2
import pytest

from notion_emulator import Workspace, create_app
from notion_emulator.snapshot import snapshot
from tests.emulator.client import Clock, create, row, text

Json = dict[str, Any]
Request = tuple[str, str, Json]

UNKNOWN = "11111111-1111-4111-8111-111111111111"
JUNK: list[Any] = [
    *(None, 7, -1, 1.5, True, "x", "", "0" * 32, UNKNOWN),
    *([], {}, [None], [7], [[]], {"id": 3}, {"type": "x"}, {"a": {"b": []}}),
]
EMOJI = {"type": "emoji", "emoji": "🐢"}
COVER = {"type": "external", "external": {"url": "https://example.org/a.png"}}
TEXT: list[Json] = [
    {"type": "text", "text": {"content": "x", "link": None}, "annotations": {"bold": True}},
    {"type": "equation", "equation": {"expression": "x"}},
    {"type": "mention", "mention": {"date": {"start": "2026-01-01"}}},
]


class World:
    """A small workspace and requests that all do something in it."""

    def __init__(self) -> None:
        self.workspace = one = Workspace(clock=Clock())
        self.other = create(one, "Others", {})
        both = {"data_source_id": self.other, "dual_property": {}}
        kinds: list[str] = ["number", "select", "multi_select", "date", "people", "files", "url"]
        kinds += ["status", "place", "checkbox", "rich_text", "email"]
        schema: Json = {kind: {kind: {}} for kind in kinds}
        self.source = create(
            one, "Things", {**schema, "relation": {"relation": both}, "no": {"unique_id": {}}}
        )
        sums = {"relation_property_name": "relation", "rollup_property_name": "Name"}
        computed = {"rollup": {"rollup": sums}, "formula": {"formula": {"expression": "1"}}}
        one.update_data_source(self.source, {"properties": computed})
        self.database = str(one.data_source(self.source)["parent"]["database_id"])
        self.page, self.friend = row(one, self.source, "One"), row(one, self.other, "Friend")
        self.plain = str(one.create_page({"parent": {"workspace": True}})["id"])
        paragraph = {"paragraph": {"rich_text": text("x")}}
        at, by = one.state.now(), one.bot_id
        self.block = one.bodies.append(self.plain, [paragraph], at=at, by=by)[0].id
        self.comment = one.comments.add({"parent": {"page_id": self.plain}, "rich_text": TEXT})[
            "id"
        ]
        view = {"data_source_id": self.source, "name": "V", "type": "table"}
        self.view = one.views.add(view)["id"]

    def requests(self) -> list[Request]:
        return [*self._pages(), *self._containers(), *self._contents(), *self._queries()]

    def _pages(self) -> list[Request]:
        values: Json = {
            "Name": TEXT,
            "rich_text": TEXT,
            "number": 3,
            "select": {"name": "b", "color": "red"},
            "multi_select": [{"name": "q"}],
            "status": {"name": "Done"},
            "date": {"start": "2026-01-01T10:00:00Z", "end": None, "time_zone": None},
            "people": [{"id": self.workspace.bot_id}],
            "files": [{"name": "n", "type": "external", "external": {"url": "https://a/b"}}],
            "relation": [{"id": self.friend}],
            "place": {"lat": 1, "lon": 2},
            "checkbox": True,
            "url": "https://a",
        }
        written = {key: {"title" if key == "Name" else key: one} for key, one in values.items()}
        parent = {"type": "data_source_id", "data_source_id": self.source}
        look = {"icon": EMOJI, "cover": COVER}
        state = {"in_trash": False, "is_locked": False, "is_archived": False}
        commands: Json = {
            "replace_content": {"new_str": "# x"},
            "update_content": {"content_updates": [{"old_str": "x", "new_str": "z"}]},
            "insert_content": {"content": "k", "position": {"type": "end"}},
        }
        below = [{"type": "paragraph", "paragraph": {"rich_text": TEXT}}]
        made = {"parent": parent, "properties": written, **look, "children": below}
        return [
            ("POST", "pages", made),
            ("PATCH", f"pages/{self.page}", {"properties": written, **look, **state}),
            ("POST", f"pages/{self.page}/move", {"parent": parent}),
            *[
                ("PATCH", f"pages/{self.plain}/markdown", {"type": kind, kind: command})
                for kind, command in commands.items()
            ],
        ]

    def _containers(self) -> list[Request]:
        option = {"name": "a", "color": "red", "description": "d", "group": "To-do"}
        schema: Json = {
            "S": {"status": {"options": [option]}},
            "F": {"formula": {"expression": 'prop("Name")'}},
            "U": {"unique_id": {"prefix": "A"}},
            "N": {"name": "M", "type": "number", "number": {"format": "euro"}},
            "R": {
                "relation": {
                    "data_source_id": self.other,
                    "type": "dual_property",
                    "dual_property": {"synced_property_name": "q"},
                }
            },
        }
        look = {"title": TEXT, "description": TEXT, "icon": EMOJI, "cover": COVER}
        initial = {"properties": {"Name": {"title": {}}, **schema}}
        parent = {"type": "page_id", "page_id": self.plain}
        above = {"type": "database_id", "database_id": self.database}
        rename = {"number": {"name": "Count"}, "select": {"select": {"options": [option]}}}
        return [
            ("POST", "databases", {"parent": parent, **look, "initial_data_source": initial}),
            ("PATCH", f"databases/{self.database}", {**look, "parent": parent, "is_locked": False}),
            ("POST", "data_sources", {"parent": above, "title": TEXT, **initial}),
            (
                "PATCH",
                f"data_sources/{self.source}",
                {**look, "properties": {**schema, **rename, "url": None}, "in_trash": False},
            ),
        ]

    def _contents(self) -> list[Request]:
        inner = [{"paragraph": {"rich_text": TEXT}}]
        column = {"column": {"children": inner, "width_ratio": 0.5}}
        blocks: list[Json] = [
            {"to_do": {"rich_text": TEXT, "checked": True, "color": "red", "children": inner}},
            {"table": {"table_width": 1, "children": [{"table_row": {"cells": [TEXT]}}]}},
            {"code": {"rich_text": TEXT, "language": "python", "caption": TEXT}},
            {"image": COVER},
            {"callout": {"rich_text": TEXT, "icon": EMOJI}},
            {"synced_block": {"synced_from": {"block_id": self.block}}},
            {"link_to_page": {"page_id": self.page}},
            {"column_list": {"children": [column, column]}},
            {"bookmark": {"url": "https://a"}},
        ]
        place = {"type": "after_block", "after_block": {"id": self.block}}
        name = {"type": "custom", "custom": {"name": "z"}}
        remark = {"parent": {"page_id": self.plain}, "rich_text": TEXT, "display_name": name}
        upload = {"mode": "multi_part", "filename": "x", "number_of_parts": 2}
        children = {"children": blocks, "position": place}
        return [
            ("PATCH", f"blocks/{self.plain}/children", children),
            ("PATCH", f"blocks/{self.block}", {"paragraph": {"rich_text": TEXT}}),
            ("POST", "comments", remark),
            ("PATCH", f"comments/{self.comment}", {"rich_text": TEXT}),
            ("POST", "file_uploads", {**upload, "content_type": "text/plain"}),
        ]

    def _queries(self) -> list[Request]:
        conditions: Json = {
            "number": {"greater_than": 1},
            "select": {"equals": ["a"]},
            "multi_select": {"contains": "a"},
            "date": {"past_week": {}},
            "people": {"contains": "me"},
            "files": {"is_empty": True},
            "checkbox": {"equals": True},
            "relation": {"contains": self.friend},
            "rollup": {"any": {"title": {"contains": "x"}}},
            "formula": {"number": {"equals": 1}},
            "status": {"does_not_equal": "Done"},
        }
        filters = [{"property": kind, kind: one} for kind, one in conditions.items()]
        filters.append({"timestamp": "created_time", "created_time": {"after": "2026-01-01"}})
        sorts = [{"property": "number", "direction": "descending"}]
        view = {"filter": filters[0], "sorts": sorts, "name": "n"}
        search = {"filter": {"property": "object", "value": "page"}, "sort": {"direction": "up"}}
        return [
            *[
                (
                    "POST",
                    f"data_sources/{self.source}/query",
                    {"filter": {"and": [one, {"or": [one]}]}, "sorts": sorts, "page_size": 5},
                )
                for one in filters
            ],
            ("POST", "search", {"query": "x", **search, "page_size": 3}),
            ("PATCH", f"views/{self.view}", view),
            ("POST", "views", {"data_source_id": self.source, "type": "table", **view}),
        ]

    def all_there(self) -> bytes:
        """Return everything in the workspace, but for the counter of what was ever begun."""
        return re.sub(rb'"last_number": \d+', b"", snapshot(self.workspace))


def spoiled(value: Any, random: Random, share: float) -> Any:
    if random.random() < share:
        return random.choice(JUNK)
    if isinstance(value, dict):
        kept = {key: one for key, one in value.items() if random.random() > share / 2}
        return {key: spoiled(one, random, share) for key, one in kept.items()}
    return [spoiled(one, random, share) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("seed", range(6))
def test_junk_is_refused_and_what_is_refused_changes_nothing(seed: int) -> None:
    async def send() -> tuple[int, int]:
        taken = refused = 0
        transport = httpx2.ASGITransport(create_app(world.workspace))
        headers = {
            "Authorization": f"Bearer {world.workspace.token}",
            "Notion-Version": "2026-03-11",
        }
        async with httpx2.AsyncClient(transport=transport, base_url="http://notion/v1") as client:
            for _ in range(120):
                method, path, body = random.choice(requests)
                sent = json.dumps(spoiled(body, random, random.choice([0.03, 0.1])))
                before = world.all_there()
                answer = await client.request(method, path, content=sent, headers=headers)
                if answer.status_code == 200:
                    taken += 1
                    continue
                refused += 1
                assert answer.json()["object"] == "error", sent
                assert 400 <= answer.status_code < 500, sent
                assert world.all_there() == before, (method, path, sent)
        return taken, refused

    random, world = Random(seed), World()
    requests = world.requests()
    taken, refused = asyncio.run(send())
    assert taken > 10
    assert refused > 10
