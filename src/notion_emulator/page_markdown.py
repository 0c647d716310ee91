"""The content of a page as markdown: reading it, and bringing a page to a new one.

The rule: a block whose markdown did not change is not touched and keeps its id; one that
changed is changed in its place where its kind is the same; pages and databases that stand on
a page go only when that is allowed.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from notion_emulator.drafts import Draft, fits
from notion_emulator.errors import invalid
from notion_emulator.kinds import ordered
from notion_emulator.markdown.edits import command_of, edited
from notion_emulator.markdown.reading import read_blocks
from notion_emulator.markdown.writing import Node, address, unknown_ids, write_blocks
from notion_emulator.model import Block, Database, Page, Parent
from notion_emulator.richtext import plain_text

if TYPE_CHECKING:
    from notion_emulator.bodies import Bodies, Thing
    from notion_emulator.contents import Contents
    from notion_emulator.state import State

Json = dict[str, Any]

BLOCK_LIMIT = 20_000


class PageMarkdown:
    """Reads and writes the content of pages as markdown.

    Attributes:
        block_limit: How many blocks one read shows; the others are ``<unknown>``.
    """

    def __init__(self, state: State, bodies: Bodies, contents: Contents) -> None:
        self.state = state
        self.bodies = bodies
        self.contents = contents
        self.block_limit = BLOCK_LIMIT

    # ---- reading

    def json(self, thing: Thing) -> Json:
        """Return the content of a page, or a block with what stands below, as markdown."""
        nodes = self._nodes([thing] if isinstance(thing, Block) else self._below(thing))
        unknown = unknown_ids(nodes)
        return {
            "object": "page_markdown",
            "id": thing.id,
            "markdown": write_blocks(nodes),
            "truncated": _any_hidden(nodes),
            "unknown_block_ids": unknown,
        }

    def _below(self, thing: Thing) -> list[Thing]:
        return self.bodies.children(thing.id)

    def _nodes(self, things: list[Thing]) -> list[Node]:
        left = self.block_limit
        nodes: list[Node] = []
        for thing in things:
            node = self._node(thing, left, signed=True)
            left -= _size(node)
            nodes.append(node)
        return nodes

    def _node(self, thing: Thing, left: int, *, signed: bool) -> Node:
        """Return a block to be written out; without ``signed`` files by their keys."""
        above = self.bodies.page_of(thing)
        page = above.id if above is not None else ""
        if left <= 0:
            kind = thing.kind if isinstance(thing, Block) else "page"
            return Node(kind, {}, [], thing.id, page, hidden=True)
        if isinstance(thing, Page):
            return Node("child_page", {"title": self.state.title_of(thing)}, [], thing.id)
        if isinstance(thing, Database):
            title = plain_text(thing.title) or "New database"
            return Node("child_database", {"title": title}, [], thing.id)
        node = Node(thing.kind, self._content(thing.content, signed=signed), [], thing.id, page)
        left -= 1
        for child in self._below(thing):
            below = self._node(child, left, signed=signed)
            left -= _size(below)
            node.children.append(below)
        return node

    def _content(self, content: Json, *, signed: bool) -> Json:
        if signed:
            return self.state.storage.shown(content) or {}
        if content.get("type") == "file":
            return {**content, "file": {"url": content["file"]["key"]}}
        return content

    # ---- writing

    def update(self, page: Page, body: Json, *, at: int, by: str) -> Json:
        """Change the content of a page; return it as markdown.

        Raises:
            ApiError: 400 or 404, in Notion's words; then nothing has changed.
        """
        kind, command = command_of(body)
        self.bodies.holder(page.id)
        if kind == "insert_content" and "after" not in command:
            drafts = self._read(command["content"])
            first = (command.get("position") or {}).get("type") == "start"
            index = 0 if first else len(page.children)
            if not any(draft.names_another() for draft in drafts):
                self.bodies.plant(page, drafts, index, at=at, by=by)
                return self.json(page)
        drafts = self._read(edited(self.json(page)["markdown"], kind, command))
        kept = _kept(drafts)
        self._hold(page, kept)
        if not command.get("allow_deleting_content"):
            self._protect(page, kept)
        _Settling(self, kept, at, by).settle(page, drafts)
        return self.json(page)

    def _read(self, text: str) -> list[Draft]:
        """Return markdown as drafts.

        Raises:
            ApiError: 400 or 404 when it names what is not there or holds what cannot stand there.
        """
        drafts = self.contents.loose.read(read_blocks(text), "body.markdown")
        for at, draft in enumerate(drafts):
            fits(None, draft.kind, f"body.markdown[{at}]")
        for one in _kept(drafts):
            self.bodies.find(one)
        return drafts

    def _hold(self, page: Page, kept: set[str]) -> None:
        """Refuse blocks of other pages, and whatever stands above the page itself."""
        for one in kept:
            thing = self.bodies.find(one)
            above: Thing | None = page
            while above is not None and above is not thing:
                above = self.bodies.above(above)
            if above is thing or (isinstance(thing, Block) and self.bodies.page_of(thing) != page):
                raise invalid(f"Block with ID {one} does not stand on this page.")

    def _protect(self, page: Page, kept: set[str]) -> None:
        """Refuse to delete pages and databases."""
        lost = [one for one in self._nested(page) if one.id not in kept]
        if lost:
            listed = ", ".join(address(one.id) for one in lost)
            raise invalid(
                f"This would delete {len(lost)} child page(s) or database(s): {listed}. Name them "
                "in the new content, or set allow_deleting_content."
            )

    def _nested(self, thing: Thing) -> list[Page | Database]:
        found: list[Page | Database] = []
        for child in self._below(thing):
            found += self._nested(child) if isinstance(child, Block) else [child]
        return found

    def mark(self, one: Thing | Draft) -> str:
        """Return the markdown by which a block is recognised."""
        if isinstance(one, Draft):
            return write_blocks([self._drafted(one)])
        return write_blocks([self._node(one, self.block_limit, signed=False)])

    def _drafted(self, draft: Draft) -> Node:
        if draft.keeps is not None:
            return self._node(self.bodies.find(draft.keeps), self.block_limit, signed=False)
        node = Node(draft.kind, self._content(draft.content, signed=False))
        origin = draft.content.get("synced_from")
        if origin is not None:
            original = self.bodies.find(origin["block_id"])
            below = self._node(original, self.block_limit, signed=False)
            node.page, node.children = below.page, below.children
        else:
            node.children = [self._drafted(child) for child in draft.children]
        return node


class _Settling:
    """Brings what stands below blocks to what was drafted.

    Args:
        markdown: Whom blocks are written and recognised with.
        kept: Ids of what stands already and stays.
    """

    def __init__(self, markdown: PageMarkdown, kept: set[str], at: int, by: str) -> None:
        self.markdown = markdown
        self.bodies = markdown.bodies
        self.kept = kept
        self.at, self.by = at, by

    def settle(self, holder: Block | Page, drafts: list[Draft]) -> None:
        """Bring what stands below a block or page to the drafts."""
        old = self.bodies.children(holder.id)
        mark = self.markdown.mark
        steps = SequenceMatcher(
            None, [mark(one) for one in old], [mark(one) for one in drafts], autojunk=False
        ).get_opcodes()
        ids: list[str] = []
        gone: list[Thing] = []
        for step, i1, i2, j1, j2 in steps:
            if step == "equal":
                ids += [one.id for one in old[i1:i2]]
                continue
            rest = old[i1:i2]
            ids += [self._place(draft, rest, holder) for draft in drafts[j1:j2]]
            gone += rest
        for thing in gone:
            if thing.id not in self.kept:
                trash = self.markdown.contents.trash
                trash(thing, in_trash=True, at=self.at, by=self.by)
        placed = set(ids)
        holder.children = ids + [one for one in holder.children if one not in placed]

    def _place(self, draft: Draft, rest: list[Thing], holder: Block | Page) -> str:
        """Return the id of the block that is what was drafted."""
        if draft.keeps is not None:
            return self._moved(draft.keeps, holder)
        for thing in rest:
            if isinstance(thing, Block) and thing.kind == draft.kind and _same_origin(thing, draft):
                rest.remove(thing)
                content = ordered({**thing.content, **draft.content})
                self.bodies.replace(thing, content, at=self.at, by=self.by)
                if draft.content.get("synced_from") is None:
                    self.settle(thing, draft.children)
                return thing.id
        parent = Parent("page_id" if isinstance(holder, Page) else "block_id", holder.id)
        state = self.markdown.state
        fresh = self.bodies.grow(Draft(draft.kind, draft.content), parent, self.at, self.by)
        self.settle(state.blocks[fresh], draft.children)
        return fresh

    def _moved(self, thing_id: str, holder: Block | Page) -> str:
        """Return the id of what stands already, after it was brought below ``holder``."""
        state = self.markdown.state
        thing = self.bodies.find(thing_id)
        parent = Parent("page_id" if isinstance(holder, Page) else "block_id", holder.id)
        if thing.parent != parent:
            if isinstance(thing, Block):
                below = state.pages.get(thing.parent.id) or state.blocks[thing.parent.id]
                below.children.remove(thing_id)
            else:
                state.unnest(thing.parent, thing_id)
                state.nest(parent, thing_id)
            thing.parent = parent
            state.touch()
        return thing_id


def _same_origin(block: Block, draft: Draft) -> bool:
    return block.content.get("synced_from") == draft.content.get("synced_from")


def _kept(drafts: list[Draft]) -> set[str]:
    found: set[str] = set()
    for draft in drafts:
        if draft.keeps is not None:
            found.add(draft.keeps)
        found |= _kept(draft.children)
    return found


def _size(node: Node) -> int:
    return 1 + sum(_size(child) for child in node.children)


def _any_hidden(nodes: list[Node]) -> bool:
    return any(node.hidden or _any_hidden(node.children) for node in nodes)
