"""The endpoints of comments and custom emojis, one function each.

The rule: an endpoint takes what it needs from the call, asks the workspace and returns JSON.
"""

from __future__ import annotations

from typing import Any

import orjson

from notion_emulator.api.calls import Answer, Call, Endpoint, listing, window
from notion_emulator.errors import invalid
from notion_emulator.ids import normal_id

Json = dict[str, Any]


def create_comment(call: Call) -> Answer:
    """Write a comment: POST /v1/comments."""
    comments, by = call.workspace.comments, call.workspace.bot_id
    return comments.json(
        comments.create(call.body, comment_id=None, discussion_id=None, at=call.now, by=by)
    )


def list_comments(call: Call) -> Answer:
    """List the comments on a page or block: GET /v1/comments?block_id=."""
    comments = call.workspace.comments
    written = call.request.query_params.get("block_id")
    block_id = normal_id(written)
    if block_id is None:
        wanted = "defined" if written is None else "a valid uuid"
        shown = "`undefined`" if written is None else f'`"{written}"`'
        raise invalid(
            f"query failed validation: query.block_id should be {wanted}, instead was {shown}."
        )
    found = comments.listed(block_id)
    part, cursor = window([one.id for one in found], call.size(least=1), call.cursor())
    return listing([comments.json(one) for one in found[part]], "comment", cursor)


def get_comment(call: Call) -> Answer:
    """Read a comment: GET /v1/comments/{comment_id}."""
    comments = call.workspace.comments
    return comments.json(comments.find(call.id("comment_id")))


def update_comment(call: Call) -> Answer:
    """Change a comment: PATCH /v1/comments/{comment_id}."""
    comments = call.workspace.comments
    comment = comments.find(call.id("comment_id"))
    comments.update(comment, call.body, at=call.now, by=call.workspace.bot_id)
    return comments.json(comment)


def delete_comment(call: Call) -> Answer:
    """Remove a comment: DELETE /v1/comments/{comment_id}; answers with what it was."""
    comments = call.workspace.comments
    comment = comments.find(call.id("comment_id"))
    comments.delete(comment, at=call.now, by=call.workspace.bot_id)
    return comments.json(comment)


def list_custom_emojis(call: Call) -> Answer:
    """List custom emojis, all or those of one name: GET /v1/custom_emojis."""
    name = call.request.query_params.get("name")
    emojis = [
        {"id": emoji_id, **emoji}
        for emoji_id, emoji in call.workspace.state.emojis.items()
        if name is None or emoji["name"] == name
    ]
    part, cursor = window([one["id"] for one in emojis], call.size(), call.cursor())
    return orjson.dumps(
        {
            "object": "list",
            "type": "custom_emoji",
            "results": emojis[part],
            "has_more": cursor is not None,
            "next_cursor": cursor,
        }
    )


ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", "/v1/comments", create_comment),
    ("GET", "/v1/comments", list_comments),
    ("GET", "/v1/comments/{comment_id}", get_comment),
    ("PATCH", "/v1/comments/{comment_id}", update_comment),
    ("DELETE", "/v1/comments/{comment_id}", delete_comment),
    ("GET", "/v1/custom_emojis", list_custom_emojis),
)
