"""The endpoints of blocks, one function each; those of markdown stand with them.

The rule: an endpoint takes what it needs from the call, asks the workspace and returns JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notion_emulator.api import markdown
from notion_emulator.api.calls import Answer, Call, Endpoint, listing, window
from notion_emulator.errors import bad_body, bad_input, invalid
from notion_emulator.ids import normal_id

if TYPE_CHECKING:
    from notion_emulator.bodies import Thing

Json = dict[str, Any]


def _block(call: Call, thing: Thing) -> Json:
    return call.stamped(call.workspace.bodies.json(thing))


def get_block(call: Call) -> Answer:
    """Read a block: GET /v1/blocks/{block_id}."""
    return _block(call, call.workspace.bodies.find(call.id("block_id")))


def update_block(call: Call) -> Answer:
    """Change a block: PATCH /v1/blocks/{block_id}."""
    workspace = call.workspace
    thing = workspace.bodies.find(call.id("block_id"))
    workspace.contents.update_block(thing, call.body, at=call.now, by=workspace.bot_id)
    return _block(call, thing)


def delete_block(call: Call) -> Answer:
    """Trash a block, page or database: DELETE /v1/blocks/{block_id}."""
    workspace = call.workspace
    thing = workspace.bodies.find(call.id("block_id"))
    workspace.contents.trash(thing, in_trash=True, at=call.now, by=workspace.bot_id)
    return _block(call, thing)


def list_children(call: Call) -> Answer:
    """List what stands below a block: GET /v1/blocks/{block_id}/children."""
    cursor = call.cursor()
    if cursor is not None and normal_id(cursor) is None:
        raise bad_input("query.start_cursor", "a valid uuid or `undefined`", cursor)
    things = call.workspace.bodies.children(call.id("block_id"))
    part, cursor = window([one.id for one in things], call.size(), call.cursor())
    return listing([_block(call, one) for one in things[part]], "block", cursor)


def append_children(call: Call) -> Answer:
    """Add blocks below a block: PATCH /v1/blocks/{block_id}/children."""
    workspace, body = call.workspace, call.body
    position = body.get("position")
    if "after" in body:
        if not call.old:
            raise bad_body("body.after", "not present", body["after"])
        if position is not None:
            raise invalid("body failed validation: body.after and body.position exclude each other")
        position = {"type": "after_block", "after_block": {"id": body["after"]}}
    fresh = workspace.bodies.append(
        call.id("block_id"),
        body.get("children"),
        at=call.now,
        by=workspace.bot_id,
        position=position,
    )
    return listing([_block(call, one) for one in fresh], "block", None)


ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/v1/blocks/{block_id}", get_block),
    ("PATCH", "/v1/blocks/{block_id}", update_block),
    ("DELETE", "/v1/blocks/{block_id}", delete_block),
    ("GET", "/v1/blocks/{block_id}/children", list_children),
    ("PATCH", "/v1/blocks/{block_id}/children", append_children),
    *markdown.ROUTES,
)
