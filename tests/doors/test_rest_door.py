"""The door by API key: what each answer is taken for, what is sent again, what is never told."""

from __future__ import annotations

import asyncio
import gzip
import json
import traceback
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from accord.core.errors import OurError, TheirError
from accord.core.values import Json
from accord.supabase import errors
from accord.supabase.door import PAUSES
from accord.supabase.rest_door import RestDoor
from accord.supabase.rest_errors import LONGEST_WAIT
from accord.supabase_address import RestApi

KEY = "sb_secret_hidden-word"
Answer = Callable[[httpx2.Request], httpx2.Response]


class Api:
    """A Data API that answers in turn what it was given, the last one for ever."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []
        self.pauses: list[float] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def call(self, function: str = "echo_v1", *args: Json, fence: int | None = None) -> Json:
        """Call once through a door of its own."""

        async def once() -> Json:
            door = RestDoor(
                RestApi("https://project.example.org", KEY),
                sleep=self.sleep,
                transport=httpx2.MockTransport(self),
            )
            async with door:
                door.fence = fence
                return await door.write(function, *args)

        return asyncio.run(once())

    def fail(self, function: str = "echo_v1", *args: Json) -> TheirError:
        """Call once, which must fail; nothing that is secret is told."""
        with pytest.raises(TheirError) as caught:
            self.call(function, *args)
        told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
        assert "hidden-word" not in told
        return caught.value


def said(status: int, code: str | None = None, message: str = "so it is") -> httpx2.Response:
    """An answer as PostgREST gives it."""
    body = {"code": code, "details": None, "hint": None, "message": message}
    return httpx2.Response(status, json=body)


def test_a_call_is_one_request_to_the_one_function() -> None:
    api = Api(httpx2.Response(200, json={"a": [1, None]}))
    assert api.call("sight_v1", {"b": "ä"}, ["c"]) == {"a": [1, None]}
    (request,) = api.requests
    assert str(request.url) == "https://project.example.org/rest/v1/rpc/sync_call_v1"
    assert json.loads(request.content) == {
        "p_function": "sight_v1",
        "p_args": [{"b": "ä"}, ["c"]],
    }
    assert request.headers["apikey"] == KEY
    assert "authorization" not in request.headers
    assert request.headers["accept-encoding"] == "gzip"
    assert request.headers["content-profile"] == "public"


def test_a_write_under_a_lease_names_its_fence() -> None:
    api = Api(httpx2.Response(200, text="null"))
    assert api.call("stamped_v1", ["x"], fence=7) is None
    (request,) = api.requests
    assert json.loads(request.content) == {
        "p_function": "fenced_v1",
        "p_args": ["default", 7, "stamped_v1", [["x"]]],
    }


def test_a_packed_answer_is_unpacked() -> None:
    packed = gzip.compress(b'["x"]')
    answer = httpx2.Response(200, content=packed, headers={"content-encoding": "gzip"})
    assert Api(answer).call() == ["x"]


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (httpx2.Response(401, json={"message": "Invalid API key"}), errors.AccessDenied, "revoked"),
        (said(401, "PGRST301", "JWSError"), errors.AccessDenied, "secret key"),
        (said(401, "PGRST303", "JWT expired"), errors.AccessDenied, "JWT expired"),
        (said(401, "42501", "permission denied"), errors.AccessDenied, "secret key"),
        (said(403, "42501", "permission denied for function sight_v1"), errors.AccessDenied,
         'GRANT EXECUTE ON FUNCTION sight_v1 TO "service_role"'),
        (said(404, "PGRST202"), errors.SchemaMissing, "tools.supabase_db_setup"),
        (
            said(406, "PGRST106", "Invalid schema: public"),
            errors.UnknownSupabaseError,
            "exposes the schema public",
        ),
        (said(404, "42883"), errors.SchemaMissing, "tools.supabase_db_setup"),
        (said(400, "42703"), errors.SchemaOutdated, "tools.supabase_db_setup"),
        (said(405, "25006", "cannot execute INSERT in a read-only transaction"), errors.ReadOnly,
         "above its plan's size"),
        (said(503, "53100", "could not extend file"), errors.DiskFull, "no room left"),
        (said(409, "PT409"), errors.LeaseLostError, "taken over"),
        (said(500, "57014"), errors.TooMuch, "too long"),
        (httpx2.Response(413, text="too large"), errors.TooMuch, "more than it takes"),
        (said(500, "XX000"), errors.UnknownSupabaseError, "SQLSTATE XX000"),
        (said(400, "PGRST999"), errors.UnknownSupabaseError, "so it is"),
        (httpx2.Response(402, json={"message": "exceed_db_size_quota"}), errors.Restricted,
         "exceed_db_size_quota"),
        (httpx2.Response(540, text="paused"), errors.Restricted, "Restore it"),
        (httpx2.Response(404, text="<html>"), errors.UnknownSupabaseError, "SUPABASE_URL"),
        (httpx2.Response(301, headers={"location": "https://x"}), errors.UnknownSupabaseError,
         "HTTP 301"),
        (httpx2.Response(200, text="<html>", headers={"content-type": "text/html"}),
         errors.UnknownSupabaseError, "text/html"),
        (httpx2.Response(400, json=["odd"]), errors.UnknownSupabaseError, "HTTP 400"),
        (said(400, "x", f"you sent {KEY}"), errors.UnknownSupabaseError, "(key)"),
    ],
)  # fmt: skip
def test_each_trouble_has_its_name_and_is_not_asked_for_again(
    answer: httpx2.Response, kind: type[TheirError], words: str
) -> None:
    api = Api(answer)
    error = api.fail()
    assert type(error) is kind
    assert words in str(error)
    assert error.remedy
    assert api.pauses == []
    assert len(api.requests) == 1


PASSING: list[Any] = [
    *(httpx2.Response(status, text="bad gateway") for status in (500, 502, 503, 504, 522, 544)),
    said(503, "08006"),
    said(503, "53300"),
    said(500, "57P01"),
    said(503, "PGRST001"),
    httpx2.ReadTimeout("slow"),
    httpx2.ReadError("cut"),
    httpx2.RemoteProtocolError("cut"),
    httpx2.WriteError("cut"),
]
SURE: list[Any] = [
    said(500, "40P01"),
    said(500, "40001"),
    said(503, "PGRST000"),
    said(503, "PGRST002"),
    said(504, "PGRST003"),
    httpx2.Response(429, text="slowly"),
    httpx2.ConnectError("nobody"),
    httpx2.ConnectTimeout("nobody"),
]


@pytest.mark.parametrize("trouble", [*PASSING, *SURE])
def test_what_may_pass_is_asked_again_after_a_pause(trouble: Any) -> None:
    api = Api(trouble, trouble, httpx2.Response(200, json="at last"))
    assert api.call() == "at last"
    assert api.pauses == list(PAUSES[:2])


@pytest.mark.parametrize("trouble", [*PASSING, *SURE])
def test_what_does_not_pass_is_told(trouble: Any) -> None:
    api = Api(trouble)
    error = api.fail()
    assert error.remedy
    assert api.pauses == list(PAUSES)


@pytest.mark.parametrize("trouble", PASSING)
def test_what_must_happen_once_is_not_sent_again_when_nobody_knows(trouble: Any) -> None:
    api = Api(trouble)
    api.fail("begin_round_v1", "now", "both")
    assert len(api.requests) == 1


@pytest.mark.parametrize("trouble", SURE)
def test_what_must_happen_once_is_sent_again_when_it_surely_did_not(trouble: Any) -> None:
    api = Api(trouble, httpx2.Response(200, json=5))
    assert api.call("begin_round_v1", "now", "both") == 5


@pytest.mark.parametrize(
    ("header", "waited"), [("7", 7.0), ("3600", LONGEST_WAIT), ("soon", PAUSES[0])]
)
def test_a_pause_that_is_asked_for_is_kept(header: str, waited: float) -> None:
    slowly = httpx2.Response(429, headers={"retry-after": header})
    api = Api(slowly, httpx2.Response(200, json=1))
    assert api.call() == 1
    assert api.pauses == [waited]


def test_numbers_beyond_any_double_can_be_read() -> None:
    assert Api(httpx2.Response(200, text="1" + "0" * 400)).call() == float("inf")


def test_what_is_not_json_is_our_own_fault() -> None:
    with pytest.raises(OurError, match="echo_v1"):
        Api(httpx2.Response(200)).call("echo_v1", object())


def test_nothing_that_shows_the_door_shows_the_key() -> None:
    door = RestDoor(RestApi("https://project.example.org", KEY))
    assert repr(door) == "RestDoor('project.example.org')"
    asyncio.run(door.close())
