"""What the plan of faults does to requests, over HTTP and in the log."""

import asyncio
from typing import Any

import httpx2
import pytest

from notion_emulator import Workspace, create_app, serve
from notion_emulator.faults import FAULTS, Asked, FaultPlan, Rule
from notion_emulator.traffic import Request as Logged
from tests.emulator.client import Api, Clock, create, row, text, titled

Json = dict[str, Any]
GUIDANCE = [
    "Read the object again to confirm the saved change.",
    "Do not repeat the write.",
]


@pytest.fixture
def source(workspace: Workspace) -> str:
    return create(workspace, "Things", {"N": {"number": {}}})


def raw(workspace: Workspace, method: str, path: str, body: object = None) -> httpx2.Response:
    async def send() -> httpx2.Response:
        transport = httpx2.ASGITransport(create_app(workspace))
        async with httpx2.AsyncClient(transport=transport, base_url="http://notion") as client:
            return await client.request(method, path, json=body, headers=headers(workspace))

    return asyncio.run(send())


def last(workspace: Workspace) -> Logged:
    return workspace.requests.last[-1]


def headers(workspace: Workspace) -> dict[str, str]:
    return {"Authorization": f"Bearer {workspace.token}", "Notion-Version": "2026-03-11"}


def new(source: str, name: str = "One") -> Json:
    return {"parent": {"data_source_id": source}, "properties": {"Name": titled(name)}}


# ---- the plan


def test_a_rule_strikes_the_requests_it_names_and_no_others() -> None:
    plan = FaultPlan()
    plan.add("conflict", method="PATCH", path="/v1/pages/*", nth=(2, 3))
    page, other = Asked("PATCH", "/v1/pages/a"), Asked("PATCH", "/v1/databases/a")
    struck = [bool(plan.struck_by(one)) for one in (page, other, page, page, page)]
    assert struck == [False, False, True, True, False]
    assert not plan.struck_by(Asked("POST", "/v1/pages"))


def test_a_rule_may_be_used_up() -> None:
    plan = FaultPlan()
    plan.add("internal_error", times=2)
    asked = Asked("GET", "/v1/users/me")
    assert [bool(plan.struck_by(asked)) for _ in range(4)] == [True, True, False, False]


def test_a_seed_decides_and_the_rates_are_kept() -> None:
    def struck(seed: int) -> list[str]:
        plan = FaultPlan()
        plan.draw({"conflict": 0.1, "cut_after": 0.2}, seed)
        asked = Asked("PATCH", "/v1/pages/a")
        return ["".join(one.rule.fault for one in plan.struck_by(asked)) for _ in range(2000)]

    first = struck(1)
    assert first == struck(1) != struck(2)
    assert 150 < first.count("conflict") < 250
    assert 300 < first.count("cut_after") < 420


def test_a_fault_strikes_only_what_it_is_about() -> None:
    query = Asked("POST", "/v1/data_sources/x/query")
    further = Asked("POST", "/v1/data_sources/x/query", {}, "s:1:2")
    write, read = Asked("PATCH", "/v1/pages/x"), Asked("GET", "/v1/pages/x")
    for name, fault in FAULTS.items():
        struck = [one for one in (query, further, write, read) if Rule(name).fits(one)]
        assert (
            struck
            == {
                "anything": [query, further, write, read],
                "writes": [write],
                "queries": [query, further],
                "further pages": [further],
            }[fault.about]
        )


def test_a_wrong_rule_is_refused() -> None:
    wrongs: list[Json] = [{"fault": "gremlins"}, {"probability": 2}, {"nth": (0,)}]
    for wrong in wrongs:
        with pytest.raises(ValueError, match=r"fault|probability|nth"):
            Rule(**{"fault": "conflict", **wrong})


# ---- errors before anything is done


