"""Templates of a data source, and pages that are made from them."""

from pathlib import Path

import pytest

from notion_emulator import Workspace
from tests.emulator.client import Api, Clock, Json, create, text, titled

SCHEMA: Json = {"Size": {"number": {}}, "Note": {"rich_text": {}}}


@pytest.fixture
def source(workspace: Workspace) -> str:
    return create(workspace, "Things", SCHEMA)


@pytest.fixture
def template(workspace: Workspace, source: str) -> str:
    return workspace.templates.add(
        source,
        "Big one",
        is_default=True,
        properties={"Size": {"number": 9}, "Note": {"rich_text": text("from the template")}},
        children=[{"type": "paragraph", "paragraph": {"rich_text": text("Body")}}],
    )


def _make(api: Api, source: str, written: Json, status: int = 200, **more: object) -> Json:
    body = {"parent": {"data_source_id": source}, "template": written, **more}
    return api.post("/v1/pages", body, status)


def test_templates_are_listed_all_or_by_a_part_of_their_name(
    api: Api, workspace: Workspace, source: str, template: str
) -> None:
    small = workspace.templates.add(source, "Small one")
    path = f"/v1/data_sources/{source}/templates"
    first = api.get(f"{path}?page_size=1")
    assert first == {
        "templates": [{"id": template, "name": "Big one", "is_default": True}],
        "has_more": True,
        "next_cursor": small,
    }
    assert [one["id"] for one in api.get(f"{path}?name=small")["templates"]] == [small]


def test_a_data_source_has_one_default_template(
    api: Api, workspace: Workspace, source: str, template: str
) -> None:
    later = workspace.templates.add(source, "Later", is_default=True)
    shown = api.get(f"/v1/data_sources/{source}/templates")["templates"]
    assert {one["id"]: one["is_default"] for one in shown} == {template: False, later: True}


@pytest.mark.parametrize("by_id", [True, False])
def test_a_page_from_a_template_is_answered_blank_and_filled_after(
    api: Api, source: str, template: str, by_id: bool
) -> None:
    written = {"type": "template_id", "template_id": template} if by_id else {"type": "default"}
    page = _make(api, source, written, properties={"Name": titled("A"), "Size": {"number": 1}})
    assert page["properties"]["Note"]["rich_text"] == []
    read = api.get(f"/v1/pages/{page['id']}")["properties"]
    assert read["Note"]["rich_text"][0]["plain_text"] == "from the template"
    assert read["Size"]["number"] == 1
    (block,) = api.get(f"/v1/blocks/{page['id']}/children")["results"]
    assert block["paragraph"]["rich_text"][0]["plain_text"] == "Body"


def test_a_template_is_applied_to_a_page_that_is_there(
    api: Api, source: str, template: str
) -> None:
    page = _make(api, source, {"type": "none"})
    assert api.get(f"/v1/pages/{page['id']}")["properties"]["Size"]["number"] is None
    chosen = {"template": {"type": "template_id", "template_id": template}}
    api.patch(f"/v1/pages/{page['id']}", chosen)
    assert api.get(f"/v1/pages/{page['id']}")["properties"]["Size"]["number"] == 9


def test_a_template_that_cannot_be_used_is_refused_and_nothing_is_made(
    api: Api, workspace: Workspace, source: str, template: str
) -> None:
    bare = create(workspace, "Bare", {})
    missing = "00000000-0000-4000-8000-00000000000e"
    assert "no default" in _make(api, bare, {"type": "default"}, 400)["message"]
    assert "template.type" in _make(api, source, {"type": "best"}, 400)["message"]
    assert "template_id" in _make(api, source, {"type": "template_id"}, 400)["message"]
    _make(api, source, {"type": "template_id", "template_id": missing}, 404)
    _make(api, bare, {"type": "template_id", "template_id": template}, 404)
    children = [{"type": "divider", "divider": {}}]
    refused = _make(api, source, {"type": "default"}, 400, children=children)
    assert "body.children should be not present" in refused["message"]
    assert api.query(source)["results"] == api.query(bare)["results"] == []


def test_a_database_parent_has_the_templates_of_its_data_source(
    api: Api, workspace: Workspace, source: str, template: str
) -> None:
    assert template
    database = workspace.data_source(source)["parent"]["database_id"]
    body = {"parent": {"database_id": database}, "template": {"type": "default"}}
    page = api.post("/v1/pages", body)
    assert api.get(f"/v1/pages/{page['id']}")["properties"]["Size"]["number"] == 9


def test_templates_views_comments_and_emojis_outlive_a_restart(
    clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "notion.data"
    workspace = Workspace(clock=clock, data=path)
    source = create(workspace, "Things", SCHEMA)
    template = workspace.templates.add(source, "Big one", properties={"Size": {"number": 9}})
    view = workspace.views.add({"data_source_id": source, "name": "Mine", "type": "list"})
    page = workspace.create_page({"parent": {"data_source_id": source}})["id"]
    comment = workspace.comments.add({"parent": {"page_id": page}, "rich_text": text("Well")})
    emoji = workspace.add_emoji("logo", "https://example.com/logo.png")
    workspace.close()
    again = Workspace(clock=clock, data=path)
    api = Api(again)
    try:
        shown = api.get(f"/v1/data_sources/{source}/templates")["templates"]
        assert [one["id"] for one in shown] == [template]
        made = _make(api, source, {"type": "template_id", "template_id": template})
        assert again.page(made["id"])["properties"]["Size"]["number"] == 9
        assert again.views.json(again.views.find(view["id"])) == view
        assert again.comments.json(again.comments.find(comment["id"])) == comment
        assert [one["id"] for one in api.get("/v1/custom_emojis")["results"]] == [emoji]
    finally:
        again.close()
