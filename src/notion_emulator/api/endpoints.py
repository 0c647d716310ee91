"""The endpoints, one function each.

The rule: an endpoint takes what it needs from the call, asks the workspace and returns JSON.
"""

from __future__ import annotations

from typing import Any

from notion_emulator.api.calls import Answer, Call, Endpoint, listing, window
from notion_emulator.api.queued import holds_markdown, queueable
from notion_emulator.containers import read_parent
from notion_emulator.errors import invalid
from notion_emulator.ids import decoded
from notion_emulator.model import DataSource, Page

Json = dict[str, Any]


def _now(call: Call) -> int:
    return call.workspace.state.now()


def _only(call: Call, source: DataSource) -> frozenset[str] | None:
    """Return the raw ids that ``filter_properties`` names, None without it."""
    query = call.request.query_params
    keys = query.getlist("filter_properties") + query.getlist("filter_properties[]")
    if not keys:
        return None
    found = []
    for key in keys:
        prop = source.find(key) or source.find(decoded(key))
        if prop is None:
            raise invalid(f"Could not find property with name or id: {key}")
        found.append(prop.id)
    return frozenset(found)


def _page(call: Call, page: Page) -> bytes:
    workspace = call.workspace
    only = _only(call, workspace.state.schema_of(page))
    return workspace.renderer.page(page, old=call.old, only=only)


# ---- pages


def create_page(call: Call) -> Answer:
    """Create a page: POST /v1/pages."""
    workspace, body = call.workspace, call.body
    parent = body.get("parent")
    if isinstance(parent, dict) and parent.get("workspace"):
        raise invalid(
            "Internal integrations aren't owned by a single user, so creating workspace-level "
            "private pages is not supported."
        )
    now, by = _now(call), workspace.bot_id
    template = workspace.templates.chosen(body, _source_named(call))
    page = workspace.contents.create_page(body, page_id=None, at=now, by=by)
    blank = _page(call, page)
    if template is not None:
        workspace.templates.apply(template, page, body.get("properties"), at=now, by=by)
    return blank


def _source_named(call: Call) -> str:
    """Return the id of the data source in which a page is to be, "" where there is none."""
    state = call.workspace.state
    parent = read_parent(state, call.body.get("parent"))
    if parent.kind == "database_id":
        return next(iter(state.databases[parent.id].sources), "")
    return parent.id if parent.kind == "data_source_id" else ""


def get_page(call: Call) -> Answer:
    """Read a page: GET /v1/pages/{page_id}."""
    return _page(call, call.workspace.state.addressed_page(call.id("page_id")))


def update_page(call: Call) -> Answer:
    """Change a page: PATCH /v1/pages/{page_id}."""
    workspace = call.workspace
    page = workspace.state.addressed_page(call.id("page_id"))
    now, by = _now(call), workspace.bot_id
    template = workspace.templates.chosen(call.body, workspace.state.schema_of(page).id)
    workspace.contents.update_page(page, call.body, at=now, by=by)
    blank = _page(call, page)
    if template is not None:
        workspace.templates.apply(template, page, call.body.get("properties"), at=now, by=by)
    return blank


def move_page(call: Call) -> Answer:
    """Give a page another parent: POST /v1/pages/{page_id}/move."""
    workspace = call.workspace
    page = workspace.state.addressed_page(call.id("page_id"))
    workspace.pages.move(page, call.body, at=_now(call), by=workspace.bot_id)
    return _page(call, page)


def get_property(call: Call) -> Answer:
    """Read one property: GET /v1/pages/{page_id}/properties/{property_id}."""
    workspace = call.workspace
    page = workspace.state.addressed_page(call.id("page_id"))
    key = call.request.path_params["property_id"]
    prop = workspace.state.schema_of(page).find(key)
    if prop is None:
        raise invalid(f"Could not find property with name or id: {key}")
    return workspace.items.read(page, prop, call.size(), call.cursor())


# ---- databases and data sources


def create_database(call: Call) -> Answer:
    """Create a database: POST /v1/databases."""
    workspace = call.workspace
    database = workspace.containers.create_database(
        call.body, database_id=None, source_id=None, at=_now(call), by=workspace.bot_id
    )
    return call.stamped(workspace.containers.database_json(database))


def get_database(call: Call) -> Answer:
    """Read a database: GET /v1/databases/{database_id}."""
    containers = call.workspace.containers
    database = call.workspace.state.addressed_database(call.id("database_id"))
    return call.stamped(containers.database_json(database))


def update_database(call: Call) -> Answer:
    """Change a database: PATCH /v1/databases/{database_id}."""
    workspace = call.workspace
    database = workspace.state.addressed_database(call.id("database_id"))
    workspace.containers.update_database(database, call.body, at=_now(call), by=workspace.bot_id)
    return call.stamped(workspace.containers.database_json(database))