@pytest.mark.parametrize(
    ("fault", "status", "code", "more"),
    [
        ("bad_request", 400, "validation_error", None),
        ("unauthorized", 401, "unauthorized", None),
        ("conflict", 409, "conflict_error", None),
        (
            "rate_limited",
            429,
            "rate_limited",
            {"rate_limit_reason": "public_api_request_rate_limit", "retry_after": "12"},
        ),
        (
            "workspace_rate_limited",
            429,
            "rate_limited",
            {"rate_limit_reason": "public_api_space_request_rate_limit", "retry_after": "90"},
        ),
        (
            "endpoint_rate_limited",
            429,
            "rate_limited",
            {"rate_limit_reason": "public_api_endpoint_rate_limit", "retry_after": "30"},
        ),
        (
            "blocked",
            429,
            "rate_limited",
            {"rate_limit_reason": "public_api_request_blocked"},
        ),
        ("internal_error", 500, "internal_server_error", None),
        ("unavailable", 503, "service_unavailable", None),
        ("gateway_timeout", 504, "gateway_timeout", None),
        ("overloaded", 529, "service_overload", None),
    ],
)
def test_a_refusal_leaves_everything_as_it_was(
    workspace: Workspace, api: Api, source: str, fault: str, status: int, code: str, more: Any
) -> None:
    workspace.faults.add(fault, times=1)
    error = api.post("/v1/pages", new(source), status)
    assert (error["object"], error["status"], error["code"]) == ("error", status, code)
    assert error.get("additional_data") == more
    assert error["request_id"] == api.last.headers["x-notion-request-id"]
    wait = api.last.headers.get("retry-after")
    assert wait == ((more or {}).get("retry_after") or {"overloaded": "5"}.get(fault))
    assert workspace.query(source) == []
    assert last(workspace).faults == (fault,)
    assert (workspace.requests.count, last(workspace).status) == (1, status)
    api.post("/v1/pages", new(source))
    assert last(workspace).faults == ()


def test_a_refusal_says_to_wait_as_long_as_the_rule_says(workspace: Workspace, api: Api) -> None:
    workspace.faults.add("workspace_rate_limited", retry_after=240)
    error = api.get("/v1/users/me", 429)
    assert api.last.headers["retry-after"] == error["additional_data"]["retry_after"] == "240"


@pytest.mark.parametrize(("fault", "status"), [("bad_gateway", 502), ("edge_forbidden", 403)])
def test_the_edge_answers_html_without_a_request_id(
    workspace: Workspace, source: str, fault: str, status: int
) -> None:
    workspace.faults.add(fault)
    answer = raw(workspace, "POST", "/v1/pages", new(source))
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<html>")
    assert "x-notion-request-id" not in answer.headers
    assert "cf-ray" in answer.headers
    assert workspace.query(source) == []


def test_a_query_finds_no_connection_to_the_database(
    workspace: Workspace, api: Api, source: str
) -> None:
    workspace.faults.add("query_unavailable")
    data = api.query(source, status=503)["additional_data"]
    assert data == {
        "endpoint_name": "public_queryDataSource",
        "notion_error_name": "PgPoolWaitConnectionTimeout",
        "retry_guidance": [
            "Use exponential backoff with jitter",
            "Reduce page_size",
            "Narrow query filters/sorts",
        ],
    }
    api.get(f"/v1/data_sources/{source}")


# ---- what was done and not told


def test_a_saved_page_is_named_by_the_503(workspace: Workspace, api: Api, source: str) -> None:
    workspace.faults.add("saved_unavailable", times=1)
    error = api.post("/v1/pages", new(source), 503)
    [page] = workspace.query(source)
    assert list(error) == [
        "object",
        "status",
        "code",
        "message",
        "additional_data",
        "request_id",
    ]
    assert error["message"] == (
        "The change was saved, but the response could not be built in time. "
        "Read the object again instead of repeating the write."
    )
    assert error["additional_data"] == {
        "from": "publicApi.pageObjectPointerToPageObject.beforePreload",
        "elapsed_ms": "55012",
        "deadline_ms": "55000",
        "retry_guidance": GUIDANCE,
        "committed_resource_id": page["id"],
    }
    logged = last(workspace)
    assert (logged.status, logged.faults) == (503, ("saved_unavailable",))
    assert ("page.created", page["id"]) in logged.changes


def test_a_saved_edit_is_not_named_by_the_503(workspace: Workspace, api: Api, source: str) -> None:
    page = row(workspace, source, "One")
    workspace.faults.add("saved_unavailable", method="PATCH")
    path, body = f"/v1/pages/{page}", {"properties": {"N": {"number": 7}}}
    data = api.patch(path, body, 503)["additional_data"]
    assert data["retry_guidance"] == GUIDANCE
    assert "committed_resource_id" not in data
    assert api.get(path)["properties"]["N"]["number"] == 7


