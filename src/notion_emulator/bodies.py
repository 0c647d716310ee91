"""What stands on a page: blocks, child pages and child databases, as the block endpoints see it.

The rule: pages and databases are blocks as well (``child_page``, ``child_database``); their
state is kept with them and only shown here. A copy of a synced block shows what its original
holds. Blocks in the trash keep their place, so that they come back to it.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from notion_emulator.drafts import Draft, Drafts, fits, same_width
from notion_emulator.errors import bad_body, invalid, missing
from notion_emulator.ids import normal_id
from notion_emulator.kinds import KINDS, MEDIA, ordered
from notion_emulator.model import Block, Database, Page, Parent
from notion_emulator.pages import ARCHIVED
from notion_emulator.render import parent_json
from notion_emulator.richtext import plain_text
from notion_emulator.stamps import minute_stamp

if TYPE_CHECKING:
    from notion_emulator.state import State

Json = dict[str, Any]
Thing = Block | Page | Database


class Bodies:
    """Writes and shows blocks."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.drafts = Drafts(state)

    # ---- looking

    def find(self, block_id: str) -> Thing:
        """Return a block, page or database that is shared.

        Raises:
            ApiError: 404.
        """
        thing = self._thing(block_id)
        if thing is None or not self.state.visible(block_id, thing.parent):
            raise self.state.missing("block", block_id)
        return thing

    def _thing(self, block_id: str) -> Thing | None:
        state = self.state
        return (
            state.blocks.get(block_id) or state.pages.get(block_id) or state.databases.get(block_id)
        )

    def children(self, block_id: str) -> list[Thing]:
        """Return what stands directly below a block or page, without the trashed."""
        return self.below(self.find(block_id))

    def below(self, thing: Thing) -> list[Thing]:
        """Return what stands directly below a thing, shared or not, without the trashed."""
        if isinstance(thing, Database):
            return []
        if isinstance(thing, Block) and thing.kind == "synced_block":
            origin = thing.content["synced_from"]
            if origin is not None:
                source = self.state.blocks[origin["block_id"]]
                return [] if source.in_trash else self.below(source)
        found = (self._thing(one) for one in thing.children)
        return [one for one in found if one is not None and not one.in_trash]

    def holder(self, block_id: str) -> Block | Page:
        """Return a block or page below which something can be written.

        Raises:
            ApiError: 404, or 400 for what lies in the trash.
        """
        thing = self.find(block_id)
        if isinstance(thing, Database):
            raise self.state.missing("block", block_id)
        if thing.in_trash or self.state.buried(thing.parent):
            raise invalid(ARCHIVED)
        return thing

    # ---- adding

    def append(
        self, block_id: str, children: object, *, at: int, by: str, position: object = None
    ) -> list[Thing]:
        """Add blocks below a block or page; return them and all that follow, as recorded.

        Raises:
            ApiError: 400 or 404, in Notion's words.
        """
        holder = self.holder(block_id)
        drafts = self.drafts.read(children)
        self.admit(holder, drafts)
        index = self._index(holder, position)
        self.plant(holder, drafts, index, at=at, by=by)
        found = (self._thing(one) for one in holder.children[index:])
        return [one for one in found if one is not None and not one.in_trash]

    def admit(self, holder: Block | Page, drafts: list[Draft]) -> None:
        """Refuse blocks that cannot stand below a block or page.

        Raises:
            ApiError: 400.
        """
        kind = KINDS[holder.kind] if isinstance(holder, Block) else None
        if isinstance(holder, Block) and (
            kind is None
            or kind.below == "nothing"
            or (kind.below == "toggleable" and not holder.content["is_toggleable"])
            or (holder.kind == "synced_block" and holder.content["synced_from"] is not None)
        ):
            raise invalid(f"Block with ID {holder.id} ({holder.kind}) does not take children.")
        for at, draft in enumerate(drafts):
            fits(kind, draft.kind, f"body.children[{at}]")
            if isinstance(holder, Block) and holder.kind == "table":
                width = holder.content["table_width"]
                same_width(width, draft.content, f"body.children[{at}].table_row.cells")

    def plant(
        self, holder: Block | Page, drafts: list[Draft], index: int, *, at: int, by: str
    ) -> None:
        """Make blocks of drafts at a place below a block or page."""
        kind = "page_id" if isinstance(holder, Page) else "block_id"
        fresh = [self.grow(one, Parent(kind, holder.id), at, by) for one in drafts]
        holder.children[index:index] = fresh
        if isinstance(holder, Block):
            holder.edited, holder.edited_by = at, by
        self._tell(holder, fresh, at, by)

    def grow(self, draft: Draft, parent: Parent, at: int, by: str) -> str:
        """Make a block of a draft, with all below it; return its id."""
        block = Block(self.state.ids.uuid(), parent, draft.kind, draft.content, at, at, by, by)
        self.state.blocks[block.id] = block
        below = Parent("block_id", block.id)
        block.children = [self.grow(child, below, at, by) for child in draft.children]
        return block.id

    def _tell(self, thing: Block | Page, changed: list[str], at: int, by: str) -> None:
        """Tell which blocks of a page changed; stamp the page where the switch says so."""
        page = self.page_of(thing)
        if page is None:
            return
        for block_id in changed:
            self.state.changes.below(Parent("page_id", page.id), block_id, "block", at, by)
        if self.state.switches.block_edit_bumps_page:
            rows = self.state.rows.get(page.parent.id)
            if rows is None:
                page.edited = at
            else:
                rows.stamp(page, at)
            page.edited_by = by
            page.version += 1

    def page_of(self, thing: Thing) -> Page | None:
        """Return the page that a block stands on."""
        found: Thing | None = thing
        while isinstance(found, Block):
            found = self.above(found)
        return found if isinstance(found, Page) else None

    def above(self, thing: Thing) -> Thing | None:
        """Return what a thing stands below: a block, a page, a database or nothing."""
        source = self.state.sources.get(thing.parent.id)
        return self._thing(thing.parent.id if source is None else source.database_id)

    def _index(self, holder: Block | Page, position: object) -> int:
        if position is None:
            return len(holder.children)
        kind = position.get("type") if isinstance(position, dict) else None
        if not isinstance(position, dict) or kind not in {"after_block", "start", "end"}:
            wanted = 'one of `"after_block"`, `"start"`, `"end"`'
            raise bad_body("body.position.type", wanted, kind)
        if kind != "after_block":
            return 0 if kind == "start" else len(holder.children)
        return self.place_after(holder, position, "body.position") + 1

    def place_after(self, holder: Block | Page, position: Json, path: str) -> int:
        """Return where the block stands that ``after_block`` names.

        Raises:
            ApiError: 400 for a wrong shape, 404 when it does not stand there.
        """
        inner = position.get("after_block")
        if not isinstance(inner, dict) or "id" not in inner:
            raise missing(f"{path}.after_block.id")
        after = normal_id(inner["id"])
        if after is None:
            raise bad_body(f"{path}.after_block.id", "a valid uuid", inner["id"])
        if after not in holder.children:
            raise self.state.missing("block", after)
        return holder.children.index(after)

    # ---- changing

    def update(self, block: Block, body: Json, *, at: int, by: str) -> None:
        """Change a block's content or state.

        Raises:
            ApiError: 400 or 404, in Notion's words.
        """
        state = self.state
        flag = body.get("in_trash")
        if flag is not None and not isinstance(flag, bool):
            raise bad_body("body.in_trash", "a boolean", flag)
        if (block.in_trash and flag is None) or state.buried(block.parent):
            if flag is True:
                return
            raise invalid(ARCHIVED)
        said = body.get("type", block.kind)
        others = [key for key in (said, *body) if key in KINDS and key != block.kind]
        if others:
            raise invalid(f"Expected block type {block.kind} in request body")
        if block.kind in body:
            self._rewrite(block, body[block.kind])
        if flag is not None:
            self.bury(block, flag)
        self.replace(block, block.content, at=at, by=by)

    def replace(self, block: Block, content: Json, *, at: int, by: str) -> None:
        """Give a block another content, as it is kept."""
        block.content = content
        block.edited, block.edited_by = at, by
        self._tell(block, [block.id], at, by)

    def _rewrite(self, block: Block, written: object) -> None:
        path = f"body.{block.kind}"
        if not isinstance(written, dict):
            raise bad_body(path, "an object", written)
        for part, same in (("children", []), ("table_width", block.content.get("table_width"))):
            if written.get(part, same) != same:
                raise bad_body(f"{path}.{part}", "not present", written[part])
        fresh = self.drafts.content(block.kind, written, path)
        if block.kind == "table_row":
            table = self.state.blocks[block.parent.id]
            same_width(table.content["table_width"], fresh, f"{path}.cells")
        if block.kind == "file" and "name" in fresh:
            ending = PurePosixPath(block.content["name"]).suffix
            if ending and not fresh["name"].endswith(ending):
                fresh["name"] += ending
        kept = block.content
        if block.kind in MEDIA and fresh.keys() & {"external", "file"}:
            kept = {part: one for part, one in kept.items() if part not in {"external", "file"}}
        block.content = ordered({**kept, **fresh})

    def bury(self, block: Block, in_trash: bool) -> None:
        """Put a block into the trash or take it out; what stands below goes along."""
        if block.in_trash != in_trash:
            block.in_trash = in_trash
            if block.children:
                self.state.touch()

    # ---- showing

    def json(self, thing: Thing) -> Json:
        """Return a block object."""
        state = self.state
        if isinstance(thing, Block):
            kind, content = thing.kind, self._content(thing.content)
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
            "has_children": bool(self.below(thing)),
            "in_trash": thing.in_trash or state.buried(thing.parent),
            "type": kind,
            kind: content,
        }

    def _content(self, content: Json) -> Json:
        """Return the content of a block with signed addresses."""
        storage = self.state.storage
        shown = storage.shown(content) or {}
        if "icon" in shown:
            shown = {**shown, "icon": storage.shown(shown["icon"])}
        return shown
