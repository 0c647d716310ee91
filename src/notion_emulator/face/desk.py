"""What every page of the face is made with: the workspace, its templates, who is asking.

The rule: an edit is always a person's, never the integration's; who it is stands in a cookie
that only the face sees.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse

from notion_emulator.face.editors import Editors
from notion_emulator.face.entered import Form
from notion_emulator.face.shown import by_key
from notion_emulator.face.views import Views

if TYPE_CHECKING:
    from starlette.requests import Request

    from notion_emulator.model import DataSource, Page, Property, User
    from notion_emulator.workspace import Workspace

COOKIE = "notion_emulator_person"
MAX_FORM = 1_000_000
MAX_FIELDS = 2_000
FORM = "application/x-www-form-urlencoded"


def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("notion_emulator.face"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(slots=True)
class Desk:
    """Answers with pages of a workspace."""

    workspace: Workspace
    views: Views = field(init=False)
    editors: Editors = field(init=False)
    templates: Environment = field(default_factory=_templates)

    def __post_init__(self) -> None:
        self.views = Views(self.workspace)
        self.editors = Editors(self.workspace, self.views.cells)

    # ---- what is new

    def mark(self) -> str:
        """Return what is another text as soon as something may look different."""
        state = self.workspace.state
        numbers = (
            state.changes.count,
            self.workspace.requests.count,
            state.epoch,
            state.last_number,
        )
        return ".".join(map(str, numbers))

    # ---- people

    def people(self) -> list[User]:
        """Return the persons of the workspace."""
        return [one for one in self.workspace.state.users.values() if one.kind == "person"]

    def person(self, request: Request) -> User | None:
        """Return who is asking: whom the cookie names, else the first person there is."""
        people = self.people()
        named = request.cookies.get(COOKIE)
        return next((one for one in people if one.id == named), people[0] if people else None)

    def author(self, request: Request) -> str:
        """Return the id of the person who writes.

        Raises:
            HTTPException: 409, the workspace has no person.
        """
        person = self.person(request)
        if person is None:
            raise HTTPException(409, "Nobody is in this workspace. Add a person to edit as.")
        return person.id

    # ---- what a request names

    def source(self, request: Request) -> DataSource:
        """Return the data source that a request names, or 404."""
        source = self.workspace.state.sources.get(request.path_params["source_id"])
        if source is None:
            raise HTTPException(404, "There is no such database.")
        return source

    def page(self, request: Request) -> Page:
        """Return the page that a request names, or 404."""
        page = self.workspace.state.pages.get(request.path_params["page_id"])
        if page is None:
            raise HTTPException(404, "There is no such page.")
        return page

    def cell(self, request: Request) -> tuple[Page, Property]:
        """Return the page and the property that a request names, or 404."""
        page = self.page(request)
        prop = by_key(self.workspace.state.schema_of(page), request.path_params["key"])
        if prop is None:
            raise HTTPException(404, "This property is not there any more. Reload the page.")
        return page, prop

    # ---- answers

    def whole(
        self, request: Request, template: str, status: int = 200, **parts: Any
    ) -> HTMLResponse:
        """Return a whole page: side bar, header and what the template puts beside them."""
        shell = {
            "groups": self.views.groups(),
            "in_trash": self.views.in_trash(),
            "people": self.people(),
            "me": self.person(request),
            "workspace": self.workspace.name,
            "path": request.url.path,
            "mark": self.mark(),
        }
        return self.part(template, status, **shell, **parts)

    def part(self, template: str, status: int = 200, **parts: Any) -> HTMLResponse:
        """Return what a template gives."""
        content = self.templates.get_template(template).render(parts)
        return HTMLResponse(content, status, headers={"Cache-Control": "no-store"})


async def entered(request: Request) -> Form:
    """Return the fields of a form.

    Raises:
        HTTPException: 415 for another kind of body, 413 for one that is too large.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != FORM:
        raise HTTPException(415, "Send the fields of a form.")
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_FORM:
            raise HTTPException(413, "This is too much for one cell.")
    try:
        return parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise HTTPException(413, "These are too many items for one cell.") from None
