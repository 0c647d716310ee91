"""What people look at: one function for each address that only reads.

The rule: reading changes nothing, not even a stamp, and asks no budget of the API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, RedirectResponse, Response

from notion_emulator.errors import ApiError
from notion_emulator.face import words
from notion_emulator.face.entered import WRITABLE
from notion_emulator.face.views import DOWN, SIZE, UP, Asked

if TYPE_CHECKING:
    from starlette.requests import Request

    from notion_emulator.face.desk import Desk


def home(desk: Desk, request: Request) -> Response:
    """Lead to the first database: GET /."""
    for group in desk.views.groups():
        return RedirectResponse(f"/databases/{group.entries[0].id}", 303)
    return desk.whole(request, "empty.html")


def database(desk: Desk, request: Request) -> Response:
    """Show a data source as a table: GET /databases/{source_id}."""
    source = desk.source(request)
    query = request.query_params
    shown = query.get("shown", "")
    asked = Asked(
        words=query.get("q", "").strip(),
        sort=query.get("sort", ""),
        way=DOWN if query.get("way") == DOWN else UP,
        after=query.get("after", ""),
    )
    try:
        table = desk.views.table(source, asked, int(shown) if shown.isdecimal() else SIZE)
    except ApiError as error:
        return desk.whole(
            request, "error.html", 400, title="This list has changed", why=words.refusal(error)
        )
    return desk.whole(request, "table.html", table=table)


def page(desk: Desk, request: Request) -> Response:
    """Show a page with all its properties: GET /pages/{page_id}."""
    return desk.whole(request, "sheet.html", sheet=desk.views.sheet(desk.page(request)))


def trash(desk: Desk, request: Request) -> Response:
    """Show what lies in the trash: GET /trash."""
    written = request.query_params.get("from", "0")
    start = int(written) if written.isdecimal() else 0
    things, more = desk.views.discarded(start)
    return desk.whole(request, "trash.html", things=things, more=start + len(things) if more else 0)


def news(desk: Desk, request: Request) -> Response:
    """Tell whether a page should look again: GET /news."""
    mark = desk.mark()
    if request.query_params.get("since") == mark:
        return Response(status_code=204, headers={"Cache-Control": "no-store"})
    return PlainTextResponse(mark, headers={"Cache-Control": "no-store"})


def editor(desk: Desk, request: Request) -> Response:
    """Give the editor of a cell: GET /pages/{page_id}/{key}/editor."""
    there, prop = desk.cell(request)
    if prop.kind not in WRITABLE:
        return Response("This property is computed; nobody writes it.", 409)
    return desk.part("editor.html", editor=desk.editors.of(there, prop))


def offered(desk: Desk, request: Request) -> Response:
    """Give the pages that a relation can lead to: GET /pages/{page_id}/{key}/offered."""
    _, prop = desk.cell(request)
    choices = desk.editors.offered(prop, request.query_params.get("q", ""))
    return desk.part("offered.html", choices=choices, prefix=request.query_params.get("of", ""))