def create_data_source(call: Call) -> Answer:
    """Add a data source to a database: POST /v1/data_sources."""
    workspace = call.workspace
    source = workspace.containers.create_source(
        call.body, source_id=None, at=_now(call), by=workspace.bot_id
    )
    return call.stamped(workspace.containers.source_json(source))


def get_data_source(call: Call) -> Answer:
    """Read a data source: GET /v1/data_sources/{data_source_id}."""
    source = call.workspace.state.source(call.id("data_source_id"))
    return call.stamped(call.workspace.containers.source_json(source))


def update_data_source(call: Call) -> Answer:
    """Change a data source: PATCH /v1/data_sources/{data_source_id}."""
    workspace = call.workspace
    source = workspace.state.source(call.id("data_source_id"))
    workspace.containers.update_source(source, call.body, at=_now(call), by=workspace.bot_id)
    return call.stamped(workspace.containers.source_json(source))


def list_templates(call: Call) -> Answer:
    """List page templates: GET /v1/data_sources/{data_source_id}/templates."""
    workspace = call.workspace
    source = workspace.state.source(call.id("data_source_id"))
    found = workspace.templates.listed(source.id, call.request.query_params.get("name"))
    part, cursor = window([one.id for one in found], call.size(), call.cursor())
    shown = [{"id": one.id, "name": one.name, "is_default": one.is_default} for one in found[part]]
    return {"templates": shown, "has_more": cursor is not None, "next_cursor": cursor}


def query(call: Call) -> Answer:
    """Query a data source: POST /v1/data_sources/{data_source_id}/query."""
    workspace = call.workspace
    source = workspace.state.source(call.id("data_source_id"))
    if "start_cursor" in call.request.query_params:
        cursor = call.request.query_params["start_cursor"]
        raise invalid(
            "query failed validation: query.start_cursor should be not present, "
            f'instead was `"{cursor}"`.'
        )
    only = _only(call, source)
    answer = workspace.queries.run(source, call.body)
    render = workspace.renderer.page
    pages = [render(page, old=call.old, only=only) for page in answer.pages]
    return listing(pages, "page_or_data_source", answer.next_cursor, incomplete=answer.incomplete)


def search(call: Call) -> Answer:
    """Search by title: POST /v1/search."""
    workspace = call.workspace
    found, answer = workspace.searches.run(call.body)
    results: list[Any] = [
        workspace.renderer.page(one, old=call.old)
        if isinstance(one, Page)
        else call.stamped(workspace.containers.source_json(one))
        for one in found
    ]
    return listing(results, "page_or_data_source", answer.next_cursor, incomplete=answer.incomplete)


# ---- users


def _user(call: Call, user_id: str) -> Json:
    state = call.workspace.state
    body = state.user_json(user_id)
    if body is None:
        raise state.missing("user", user_id)
    if user_id == state.bot.id:
        body["bot"] = {
            "owner": {"type": "workspace", "workspace": True},
            "workspace_name": call.workspace.name,
            "workspace_id": state.space_id,
            "workspace_limits": {"max_file_upload_size_in_bytes": call.workspace.uploads.max_size},
        }
    return body


def list_users(call: Call) -> Answer:
    """List persons and bots: GET /v1/users; guests are left out."""
    listed = [one for one in call.workspace.state.users.values() if not one.guest]
    own = call.workspace.bot_id
    users = [one.id for one in sorted(listed, key=lambda one: (one.kind == "bot", one.id == own))]
    part, cursor = window(users, call.size(), call.cursor())
    return listing([_user(call, one) for one in users[part]], "user", cursor)


def get_me(call: Call) -> Answer:
    """Read the integration's own user: GET /v1/users/me."""
    return _user(call, call.workspace.bot_id)


def get_user(call: Call) -> Answer:
    """Read a user: GET /v1/users/{user_id}."""
    return _user(call, call.id("user_id"))


ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", "/v1/pages", queueable(create_page, "POST /v1/pages", holds_markdown)),
    ("GET", "/v1/pages/{page_id}", get_page),
    ("PATCH", "/v1/pages/{page_id}", update_page),
    ("POST", "/v1/pages/{page_id}/move", move_page),
    ("GET", "/v1/pages/{page_id}/properties/{property_id}", get_property),
    ("POST", "/v1/databases", create_database),
    ("GET", "/v1/databases/{database_id}", get_database),
    ("PATCH", "/v1/databases/{database_id}", update_database),
    ("POST", "/v1/data_sources", create_data_source),
    ("GET", "/v1/data_sources/{data_source_id}", get_data_source),
    ("PATCH", "/v1/data_sources/{data_source_id}", update_data_source),
    ("GET", "/v1/data_sources/{data_source_id}/templates", list_templates),
    ("POST", "/v1/data_sources/{data_source_id}/query", query),
    ("POST", "/v1/search", search),
    ("GET", "/v1/users", list_users),
    ("GET", "/v1/users/me", get_me),
    ("GET", "/v1/users/{user_id}", get_user),
)
