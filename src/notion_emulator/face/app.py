"""The face as an ASGI application: its addresses and what is answered beside them.

The rule: every answer leaves through the guard; what goes wrong is told in words, to a page
that asked in the background as plain text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from notion_emulator.face import edits, screens
from notion_emulator.face.desk import Desk, entered
from notion_emulator.face.guard import LOOPBACK, Guard

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from notion_emulator.face.entered import Form
    from notion_emulator.workspace import Workspace

    Screen = Callable[[Desk, Request], Response]
    Edit = Callable[[Desk, Request, Form], Response]

SCREENS: tuple[tuple[str, Screen], ...] = (
    ("/", screens.home),
    ("/databases/{source_id}", screens.database),
    ("/pages/{page_id}", screens.page),
    ("/pages/{page_id}/{key}/editor", screens.editor),
    ("/pages/{page_id}/{key}/offered", screens.offered),
    ("/trash", screens.trash),
    ("/news", screens.news),
)
EDITS: tuple[tuple[str, Edit], ...] = (
    ("/databases/{source_id}/pages", edits.create),
    ("/databases/{source_id}/restore", edits.restore_database),
    ("/pages/{page_id}/trash", edits.trash),
    ("/pages/{page_id}/restore", edits.restore),
    ("/pages/{page_id}/{key}", edits.save),
    ("/person", edits.become),
)


def create_face(workspace: Workspace, hosts: Collection[str] | None = LOOPBACK) -> ASGIApp:
    """Return the ASGI application that shows a workspace to people.

    Args:
        workspace: What is shown.
        hosts: The host names under which it may be asked; None is any.
    """
    desk = Desk(workspace)

    async def wrong(request: Request, error: Exception) -> Response:
        status, why = 500, "Something went wrong. Reload the page."
        if isinstance(error, HTTPException):
            status, why = error.status_code, error.detail
        if status in {404, 405} and why in {"Not Found", "Method Not Allowed"}:
            why = "There is nothing at this address."
        if "hx-request" in request.headers:
            return PlainTextResponse(why, status)
        return desk.whole(request, "error.html", status, title="Not here", why=why)

    routes: list[Route | Mount] = [
        Route(path, _shows(desk, screen), methods=["GET"]) for path, screen in SCREENS
    ]
    routes += [Route(path, _does(desk, edit), methods=["POST"]) for path, edit in EDITS]
    routes.append(Mount("/static", StaticFiles(packages=[("notion_emulator.face", "static")])))
    handlers: dict[Any, Any] = {HTTPException: wrong}
    return Guard(Starlette(routes=routes, exception_handlers=handlers), hosts)


def _shows(desk: Desk, screen: Screen) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        with desk.workspace.answering(reads=True):
            return screen(desk, request)

    return endpoint


def _does(desk: Desk, edit: Edit) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        form = await entered(request)
        with desk.workspace.answering(reads=False):
            return edit(desk, request, form)

    return endpoint
