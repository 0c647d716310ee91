"""Requests that something happens to: what the plan of faults makes of them.

The rule: without a plan a request costs nothing more; a fault after the work leaves the work
done, whatever the client is told. The log says what struck and what changed.
"""

from __future__ import annotations

from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import httpx2
import orjson
from starlette.responses import Response

from notion_emulator.api.forms import is_form
from notion_emulator.cursors import refused
from notion_emulator.errors import ApiError, invalid
from notion_emulator.faults import Asked
from notion_emulator.ids import normal_id
from notion_emulator.meddling import act, drawn

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from notion_emulator.faults import Planned, Rule
    from notion_emulator.workspace import Workspace

    Handler = Callable[[Request], Awaitable[Response]]

Json = dict[str, Any]

_REASONS = {
    "rate_limited": "public_api_request_rate_limit",
    "workspace_rate_limited": "public_api_space_request_rate_limit",
    "endpoint_rate_limited": "public_api_endpoint_rate_limit",
}
_PLAIN: dict[str, tuple[int, str, str] | tuple[int, str, str, Json]] = {
    "unsupported": (400, "invalid_request", "This request is not supported."),
    "unauthorized": (401, "unauthorized", "API token is invalid."),
    "restricted": (403, "restricted_resource", "Insufficient permissions for this endpoint."),
    "block_limit": (
        403,
        "restricted_resource",
        "The workspace has used all blocks of its plan.",
        {"block_limit": "block_creation"},
    ),
    "row_limit": (409, "row_limit_exceeded", "The data source has as many rows as it can hold."),
    "no_connection": (
        503,
        "database_connection_unavailable",
        "No connection to the database is free, please try again later.",
    ),
    "conflict": (409, "conflict_error", "Conflict occurred while saving. Please try again."),
    "internal_error": (500, "internal_server_error", "Unexpected error occurred."),
    "unavailable": (
        503,
        "service_unavailable",
        "Notion is unavailable, please try again later.",
    ),
    "gateway_timeout": (504, "gateway_timeout", "The request timed out before it was answered."),
}
_EDGE = {"bad_gateway": (502, "502: Bad gateway"), "edge_forbidden": (403, "403 Forbidden")}
_SAVED = (
    "The change was saved, but the response could not be built in time. "
    "Read the object again instead of repeating the write."
)
_CREATING = {"/v1/pages", "/v1/databases"}
_POOL: Json = {
    "endpoint_name": "public_queryDataSource",
    "notion_error_name": "PgPoolWaitConnectionTimeout",
    "retry_guidance": [
        "Use exponential backoff with jitter",
        "Reduce page_size",
        "Narrow query filters/sorts",
    ],
}
_PAGE = """<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n\
<center><h1>{title}</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"""
#: Where a served request finds its connection, in the state of its scope.
TRANSPORT = "notion_emulator.transport"


def disturbed(workspace: Workspace, inner: Handler) -> Handler:
    """Return a handler that does what ``inner`` does, and what the plan of faults says."""

    async def handle(request: Request) -> Response:
        if not workspace.faults.planned:
            return await _work(workspace, inner, request)
        asked = await _asked(request)
        struck = workspace.faults.struck_by(asked)
        if not struck:
            return await _work(workspace, inner, request)
        return await _strike(workspace, inner, request, asked, struck)

    return handle


async def _work(workspace: Workspace, inner: Handler, request: Request) -> Response:
    with workspace.state.changes.collecting() as changes:
        response = await inner(request)
    if changes:
        workspace.requests.complete(changes=tuple(changes))
    return response


async def _asked(request: Request) -> Asked:
    body: Any = {}
    if not is_form(request):
        try:
            body = orjson.loads(await request.body() or b"{}")
        except orjson.JSONDecodeError:
            body = {}
    if not isinstance(body, dict):
        body = {}
    cursor = body.get("start_cursor") or request.query_params.get("start_cursor")
    return Asked(request.method, request.url.path, body, cursor)


