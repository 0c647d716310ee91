"""The tree of Notion's errors is complete, honest about what was done, and keeps the secret."""

import asyncio
from typing import Any

import httpx2
import pytest

from accord.core.errors import NotionError
from accord.notion import errors
from accord.notion.calls import Call, get_me
from accord.notion.errors import CallError, Failure, error_of, seconds_to_wait
from tests.notion.stage import TOKEN, Wire, client_of, refusal

CODES = {
    (400, "invalid_json"): errors.InvalidJsonError,
    (400, "invalid_request_url"): errors.InvalidRequestUrlError,
    (400, "invalid_request"): errors.InvalidRequestError,
    (400, "validation_error"): errors.ValidationError,
    (400, "missing_version"): errors.MissingVersionError,
    (400, "invalid_beta"): errors.InvalidBetaError,
    (400, "invalid_grant"): errors.InvalidGrantError,
    (401, "unauthorized"): errors.UnauthorizedError,
    (403, "restricted_resource"): errors.RestrictedResourceError,
    (404, "object_not_found"): errors.ObjectNotFoundError,
    (409, "conflict_error"): errors.ConflictError,
    (409, "row_limit_exceeded"): errors.RowLimitExceededError,
    (429, "rate_limited"): errors.RateLimitedError,
    (500, "internal_server_error"): errors.InternalError,
    (502, "bad_gateway"): errors.BadGatewayError,
    (503, "service_unavailable"): errors.UnavailableError,
    (503, "database_connection_unavailable"): errors.UnavailableError,
    (504, "gateway_timeout"): errors.GatewayTimeoutError,
    (529, "service_overload"): errors.OverloadedError,
}
UNCERTAIN = {500, 502, 503, 504}
CREATE = Call("POST", "/v1/pages", body={})


def ask(answer: httpx2.Response | Exception, call: Call = CREATE) -> CallError:
    """The error that one answer comes out as."""
    wire = Wire()
    wire.fault = lambda _: answer

    async def play() -> CallError:
        async with client_of(wire, attempts=1) as client:
            with pytest.raises(CallError) as caught:
                await client.send(call)
            return caught.value

    return asyncio.run(play())


@pytest.mark.parametrize(("status", "code"), CODES)
def test_every_code_of_notion_is_a_class_of_its_own(status: int, code: str) -> None:
    error = ask(refusal(status, code, "words of Notion"))
    assert type(error) is CODES[status, code]
    assert "words of Notion" in error.message
    assert "POST /v1/pages" in error.message
    assert "r-1" in error.message
    assert error.request_id == "r-1"
    assert error.remedy
    assert error.surely_not_applied is (status not in UNCERTAIN)


def test_no_code_is_mapped_that_is_not_tested() -> None:
    assert set(errors.BY_CODE) == {code for _, code in CODES}


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (
            Failure("x", "The start_cursor provided is invalid: s:1", 400, "validation_error"),
            errors.InvalidCursorError,
        ),
        (
            Failure("x", status=403, code="restricted_resource", data={"block_limit": "creation"}),
            errors.BlockLimitError,
        ),
        (
            Failure(
                "x",
                status=429,
                code="rate_limited",
                data={"rate_limit_reason": "public_api_request_blocked"},
            ),
            errors.RequestBlockedError,
        ),
        (Failure("x", status=418, code="i_am_a_teapot"), errors.UnknownNotionError),
        (Failure("x", status=403), errors.EdgeRefusedError),
        (Failure("x", status=502), errors.BadGatewayError),
        (Failure("x", status=429), errors.RateLimitedError),
    ],
)
def test_narrower_cases_have_their_own_class(failure: Failure, kind: type[CallError]) -> None:
    assert type(error_of(failure)) is kind


def every_class(root: type[NotionError]) -> set[type[NotionError]]:
    return {root}.union(*(every_class(each) for each in root.__subclasses__()))


def test_the_tree_in_the_docstring_names_every_class() -> None:
    drawn = errors.__doc__ or ""
    for each in every_class(CallError) | every_class(errors.ListingError):
        assert f"── {each.__name__} " in f"{drawn} ".replace("\n", " "), each


def test_every_class_says_what_happened_in_words_of_its_own() -> None:
    said = [each.happened for each in every_class(CallError) if issubclass(each, CallError)]
    assert len(set(said)) == len(said)


