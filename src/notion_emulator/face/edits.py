"""What people do: one function for each address that writes.

The rule: an edit goes through the functions that the API uses, so that checks and stamps are
the same; it is done by the person who is asking, and a refusal is answered at the cell.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.responses import Response

from notion_emulator.errors import ApiError
from notion_emulator.face import words
from notion_emulator.face.desk import COOKIE
from notion_emulator.face.entered import WRITABLE, Form, Refused, value
from notion_emulator.face.shown import key_of
from notion_emulator.model import COMPUTED_KINDS

if TYPE_CHECKING:
    from starlette.requests import Request

    from notion_emulator.face.desk import Desk
    from notion_emulator.face.shown import Cell
    from notion_emulator.model import Page, Property


def save(desk: Desk, request: Request, form: Form) -> Response:
    """Write a cell: POST /pages/{page_id}/{key}."""
    page, prop = desk.cell(request)
    author = desk.author(request)
    before = list(page.values.get(prop.id) or ()) if prop.kind == "relation" else []
    if prop.kind not in WRITABLE:
        return Response("This property is computed; nobody writes it.", 409)
    try:
        if prop.kind == "relation":
            form["unseen"] = desk.editors.unseen(page, prop)
        kept = page.values.get(prop.id)
        written = value(prop, form, desk.views.cells.files(kept) if prop.kind == "files" else kept)
        _update(desk, page, {"properties": {prop.name: written}}, author)
    except (Refused, ApiError) as error:
        why = words.refusal(error) if isinstance(error, ApiError) else str(error)
        return _again(desk, page, prop, form, why)
    whole = urlsplit(request.headers.get("hx-current-url", "")).path.startswith("/pages/")
    row = desk.views.row(page, whole=whole)
    key = key_of(prop)
    changed = next(cell for cell in row.cells if cell.key == key)
    others = [cell for cell in row.cells if cell.kind in COMPUTED_KINDS]
    others += _mirrored(desk, page, prop, before)
    return desk.part("saved.html", row=row, cell=changed, others=others)


def _update(desk: Desk, page: Page, body: dict[str, object], author: str) -> None:
    workspace = desk.workspace
    workspace.pages.update(page, body, at=workspace.state.now(), by=author)


def _again(desk: Desk, page: Page, prop: Property, form: Form, why: str) -> Response:
    """Give the editor back with what was entered and what is wrong with it."""
    if prop.kind == "checkbox":
        return Response(why, 409)
    answer = desk.part("editor.html", 422, editor=desk.editors.of(page, prop, form, why))
    answer.headers["HX-Retarget"] = f"#e-{page.id}-{key_of(prop)}"
    answer.headers["HX-Reswap"] = "outerHTML"
    return answer


def _mirrored(desk: Desk, page: Page, prop: Property, before: list[str]) -> list[Cell]:
    """Return the cells on the other side of a relation of a data source to itself."""
    state = desk.workspace.state
    if prop.mirror is None or prop.target != page.parent.id:
        return []
    mirror = state.sources[prop.target].properties[prop.mirror]
    after = page.values.get(prop.id) or ()
    pages = [state.pages[one] for one in dict.fromkeys((*before, *after)) if one in state.pages]
    return [desk.views.cells.cell(one, mirror) for one in pages]


def create(desk: Desk, request: Request, _: Form) -> Response:
    """Make a page in a data source: POST /databases/{source_id}/pages."""
    source = desk.source(request)
    author = desk.author(request)
    workspace = desk.workspace
    try:
        page = workspace.pages.create(
            {"parent": {"data_source_id": source.id}},
            page_id=None,
            at=workspace.state.now(),
            by=author,
        )
    except ApiError as error:
        return Response(words.refusal(error), 409)
    answer = _row(desk, page)
    answer.headers["HX-Trigger-After-Settle"] = json.dumps({"face:made": f"r-{page.id}"})
    return answer


def _row(desk: Desk, page: Page) -> Response:
    source = desk.workspace.state.schema_of(page)
    return desk.part(
        "row.html",
        shown=desk.views.row(page),
        trashed=page.in_trash,
        source_id=source.id,
        number=desk.views.count(source),
        in_trash=desk.views.in_trash(),
    )


def trash(desk: Desk, request: Request, form: Form) -> Response:
    """Put a page into the trash: POST /pages/{page_id}/trash."""
    return _discard(desk, request, form, in_trash=True)


def restore(desk: Desk, request: Request, form: Form) -> Response:
    """Take a page out of the trash: POST /pages/{page_id}/restore."""
    return _discard(desk, request, form, in_trash=False)


def _discard(desk: Desk, request: Request, form: Form, *, in_trash: bool) -> Response:
    page = desk.page(request)
    try:
        _update(desk, page, {"in_trash": in_trash}, desk.author(request))
    except ApiError as error:
        return Response(words.refusal(error), 409)
    match form.get("view", ["row"])[-1]:
        case "sheet":
            return desk.whole(request, "sheet.html", sheet=desk.views.sheet(page))
        case "trash":
            title, leads = desk.views.cells.title(page), f"/pages/{page.id}"
            return desk.part(
                "restored.html", title=title, leads=leads, in_trash=desk.views.in_trash()
            )
        case _:
            return _row(desk, page)


def restore_database(desk: Desk, request: Request, _: Form) -> Response:
    """Take a database out of the trash: POST /databases/{source_id}/restore."""
    workspace = desk.workspace
    database = workspace.state.databases.get(request.path_params["source_id"])
    if database is None:
        raise HTTPException(404, "There is no such database.")
    try:
        workspace.containers.update_database(
            database, {"in_trash": False}, at=workspace.state.now(), by=desk.author(request)
        )
    except ApiError as error:
        return Response(words.refusal(error), 409)
    source = workspace.state.sources[database.sources[0]]
    title, leads = desk.views.name(source), f"/databases/{source.id}"
    return desk.part("restored.html", title=title, leads=leads, in_trash=desk.views.in_trash())


def become(desk: Desk, _: Request, form: Form) -> Response:
    """Choose who is asking: POST /person."""
    chosen = form.get("person", [""])[-1]
    if chosen not in {one.id for one in desk.people()}:
        raise HTTPException(404, "There is no such person in this workspace.")
    answer = Response(status_code=204)
    answer.set_cookie(COOKIE, chosen, httponly=True, samesite="strict")
    return answer
