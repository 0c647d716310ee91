"""The line to Notion: what is repeated, how long it waits, and what never leaves it."""

import asyncio
import gzip
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import orjson
import pytest

import accord
from accord.core.errors import ConfigurationError
from accord.notion import calls
from accord.notion.calls import Call
from accord.notion.client import NotionClient
from accord.notion.errors import CallError, RateLimitedError
from accord.notion.pacer import Pacer
from tests.notion.stage import NOON, TOKEN, URL, VirtualClock, Wire, client_of, refusal

GET = calls.get_page("p")
DELETE = Call("DELETE", "/v1/blocks/b")
QUERY = calls.query("d")
SEARCH = calls.search_trash()
PATCH = Call("PATCH", "/v1/pages/p", body={})
CREATE = Call("POST", "/v1/pages", body={})
EVERY = (GET, DELETE, QUERY, SEARCH, PATCH, CREATE)
SAFE = (GET, DELETE, QUERY, SEARCH)
HTML = {"content-type": "text/html"}


def answers(
    wire: Wire, *script: httpx2.Response | Exception, then: httpx2.Response | None = None
) -> None:
    left = list(script)

    def play(_: httpx2.Request) -> httpx2.Response | Exception:
        return left.pop(0) if left else then or httpx2.Response(200, json={"object": "page"})

    wire.fault = play


def send(wire: Wire, call: Call, clock: VirtualClock | None = None, **options: Any) -> Any:
    async def play() -> Any:
        async with client_of(wire, clock, **options) as client:
            return await client.send(call)

    return asyncio.run(play())


SAVED: Any = {"committed_resource_id": "11111111-1111-4111-8111-111111111111"}
BLOCKED: Any = {"rate_limit_reason": "public_api_request_blocked"}
FEWER: Any = {"retry_guidance": ["Use exponential backoff with jitter", "Reduce page_size"]}
TABLE: list[tuple[str, httpx2.Response | Exception, Sequence[Call]]] = [
    ("rate limited", refusal(429, "rate_limited"), EVERY),
    ("rate limited by the edge", httpx2.Response(429, headers=HTML), EVERY),
    ("blocked", refusal(429, "rate_limited", **BLOCKED), ()),
    ("overloaded", refusal(529, "service_overload"), EVERY),
    ("collision", refusal(409, "conflict_error"), (*SAFE, PATCH)),
    ("collision, saved", refusal(409, "conflict_error", **SAVED), SAFE),
    ("full", refusal(409, "row_limit_exceeded"), ()),
    ("failed", refusal(500, "internal_server_error"), SAFE),
    ("bad gateway", httpx2.Response(502, headers=HTML), SAFE),
    ("unavailable", refusal(503, "service_unavailable"), SAFE),
    (
        "unavailable, ask for less",
        refusal(503, "service_unavailable", **FEWER),
        (GET, DELETE, SEARCH),
    ),
    ("too slow inside", refusal(504, "gateway_timeout"), SAFE),
    ("the edge's own error", httpx2.Response(522, headers=HTML), SAFE),
    ("a stranger's page", httpx2.Response(200, headers=HTML), SAFE),
    ("an unknown failure", refusal(599, "news"), SAFE),
    ("an unknown refusal", refusal(418, "teapot"), ()),
    ("connection broken", httpx2.ReadError("reset"), SAFE),
    ("closed without a word", httpx2.RemoteProtocolError("closed"), SAFE),
    ("no answer in time", httpx2.ReadTimeout("slow"), SAFE),
    ("no connection", httpx2.ConnectError("refused"), EVERY),
    ("no connection in time", httpx2.ConnectTimeout("slow"), EVERY),
    ("wrong", refusal(400, "validation_error"), ()),
    ("wrong token", refusal(401, "unauthorized"), ()),
    ("not allowed", refusal(403, "restricted_resource"), ()),
    ("not there", refusal(404, "object_not_found"), ()),
    ("kept out by the edge", httpx2.Response(403, headers=HTML), ()),
]


