"""Pages with what stands on them: creating them filled, moving what is below, emptying them.

The rule: everything that a request says is read before anything changes, blocks and pictures
included; blocks are written by `bodies`, pages by `pages`, databases by `containers`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notion_emulator.containers import read_parent
from notion_emulator.drafts import Drafts, fits
from notion_emulator.errors import bad_body, invalid
from notion_emulator.markdown.reading import read_blocks
from notion_emulator.model import TITLE, Block, Database, Page
from notion_emulator.pictures import read_picture

if TYPE_CHECKING:
    from notion_emulator.bodies import Bodies, Thing
    from notion_emulator.containers import Containers
    from notion_emulator.drafts import Draft
    from notion_emulator.pages import Pages
    from notion_emulator.state import State

Json = dict[str, Any]

_PLACES = ("after_block", "page_start", "page_end")


class Contents:
    """Writes pages together with what stands on them."""

    def __init__(self, state: State, pages: Pages, containers: Containers, bodies: Bodies) -> None:
        self.state = state
        self.pages = pages
        self.containers = containers
        self.bodies = bodies
        self.loose = Drafts(state, limited=False)

    def create_page(self, body: Json, *, page_id: str | None, at: int, by: str) -> Page:
        """Create a page with its blocks.

        Raises:
            ApiError: 400 or 404, in Notion's words; then there is no new page.
        """
        body = self._pictured(body)
        drafts = self._drafts(body)
        if drafts and body.get("markdown") and not _titled(body.get("properties")):
            body = self._titled_by(drafts, body)
        above = self._place(body)
        page = self.pages.create(body, page_id=page_id, at=at, by=by)
        if drafts:
            self.bodies.plant(page, drafts, 0, at=at, by=by)
        if above is not None:
            holder, index = above
            holder.children.remove(page.id)
            holder.children.insert(index, page.id)
        return page

    def _pictured(self, body: Json) -> Json:
        parts: Json = {
            part: read_picture(self.state, body[part], f"body.{part}")
            for part in ("icon", "cover")
            if part in body
        }
        return {**body, **parts}

    def _drafts(self, body: Json) -> list[Draft]:
        given = [one for one in ("children", "content", "markdown") if body.get(one) is not None]
        if not given:
            return []
        part, written = given[0], body[given[0]]
        if len(given) > 1:
            raise bad_body(f"body.{given[1]}", "not present", body[given[1]])
        if part != "markdown":
            drafts = self.bodies.drafts.read(written, f"body.{part}")
        elif isinstance(written, str):
            drafts = self.loose.read(read_blocks(written), "body.markdown")
        else:
            raise bad_body("body.markdown", "a string", written)
        for at, draft in enumerate(drafts):
            fits(None, draft.kind, f"body.{part}[{at}]")
        if any(draft.names_another() for draft in drafts):
            raise invalid("A new page cannot hold blocks, pages or databases that stand elsewhere.")
        return drafts

    def _titled_by(self, drafts: list[Draft], body: Json) -> Json:
        """Take the title of a page from the heading that its markdown begins with."""
        if drafts[0].kind != "heading_1":
            return body
        text = drafts.pop(0).content["rich_text"]
        return {**body, "properties": {**(body.get("properties") or {}), TITLE: {TITLE: text}}}

    def _place(self, body: Json) -> tuple[Page, int] | None:
        """Return the page above and where on it the new one is to stand, None without a wish."""
        position = body.get("position")
        if position is None:
            return None
        kind = position.get("type") if isinstance(position, dict) else None
        if kind not in _PLACES:
            listed = ", ".join(f'`"{one}"`' for one in _PLACES)
            raise bad_body("body.position.type", f"one of {listed}", kind)
        parent = read_parent(self.state, body.get("parent"))
        if parent.kind != "page_id":
            raise bad_body("body.position", "not present", position)
        holder = self.state.page(parent.id)
        if kind == "after_block":
            return holder, self.bodies.place_after(holder, position, "body.position") + 1
        return holder, 0 if kind == "page_start" else len(holder.children)

    def update_page(self, page: Page, body: Json, *, at: int, by: str) -> None:
        """Change a page; with ``erase_content`` everything that stands on it goes.

        Raises:
            ApiError: 400 or 404, in Notion's words.
        """
        erase = body.get("erase_content", False)
        if not isinstance(erase, bool):
            raise bad_body("body.erase_content", "a boolean", erase)
        self.pages.update(page, self._pictured(body), at=at, by=by)
        if erase:
            for thing in self.bodies.children(page.id):
                self.trash(thing, in_trash=True, at=at, by=by)

    def update_block(self, thing: Thing, body: Json, *, at: int, by: str) -> None:
        """Change a block; of a page or database only whether it lies in the trash.

        Raises:
            ApiError: 400 or 404, in Notion's words.
        """
        if isinstance(thing, Block):
            self.bodies.update(thing, body, at=at, by=by)
        elif "in_trash" not in body:
            raise invalid(
                f"Block with ID {thing.id} is a page or database: change it by its own endpoint."
            )
        else:
            self.trash(thing, in_trash=body["in_trash"], at=at, by=by)

    def trash(self, thing: Thing, *, in_trash: bool, at: int, by: str) -> None:
        """Put a block, page or database into the trash or take it out."""
        body = {"in_trash": in_trash}
        if isinstance(thing, Page):
            self.pages.update(thing, body, at=at, by=by)
        elif isinstance(thing, Database):
            self.containers.update_database(thing, body, at=at, by=by)
        else:
            self.bodies.update(thing, body, at=at, by=by)


def _titled(properties: object) -> bool:
    """Tell whether written properties hold a title."""
    return isinstance(properties, dict) and any(
        key == TITLE or (isinstance(value, dict) and TITLE in value)
        for key, value in properties.items()
    )