def test_saved_blocks_are_named_by_the_503(workspace: Workspace, api: Api, source: str) -> None:
    page = row(workspace, source, "One")
    workspace.faults.add("saved_unavailable", times=1)
    path = f"/v1/blocks/{page}/children"
    block = {"type": "paragraph", "paragraph": {"rich_text": text("new")}}
    data = api.patch(path, {"children": [block]}, 503)["additional_data"]
    [made] = api.get(path)["results"]
    assert data["committed_resource_id"] == page
    assert data["committed_child_ids"] == [made["id"]]


def test_a_refused_write_is_never_said_to_be_saved(
    workspace: Workspace, api: Api, source: str
) -> None:
    workspace.faults.add("saved_unavailable")
    body = new(source)
    body["properties"]["Nowhere"] = {"number": 1}
    assert "Nowhere" in api.post("/v1/pages", body, 400)["message"]
    assert last(workspace).faults == ()


@pytest.mark.parametrize(
    ("fault", "status"),
    [("gateway_timeout_after", 504), ("internal_error_after", 500), ("bad_gateway_after", 502)],
)
def test_work_is_done_though_the_answer_is_lost(
    workspace: Workspace, source: str, fault: str, status: int
) -> None:
    workspace.faults.add(fault)
    assert raw(workspace, "POST", "/v1/pages", new(source)).status_code == status
    assert len(workspace.query(source)) == 1
    assert workspace.requests.count == 1


