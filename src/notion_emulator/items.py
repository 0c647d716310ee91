"""Single properties of a page: the only way to read a long relation whole.

The rule: title, rich_text, relation, people and rollups come as lists, one entry a result;
everything else as one item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from notion_emulator import computed
from notion_emulator.cursors import refused
from notion_emulator.ids import encoded, normal_id
from notion_emulator.richtext import render_text

if TYPE_CHECKING:
    from notion_emulator.model import Page, Property
    from notion_emulator.render import Renderer
    from notion_emulator.state import State

Json = dict[str, Any]

API_URL = "https://api.notion.com/v1"
LISTED = frozenset({"title", "rich_text", "relation", "people"})


class Items:
    """Shows single properties."""

    def __init__(self, state: State, renderer: Renderer) -> None:
        self.state = state
        self.renderer = renderer

    def read(self, page: Page, prop: Property, size: int, cursor: str | None) -> Json:
        """Return a property item, or a page of the list of them.

        Raises:
            ApiError: 400 for a cursor that leads nowhere.
        """
        identity = encoded(prop.id)
        value = page.values.get(prop.id)
        if prop.kind == "rollup":
            return self._rollup(page, prop, size, cursor)
        if prop.kind not in LISTED:
            shown = (
                bool(value) if prop.kind == "checkbox" else self.renderer.value(prop, page, value)
            )
            return {"object": "property_item", "type": prop.kind, "id": identity, prop.kind: shown}
        entries = self._entries(prop, value)
        keys = [entry.get("id", str(at)) for at, entry in enumerate(entries)]
        return self._listed(page, prop, prop.kind, entries, keys, {}, size, cursor)

    def _entries(self, prop: Property, value: Any) -> list[Json]:
        if prop.kind == "relation":
            return [{"id": one} for one in self.renderer.references(prop, value)]
        if prop.kind == "people":
            return [self.renderer.user(one) for one in value or ()]
        entries: list[Json] = orjson.loads(render_text(value))
        return entries

    def _listed(
        self,
        page: Page,
        prop: Property,
        kind: str,
        entries: list[Json],
        keys: list[str],
        summary: Json,
        size: int,
        cursor: str | None,
    ) -> Json:
        identity = encoded(prop.id)
        start = 0
        if cursor is not None:
            wanted = normal_id(cursor) or cursor
            if wanted not in keys:
                raise refused(cursor)
            start = keys.index(wanted)
        more = start + size < len(entries)
        following = keys[start + size] if more else None
        url = f"{API_URL}/pages/{page.id}/properties/{identity}?start_cursor={following}"
        return {
            "object": "list",
            "results": [
                {"object": "property_item", "type": kind, "id": identity, kind: entry}
                for entry in entries[start : start + size]
            ],
            "next_cursor": following,
            "has_more": more,
            "type": "property_item",
            "property_item": {
                "id": identity,
                "next_url": url if more else None,
                "type": prop.kind,
                prop.kind: summary,
            },
        }

    def _rollup(self, page: Page, prop: Property, size: int, cursor: str | None) -> Json:
        state, renderer = self.state, self.renderer
        relation, target = computed.related_schema(state, state.schema_of(page), prop)
        summary = computed.rollup_json(state, renderer, page, prop)
        if summary["type"] == "array":  # what it holds stands in the results
            summary = {**summary, "array": []}
        if relation is None or target is None:
            return self._listed(page, prop, "relation", [], [], summary, size, cursor)
        ids = renderer.references(relation, page.values.get(relation.id))
        entries = [{"id": one} for one in ids]
        body = self._listed(page, prop, "relation", entries, ids, summary, size, cursor)
        if body["has_more"]:
            body["property_item"]["rollup"] = {
                "type": "incomplete",
                "incomplete": {},
                "function": summary["function"],
            }
        return body
