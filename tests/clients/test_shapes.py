"""Every kind of answer of the local Notion is what the official types say it is."""

from typing import Any

import pytest

from notion_emulator import Workspace
from notion_emulator.sample import build_sample
from tests.clients.shapes import Answers
from tests.emulator.client import Api, Clock, create, row, text, titled

Json = dict[str, Any]

pytestmark = pytest.mark.usefixtures("node_programs")


@pytest.fixture(params=["2025-09-03", "2026-03-11"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def answers(version: str) -> Answers:
    return Answers(old=version == "2025-09-03")


@pytest.fixture
def api(workspace: Workspace, version: str) -> Api:
    return Api(workspace, version)


def listed(answers: Answers, kind: str, item: str, name: str, body: Json) -> list[Json]:
    """Note a list and each of its items in full."""
    answers.note(kind, name, body)
    for one in body["results"]:
        answers.note(item, f"{name} {one['id']}", one)
    results: list[Json] = body["results"]
    return results


def test_a_shape_that_no_type_knows_is_named(answers: Answers, api: Api) -> None:
    me = api.get("/v1/users/me")
    answers.note("UserObjectResponse", "as it is", me)
    answers.note("UserObjectResponse", "with a stranger", {**me, "stranger": 1})
    answers.note("UserObjectResponse", "without a name", {**me, "name": 3})
    first, second = answers.wrong()
    assert "with a stranger" in first
    assert "stranger" in first
    assert "without a name" in second


def test_the_sample_workspace_has_the_shapes_of_the_types(
    answers: Answers, clock: Clock, version: str
) -> None:
    workspace = Workspace(clock=clock)
    environment = build_sample(workspace)
    api = Api(workspace, version)
    kinds = set()
    for name, source in environment.items():
        if name == "NOTION_API_TOKEN":
            continue
        found = api.get(f"/v1/data_sources/{source}")
        answers.note("DataSourceObjectResponse", name, found)
        database = api.get(f"/v1/databases/{found['parent']['database_id']}")
        answers.note("DatabaseObjectResponse", name, database)
        query = api.query(source, {"page_size": 20})
        pages = listed(answers, "QueryDataSourceResponse", "PageObjectResponse", name, query)
        assert pages
        for page in pages[:2]:
            for title, prop in page["properties"].items():
                kinds.add(prop["type"])
                item = api.get(f"/v1/pages/{page['id']}/properties/{prop['id']}")
                answers.note("GetPagePropertyResponse", f"{name} {title}", item)
    assert len(kinds) > 10
    answers.hold()


def test_searches_and_users_have_the_shapes_of_the_types(
    answers: Answers, clock: Clock, version: str
) -> None:
    workspace = Workspace(clock=clock)
    build_sample(workspace)
    workspace.add_person("Grace", "grace@example.org", avatar_url="https://example.org/g.png")
    api = Api(workspace, version)
    answers.note("SearchResponse", "all", api.post("/v1/search", {}))
    users = listed(
        answers, "ListUsersResponse", "UserObjectResponse", "users", api.get("/v1/users")
    )
    for user in users:
        answers.note("GetUserResponse", user["name"], api.get(f"/v1/users/{user['id']}"))
    answers.note("GetSelfResponse", "me", api.get("/v1/users/me"))
    answers.hold()


def everything(workspace: Workspace) -> tuple[str, str]:
    """Make a data source of each kind of property, and a row with a value in each."""
    person = workspace.add_person("Ada", "ada@example.org")
    other = create(workspace, "Targets", {"Rank": {"number": {}}, "Day": {"date": {}}})
    targets = [
        row(workspace, other, str(one), Rank={"number": one}, Day={"date": {"start": "2026-01-02"}})
        for one in range(30)
    ]
    relation = {"data_source_id": other}

    def rollup(prop: str, function: str) -> Json:
        return {
            "rollup": {
                "relation_property_name": "Two",
                "rollup_property_name": prop,
                "function": function,
            }
        }

    source = create(
        workspace,
        "Everything",
        {
            "Text": {"rich_text": {}},
            "Number": {"number": {"format": "euro"}},
            "Select": {"select": {}},
            "Many": {"multi_select": {}},
            "Status": {"status": {}},
            "Date": {"date": {}},
            "People": {"people": {}},
            "Files": {"files": {}},
            "Check": {"checkbox": {}},
            "Url": {"url": {}},
            "Email": {"email": {}},
            "Phone": {"phone_number": {}},
            "Made": {"created_time": {}},
            "Maker": {"created_by": {}},
            "Edited": {"last_edited_time": {}},
            "Editor": {"last_edited_by": {}},
            "Key": {"unique_id": {"prefix": "KEY"}},
            "One": {"relation": {**relation, "type": "single_property", "single_property": {}}},
            "Two": {"relation": {**relation, "type": "dual_property", "dual_property": {}}},
            "Sum": rollup("Rank", "sum"),
            "Days": rollup("Day", "latest_date"),
            "Names": rollup("Name", "show_original"),
            "Double": {"formula": {"expression": 'prop("Number") * 2'}},
            "Words": {"formula": {"expression": 'prop("Name") + "!"'}},
            "Big": {"formula": {"expression": 'prop("Number") > 1'}},
            "Day": {"formula": {"expression": 'prop("Date")'}},
        },
    )
    links = {"relation": [{"id": one} for one in targets]}
    formatted = [
        {"text": {"content": "bold", "link": {"url": "https://example.org/"}}},
        {"mention": {"user": {"id": person}}},
        {"mention": {"page": {"id": targets[0]}}},
        {"mention": {"date": {"start": "2026-01-02"}}},
        {"equation": {"expression": "e=mc^2"}},
    ]
    page = row(
        workspace,
        source,
        "all",
        Text={"rich_text": formatted},
        Number={"number": 2.5},
        Select={"select": {"name": "one"}},
        Many={"multi_select": [{"name": "a"}, {"name": "b"}]},
        Date={"date": {"start": "2026-07-21T18:58:04Z", "end": "2026-07-22T18:58:04Z"}},
        People={"people": [{"id": person}, {"id": workspace.bot_id}]},
        Files={"files": [{"name": "f", "external": {"url": "https://example.org/f"}}]},
        Check={"checkbox": True},
        Url={"url": "https://example.org"},
        Email={"email": "a@example.org"},
        Phone={"phone_number": "1"},
        One=links,
        Two=links,
    )
    return source, page


def test_each_kind_of_property_has_the_shape_of_its_type(
    answers: Answers, api: Api, workspace: Workspace
) -> None:
    source, page = everything(workspace)
    bare = row(workspace, source, "nothing")
    answers.note("DataSourceObjectResponse", "everything", api.get(f"/v1/data_sources/{source}"))
    for name, one in (("all", page), ("nothing", bare)):
        found = api.get(f"/v1/pages/{one}")
        answers.note("PageObjectResponse", name, found)
        for title, prop in found["properties"].items():
            path = f"/v1/pages/{one}/properties/{prop['id']}"
            item = api.get(f"{path}?page_size=10")
            answers.note("GetPagePropertyResponse", f"{name} {title}", item)
            while item.get("next_cursor"):
                item = api.get(f"{path}?page_size=10&start_cursor={item['next_cursor']}")
                answers.note("GetPagePropertyResponse", f"{name} {title}, more", item)
    answers.hold()


def test_answers_to_writes_have_the_shapes_of_the_types(
    answers: Answers, api: Api, workspace: Workspace
) -> None:
    home = api.post(
        "/v1/pages",
        {
            "parent": {"page_id": workspace.create_page(
                {"parent": {"workspace": True}, "properties": {"title": {"title": text("Home")}}}
            )["id"]},
            "properties": {"title": {"title": text("Sub")}},
            "icon": {"type": "emoji", "emoji": "🌱"},
            "cover": {"type": "external", "external": {"url": "https://example.org/c.png"}},
        },
    )  # fmt: skip
    answers.note("PageObjectResponse", "a page below a page", home)
    schema: Json = {"Name": {"title": {}}, "N": {"number": {}}}
    database = api.post(
        "/v1/databases",
        {
            "parent": {"type": "page_id", "page_id": home["id"]},
            "title": text("D"),
            "icon": {"type": "external", "external": {"url": "https://example.org/i.png"}},
            "initial_data_source": {"properties": schema},
        },
    )
    answers.note("DatabaseObjectResponse", "created", database)
    path = f"/v1/databases/{database['id']}"
    changed = api.patch(path, {"title": text("E"), "description": text("Of E."), "is_inline": True})
    answers.note("DatabaseObjectResponse", "changed", changed)
    parent = {"type": "database_id", "database_id": database["id"]}
    second = api.post(
        "/v1/data_sources", {"parent": parent, "title": text("S"), "properties": schema}
    )
    answers.note("DataSourceObjectResponse", "created", second)
    source = database["data_sources"][0]["id"]
    altered = api.patch(f"/v1/data_sources/{source}", {"properties": {"N": {"name": "M"}}})
    answers.note("DataSourceObjectResponse", "altered", altered)
    page = api.post(
        "/v1/pages",
        {"parent": {"data_source_id": source}, "properties": {"Name": titled("p")}},
    )
    answers.note("PageObjectResponse", "a row", page)
    path = f"/v1/pages/{page['id']}"
    answers.note(
        "PageObjectResponse", "edited", api.patch(path, {"properties": {"M": {"number": 1}}})
    )
    answers.note("PageObjectResponse", "trashed", api.patch(path, {"in_trash": True}))
    answers.note("PageObjectResponse", "restored", api.patch(path, {"in_trash": False}))
    target = {"type": "data_source_id", "data_source_id": second["id"]}
    answers.note("PageObjectResponse", "moved", api.post(f"{path}/move", {"parent": target}))
    templates = api.get(f"/v1/data_sources/{source}/templates")
    answers.note("ListDataSourceTemplatesResponse", "none", templates)
    answers.note("BlockObjectResponse", "deleted", api.delete(f"/v1/blocks/{page['id']}"))
    answers.hold()