@pytest.mark.parametrize("call", EVERY, ids=str)
@pytest.mark.parametrize(
    ("answer", "repeated_for"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_a_call_is_repeated_where_it_cannot_do_harm_and_nowhere_else(
    answer: httpx2.Response | Exception, repeated_for: Sequence[Call], call: Call
) -> None:
    wire = Wire()
    answers(wire, answer)
    if call in repeated_for:
        assert send(wire, call) == {"object": "page"}
        assert len(wire.requests) == 2
    else:
        with pytest.raises(CallError):
            send(wire, call)
        assert len(wire.requests) == 1


def test_attempts_are_bounded_and_pauses_double() -> None:
    wire, clock = Wire(), VirtualClock()
    wire.fault = lambda _: refusal(500, "internal_server_error")
    with pytest.raises(CallError):
        send(wire, GET, clock, attempts=8)
    assert len(wire.requests) == 8
    assert clock.naps == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_pauses_are_of_uneven_length_and_never_less_than_half() -> None:
    wire, clock = Wire(), VirtualClock()
    wire.fault = lambda _: refusal(500, "internal_server_error")

    async def play() -> None:
        async with NotionClient(
            TOKEN, URL, transport=wire, clock=clock, random=iter([0.0, 0.5]).__next__, attempts=3
        ) as client:
            await client.send(GET)

    with pytest.raises(CallError):
        asyncio.run(play())
    assert clock.naps == [0.5, 1.5]


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (refusal(429, "rate_limited", headers={"Retry-After": "37"}), 37.0),
        (refusal(429, "rate_limited", retry_after="12"), 12.0),
        (refusal(429, "rate_limited", headers={"Retry-After": "310"}), 310.0),
        (refusal(529, "service_overload", headers={"Retry-After": "5"}), 5.0),
        (refusal(429, "rate_limited"), 1.0),
        (refusal(429, "rate_limited", headers={"Retry-After": "0"}), 1.0),
        (refusal(503, "service_unavailable", headers={"Retry-After": "9"}), 9.0),
    ],
)
def test_a_time_that_notion_names_is_waited(answer: httpx2.Response, seconds: float) -> None:
    wire, clock = Wire(), VirtualClock()
    answers(wire, answer)
    send(wire, GET, clock)
    assert clock.now() == pytest.approx(seconds)


def test_while_notion_asks_to_wait_nobody_else_asks_either() -> None:
    wire, clock = Wire(), VirtualClock()
    pacer = Pacer(0, clock)
    sent: list[float] = []

    def fault(_: httpx2.Request) -> httpx2.Response:
        sent.append(clock.now())
        if len(sent) == 1:
            return refusal(429, "rate_limited", headers={"Retry-After": "100"})
        return httpx2.Response(200, json={})

    wire.fault = fault

    async def play() -> None:
        async with client_of(wire, clock, pacer=pacer, attempts=1) as client:
            with pytest.raises(RateLimitedError) as caught:
                await client.send(CREATE)
            assert caught.value.retry_after == 100.0
            await client.send(GET)

    asyncio.run(play())
    assert sent == [0.0, 100.0]
    assert pacer.outcomes == {"rate_limited": 1, "ok": 1}


def test_every_attempt_is_counted_and_takes_its_place_in_the_budget() -> None:
    wire, clock = Wire(), VirtualClock()
    answers(wire, httpx2.ReadError("reset"), httpx2.ReadError("reset"))

    async def play() -> int:
        async with client_of(wire, clock, pacer=Pacer(2, clock)) as client:
            await client.send(GET)
            return client.requests

    assert asyncio.run(play()) == 3
    assert clock.now() >= 60.0


def test_a_request_says_who_asks_and_which_edition_it_speaks() -> None:
    wire = Wire()
    answers(wire)
    send(wire, QUERY)
    sent = wire.requests[0]
    assert sent.headers["authorization"] == f"Bearer {TOKEN}"
    assert sent.headers["notion-version"] == "2026-03-11"
    assert sent.headers["user-agent"] == f"accord/{accord.__version__}"
    assert "gzip" in sent.headers["accept-encoding"]
    assert sent.headers["content-type"] == "application/json"
    assert orjson.loads(sent.content) == {"page_size": 100}
    assert sent.extensions["timeout"] == {
        "connect": 10.0,
        "read": 65.0,
        "write": 65.0,
        "pool": None,
    }


