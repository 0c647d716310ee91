"""Whether the two sides agree in the end, worked out without the engine.

Rule: what is compared is what a person sees on either side. Ends of links that are in the trash are
not seen in Notion, so they are compared on neither side.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.engine.simulator.forms import SUPABASE_ID, SYNC_STATUS
from tests.engine.simulator.watching import Plain, Thing
from tests.engine.simulator.world import World

#: (row id or page id, field name) of what waits for a person.
Held = frozenset[tuple[str, str]]


def differences(world: World, held: Held) -> Iterator[str]:
    """What the two sides hold differently."""
    pages, rows = world.watching.pages, world.watching.rows
    owners: dict[str, str] = {}
    for row_id, row in rows.items():
        page = pages.get(row.page_id or "")
        if row.page_id in owners:
            yield f"page {row.page_id} has two rows, {owners[row.page_id or '']} and {row_id}"
        owners[row.page_id or ""] = row_id
        if (row_id, "deleted_at") in held:
            continue
        if page is None:
            if not row.deleted:
                yield f"row {row_id} ({row.table}) has no page"
            continue
        if row.deleted != page.deleted:
            yield f"row {row_id} deleted {row.deleted}, its page {row.page_id} {page.deleted}"
        elif not row.deleted:
            yield from _unlike(world, row_id, row, page, held)
    for page_id, page in pages.items():
        if page_id not in owners and not page.deleted and (page_id, "deleted_at") not in held:
            yield f"page {page_id} ({page.table}) has no row"


def _unlike(world: World, row_id: str, row: Thing, page: Thing, held: Held) -> Iterator[str]:
    collection = world.schema.collection(row.table)
    for field in collection.carried:
        if (row_id, field.name) in held:
            continue
        here = page.values.get(field.name)
        there = row.values.get(field.name)
        if field.to is not None:
            here, there = seen_ends(world, here), seen_rows(world, there)
        if here != there:
            yield f"{row.table}.{field.name} of row {row_id}: Notion {here!r}, Supabase {there!r}"


def seen_ends(world: World, ends: Plain) -> frozenset[str]:
    """The pages of these that live on both sides; of the others one side shows nothing."""
    pages = world.watching.pages
    alive = {row.page_id for row in world.watching.rows.values() if not row.deleted}
    items = ends if isinstance(ends, frozenset) else ()
    return frozenset(e for e in items if e in alive and not pages[e].deleted)


def seen_rows(world: World, ends: Plain) -> frozenset[str]:
    """The pages of these rows that are not in the trash."""
    rows = world.watching.rows
    items = ends if isinstance(ends, frozenset) else ()
    pages = [rows[e].page_id for e in items if e in rows and not rows[e].deleted]
    return seen_ends(world, frozenset(p for p in pages if p is not None))


def unstamped(world: World, troubled: frozenset[str]) -> Iterator[str]:
    """Living pages that do not say which row they are, or that they are in step."""
    state = world.workspace.state
    for row_id, row in world.watching.rows.items():
        page = state.pages.get(row.page_id or "")
        if row.deleted or page is None or page.in_trash or page.id in world.wiped | troubled:
            continue
        shown = world.workspace.page(page.id)["properties"]
        if SUPABASE_ID.title in shown and _text(shown[SUPABASE_ID.title]) != row_id:
            yield f"page {page.id} says row {_text(shown[SUPABASE_ID.title])!r}, not {row_id}"
        if SYNC_STATUS.title in shown:
            words = _text(shown[SYNC_STATUS.title])
            if not words.startswith("In step, "):
                yield f"page {page.id} of row {row_id} says {words!r}"


def _text(prop: dict[str, list[dict[str, str]]]) -> str:
    return "".join(part["plain_text"] for part in prop["rich_text"])


def lost_ends(world: World, held: Held) -> Iterator[str]:
    """I7: links and names that a person added and nobody removed, and that are not there."""
    watching = world.watching
    pages, rows = watching.pages, watching.rows
    page_of = {row_id: row.page_id for row_id, row in rows.items() if row.page_id}
    row_of = {page_id: row_id for row_id, page_id in page_of.items()}

    def told(fact: tuple[str, str, Plain]) -> tuple[str | None, str, str | None]:
        key, name, item = fact
        text = str(item)
        return page_of.get(key, key), name, page_of.get(text, text)

    removed = {told(fact) for fact in watching.removed}
    raced = {told(fact) for fact in watching.raced}
    unseen = {told(fact) for fact in watching.unseen}
    for side in ("notion", "supabase"):
        for fact in watching.added[side]:
            page_id, name, item = told(fact)
            page = pages.get(page_id or "")
            row = rows.get(row_of.get(page_id or "", ""))
            if page is None or page.deleted or row is None or row.deleted:
                continue
            if (page.table, name) in watching.mirrors or (page_id, name, item) in removed:
                continue
            if (row_of[page_id or ""], name) in held:
                continue
            is_link = world.schema.collection(page.table).field(name).to is not None
            if is_link and not seen_ends(world, frozenset((item or "",))):
                continue
            held_by_page = page.values[name]
            if isinstance(held_by_page, frozenset) and item not in held_by_page:
                if (page_id, name, item) in raced:
                    watching.exempt["an end was dropped in the race window"] += 1
                elif (page_id, name, item) in unseen:
                    watching.exempt["a link was made, its target trashed, before it was read"] += 1
                else:
                    yield f"I7: {item} was added to {page.table}.{name} of {page_id} in {side}"
