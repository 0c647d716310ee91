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
from notion_emulator.richtext import plain_text, render_text
from notion_emulator.stamps import minute_stamp

if TYPE_CHECKING:
    from notion_emulator.state import State

Json = dict[str, Any]
Thing = Block | Page | Database

MAX_CHILDREN = 100


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
        if isinstance(thing, Page):
            below += [
                page
                for page in self.state.pages.values()
                if page.parent.id == block_id
                and page.parent.kind == "page_id"
                and not page.in_trash
            ]
            below += [
                one
                for one in self.state.databases.values()
                if one.parent.id == block_id and not one.in_trash
            ]
        return below

    def append(
        self, block_id: str, children: object, *, at: int, by: str, position: Json | None = None
    ) -> list[Block]:
        """Add blocks below a block or page.

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
        return fresh

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
        content = dict(written)
        for part in ("rich_text", "caption"):
            if part in content:
                kept = self.state.texts.read(content[part], f"{path}.{part}")
                content[part] = orjson.loads(render_text(kept))
        if "rich_text" in content:
            if kind == "paragraph":
                content.setdefault("icon", None)
            if kind != "code":
                content.setdefault("color", "default")
        return content

    def update(self, block: Block, body: Json, *, at: int, by: str) -> None:
        """Change a block's content or state."""
        if "in_trash" in body:
            block.in_trash = bool(body["in_trash"])
        if block.kind in body:
            fresh = self._content(block.kind, body[block.kind], f"body.{block.kind}")
            block.content = {**block.content, **fresh}
        block.edited, block.edited_by = at, by

    def json(self, thing: Thing) -> Json:
        """Return a block object."""
        state = self.state
        if isinstance(thing, Block):
            kind, content, below = thing.kind, thing.content, bool(thing.children)
        elif isinstance(thing, Page):
            kind, content = "child_page", {"title": state.title_of(thing)}
            below = bool(thing.children)
        else:
            kind, below = "child_database", False
            content = {"title": plain_text(thing.title) or "New database"}
        return {
            "object": "block",
            "id": thing.id,
            "parent": parent_json(thing.parent, state),
            "created_time": minute_stamp(thing.created),
            "last_edited_time": minute_stamp(thing.edited),
            "created_by": {"object": "user", "id": thing.created_by},
            "last_edited_by": {"object": "user", "id": thing.edited_by},
            "has_children": below,
            "in_trash": thing.in_trash or state.buried(thing.parent),
            "type": kind,
            kind: content,
        }
