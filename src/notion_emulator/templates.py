"""Templates of a data source: what a new row may start from.

The rule: a template is no row; a page made from one is answered blank, as Notion answers it,
and has got its values and blocks by the next request.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from notion_emulator.errors import bad_body, invalid
from notion_emulator.ids import normal_id

if TYPE_CHECKING:
    from notion_emulator.bodies import Bodies
    from notion_emulator.model import Page
    from notion_emulator.pages import Pages
    from notion_emulator.state import State

Json = dict[str, Any]

_KINDS = ("none", "default", "template_id")


@dataclass(slots=True, eq=False)
class Template:
    """A template: values and blocks in the vocabulary of requests."""

    id: str
    source_id: str
    name: str
    is_default: bool = False
    properties: Json = field(default_factory=dict)
    children: list[Json] = field(default_factory=list)


class Templates:
    """Keeps templates and makes pages from them."""

    def __init__(self, state: State, pages: Pages, bodies: Bodies) -> None:
        self.state = state
        self.pages = pages
        self.bodies = bodies

    def add(
        self,
        data_source_id: str,
        name: str,
        *,
        id: str | None = None,
        is_default: bool = False,
        properties: Json | None = None,
        children: list[Json] | None = None,
    ) -> str:
        """Give a data source a template and return its id."""
        source = self.state.source(normal_id(data_source_id) or "")
        template = Template(
            normal_id(id) or self.state.ids.uuid(),
            source.id,
            name,
            is_default,
            properties or {},
            children or [],
        )
        if is_default:
            for one in self.listed(source.id):
                one.is_default = False
        self.state.templates[template.id] = template
        return template.id

    def listed(self, source_id: str, name: str | None = None) -> list[Template]:
        """Return the templates of a data source whose names contain a text."""
        wanted = (name or "").casefold()
        return [
            one
            for one in self.state.templates.values()
            if one.source_id == source_id and wanted in one.name.casefold()
        ]

    def chosen(self, body: Json, source_id: str) -> Template | None:
        """Return the template that a request for a page names, None without one.

        Raises:
            ApiError: 400 for a wrong shape, 404 for a template that is not there.
        """
        written = body.get("template")
        if written is None:
            return None
        kind = written.get("type") if isinstance(written, dict) else None
        if kind not in _KINDS:
            listed = ", ".join(f'`"{one}"`' for one in _KINDS)
            raise bad_body("body.template.type", f"one of {listed}", kind)
        if kind == "none":
            return None
        if body.get("children"):
            raise bad_body("body.children", "not present", body["children"])
        mine = self.listed(source_id)
        if kind == "default":
            found = next((one for one in mine if one.is_default), None)
            if found is None:
                raise invalid(f"Data source with ID {source_id} has no default template.")
            return found
        wanted = normal_id(written.get("template_id"))
        if wanted is None:
            raise bad_body("body.template.template_id", "a valid uuid", written.get("template_id"))
        found = next((one for one in mine if one.id == wanted), None)
        if found is None:
            raise self.state.missing("page", wanted)
        return found

    def apply(self, template: Template, page: Page, written: object, *, at: int, by: str) -> None:
        """Give a page what its template holds, less the values that it has been given."""
        source = self.state.schema_of(page)
        given = {source.find(key) for key in written} if isinstance(written, dict) else set()
        values = {
            key: value
            for key, value in template.properties.items()
            if source.find(key) not in given
        }
        self.pages.update(page, {"properties": values}, at=at, by=by)
        if template.children:
            self.bodies.append(page.id, template.children, at=at, by=by)
