"""The endpoints without HTTP: for who shares the process and asks very often.

The rule: what is answered here is what HTTP would answer to the same request with the right token
and version, byte for byte but for ``request_id``; budgets count, the plan of faults does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from starlette.datastructures import QueryParams

from notion_emulator.api import blocks, endpoints, remarks, views
from notion_emulator.api.admission import NEW
from notion_emulator.api.calls import Call, Endpoint, checked, only_reads, parsed, worked
from notion_emulator.api.words import WORDS
from notion_emulator.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notion_emulator.workspace import Workspace

_NOTHING = QueryParams()


#: The parts of a path (None: any, by this name), what answers there, and the words of its body.
_Route = tuple[tuple[str, ...], tuple[str | None, ...], Endpoint, frozenset[str] | None]


def _routes() -> dict[tuple[str, int], list[_Route]]:
    """Return the routes by method and number of parts; of two that fit, the first is meant."""
    found: dict[tuple[str, int], list[_Route]] = {}
    for room in (endpoints, blocks, remarks, views):
        for method, path, endpoint in room.ROUTES:
            parts = tuple(path.split("/"))
            names = tuple(part[1:-1] if part.startswith("{") else None for part in parts)
            known = WORDS.get((method, path))
            found.setdefault((method, len(parts)), []).append((parts, names, endpoint, known))
    return found


_ROUTES = _routes()


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: HTTP status, headers beyond the usual ones, and JSON."""

    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that did not come over HTTP."""

    method: str
    path_params: Mapping[str, Any]
    query_params: QueryParams


class Direct:
    """A line into a workspace.

    Args:
        workspace: Whom to ask.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        content: bytes = b"",
    ) -> Answered:
        """Answer a request of version 2026-03-11.

        Args:
            method: The HTTP method.
            path: From ``/v1`` on, as it would stand in a URL.
            params: The query string.
            content: The JSON body.
        """
        workspace = self.workspace
        request_id = workspace.wire_ids.uuid()
        try:
            path = unquote(path) if "%" in path else path
            endpoint, known, named = _find(method, path)
            workspace.limits.spend(workspace.token)
            body = checked(workspace, parsed(workspace, content, path, NEW), known)
            asked = _Asked(method, named, QueryParams(params) if params else _NOTHING)
            call = Call(workspace, asked, old=False, body=body)
            reads = only_reads(method, path)
            answer, status = worked(endpoint, call, request_id, reads=reads)
            headers: Mapping[str, str] = {}
        except ApiError as error:
            answer, status, headers = error.envelope(request_id), error.status, error.headers
        workspace.requests.add(method, path, status)
        return Answered(status, answer, headers)


def _find(method: str, path: str) -> tuple[Endpoint, frozenset[str] | None, Mapping[str, str]]:
    asked = path.split("/")
    for parts, names, endpoint, known in _ROUTES.get((method, len(asked)), ()):
        named: dict[str, str] = {}
        for part, name, given in zip(parts, names, asked, strict=True):
            if name is not None and given:
                named[name] = given
            elif part != given:
                break
        else:
            return endpoint, known, named
    raise ApiError(400, "invalid_request_url", "Invalid request URL.")
