"""The endpoints of views and of their queries, one function each.

The rule: an endpoint takes what it needs from the call, asks the workspace and returns JSON.
"""

from __future__ import annotations

from typing import Any

from notion_emulator.api.calls import Answer, Call, Endpoint, listing, window
from notion_emulator.errors import invalid
from notion_emulator.ids import normal_id
from notion_emulator.query import page_size_of
from notion_emulator.stamps import exact_stamp

Json = dict[str, Any]


def _query_id(call: Call, name: str) -> str | None:
    """Return a UUID from the query string."""
    written = call.request.query_params.get(name)
    found = normal_id(written)
    if written is not None and found is None:
        raise invalid(
            f"query failed validation: query.{name} should be a valid uuid, "
            f'instead was `"{written}"`.'
        )
    return found


def _pages(ids: list[str]) -> list[Json]:
    return [{"object": "page", "id": one} for one in ids]


def create_view(call: Call) -> Answer:
    """Create a view: POST /v1/views."""
    views, by = call.workspace.views, call.workspace.bot_id
    return views.json(views.create(call.body, view_id=None, at=call.now, by=by))


def list_views(call: Call) -> Answer:
    """List the views of a database or data source: GET /v1/views."""
    found = call.workspace.views.listed(
        _query_id(call, "database_id"), _query_id(call, "data_source_id")
    )
    part, cursor = window([one.id for one in found], call.size(), call.cursor())
    return listing([{"object": "view", "id": one.id} for one in found[part]], "view", cursor)


def get_view(call: Call) -> Answer:
    """Read a view: GET /v1/views/{view_id}."""
    views = call.workspace.views
    return views.json(views.find(call.id("view_id")))


def update_view(call: Call) -> Answer:
    """Change a view: PATCH /v1/views/{view_id}."""
    views = call.workspace.views
    view = views.find(call.id("view_id"))
    views.update(view, call.body, at=call.now, by=call.workspace.bot_id)
    return views.json(view)


def delete_view(call: Call) -> Answer:
    """Remove a view: DELETE /v1/views/{view_id}; answers with the partial view."""
    views = call.workspace.views
    view = views.find(call.id("view_id"))
    views.delete(view, at=call.now, by=call.workspace.bot_id)
    return views.brief(view)


def create_query(call: Call) -> Answer:
    """Run what a view says: POST /v1/views/{view_id}/queries."""
    views = call.workspace.views
    view = views.find(call.id("view_id"))
    size = page_size_of(call.body.get("page_size"), "body.page_size")
    found = views.query(view, call.now)
    part, cursor = window(list(found.pages), size, None)
    body: Json = {
        "object": "view_query",
        "id": found.id,
        "view_id": view.id,
        "expires_at": exact_stamp(found.expires),
        "total_count": len(found.pages),
        "results": _pages(list(found.pages[part])),
        "next_cursor": cursor,
        "has_more": cursor is not None,
    }
    if found.incomplete:
        body["request_status"] = {
            "type": "incomplete",
            "incomplete_reason": "query_result_limit_reached",
        }
    return body


def get_query(call: Call) -> Answer:
    """Read on in what a query found: GET /v1/views/{view_id}/queries/{query_id}."""
    views = call.workspace.views
    found = views.found(views.find(call.id("view_id")), call.id("query_id"), call.now)
    part, cursor = window(list(found.pages), call.size(), call.cursor())
    pages = _pages(list(found.pages[part]))
    return listing(pages, "page", cursor, incomplete=found.incomplete)


def delete_query(call: Call) -> Answer:
    """Forget what a query found: DELETE /v1/views/{view_id}/queries/{query_id}."""
    views = call.workspace.views
    found = views.found(views.find(call.id("view_id")), call.id("query_id"), call.now)
    views.drop(found)
    return {"object": "view_query", "id": found.id, "deleted": True}


ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", "/v1/views", create_view),
    ("GET", "/v1/views", list_views),
    ("GET", "/v1/views/{view_id}", get_view),
    ("PATCH", "/v1/views/{view_id}", update_view),
    ("DELETE", "/v1/views/{view_id}", delete_view),
    ("POST", "/v1/views/{view_id}/queries", create_query),
    ("GET", "/v1/views/{view_id}/queries/{query_id}", get_query),
    ("DELETE", "/v1/views/{view_id}/queries/{query_id}", delete_query),
)
