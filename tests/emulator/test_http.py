"""What HTTP itself says: tokens, versions, envelopes, headers, budgets."""

import asyncio
from typing import Any

import httpx2
import pytest

from notion_emulator import Switches, Workspace, create_app, serve
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


def refusal(workspace: Workspace, path: str, **headers: str) -> tuple[int, str, str]:
    """Return status, code and message of a refused GET with these headers."""

    async def send() -> httpx2.Response:
        transport = httpx2.ASGITransport(create_app(workspace))
        async with httpx2.AsyncClient(transport=transport, base_url="http://notion") as client:
            named = {key.replace("_", "-"): value for key, value in headers.items()}
            return await client.get(path, headers=named)

    answer = asyncio.run(send())
    body = answer.json()
    return answer.status_code, body["code"], body["message"]


@pytest.mark.parametrize("said", [None, "nope", "Basic YTpi", "Bearer", "token x", "Bearer a b"])
def test_what_is_no_bearer_is_refused(workspace: Workspace, said: str | None) -> None:
    headers = {} if said is None else {"authorization": said}
    wanted = 'Authorization header must use the format "Bearer <token>".'
    assert refusal(workspace, "/v1/users/me", **headers) == (401, "unauthorized", wanted)


@pytest.mark.parametrize("said", ["Bearer nope", "bearer nope", "BEARER  nope", "Bearer\tnope"])
def test_a_wrong_token_is_refused_before_the_version_is_looked_at(
    workspace: Workspace, said: str
) -> None:
    wanted = (401, "unauthorized", "API token is invalid.")
    assert refusal(workspace, "/v1/users/me", authorization=said) == wanted
    assert refusal(workspace, "/v1/users/me", authorization=said, notion_version="x") == wanted


def test_the_address_is_looked_at_before_the_token(workspace: Workspace) -> None:
    wanted = (400, "invalid_request_url", "Invalid request URL.")
    for path in ("/v1/nonsense", "/v1/pages", "/v1/users/me//", "/elsewhere"):
        assert refusal(workspace, path) == wanted


def test_a_version_is_required_and_must_be_known(workspace: Workspace) -> None:
    error = Api(workspace, version=None).get("/v1/users/me", 400)
    assert (error["code"], error["message"]) == (
        "missing_version",
        (
            "Notion-Version header failed validation: Notion-Version header should be defined, "
            "instead was `undefined`."
        ),
    )
    for version in ("2021-01-01", "2099-01-01", "banana"):
        error = Api(workspace, version=version).get("/v1/users/me", 400)
        assert (error["code"], error["message"]) == (
            "missing_version",
            (
                "Notion-Version header failed validation: Notion-Version header should be "
                '`"2021-05-11"`, `"2021-05-13"`, `"2021-08-16"`, `"2022-02-22"`, `"2022-06-28"`, '
                f'`"2025-09-03"`, or `"2026-03-11"`, instead was `"{version}"`.'
            ),
        )


def test_a_version_that_notion_knows_and_we_do_not_speak_is_said_to_be_that(
    workspace: Workspace,
) -> None:
    error = Api(workspace, version="2022-06-28").get("/v1/users/me", 400)
    assert error["code"] == "invalid_request"
    assert "speaks 2025-09-03 and 2026-03-11, not 2022-06-28" in error["message"]


def test_one_slash_at_the_end_is_no_part_of_an_address(api: Api) -> None:
    assert api.get("/v1/users/me/")["id"] == api.get("/v1/users/me")["id"]
    assert api.post("/v1/search/", {})["results"] == []


def test_a_page_is_no_database_and_says_so_while_it_is_shared(
    api: Api, workspace: Workspace
) -> None:
    source = create(workspace, "Things", {})
    database = workspace.data_source(source)["parent"]["database_id"]
    page = row(workspace, source, "One")
    assert api.get(f"/v1/pages/{database}", 400)["message"] == (
        f"Provided ID {database} is a database, not a page. Use the retrieve database API instead."
    )
    assert api.get(f"/v1/databases/{page}", 400)["message"] == (
        f"Provided database_id {page} is a page, not a database. Use the pages API instead, "
        "or pass the ID of the database itself."
    )
    for path in (f"pages/{source}", f"databases/{source}", f"blocks/{source}"):
        assert api.get(f"/v1/{path}", 404)["code"] == "object_not_found"
    for other in (page, database):
        assert api.get(f"/v1/data_sources/{other}", 404)["code"] == "object_not_found"
    workspace.unshare(database)
    for path in (f"pages/{database}", f"databases/{page}"):
        assert api.get(f"/v1/{path}", 404)["code"] == "object_not_found"


