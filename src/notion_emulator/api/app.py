"""The ASGI application of a workspace.

The rule: what is no path of the API is answered as Notion answers it, 400 with
``invalid_request_url``, never with the framework's own page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from notion_emulator.api import blocks, endpoints, files
from notion_emulator.api.calls import answered, handler
from notion_emulator.api.disturbed import disturbed
from notion_emulator.errors import ApiError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from notion_emulator.workspace import Workspace


def create_app(workspace: Workspace) -> Starlette:
    """Return the ASGI application that serves a workspace."""

    async def no_such_path(request: Request, _: Exception) -> Response:
        request_id = workspace.wire_ids.uuid()
        error = ApiError(400, "invalid_request_url", "Invalid request URL.")
        content = error.envelope(request_id)
        return answered(workspace, request, content, error.status, request_id, {})

    routes = [
        Route(path, disturbed(workspace, handler(workspace, endpoint)), methods=[method])
        for method, path, endpoint in (*endpoints.ROUTES, *blocks.ROUTES, *files.ROUTES)
    ]
    routes.append(Route(files.FILES, files.file_handler(workspace), methods=["GET"]))
    return Starlette(routes=routes, exception_handlers={404: no_such_path, 405: no_such_path})
