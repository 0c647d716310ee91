"""What stands on a page: blocks, child pages and child databases, as the block endpoints see it.

The rule: pages and databases are blocks as well (``child_page``, ``child_database``); their
state is kept with them and only shown here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from notion_emulator.errors import bad_body, invalid, missing
from notion_emulator.model import Block, Database, Page, Parent
from notion_emulator.pages import ARCHIVED
from notion_emulator.render import parent_json
from notion_emulator.richtext import merged, plain_text, render_text
from notion_emulator.stamps import minute_stamp

if TYPE_CHECKING:
    from notion_emulator.state import State

Json = dict[str, Any]
Thing = Block | Page | Database

MAX_CHILDREN = 100
_COLORED: Json = {"rich_text": [], "color": "default"}
_CAPTIONED: Json = {"caption": []}
_DEFAULTS: dict[str, Json] = {
    "paragraph": {**_COLORED, "icon": None},
    "heading_1": {**_COLORED, "is_toggleable": False},
    "heading_2": {**_COLORED, "is_toggleable": False},
    "heading_3": {**_COLORED, "is_toggleable": False},
    "callout": {**_COLORED, "icon": None},
    "quote": _COLORED,
    "bulleted_list_item": _COLORED,
    "numbered_list_item": _COLORED,
    "to_do": {**_COLORED, "checked": False},
    "toggle": _COLORED,
    "code": {**_CAPTIONED, "rich_text": [], "language": "plain text"},
    "embed": _CAPTIONED,
    "bookmark": _CAPTIONED,
    "image": _CAPTIONED,
    "video": _CAPTIONED,
    "audio": _CAPTIONED,
    "pdf": _CAPTIONED,
    "file": _CAPTIONED,
    "table_of_contents": {"color": "default"},
}
#: The order in which recorded blocks show their parts.
_RANK = {
    part: rank
    for rank, part in enumerate(
        (
            "caption",
            "rich_text",
            "is_toggleable",
            "checked",
            "icon",
            "type",
            "external",
            "file",
            "url",
            "language",
            "color",
            "name",
        )
    )
}


class Bodies:
    """Writes and shows blocks."""

    def __init__(self, state: State) -> None:
        self.state = state

    def find(self, block_id: str) -> Thing:
        """Return a block, page or database that is shared.

        Raises:
            ApiError: 404.
        """
        state = self.state
        things: tuple[Thing | None, ...] = (
            state.blocks.get(block_id),
            state.pages.get(block_id),
            state.databases.get(block_id),
        )
        for thing in things:
            if thing is not None and state.visible(block_id, thing.parent):
                return thing
        raise state.missing("block", block_id)

    def children(self, block_id: str) -> list[Thing]:
        """Return what stands directly below a block or page, without the trashed."""
        thing = self.find(block_id)
        if isinstance(thing, Database):
            return []
        found = [self.state.blocks[one] for one in thing.children]
        below: list[Thing] = [block for block in found if not block.in_trash]
        for one in self.state.nested.get(block_id, ()):
            nested = self.state.pages.get(one) or self.state.databases[one]
            if not nested.in_trash:
                below.append(nested)
        return below

    def append(
        self, block_id: str, children: object, *, at: int, by: str, position: Json | None = None
    ) -> list[Block]:
        """Add blocks below a block or page; return them and all that follow, as recorded.

        Raises:
            ApiError: 400 or 404, in Notion's words.
        """
        thing = self.find(block_id)
        if isinstance(thing, Database):
            raise self.state.missing("block", block_id)
        if thing.in_trash or self.state.buried(thing.parent):
            raise invalid(ARCHIVED)
        if not isinstance(children, list):
            raise bad_body("body.children", "an array", children)
        if len(children) > MAX_CHILDREN:
            raise bad_body("body.children.length", f"≤ `{MAX_CHILDREN}`", len(children))
        kind = "page_id" if isinstance(thing, Page) else "block_id"
        fresh = [
            self._read(child, Parent(kind, block_id), f"body.children[{index}]", at, by)
            for index, child in enumerate(children)
        ]
        index = self._index(thing, position)
        thing.children[index:index] = [block.id for block in fresh]
        if isinstance(thing, Block):
            thing.edited, thing.edited_by = at, by
        below = [self.state.blocks[one] for one in thing.children[index:]]
        return [block for block in below if not block.in_trash]

    def _index(self, thing: Page | Block, position: Json | None) -> int:
        kind = (position or {}).get("type", "end")
        if kind == "start":
            return 0
        if kind == "after_block":
            after = (position or {}).get("after_block", {}).get("id")
            if after not in thing.children:
                raise self.state.missing("block", str(after))
            return thing.children.index(after) + 1
        return len(thing.children)

    def _read(self, written: object, parent: Parent, path: str, at: int, by: str) -> Block:
        if not isinstance(written, dict):
            raise bad_body(path, "an object", written)
        kind = written.get("type") or next(
            (key for key in written if key not in {"object", "type"}), None
        )
        if not isinstance(kind, str) or not isinstance(written.get(kind), dict):
            raise missing(f"{path}.paragraph")
        content = self._content(kind, written[kind], f"{path}.{kind}")
        nested = content.pop("children", None)
        block = Block(self.state.ids.uuid(), parent, kind, content, at, at, by, by)
        self.state.blocks[block.id] = block
        for index, child in enumerate(nested or ()):
            below = self._read(
                child, Parent("block_id", block.id), f"{path}.{kind}.children[{index}]", at, by
            )
            block.children.append(below.id)
        return block

    def _content(self, kind: str, written: Json, path: str) -> Json:
        content = {**_DEFAULTS.get(kind, {}), **written}
        for part in ("rich_text", "caption"):
            if part in content:
                content[part] = self._texts(kind, content[part], f"{path}.{part}")
        if kind == "table_row":
            content["cells"] = [
                self._texts(kind, cell, f"{path}.cells[{index}]")
                for index, cell in enumerate(content.get("cells", ()))
            ]
        return dict(sorted(content.items(), key=lambda pair: _RANK.get(pair[0], len(_RANK))))

    def _texts(self, kind: str, written: object, path: str) -> list[Json]:
        items: list[Json] = orjson.loads(render_text(self.state.texts.read(written, path)))
        return merged(items) if kind == "code" else items

    def update(self, block: Block, body: Json, *, at: int, by: str) -> None:
        """Change a block's content or state."""
        if "in_trash" in body:
            block.in_trash = bool(body["in_trash"])
        if block.kind in body:
            fresh = {**block.content, **body[block.kind]}
            block.content = self._content(block.kind, fresh, f"body.{block.kind}")
            block.content.pop("children", None)
        block.edited, block.edited_by = at, by

    def json(self, thing: Thing) -> Json:
        """Return a block object."""
        state = self.state
        if isinstance(thing, Block):
            kind, content = thing.kind, thing.content
        elif isinstance(thing, Page):
            kind, content = "child_page", {"title": state.title_of(thing)}
        else:
            kind, content = "child_database", {"title": plain_text(thing.title) or "New database"}
        return {
            "object": "block",
            "id": thing.id,
            "parent": parent_json(thing.parent, state),
            "created_time": minute_stamp(thing.created),
            "last_edited_time": minute_stamp(thing.edited),
            "created_by": {"object": "user", "id": thing.created_by},
            "last_edited_by": {"object": "user", "id": thing.edited_by},
            "has_children": bool(self.children(thing.id)),
            "in_trash": thing.in_trash or state.buried(thing.parent),
            "type": kind,
            kind: content,
        }
