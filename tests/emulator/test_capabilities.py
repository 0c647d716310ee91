"""Tokens that may not do everything."""

from typing import Any

import pytest

from notion_emulator import Capabilities, Workspace
from tests.emulator.client import Api, create, row, text, titled

Json = dict[str, Any]
ID = "11111111-1111-4111-8111-111111111111"
#: Endpoints by the capability that each asks for.
ASKING = {
    "read_content": [
        ("GET", f"/v1/pages/{ID}"),
        ("GET", f"/v1/pages/{ID}/properties/title"),
        ("GET", f"/v1/pages/{ID}/markdown"),
        ("GET", f"/v1/databases/{ID}"),
        ("GET", f"/v1/data_sources/{ID}"),
        ("GET", f"/v1/data_sources/{ID}/templates"),
        ("GET", f"/v1/blocks/{ID}"),
        ("GET", f"/v1/blocks/{ID}/children"),
        ("GET", "/v1/views"),
        ("POST", f"/v1/data_sources/{ID}/query"),
        ("POST", f"/v1/views/{ID}/queries"),
        ("POST", "/v1/search"),
    ],
    "update_content": [
        ("PATCH", f"/v1/pages/{ID}"),
        ("PATCH", f"/v1/pages/{ID}/markdown"),
        ("POST", f"/v1/pages/{ID}/move"),
        ("PATCH", f"/v1/databases/{ID}"),
        ("PATCH", f"/v1/data_sources/{ID}"),
        ("PATCH", f"/v1/blocks/{ID}"),
        ("DELETE", f"/v1/blocks/{ID}"),
        ("PATCH", f"/v1/views/{ID}"),
        ("DELETE", f"/v1/views/{ID}"),
    ],
    "insert_content": [
        ("POST", "/v1/pages"),
        ("POST", "/v1/databases"),
        ("POST", "/v1/data_sources"),
        ("PATCH", f"/v1/blocks/{ID}/children"),
        ("POST", "/v1/views"),
    ],
    "read_comments": [("GET", "/v1/comments"), ("GET", f"/v1/comments/{ID}")],
    "insert_comments": [
        ("POST", "/v1/comments"),
        ("PATCH", f"/v1/comments/{ID}"),
        ("DELETE", f"/v1/comments/{ID}"),
    ],
}


def limited(workspace: Workspace, **capabilities: Any) -> Api:
    return Api(workspace, token=workspace.add_token(Capabilities(**capabilities)))


@pytest.mark.parametrize("capability", ASKING)
def test_without_a_capability_its_endpoints_are_refused_and_no_others(
    workspace: Workspace, capability: str
) -> None:
    api = limited(workspace, **{capability: False})
    for asked, endpoints in ASKING.items():
        for method, path in endpoints:
            if asked == capability:
                error = api.send(method, path, None, 403)
                assert (error["code"], error["message"]) == (
                    "restricted_resource",
                    "Insufficient permissions for this endpoint.",
                )
            else:
                api.send(method, path, None, 200 if path == "/v1/search" else refused(method, path))


def refused(method: str, path: str) -> int:
    """Return the status of a request that is let in and names what is not there."""
    bodiless = {("POST", "/v1/pages"), ("POST", "/v1/databases"), ("POST", "/v1/data_sources")}
    listing = {("GET", "/v1/views"), ("GET", "/v1/comments")}
    making = {("POST", "/v1/comments"), ("POST", "/v1/views")}
    return 400 if (method, path) in bodiless | listing | making else 404


def test_every_token_of_the_workspace_may_ask_who_it_is(workspace: Workspace) -> None:
    api = limited(workspace, read_content=False, users="none")
    assert api.get("/v1/users/me")["bot"]["workspace_name"]
    assert api.get("/v1/users", 403)["code"] == "restricted_resource"
    assert api.get(f"/v1/users/{workspace.bot_id}", 403)["code"] == "restricted_resource"


@pytest.mark.parametrize("level", ["none", "without_email", "with_email"])
def test_users_are_shown_as_their_level_says_wherever_they_stand(
    workspace: Workspace, level: str
) -> None:
    ada = workspace.add_person("Ada", "ada@example.org")
    source = create(workspace, "Things", {"Who": {"people": {}}, "By": {"created_by": {}}})
    mention = [{"type": "mention", "mention": {"user": {"id": ada}}}]
    page = row(workspace, source, Name={"title": mention}, Who={"people": [{"id": ada}]})
    workspace.update_page(page, {}, by=ada)
    api = limited(workspace, users=level)
    properties = api.get(f"/v1/pages/{page}")["properties"]
    (queried,) = api.query(source)["results"]
    assert queried["properties"] == properties
    mentioned = properties["Name"]["title"][0]["mention"]["user"]
    assert properties["Who"]["people"] == [mentioned]
    assert properties["By"]["created_by"]["id"] == workspace.bot_id
    if level == "none":
        assert mentioned == {"object": "user", "id": ada}
        return
    assert mentioned["name"] == "Ada"
    assert ("email" in mentioned["person"]) is (level == "with_email")
    listed = api.get(f"/v1/users/{ada}")
    assert ("email" in listed["person"]) is (level == "with_email")


def test_who_writes_without_reading_is_told_the_id_alone(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {})
    blind = limited(workspace, read_content=False)
    made = blind.post(
        "/v1/pages", {"parent": {"data_source_id": source}, "properties": {"Name": titled("One")}}
    )
    assert list(made) == ["object", "id", "request_id"]
    assert blind.patch(f"/v1/pages/{made['id']}", {"properties": {"Name": titled("Two")}}) == {
        **made,
        "request_id": blind.last.headers["x-notion-request-id"],
    }
    block = {"paragraph": {"rich_text": text("x")}}
    answer = blind.patch(f"/v1/blocks/{made['id']}/children", {"children": [block]})
    assert [list(one) for one in answer["results"]] == [["object", "id"]]
    whole = api.get(f"/v1/pages/{made['id']}")
    assert whole["properties"]["Name"]["title"][0]["plain_text"] == "Two"


def test_a_token_has_a_budget_of_its_own_and_one_that_was_not_given_out_is_refused(
    workspace: Workspace,
) -> None:
    workspace.limits.budget = 1
    one, other = limited(workspace), limited(workspace)
    one.get("/v1/users/me")
    one.get("/v1/users/me", 429)
    other.get("/v1/users/me")
    Api(workspace, token="ntn_other").get("/v1/users/me", 401)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ({"users": "some"}, "users: 'some' is none of none, without_email"),
        ({"read_content": 1}, "read_content: 1 is neither true nor false"),
    ],
)
def test_what_is_no_capability_is_refused(written: Json, wanted: str) -> None:
    with pytest.raises(ValueError, match=wanted):
        Capabilities(**written)