@pytest.mark.parametrize(("fault", "left"), [("cut", 0), ("cut_after", 1)])
def test_a_cut_connection_is_a_protocol_error_in_process(
    workspace: Workspace, source: str, fault: str, left: int
) -> None:
    workspace.faults.add(fault, times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        raw(workspace, "POST", "/v1/pages", new(source))
    assert len(workspace.query(source)) == left
    assert last(workspace).status == 0
    assert raw(workspace, "GET", "/v1/users/me").status_code == 200


@pytest.mark.parametrize(("fault", "left"), [("cut", 0), ("cut_after", 1)])
def test_a_cut_connection_is_closed_on_the_wire(
    workspace: Workspace, source: str, fault: str, left: int
) -> None:
    workspace.faults.add(fault, times=1)

    async def talk() -> bytes:
        async with serve(workspace) as url:
            port = int(url.rsplit(":", 1)[1])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            request = httpx2.Request(
                "POST", f"{url}/v1/pages", json=new(source), headers=headers(workspace)
            )
            lines = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
            writer.write(f"POST /v1/pages HTTP/1.1\r\n{lines}\r\n".encode() + request.content)
            said = await reader.read()  # until the other side has closed
            writer.close()
            async with httpx2.AsyncClient(base_url=url, headers=headers(workspace)) as client:
                assert (await client.get("/v1/users/me")).status_code == 200
            return said

    assert asyncio.run(talk()) == b""
    assert len(workspace.query(source)) == left


# ---- beside the answer


def test_a_slow_answer_waits_as_it_is_told(workspace: Workspace, api: Api, clock: Clock) -> None:
    async def sleep(seconds: float) -> None:
        clock.pass_(seconds=seconds)

    workspace.faults.sleep = sleep
    source = create(workspace, "Things", {})
    workspace.faults.add("slow", seconds=45)
    workspace.faults.add("slow_after", seconds=10, nth=(2,))
    page = api.post("/v1/pages", new(source))
    assert page["created_time"] == "2026-11-22T10:05:00.000Z"  # 45 s after 10:04:30
    before = clock.now
    api.get("/v1/users/me")
    assert (clock.now - before).total_seconds() == 55
    assert last(workspace).faults == ("slow", "slow_after")


def test_a_cursor_may_be_lost(workspace: Workspace, api: Api, source: str) -> None:
    for one in range(4):
        row(workspace, source, str(one))
    workspace.faults.add("cursor_lost", times=1)
    cursor = api.query(source, {"page_size": 2})["next_cursor"]
    again = {"page_size": 2, "start_cursor": cursor}
    error = api.query(source, again, 400)
    assert error["code"] == "validation_error"
    assert error["message"] == f"The start_cursor provided is invalid: {cursor}"
    assert len(api.query(source, again)["results"]) == 2
    workspace.faults.clear()
    workspace.faults.add("cursor_lost")
    first = api.get("/v1/users?page_size=1")
    workspace.add_person("Ada")
    api.get(f"/v1/users?start_cursor={first['next_cursor'] or workspace.bot_id}", 400)


def test_rows_change_between_the_pages_of_a_walk(
    workspace: Workspace, api: Api, source: str
) -> None:
    ada = workspace.add_person("Ada")
    pages = [row(workspace, source, str(one)) for one in range(4)]
    workspace.faults.add(
        "rows_change",
        times=1,
        actions=(
            {"do": "trash", "page_id": pages[0]},
            {"do": "edit", "page_id": pages[1], "properties": {"N": {"number": 5}}},
            {"do": "insert", "data_source_id": source, "properties": {"Name": titled("new")}},
        ),
    )
    rows = api.walk(source, size=2)
    names = [one["properties"]["Name"]["title"][0]["plain_text"] for one in rows]
    assert names == ["3", "2", "1"]  # the new row stands before the place of the cursor
    assert (rows[2]["properties"]["N"]["number"], rows[2]["last_edited_by"]["id"]) == (5, ada)
    assert last(workspace).changes == ()  # the person did it, not the request


def test_a_hook_may_do_anything_between_the_pages(
    workspace: Workspace, api: Api, source: str
) -> None:
    pages = [row(workspace, source, str(one)) for one in range(4)]
    workspace.faults.add("rows_change", hook=lambda space: space.unshare(source) or None, times=1)
    cursor = api.query(source, {"page_size": 2})["next_cursor"]
    api.query(source, {"page_size": 2, "start_cursor": cursor}, 404)
    assert len(pages) == 4


def test_rows_change_by_chance_alike_under_one_seed(clock: Clock) -> None:
    def walked(seed: int) -> list[str]:
        workspace = Workspace(clock=clock, seed=3)
        source = create(workspace, "Things", {})
        for one in range(12):
            row(workspace, source, str(one))
        workspace.faults.draw({"rows_change": 1.0}, seed)
        Api(workspace).walk(source, size=3)
        rows = workspace.query(source)
        return [one["properties"]["Name"]["title"][0]["plain_text"] for one in rows]

    outcomes = [walked(seed) for seed in range(4)]
    assert walked(0) == outcomes[0]
    assert any(one != outcomes[0] for one in outcomes)
    untouched = [str(one) for one in reversed(range(12))]
    assert all(one != untouched for one in outcomes)


def test_search_may_lag_and_leave_out(workspace: Workspace, api: Api, clock: Clock) -> None:
    source = create(workspace, "Things", {})
    pages = [row(workspace, source, str(one)) for one in range(100)]
    blindness = workspace.searches.blindness

    def found() -> set[str]:
        answer = api.post("/v1/search", {"filter": {"property": "object", "value": "page"}})
        return {one["id"] for one in answer["results"]}

    blindness.lag_seconds = 30
    assert found() == set()
    clock.pass_(seconds=31)
    assert found() == set(pages)
    blindness.omitted.add(pages[0])
    assert found() == set(pages[1:])
    blindness.omitted.clear()
    blindness.rate = 0.2
    seen = found()
    assert 60 < len(seen) < 95
    assert seen == found()


# ---- the log


def test_the_log_says_what_a_request_changed(workspace: Workspace, api: Api, source: str) -> None:
    page = row(workspace, source, "One")
    api.get(f"/v1/pages/{page}")
    assert last(workspace).changes == ()
    api.patch(f"/v1/pages/{page}", {"properties": {"N": {"number": 1}}})
    assert last(workspace).changes == (("page.properties_updated", page),)
    api.patch(f"/v1/pages/{page}", {"in_trash": True})
    assert last(workspace).changes == (
        ("page.deleted", page),
        ("data_source.content_updated", source),
    )
    api.patch(f"/v1/data_sources/{source}", {"properties": {"M": {"number": {}}}})
    assert last(workspace).changes == (("data_source.schema_updated", source),)


def test_the_log_is_bounded(workspace: Workspace) -> None:
    for _ in range(10_010):
        workspace.requests.add("GET", "/v1/users/me", 200)
    assert (workspace.requests.count, len(workspace.requests.last)) == (10_010, 10_000)