async def _strike(
    workspace: Workspace, inner: Handler, request: Request, asked: Asked, struck: list[Planned]
) -> Response:
    plan, log, changing = workspace.faults, workspace.requests, None
    for planned in struck:
        rule = planned.rule
        if rule.hook is not None:
            rule.hook(workspace)
        if rule.fault == "rows_change":
            _meddle(workspace, asked, planned)
        elif rule.fault == "slow":
            await plan.sleep(rule.seconds)
        elif rule.kind.moment != "beside":
            changing = rule
    names = tuple(one.rule.fault for one in struck)
    if changing is not None and changing.kind.moment == "before":
        error = _refusal(changing, asked)
        log.add(asked.method, asked.path, error.status)
        log.complete(faults=names)
        return await _told(workspace, request, error)
    response = await _work(workspace, inner, request)
    if (
        changing is not None
        and response.status_code >= 400
        and changing.fault == "saved_unavailable"
    ):
        changing, names = None, tuple(one for one in names if one != "saved_unavailable")
    if changing is None:
        log.complete(faults=names)
    else:
        saved = changing.fault == "saved_unavailable"
        error = _saved(asked, bytes(response.body)) if saved else _refusal(changing, asked)
        log.complete(faults=names, status=error.status)
        response = await _told(workspace, request, error)
    for planned in struck:
        if planned.rule.fault == "slow_after":
            await plan.sleep(planned.rule.seconds)
    return response


def _meddle(workspace: Workspace, asked: Asked, planned: Planned) -> None:
    for action in planned.rule.actions:
        act(workspace, action)
    if not planned.rule.actions and planned.rule.hook is None:
        below = asked.path.removeprefix("/v1/data_sources/").partition("/")[0]
        found = drawn(workspace, normal_id(below) or "", (planned.seed, planned.fitting))
        if found is not None:
            act(workspace, found)


def _refusal(rule: Rule, asked: Asked) -> ApiError:
    """Return the answer of a fault; the status 0 stands for a connection that is closed."""
    fault = rule.fault.removesuffix("_after")
    if fault in _PLAIN:
        return ApiError(*_PLAIN[fault])
    if fault in _EDGE:
        status, title = _EDGE[fault]
        return ApiError(status, "", title)
    match fault:
        case "cut":
            return ApiError(0, "", "")
        case "bad_request":
            return invalid(rule.message or "body failed validation.")
        case "cursor_lost":
            return refused(asked.cursor)
        case "blocked":
            reason = {"rate_limit_reason": "public_api_request_blocked"}
            return ApiError(429, "rate_limited", "This request has been blocked.", reason)
        case "overloaded":
            return ApiError(
                529,
                "service_overload",
                "Notion is temporarily overloaded. Please try again later.",
                headers={"Retry-After": str(rule.wait)},
            )
        case "query_unavailable":
            return ApiError(503, "service_unavailable", _PLAIN["unavailable"][2], _POOL)
    return ApiError(
        429,
        "rate_limited",
        "You have been rate limited. Please try again in a few minutes.",
        {"rate_limit_reason": _REASONS[fault], "retry_after": str(rule.wait)},
        {"Retry-After": str(rule.wait)},
    )


def _saved(asked: Asked, answer: bytes) -> ApiError:
    """Return the 503 that says that a change was saved."""
    data: Json = {
        "from": "publicApi.pageObjectPointerToPageObject.beforePreload",
        "elapsed_ms": "55012",
        "deadline_ms": "55000",
        "retry_guidance": [
            "Read the object again to confirm the saved change.",
            "Do not repeat the write.",
        ],
    }
    if asked.method == "POST" and asked.path in _CREATING:
        data["committed_resource_id"] = orjson.loads(answer)["id"]
    elif asked.method == "PATCH" and asked.path.endswith("/children"):
        written = asked.body.get("children") or ()
        fresh = orjson.loads(answer)["results"][: len(written)]
        data["committed_resource_id"] = asked.path.split("/")[-2]
        data["committed_child_ids"] = [one["id"] for one in fresh]
    return ApiError(503, "service_unavailable", _SAVED, data)


async def _told(workspace: Workspace, request: Request, error: ApiError) -> Response:
    """Return an error as the client gets it, or close the connection."""
    if error.status == 0:
        return await _cut(request)
    headers = {"Date": format_datetime(workspace.now, usegmt=True), **error.headers}
    request_id = workspace.wire_ids.uuid()
    if error.code:
        headers["x-notion-request-id"] = request_id
        headers["Content-Type"] = "application/json; charset=utf-8"
        return Response(error.envelope(request_id), error.status, headers)
    headers |= {"Server": "cloudflare", "CF-RAY": request_id[-12:] + "-FRA"}
    page = _PAGE.format(title=error.message).encode()
    return Response(page, error.status, headers, media_type="text/html")


async def _cut(request: Request) -> Response:
    """Close the connection: the socket where there is one, else as a client feels it."""
    transport = request.scope.get("state", {}).get(TRANSPORT)
    if transport is None:
        raise httpx2.RemoteProtocolError("Server disconnected without sending a response.")
    transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response(status_code=499)  # goes nowhere
