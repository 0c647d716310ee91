"""What HTTP itself says: tokens, versions, envelopes, headers, budgets."""

import asyncio
from typing import Any

import httpx2
import pytest

from notion_emulator import Switches, Workspace, serve
from tests.emulator.client import Api, Clock, create, row, titled

Json = dict[str, Any]


def test_every_answer_names_its_request(api: Api) -> None:
    good = api.get("/v1/users/me")
    assert good["request_id"] == api.last.headers["x-notion-request-id"]
    assert api.last.headers["content-type"] == "application/json; charset=utf-8"
    bad = api.get("/v1/pages/nonsense", 400)
    assert bad["request_id"] == api.last.headers["x-notion-request-id"]
    assert list(bad) == ["object", "status", "code", "message", "request_id"]
    assert list(good)[-1] == "request_id"


def test_the_date_header_follows_the_workspaces_clock(api: Api, clock: Clock) -> None:
    api.get("/v1/users/me")
    assert api.last.headers["date"] == "Sun, 22 Nov 2026 10:04:30 GMT"
    clock.pass_(days=1)
    api.get("/v1/users/me")
    assert api.last.headers["date"] == "Mon, 23 Nov 2026 10:04:30 GMT"


def test_a_wrong_token_is_refused(workspace: Workspace) -> None:
    error = Api(workspace, token="wrong").get("/v1/users/me", 401)
    assert (error["code"], error["message"]) == ("unauthorized", "API token is invalid.")


def test_a_version_is_required_and_must_be_known(workspace: Workspace) -> None:
    assert Api(workspace, version=None).get("/v1/users/me", 400)["code"] == "missing_version"
    assert Api(workspace, version="2021-01-01").get("/v1/users/me", 400)["status"] == 400


def test_a_path_that_is_none_is_refused_as_recorded(api: Api) -> None:
    error = api.get("/v1/invalid", 400)
    assert (error["code"], error["message"]) == ("invalid_request_url", "Invalid request URL.")
    assert api.delete("/v1/users/me", 400)["code"] == "invalid_request_url"


@pytest.mark.parametrize("page", ["AAA", "12345678-1234-1234-1234-123456789abc"])
def test_an_id_that_is_none_is_refused_as_recorded(api: Api, page: str) -> None:
    assert api.get(f"/v1/pages/{page}", 400)["message"] == (
        f'path failed validation: path.page_id should be a valid uuid, instead was `"{page}"`.'
    )


def test_ids_are_taken_without_dashes(api: Api, workspace: Workspace) -> None:
    page = row(workspace, create(workspace, "Things", {}), "One")
    assert api.get(f"/v1/pages/{page.replace('-', '')}")["id"] == page


def test_the_older_version_says_archived_as_well(workspace: Workspace) -> None:
    source = create(workspace, "Things", {})
    page = row(workspace, source, "One")
    old, new = Api(workspace, version="2025-09-03"), Api(workspace)
    assert list(old.get(f"/v1/pages/{page}"))[-2:] == ["archived", "request_id"]
    assert "archived" not in new.get(f"/v1/pages/{page}")
    assert list(old.query(source)["results"][0])[-1] == "archived"
    assert old.get(f"/v1/data_sources/{source}")["archived"] is False
    shown = old.patch(f"/v1/pages/{page}", {"archived": True})
    assert (shown["archived"], shown["in_trash"]) == (True, True)
    assert old.patch(f"/v1/pages/{page}", {"archived": False})["archived"] is False
    error = new.patch(f"/v1/pages/{page}", {"archived": True}, 400)
    assert error["code"] == "validation_error"


def test_a_body_that_is_no_json_is_refused(workspace: Workspace) -> None:
    async def send() -> httpx2.Response:
        async with serve(workspace) as url, httpx2.AsyncClient() as client:
            headers = {
                "Authorization": f"Bearer {workspace.token}",
                "Notion-Version": "2026-03-11",
            }
            return await client.post(f"{url}/v1/search", content=b"{", headers=headers)

    answer = asyncio.run(send())
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json")
    assert "server" not in answer.headers
    assert len(answer.headers.get_list("date")) == 1


@pytest.mark.parametrize("status", [400, 413])
def test_a_body_over_500_kb_is_refused(clock: Clock, status: Any) -> None:
    workspace = Workspace(clock=clock, switches=Switches(oversize_status=status))
    Api(workspace).post("/v1/search", {"query": "x" * 512_001}, status)


def test_users_are_listed_without_guests(api: Api, workspace: Workspace) -> None:
    ada = workspace.add_person("Ada", "ada@example.org")
    guest = workspace.add_person("Guest", guest=True)
    listed = api.get("/v1/users")
    assert [one["id"] for one in listed["results"]] == [ada, workspace.bot_id]
    assert (listed["type"], listed["user"]) == ("user", {})
    assert api.get(f"/v1/users/{guest}")["name"] == "Guest"
    api.get("/v1/users/3839ce7b-60a4-8168-ba4d-000b1ee50a86", 404)
    first = api.get("/v1/users?page_size=1")
    rest = api.get(f"/v1/users?page_size=1&start_cursor={first['next_cursor']}")
    assert [one["id"] for one in rest["results"]] == [workspace.bot_id]


def test_the_requests_are_counted(api: Api, workspace: Workspace) -> None:
    api.get("/v1/users/me")
    api.get("/v1/invalid", 400)
    assert workspace.requests.count == 2
    assert [(one.method, one.path, one.status) for one in workspace.requests.last] == [
        ("GET", "/v1/users/me", 200),
        ("GET", "/v1/invalid", 400),
    ]


# ---- budgets


def test_a_budget_may_be_spent_at_once_and_is_full_again_after_the_window(
    clock: Clock,
) -> None:
    workspace = Workspace(clock=clock, requests_per_minute=3)
    api = Api(workspace)
    for _ in range(3):
        api.get("/v1/users/me")
        clock.pass_(seconds=6)
    error = api.get("/v1/users/me", 429)
    assert error["code"] == "rate_limited"
    assert error["additional_data"] == {
        "rate_limit_reason": "public_api_request_rate_limit",
        "retry_after": "42",
    }
    assert api.last.headers["retry-after"] == "42"
    clock.pass_(seconds=42)
    api.get("/v1/users/me")


def test_the_workspace_has_a_budget_of_its_own(clock: Clock) -> None:
    workspace = Workspace(clock=clock)
    workspace.limits.shared.budget = 1
    workspace.limits.shared.length = 90_000
    api = Api(workspace)
    api.get("/v1/users/me")
    data = api.get("/v1/users/me", 429)["additional_data"]
    assert data["rate_limit_reason"] == "public_api_space_request_rate_limit"
    assert data["retry_after"] == "90"


def test_without_a_budget_nothing_is_refused(api: Api) -> None:
    for _ in range(200):
        api.get("/v1/users/me")


def test_a_workspace_is_served_on_a_port(workspace: Workspace) -> None:
    source = create(workspace, "Things", {})

    async def ask() -> Json:
        async with serve(workspace) as url, httpx2.AsyncClient(base_url=url) as client:
            answer = await client.post(
                "/v1/pages",
                json={
                    "parent": {"data_source_id": source},
                    "properties": {"Name": titled("over the wire")},
                },
                headers={
                    "Authorization": f"Bearer {workspace.token}",
                    "Notion-Version": "2026-03-11",
                },
            )
            body: Json = answer.json()
            return body

    assert asyncio.run(ask())["properties"]["Name"]["title"][0]["plain_text"] == "over the wire"