LOWER = sorted(
    (
        each
        for each in vars(httpx2).values()
        if isinstance(each, type) and issubclass(each, Exception) and each is not httpx2.SSEError
    ),
    key=lambda each: each.__name__,
)


def raised(kind: type[Exception]) -> Exception:
    request = httpx2.Request("POST", "http://127.0.0.1/v1/pages")
    attempts: tuple[tuple[tuple[Any, ...], Json], ...] = (
        (("cut",), {}),
        ((), {}),
        (("cut",), {"request": request, "response": httpx2.Response(500, request=request)}),
    )
    for positional, named in attempts:
        try:
            return kind(*positional, **named)
        except TypeError:
            continue
    raise AssertionError(f"cannot make a {kind}")


Json = dict[str, Any]


@pytest.mark.parametrize("kind", LOWER)
def test_no_error_from_below_leaves_the_wing(kind: type[Exception]) -> None:
    error = ask(raised(kind))
    assert isinstance(
        error, errors.UnreachableError | errors.TimedOutError | errors.EdgeRefusedError
    )
    never_sent = {
        httpx2.ConnectError,
        httpx2.ConnectTimeout,
        httpx2.PoolTimeout,
        httpx2.ProxyError,
        httpx2.UnsupportedProtocol,
        httpx2.InvalidURL,
    }
    if kind in never_sent:
        assert error.surely_not_applied
    if kind in {httpx2.ReadTimeout, httpx2.ReadError, httpx2.RemoteProtocolError}:
        assert not error.surely_not_applied


@pytest.mark.parametrize(
    ("answer", "kind", "definite"),
    [
        (httpx2.Response(200, html="<p>Sign in</p>"), errors.EdgeRefusedError, False),
        (httpx2.Response(200, json=["no", "object"]), errors.EdgeRefusedError, False),
        (httpx2.Response(302, headers={"location": "http://x/"}), errors.EdgeRefusedError, False),
        (httpx2.Response(403, html="<p>Forbidden</p>"), errors.EdgeRefusedError, True),
        (httpx2.Response(520, html="<p>Web server</p>"), errors.EdgeRefusedError, False),
        (httpx2.Response(502, html="<p>Bad gateway</p>"), errors.BadGatewayError, False),
        (httpx2.Response(418, json={"code": "teapot"}), errors.UnknownNotionError, True),
        (httpx2.Response(599, json={"code": "news"}), errors.UnknownNotionError, False),
    ],
)
def test_what_is_not_notions_json_is_named(
    answer: httpx2.Response, kind: type[CallError], definite: bool
) -> None:
    error = ask(answer)
    assert type(error) is kind
    assert error.surely_not_applied is definite


@pytest.mark.parametrize(
    ("status", "code"), [(503, "service_unavailable"), (409, "conflict_error")]
)
def test_a_write_that_was_saved_is_never_called_undone(status: int, code: str) -> None:
    page = "11111111-1111-4111-8111-111111111111"
    answer = refusal(
        status,
        code,
        "The change was saved, but the response could not be built in time.",
        retry_guidance=["Read the object again to confirm the saved change."],
        committed_resource_id=page,
    )
    error = ask(answer)
    assert error.committed_resource_id == page
    assert not error.surely_not_applied
    assert "Read the object again" in error.remedy or status != 503


def test_the_token_is_in_no_text() -> None:
    wire = Wire()
    wire.fault = lambda _: refusal(401, TOKEN, f"{TOKEN} is no good")
    shown = []

    async def play() -> None:
        async with client_of(wire, attempts=1) as client:
            shown.append(repr(client))
            for answer in (None, httpx2.ReadError(f"broke at {TOKEN}")):
                if answer is not None:
                    wire.fault = lambda _: httpx2.ReadError(f"broke at {TOKEN}")
                try:
                    await client.send(get_me())
                except CallError as error:
                    shown.extend([str(error), repr(error), error.message, str(error.failure)])

    asyncio.run(play())
    assert len(shown) == 9
    assert not [text for text in shown if TOKEN in text]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12", 12.0), ("0", 0.0), ("-3", 0.0), (None, None), ("soon", None), ("inf", None)],
)
def test_a_time_to_wait_is_read_carefully(text: str | None, seconds: float | None) -> None:
    assert seconds_to_wait(text) == seconds
