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
#: What concerns the record that was written, and not whatever is written next.
OF_ONE_RECORD = {
    errors.InvalidJsonError,
    errors.ValidationError,
    errors.ObjectNotFoundError,
    errors.ConflictError,
    errors.RowLimitExceededError,
    errors.InternalError,
    errors.BadGatewayError,
    errors.UnavailableError,
    errors.GatewayTimeoutError,
}
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
    assert error.about_one_record is (CODES[status, code] in OF_ONE_RECORD)
    assert not error.page_is_gone  # no page was asked for


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
        (
            Failure("x", "Can't edit block that is archived.", 400, "validation_error"),
            errors.ArchivedError,
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
    ("status", "one_record"), [(403, True), (413, True), (401, False), (407, False), (520, False)]
)
def test_an_entrance_that_dislikes_one_record_is_not_shut(status: int, one_record: bool) -> None:
    assert ask(httpx2.Response(status, html="<p>No</p>")).about_one_record is one_record


@pytest.mark.parametrize(
    "kind", [httpx2.ConnectError, httpx2.ReadError, httpx2.ReadTimeout, httpx2.PoolTimeout]
)
def test_a_notion_that_cannot_be_reached_is_no_fault_of_a_record(kind: type[Exception]) -> None:
    assert not ask(raised(kind)).about_one_record


PAGE = "0f0e0d0c-0b0a-4009-8008-070605040302"
OTHER = "11111111-1111-4111-8111-111111111111"


@pytest.mark.parametrize(
    ("call", "words", "gone"),
    [
        (f"PATCH /v1/pages/{PAGE}", f"Could not find page with ID: {PAGE}.", True),
        (f"PATCH /v1/pages/{PAGE.replace('-', '')}", f"Could not find page with ID: {PAGE}", True),
        (f"PATCH /v1/pages/{PAGE}", "Could not find it.", True),
        (f"PATCH /v1/pages/{PAGE}", f"Could not find page with ID: {OTHER}.", False),
        (f"PATCH /v1/pages/{PAGE}", f"Could not find user with ID: {OTHER}.", False),
        ("POST /v1/pages", f"Could not find database with ID: {OTHER}.", False),
        ("POST /v1/pages", "Could not find it.", False),
    ],
)
def test_only_the_page_that_was_asked_for_can_be_gone(call: str, words: str, gone: bool) -> None:
    assert error_of(Failure(call, words, 404, "object_not_found")).page_is_gone is gone


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Can't edit block that is archived. You must unarchive the block.", "ArchivedError"),
        ("Can't update a page that is archived.", "ArchivedError"),
        ("Can't edit page that is in the trash.", "ArchivedError"),
        ("archived is not a property that exists.", "ValidationError"),
        ("Is Archived is expected to be checkbox.", "ValidationError"),
        (
            "Can't edit page on block with an archived ancestor. You must unarchive it first.",
            "ArchivedError",
        ),
    ],
)
def test_a_page_in_the_trash_is_known_by_notions_words(words: str, kind: str) -> None:
    error = error_of(Failure(f"PATCH /v1/pages/{PAGE}", words, 400, "validation_error"))
    assert type(error).__name__ == kind
    assert error.page_is_gone is (kind == "ArchivedError")


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
