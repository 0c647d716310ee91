"""The ASGI application of a workspace.

The rule: what is no path of the API is answered as Notion answers it, 400 with
``invalid_request_url``, never with the framework's own page. The face, when it is asked for,
has all that is not below ``/v1``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route

from notion_emulator.api import blocks, endpoints, files, remarks, views
from notion_emulator.api.admission import OneSlash
from notion_emulator.api.calls import answered, handler
from notion_emulator.api.control import control_routes
from notion_emulator.api.disturbed import disturbed
from notion_emulator.api.durable import Durable
from notion_emulator.api.words import WORDS
from notion_emulator.errors import ApiError
from notion_emulator.face import LOOPBACK, create_face

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.requests import Request
    from starlette.responses import Response

    from notion_emulator.workspace import Workspace


class _NoSuchPath:
    """What is below ``/v1`` and no path of the API, whatever the method."""

    async def __call__(self, *_: object) -> None:
        """Answer nothing here: the application has words for it."""
        raise HTTPException(404)


def create_app(
    workspace: Workspace,
    *,
    face: bool = False,
    hosts: Collection[str] | None = LOOPBACK,
    control: bool = False,
) -> Starlette:
    """Return the ASGI application that serves a workspace.

    Args:
        workspace: What to serve.
        face: Show it to people as well, at ``/``.
        hosts: The host names under which the face may be asked; None is any.
        control: Serve its control as well, below ``/_control``.
    """

    async def no_such_path(request: Request, _: Exception) -> Response:
        request_id = workspace.wire_ids.uuid()
        error = ApiError(400, "invalid_request_url", "Invalid request URL.")
        content = error.envelope(request_id)
        return answered(workspace, request, content, error.status, request_id, {})

    routes: list[Route | Mount] = [
        Route(
            path,
            disturbed(workspace, handler(workspace, endpoint, WORDS.get((method, path)))),
            methods=[method],
        )
        for room in (endpoints, blocks, files, remarks, views)
        for method, path, endpoint in room.ROUTES
    ]
    if control:
        routes += control_routes(workspace)
    routes.append(Route(files.FILES, files.file_handler(workspace), methods=["GET"]))
    if face:
        routes += [Route(path, _NoSuchPath()) for path in ("/v1", "/v1/{rest:path}")]
        routes.append(Mount("/", create_face(workspace, hosts)))
    app = Starlette(
        routes=routes,
        middleware=[Middleware(OneSlash), Middleware(Durable, workspace=workspace)],
        exception_handlers={404: no_such_path, 405: no_such_path},
    )
    app.router.redirect_slashes = False
    return app
