"""Each documented error looks to the public Python client as the real one does.

What it shows of an error is its class, code, status, further data and the id of the request.
Codes that the client has no name for come as `UnknownHTTPResponseError`, of the real one too.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from notion_client.errors import (
    APIResponseError,
    HTTPResponseError,
    RequestTimeoutError,
    UnknownHTTPResponseError,
)

from notion_emulator import Workspace
from tests.clients.python_client import FORMS, connected, settled
from tests.clients.serving import served
from tests.emulator.client import Clock, create, row, titled

Json = dict[str, Any]
NOWHERE = "00000000-0000-0000-0000-000000000000"
UNNAMED = "notionhq_client_response_error"


@dataclass
class Scene:
    """A client, the workspace it talks to, and a data source with one page."""

    client: Any
    workspace: Workspace
    source: str
    page: str

    def read(self) -> Any:
        return self.client.pages.retrieve(self.page)

    def write(self) -> Any:
        return self.client.pages.update(self.page, properties={"N": {"number": 2}})

    def make(self) -> Any:
        return self.client.pages.create(
            parent={"data_source_id": self.source}, properties={"Name": titled("new")}
        )

    def ask(self) -> Any:
        return self.client.data_sources.query(self.source)


Provoke = Callable[[Scene], Any]


def broken(scene: Scene) -> Any:
    """Send a body that is no JSON: the client would never, so its line is cut short."""

    def cut(request: httpx.Request) -> None:
        request.stream = httpx.ByteStream(b"{")
        request.headers["Content-Length"] = "1"

    async def cut_later(request: httpx.Request) -> None:
        cut(request)

    line = scene.client.client
    line.event_hooks = {"request": [cut if isinstance(line, httpx.Client) else cut_later]}
    return scene.write()


def without_version(scene: Scene) -> Any:
    del scene.client.client.headers["Notion-Version"]
    return scene.read()


def with_beta(scene: Scene) -> Any:
    scene.client.client.headers["Notion-Beta"] = "flying-rows-2026-10-06"
    return scene.read()


def unshared(scene: Scene) -> Any:
    scene.workspace.unshare(scene.source)
    return scene.ask()


def trashed(scene: Scene) -> Any:
    scene.workspace.trash_page(scene.page)
    return scene.write()


def spent(scene: Scene) -> Any:
    scene.workspace.limits.budget = 1
    scene.workspace.limits.spend(scene.workspace.token)
    return scene.read()


def spent_together(scene: Scene) -> Any:
    scene.workspace.limits.shared.budget = 1
    scene.workspace.limits.shared.length = 90_000
    scene.workspace.limits.spend(scene.workspace.token)
    return scene.read()


def struck(fault: str, act: Callable[[Scene], Any] = Scene.write, **rule: Any) -> Provoke:
    def provoke(scene: Scene) -> Any:
        scene.workspace.faults.add(fault, **rule)
        return act(scene)

    return provoke


def limited(reason: str, wait: str) -> Json:
    return {"rate_limit_reason": reason, "retry_after": wait}


@dataclass(frozen=True)
class Case:
    """An error: what the API calls it, how to get it, what beside the code is told.

    Attributes:
        code: Its code; empty for the edge, which answers in HTML.
        status: HTTP status.
        provoke: Brings it about.
        data: Further data, exactly; None is none.
        holds: Names that stand in the further data, where their values vary.
        known: The client has a name for the code.
        wait: The header ``Retry-After``.
    """

    code: str
    status: int
    provoke: Provoke
    data: Json | None = None
    holds: tuple[str, ...] = ()
    known: bool = True
    wait: str | None = None


SAVED = ("from", "elapsed_ms", "deadline_ms", "retry_guidance")
CASES = {
    "no JSON": Case("invalid_json", 400, broken),
    "no such address": Case(
        "invalid_request_url", 400, lambda one: one.client.request("no/such/thing", "GET")
    ),
    "not supported": Case("invalid_request", 400, struck("unsupported")),
    "no such property": Case(
        "validation_error",
        400,
        lambda one: one.client.pages.update(one.page, properties={"Nix": {"number": 2}}),
    ),
    "no uuid": Case("validation_error", 400, lambda one: one.client.pages.retrieve("AAA")),
    "no such cursor": Case(
        "validation_error",
        400,
        lambda one: one.client.data_sources.query(one.source, start_cursor=NOWHERE),
    ),
    "in the trash": Case("validation_error", 400, trashed),
    "no version": Case("missing_version", 400, without_version, known=False),
    "no such preview": Case("invalid_beta", 400, with_beta, known=False),
    "wrong token": Case(
        "unauthorized", 401, lambda one: one.client.users.me(auth="ntn_somebody_else")
    ),
    "expired token": Case("unauthorized", 401, struck("unauthorized")),
    "no capability": Case("restricted_resource", 403, struck("restricted")),
    "no blocks left": Case(
        "restricted_resource",
        403,
        struck("block_limit", Scene.make),
        {"block_limit": "block_creation"},
    ),
    "the edge refuses": Case("", 403, struck("edge_forbidden"), known=False),
    "not there": Case(
        "object_not_found",
        404,
        lambda one: one.client.pages.retrieve(NOWHERE),
        holds=("integration_id",),
    ),
    "not shared": Case("object_not_found", 404, unshared, holds=("integration_id",)),
    "conflict": Case("conflict_error", 409, struck("conflict")),
    "full": Case("row_limit_exceeded", 409, struck("row_limit", Scene.make), known=False),
    "budget spent": Case(
        "rate_limited", 429, spent, limited("public_api_request_rate_limit", "60"), wait="60"
    ),
    "budget of all spent": Case(
        "rate_limited",
        429,
        spent_together,
        limited("public_api_space_request_rate_limit", "90"),
        wait="90",
    ),
    "budget of the endpoint spent": Case(
        "rate_limited",
        429,
        struck("endpoint_rate_limited", retry_after=7),
        limited("public_api_endpoint_rate_limit", "7"),
        wait="7",
    ),
    "blocked": Case(
        "rate_limited",
        429,
        struck("blocked"),
        {"rate_limit_reason": "public_api_request_blocked"},
    ),
    "failed": Case("internal_server_error", 500, struck("internal_error")),
    "failed afterwards": Case("internal_server_error", 500, struck("internal_error_after")),
    "the edge has no answer": Case("", 502, struck("bad_gateway"), known=False),
    "away": Case("service_unavailable", 503, struck("unavailable")),
    "no connection": Case(
        "database_connection_unavailable", 503, struck("no_connection"), known=False
    ),
    "query too heavy": Case(
        "service_unavailable",
        503,
        struck("query_unavailable", Scene.ask),
        holds=("endpoint_name", "notion_error_name", "retry_guidance"),
    ),
    "saved all the same": Case(
        "service_unavailable", 503, struck("saved_unavailable"), holds=SAVED
    ),
    "made all the same": Case(
        "service_unavailable",
        503,
        struck("saved_unavailable", Scene.make),
        holds=(*SAVED, "committed_resource_id"),
    ),
    "too slow": Case("gateway_timeout", 504, struck("gateway_timeout")),
    "overloaded": Case(
        "service_overload", 529, struck("overloaded", retry_after=3), known=False, wait="3"
    ),
}
DOCUMENTED = {
    *("invalid_json", "invalid_request_url", "invalid_request", "validation_error"),
    *("missing_version", "invalid_beta", "unauthorized", "restricted_resource"),
    *("object_not_found", "conflict_error", "row_limit_exceeded", "rate_limited"),
    *("internal_server_error", "service_unavailable", "database_connection_unavailable"),
    *("gateway_timeout", "service_overload"),
}


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(clock: Clock) -> Iterator[tuple[str, Workspace]]:
    workspace = Workspace(clock=clock)
    with served(workspace) as url:
        yield url, workspace


def provoked(form: str, url: str, workspace: Workspace, provoke: Provoke) -> Any:
    """Return what the client raises."""
    source = create(workspace, "Things", {"N": {"number": {}}})
    page = row(workspace, source, "one")

    async def go() -> Any:
        async with connected(form, url, workspace.token) as client:
            with pytest.raises((HTTPResponseError, httpx.HTTPError, RequestTimeoutError)) as caught:
                await settled(provoke(Scene(client, workspace, source, page)))
            return caught.value

    return asyncio.run(go())


def test_every_documented_code_is_in_the_table() -> None:
    assert {case.code for case in CASES.values()} == DOCUMENTED | {""}


@pytest.mark.parametrize("name", CASES)
def test_an_error_is_told_as_notion_tells_it(
    name: str, form: str, place: tuple[str, Workspace]
) -> None:
    case = CASES[name]
    error = provoked(form, *place, case.provoke)
    assert type(error) is (APIResponseError if case.known else UnknownHTTPResponseError)
    assert error.status == case.status
    assert error.headers.get("retry-after") == case.wait
    if case.code == "":
        assert error.code == UNNAMED
        assert error.body.startswith("<html>")
        assert "x-notion-request-id" not in error.headers
        return
    told: Json = json.loads(error.body)
    assert told["object"] == "error"
    assert (told["status"], told["code"]) == (case.status, case.code)
    assert told["message"]
    assert told["request_id"] == error.headers["x-notion-request-id"]
    data = told.get("additional_data")
    if case.holds:
        assert set(case.holds) == set(data or {})
    else:
        assert data == case.data
    if not case.known:
        assert (error.code, error.request_id, error.additional_data) == (UNNAMED, None, None)
        return
    assert error.code == case.code
    assert str(error) == told["message"]
    assert error.request_id == told["request_id"]
    assert error.additional_data == data


def test_a_connection_that_is_closed_is_no_answer(form: str, place: tuple[str, Workspace]) -> None:
    error = provoked(form, *place, struck("cut"))
    assert isinstance(error, httpx.HTTPError)
