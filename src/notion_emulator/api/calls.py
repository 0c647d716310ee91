"""One request: what every endpoint does before and after its own work.

The rule: who is let in (see `admission`), size and JSON are checked in that order, once, for every
path; every answer carries ``request_id`` in body and header and the workspace's own date.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Protocol

import orjson
from starlette.datastructures import QueryParams
from starlette.responses import Response

from notion_emulator.api.admission import NEW, OLD, let_in
from notion_emulator.api.forms import is_form, read_form
from notion_emulator.api.words import refuse_unknown
from notion_emulator.errors import ApiError, bad_body, invalid, shown
from notion_emulator.ids import normal_id
from notion_emulator.query import page_size_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from notion_emulator.capabilities import Capabilities
    from notion_emulator.workspace import Workspace

Json = dict[str, Any]

MAX_BODY = 500 * 1024


class Asking(Protocol):
    """What endpoints look at in a request beside its body."""

    @property
    def method(self) -> str:
        """The HTTP method."""
        ...

    @property
    def path_params(self) -> Mapping[str, Any]:
        """The parts of the path that the route names."""
        ...

    @property
    def query_params(self) -> QueryParams:
        """The query string."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in.

    Attributes:
        workspace: Whom it asks.
        request: The request, which need not have come over HTTP.
        old: It speaks version 2025-09-03.
        body: Its JSON body, empty without one.
    """

    workspace: Workspace
    request: Asking
    old: bool
    body: Json

    @property
    def now(self) -> int:
        """The present in milliseconds."""
        return self.workspace.state.now()

    def id(self, name: str) -> str:
        """Return a UUID from the path.

        Raises:
            ApiError: 400 when it is none.
        """
        text = self.request.path_params[name]
        found = normal_id(text)
        if found is None:
            raise invalid(
                f"path failed validation: path.{name} should be a valid uuid, "
                f"instead was {shown(text)}."
            )
        return found

    def size(self, least: int = 0) -> int:
        """Return ``page_size`` of the query string; 0 stands for the default."""
        text = self.request.query_params.get("page_size")
        written: object = int(text) if text is not None and text.isdecimal() else text
        return page_size_of(written, "query.page_size", least=least)

    def cursor(self) -> str | None:
        """Return ``start_cursor`` of the query string."""
        return self.request.query_params.get("start_cursor")

    def stamped(self, body: Json) -> Json:
        """Return an object with ``archived`` beside it where the version has it."""
        return {**body, "archived": body["in_trash"]} if self.old else body


class Accepted(dict[str, Any]):
    """An answer of which the work is yet to be done: HTTP status 202."""


Answer = Json | bytes
Endpoint = Callable[[Call], Answer]


async def _read(workspace: Workspace, request: Request, version: str) -> Json:
    if is_form(request):
        return await read_form(request)
    return parsed(workspace, await request.body(), request.url.path, version)


def parsed(workspace: Workspace, raw: bytes, path: str, version: str) -> Json:
    """Return the JSON object that a body holds, empty without one.

    Raises:
        ApiError: It is too large, or no JSON object.
    """
    if len(raw) > MAX_BODY:
        raise ApiError(
            workspace.state.switches.oversize_status,
            "validation_error",
            f"body failed validation: body size should be ≤ `{MAX_BODY}` bytes, "
            f"instead was `{len(raw)}`.",
        )
    if not raw:
        return {}
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise ApiError(400, "invalid_json", "Error parsing JSON body.") from None
    if not isinstance(body, dict):
        raise bad_body("body", "an object", body)
    if "archived" in body and not path.endswith("/query"):
        if version == NEW:
            raise bad_body("body.archived", "not present", body["archived"])
        body.setdefault("in_trash", body.pop("archived"))
    return body


def only_reads(method: str, path: str) -> bool:
    """Tell whether a request surely changes nothing; a GET may, as of views never seen before."""
    if method == "GET":
        return path.startswith(("/v1/pages/", "/v1/blocks/", "/v1/users"))
    return path.endswith(("/query", "/search"))


def checked(workspace: Workspace, body: Json, known: frozenset[str] | None) -> Json:
    """Return a body that holds no word that its endpoint does not know.

    Args:
        workspace: Whose switches decide.
        body: The body.
        known: The words that it may hold; None leaves that to the endpoint.

    Raises:
        ApiError: It holds another one.
    """
    if known is not None and workspace.state.switches.unknown_body_key == "reject":
        refuse_unknown(body, known)
    return body


def worked(
    endpoint: Endpoint,
    call: Call,
    request_id: str,
    capabilities: Capabilities | None = None,
    *,
    reads: bool,
) -> tuple[bytes, int]:
    """Do the work of a request that was let in; return its answer and HTTP status.

    Args:
        endpoint: What does it.
        call: The request.
        request_id: What it is called.
        capabilities: What may be seen of the answer; None is all.
        reads: It surely changes nothing.

    Raises:
        ApiError: It is refused.
    """
    call.workspace.tasks.run_due()
    with call.workspace.answering(reads=reads):
        answer = endpoint(call)
    content = answer if isinstance(answer, bytes) else orjson.dumps(answer)
    if capabilities is not None and not capabilities.see_everything:
        wrote = call.request.method != "GET" and not reads
        content = orjson.dumps(capabilities.shown(orjson.loads(content), wrote=wrote))
    if b'"object"' in content[:10]:
        content = content[:-1] + b',"request_id":"' + request_id.encode() + b'"}'
    return content, 202 if isinstance(answer, Accepted) else 200


def handler(
    workspace: Workspace, endpoint: Endpoint, known: frozenset[str] | None = None
) -> Callable[[Request], Awaitable[Response]]:
    """Return the HTTP handler of an endpoint.

    Args:
        workspace: Whom it asks.
        endpoint: What it does.
        known: The words that its body may hold; None leaves that to the endpoint.
    """

    async def handle(request: Request) -> Response:
        request_id = workspace.wire_ids.uuid()
        headers: dict[str, str] = {}
        try:
            version, capabilities = let_in(workspace, request)
            body = checked(workspace, await _read(workspace, request, version), known)
            workspace.state.storage.base_url = str(request.base_url).rstrip("/")
            call = Call(workspace, request, version == OLD, body)
            reads = only_reads(request.method, request.url.path)
            content, status = worked(endpoint, call, request_id, capabilities, reads=reads)
        except ApiError as error:
            content, status = error.envelope(request_id), error.status
            headers = error.headers
        return answered(workspace, request, content, status, request_id, headers)

    return handle


def answered(
    workspace: Workspace,
    request: Request,
    content: bytes,
    status: int,
    request_id: str,
    headers: dict[str, str],
) -> Response:
    """Return an HTTP answer, and note that it was given."""
    workspace.requests.add(request.method, request.url.path, status)
    now = workspace.state.clock()
    return Response(
        content,
        status,
        headers={
            "Date": format_datetime(now, usegmt=True),
            "x-notion-request-id": request_id,
            "Content-Type": "application/json; charset=utf-8",
            **headers,
        },
    )


def listing(
    results: list[Any], kind: str, cursor: str | None, *, incomplete: bool = False
) -> bytes:
    """Return a list object; results are JSON objects or ready JSON bytes."""
    body: Json = {
        "object": "list",
        "results": [orjson.Fragment(one) if isinstance(one, bytes) else one for one in results],
        "next_cursor": cursor,
        "has_more": cursor is not None,
        "type": kind,
        kind: {},
    }
    if incomplete:
        body["request_status"] = {
            "type": "incomplete",
            "incomplete_reason": "query_result_limit_reached",
        }
    return orjson.dumps(body)


def window(keys: list[str], size: int, cursor: str | None) -> tuple[slice, str | None]:
    """Return which part of a list to show and the cursor of the next, by the ids in ``keys``.

    Raises:
        ApiError: 400 for a cursor that is not among them.
    """
    start = 0
    if cursor is not None:
        wanted = normal_id(cursor)
        if wanted not in keys:
            raise invalid(f"The start_cursor provided is invalid: {cursor}")
        start = keys.index(wanted)
    end = start + size
    return slice(start, end), keys[end] if end < len(keys) else None