def test_a_word_that_an_endpoint_does_not_know_is_refused(clock: Clock) -> None:
    answered: list[tuple[Any, int]] = [("reject", 400), ("ignore", 200)]
    for switch, status in answered:
        workspace = Workspace(clock=clock, switches=Switches(unknown_body_key=switch))
        api = Api(workspace)
        page = workspace.create_page({"parent": {"workspace": True}})["id"]
        answers = [
            api.patch(f"/v1/pages/{page}", {"colour": "red"}, status),
            api.patch(f"/v1/blocks/{page}/children", {"children": [], "colour": "red"}, status),
            api.post("/v1/pages", {"parent": {"page_id": page}, "colour": "red"}, status),
            api.post("/v1/search", {"colour": "red"}, status),
        ]
        if status == 400:
            assert {one["message"] for one in answers} == {
                'body failed validation: body.colour should be not present, instead was `"red"`.'
            }


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


def test_a_page_size_of_nothing_is_the_default(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {})
    page = row(workspace, source, "One")
    assert len(api.query(source, {"page_size": 0})["results"]) == 1
    assert api.get("/v1/users?page_size=0")["results"]
    for path, wanted in (
        (f"comments?block_id={page}&page_size=0", "≥ `1` or `undefined`, instead was `0`"),
        (f"comments?block_id={page}&page_size=101", "≤ `100` or `undefined`, instead was `101`"),
        ("users?page_size=ten", 'a number or `undefined`, instead was `"ten"`'),
    ):
        message = api.get(f"/v1/{path}", 400)["message"]
        assert message == f"query failed validation: query.page_size should be {wanted}."


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"query": 5}, "body.query should be a string or `undefined`, instead was `5`."),
        ({"query": None}, "body.query should be a string or `undefined`, instead was `null`."),
        ({"filter": []}, "body.filter should be an object or `undefined`, instead was `[]`."),
        ({"filter": None}, "body.filter should be an object or `undefined`, instead was `null`."),
        ({"sort": "up"}, 'body.sort should be an object or `undefined`, instead was `"up"`.'),
        (
            {"filter": "page", "query": 5},
            "body.query should be a string or `undefined`, instead was `5`.",
        ),
        (
            {"sort": {"direction": "up", "timestamp": "last_edited_time"}},
            (
                'body.sort.direction should be `"ascending"`, `"descending"`, or `undefined`, '
                'instead was `"up"`.'
            ),
        ),
        ({"start_cursor": None}, "body.start_cursor should be a string or `undefined`, instead"),
    ],
)
def test_a_wrong_search_is_refused_as_observed(api: Api, body: Json, wanted: str) -> None:
    message = api.post("/v1/search", body, 400)["message"]
    assert message.startswith(f"body failed validation: {wanted}")
    sort = {"sort": {"timestamp": "created_time"}}
    assert api.post("/v1/search", sort, 400)["message"] == (
        'body.sort.timestamp should be "last_edited_time" when sorting by timestamp.'
    )


def test_a_cursor_that_is_none_is_refused_in_the_words_of_its_list(
    api: Api, workspace: Workspace
) -> None:
    page = workspace.create_page({"parent": {"workspace": True}})["id"]
    assert api.get(f"/v1/blocks/{page}/children?start_cursor=bogus", 400)["message"] == (
        "query failed validation: query.start_cursor should be a valid uuid or `undefined`, "
        'instead was `"bogus"`.'
    )
    wanted = "The start_cursor provided is invalid: bogus"
    assert api.get("/v1/users?start_cursor=bogus", 400)["message"] == wanted


def test_a_page_below_the_trash_names_its_ancestor(api: Api, workspace: Workspace) -> None:
    above = workspace.create_page({"parent": {"workspace": True}})["id"]
    page = workspace.create_page({"parent": {"page_id": above}})["id"]
    workspace.trash_page(above)
    wanted = (
        "Can't edit page on block with an archived ancestor. "
        "You must unarchive the ancestor before editing page."
    )
    assert api.get(f"/v1/pages/{page}")["in_trash"] is True
    edit = {"properties": {"title": titled("x")}}
    assert api.patch(f"/v1/pages/{page}", edit, 400)["message"] == wanted
    assert api.post("/v1/pages", {"parent": {"page_id": above}}, 400)["message"] == wanted