def test_a_compressed_answer_is_read() -> None:
    wire = Wire()
    packed = gzip.compress(b'{"object":"page","id":"x"}')
    answers(wire, httpx2.Response(200, content=packed, headers={"content-encoding": "gzip"}))
    assert send(wire, GET) == {"object": "page", "id": "x"}


def test_half_a_surrogate_pair_passes_both_ways() -> None:
    wire = Wire()
    answers(wire, httpx2.Response(200, content=b'{"text":"\\ud83d cut"}'))
    body = {"text": "\ud83d cut"}
    assert send(wire, Call("POST", "/v1/search", body=body, repeatable=True)) == body
    assert wire.requests[0].content == b'{"text": "\\ud83d cut"}'


@pytest.mark.parametrize("property_id", ["%3FbAF", "o_yF", "%5Ckxk", "a~(!)", "%25aa"])
def test_a_property_id_stands_in_the_path_as_notion_writes_it(property_id: str) -> None:
    wire = Wire()
    answers(wire)
    send(wire, calls.get_property("p", property_id, "c d"))
    path = wire.requests[0].url.raw_path.decode()
    assert path.startswith(f"/v1/pages/p/properties/{property_id}?page_size=100&start_cursor=c")


def test_notions_clock_is_its_last_date_and_the_time_since() -> None:
    wire, clock = Wire(), VirtualClock()
    dated = httpx2.Response(200, json={}, headers={"date": "Sun, 01 Mar 2026 08:15:30 GMT"})
    answers(wire, dated, then=httpx2.Response(200, json={}, headers={"date": "nonsense"}))

    async def play() -> tuple[datetime, datetime, datetime]:
        async with client_of(wire, clock) as client:
            before = client.server_now()
            await client.send(GET)
            heard = client.server_now()
            await clock.sleep(45.0)
            await client.send(GET)
            return before, heard, client.server_now()

    before, heard, later = asyncio.run(play())
    assert before == NOON
    assert heard == datetime(2026, 3, 1, 8, 15, 30, tzinfo=UTC)
    assert later == heard + timedelta(seconds=45)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.notion.com",
        "http://10.0.0.7:8080",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "ftp://api.notion.com",
        "api.notion.com",
        "https://",
        "",
        "https://user:hunter2@api.notion.com",
        "http://[broken",
    ],
)
def test_the_token_is_not_sent_where_others_can_read_it(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        NotionClient(TOKEN, url)
    assert "NOTION_API_URL" in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.notion.com",
        "https://api.notion.com/",
        "http://127.0.0.1:8080",
        "http://127.9.0.1",
        "http://localhost:1234",
        "http://[::1]:80",
    ],
)
def test_the_token_is_sent_by_https_and_within_this_machine(url: str) -> None:
    NotionClient(TOKEN, url)


@pytest.mark.parametrize("token", ["", " ", "ntn_abc\n", "ntn abc", "“ntn_abc”"])
def test_a_token_that_cannot_be_one_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        NotionClient(token)
    assert "NOTION_API_TOKEN" in str(caught.value)
    assert not token.strip() or token not in str(caught.value)


def test_wrong_token_and_wrong_address_are_told_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        NotionClient("", "http://example.com")
    assert len(caught.value.problems) == 2


def test_a_proxy_never_sees_what_goes_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://10.1.1.1:3128")
    monkeypatch.setenv("HTTPS_PROXY", "http://10.1.1.1:3128")
    assert not NotionClient(TOKEN, URL)._line()._mounts
    assert NotionClient(TOKEN)._line()._mounts


def test_redirects_are_not_followed_with_the_token() -> None:
    wire = Wire()
    away = httpx2.Response(307, headers={"location": "http://example.com/"})
    wire.fault = lambda _: away
    with pytest.raises(CallError):
        send(wire, PATCH)
    assert len(wire.requests) == 1
