"""What Notion answers when it does not do what was asked, as one tree of exceptions.

Rule: nothing below `NotionError` leaves this wing, whatever failed underneath; every error knows
whether the request was surely not carried out, and none carries a secret::

    NotionError
    ├── CallError                       one call did not succeed
    │   ├── UnauthorizedError           401
    │   ├── RestrictedResourceError     403
    │   │   └── BlockLimitError
    │   ├── ObjectNotFoundError         404
    │   ├── ValidationError             400
    │   │   ├── ArchivedError
    │   │   └── InvalidCursorError
    │   ├── InvalidJsonError            400
    │   ├── InvalidRequestError         400
    │   ├── InvalidRequestUrlError      400
    │   ├── InvalidGrantError           400
    │   ├── MissingVersionError         400
    │   ├── InvalidBetaError            400
    │   ├── ConflictError               409
    │   ├── RowLimitExceededError       409
    │   ├── RateLimitedError            429
    │   │   └── RequestBlockedError
    │   ├── OverloadedError             529
    │   ├── InternalError               500
    │   ├── BadGatewayError             502
    │   ├── UnavailableError            503
    │   ├── GatewayTimeoutError         504
    │   ├── UnreachableError            no connection, or it broke
    │   ├── TimedOutError               no answer in time
    │   ├── TooLateError                there was no time left to ask
    │   ├── EdgeRefusedError            an answer that is not Notion's JSON
    │   └── UnknownNotionError          a code that is not in this tree
    └── ListingError                    a walk cannot be completed
        └── CrowdedMinuteError
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from accord.core.errors import NotionError

_TRY_AGAIN = "Nothing is lost; the next round tries again."
_ID = re.compile("[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_ARCHIVED = re.compile("that is archived|that is in the trash|You must unarchive")
_REPORT = "This is a fault of accord: please report it with this message."


@dataclass(frozen=True, slots=True)
class Failure:
    """The facts of a call that did not succeed.

    Args:
        call: what was asked, as method and path.
        words: what Notion, or the network, said about it.
        status: the HTTP status; None when no answer came.
        code: Notion's error code; "" when the answer was not its JSON.
        request_id: Notion's name for the request, for its support.
        retry_after: seconds to wait, as the answer says.
        data: Notion's ``additional_data``.
        never_sent: no connection came about, so nothing was asked.
    """

    call: str
    words: str = ""
    status: int | None = None
    code: str = ""
    request_id: str | None = None
    retry_after: float | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    never_sent: bool = False


class CallError(NotionError):
    """A call to Notion did not succeed.

    Attributes:
        failure: the facts.
        request_id: Notion's name for the request.
        committed_resource_id: what was created although the answer was an error.
        surely_not_applied: whether a write has certainly not been carried out. When it is False
            a write may have happened, or may still happen: look before repeating it.
        about_one_record: whether it concerns the one record that was asked for.
        page_is_gone: whether the page that was asked for cannot be written any more.
    """

    happened: ClassVar[str] = "Notion refused a request"
    advice: ClassVar[str] = _TRY_AGAIN
    definite: ClassVar[bool] = True
    one_record: ClassVar[bool] = False

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        self.request_id = failure.request_id
        self.about_one_record = self.one_record
        committed = failure.data.get("committed_resource_id")
        self.committed_resource_id = committed if isinstance(committed, str) else None
        self.surely_not_applied = self.committed_resource_id is None and (
            self.definite or failure.never_sent
        )
        super().__init__(self._message(), remedy=self._remedy(), retry_after=failure.retry_after)

    @property
    def wants_smaller_page(self) -> bool:
        """Whether Notion advises to ask for fewer results at a time."""
        guidance = self.failure.data.get("retry_guidance")
        return isinstance(guidance, list) and any("page_size" in str(line) for line in guidance)

    def _message(self) -> str:
        failure = self.failure
        about = [failure.call]
        if failure.status is not None:
            about.append(f"HTTP {failure.status} {failure.code}".strip())
        if failure.request_id:
            about.append(f"request {failure.request_id}")
        words = f": {failure.words.strip()}" if failure.words.strip() else ""
        return f"{self.happened}{words} [{', '.join(about)}]."

    def _remedy(self) -> str:
        return self.advice


class UnauthorizedError(CallError):
    """401: the token is wrong, revoked or expired."""

    happened = "Notion does not accept the token"
    advice = (
        "Check NOTION_API_TOKEN: it may be mistyped, revoked or expired. The connection's page at "
        "notion.so/profile/integrations shows it and makes a new one."
    )


class RestrictedResourceError(CallError):
    """403: the connection lacks a capability."""

    happened = "Notion does not allow the connection to do this"
    advice = (
        "At notion.so/profile/integrations give the connection the capabilities to read, update "
        "and insert content and to read user information."
    )


class BlockLimitError(RestrictedResourceError):
    """403: a workspace on the free plan is full."""

    happened = "The Notion workspace has reached the block limit of its plan"
    advice = "Upgrade the workspace's plan, or make room; nothing new can be created until then."


class ObjectNotFoundError(CallError):
    """404: it does not exist or is not shared with the connection; Notion does not say which."""

    happened = "Notion does not find this, or it is not shared with the connection"
    advice = "If it exists, share it: open it in Notion, ••• > Connections > add the connection."
    one_record = True

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.page_is_gone = _is_of_a_page(failure) and _blames_no_other(failure)


class ValidationError(CallError):
    """400: the request is not as Notion wants it."""

    happened = "Notion finds the request wrong"
    advice = "Look at what Notion says about it; if you did not write it, please report it."
    one_record = True


class ArchivedError(ValidationError):
    """400: the page is in the trash, where nothing can be written."""

    happened = "The page is in Notion's trash, where it cannot be changed"
    advice = "Restore it in Notion, or let it go; the next round looks at it again."

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.page_is_gone = _is_of_a_page(failure)


class InvalidCursorError(ValidationError):
    """400: a cursor is known no more, so the list must be read from its start again."""

    happened = "Notion has forgotten where a long list was read to"
    advice = _TRY_AGAIN


class InvalidJsonError(CallError):
    """400: the body was no JSON."""

    happened = "Notion cannot read the request"
    advice = _REPORT
    one_record = True


class InvalidRequestError(CallError):
    """400: the request is not supported."""

    happened = "Notion does not know this request"
    advice = _REPORT


class InvalidRequestUrlError(InvalidRequestError):
    """400: there is no such address."""

    happened = "Notion does not know this address"
    advice = "Check NOTION_API_URL; if it is right, please report this message."


class InvalidGrantError(CallError):
    """400: the authorisation that the token stands on is void."""

    happened = "Notion does not accept the authorisation"
    advice = UnauthorizedError.advice


class MissingVersionError(CallError):
    """400: the version header is missing."""

    happened = "Notion misses the version of its API"
    advice = "Something between here and Notion removes the header Notion-Version: look there."


class InvalidBetaError(CallError):
    """400: the beta header is unknown."""

    happened = "Notion does not know the beta that was asked for"
    advice = _REPORT


class ConflictError(CallError):
    """409: somebody else was saving the same thing."""

    happened = "Somebody else was saving the same thing in Notion"
    one_record = True
    passes = True


class RowLimitExceededError(CallError):
    """409: the database is full."""

    happened = "The Notion database is full (250,000 pages)"
    advice = "Move old pages to another database, or delete them."
    one_record = True


class RateLimitedError(CallError):
    """429: too many requests; ``retry_after`` says when to go on."""

    happened = "Notion asks to be slower"
    advice = (
        "Other connections of the workspace use its budget too; lower NOTION_REQUESTS_PER_MINUTE "
        "if this goes on."
    )

    @property
    def reason(self) -> str:
        """Which limit it was, in Notion's word."""
        return str(self.failure.data.get("rate_limit_reason", ""))


class RequestBlockedError(RateLimitedError):
    """429: Notion has blocked the connection; it does not help to wait."""

    happened = "Notion has blocked the connection"
    advice = "Ask Notion's support why, with the request's name."


class OverloadedError(CallError):
    """529: Notion has too much to do."""

    happened = "Notion is overloaded"


class InternalError(CallError):
    """500: Notion failed."""

    happened = "Notion failed"
    definite = False
    one_record = True


class BadGatewayError(CallError):
    """502: Notion's entrance did not reach Notion."""

    happened = "Notion's entrance got no answer from within"
    definite = False
    one_record = True


class UnavailableError(CallError):
    """503: Notion is not available, or saved something and could not answer."""

    happened = "Notion was not available"
    definite = False
    one_record = True

    def _remedy(self) -> str:
        guidance = self.failure.data.get("retry_guidance")
        if isinstance(guidance, list) and guidance:
            return " ".join(["Notion advises:", *(str(line) for line in guidance)])
        return self.advice


class GatewayTimeoutError(CallError):
    """504: Notion took too long."""

    happened = "Notion took too long"
    definite = False
    one_record = True


class UnreachableError(CallError):
    """No connection came about, or it broke before the answer was there."""

    happened = "Notion could not be reached"
    advice = f"Check the network and NOTION_API_URL. {_TRY_AGAIN}"
    definite = False


class TimedOutError(CallError):
    """No answer in time."""

    happened = "Notion did not answer in time"
    definite = False


class TooLateError(CallError):
    """The time in which the request was to begin was over before its turn came."""

    happened = "Notion was too busy to take the change in time"


class EdgeRefusedError(CallError):
    """An answer that is not Notion's JSON: from its entrance, a proxy or another server."""

    happened = "What answered was not Notion, or not understandable"
    advice = (
        "Check NOTION_API_URL and whether a proxy or firewall stands between. If all is right, "
        "status.notion.so says whether Notion has a fault."
    )

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.surely_not_applied = failure.status is not None and 400 <= failure.status < 500
        # An entrance that is shut answers so to whatever is asked, and long before a write.
        self.about_one_record = self.surely_not_applied and failure.status not in _SHUT


class UnknownNotionError(CallError):
    """An error code that is not in this tree; Notion may have new ones."""

    happened = "Notion answered with an error that is new to accord"
    advice = f"{_TRY_AGAIN} If it stays, please report it with this message."
    one_record = True

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.surely_not_applied = failure.status is not None and 400 <= failure.status < 500


class ListingError(NotionError):
    """A walk cannot be completed: nothing may be concluded from what was not seen."""


class CrowdedMinuteError(ListingError):
    """More pages were created within one minute than Notion lists at all."""


#: What an entrance answers that lets nobody in.
_SHUT = frozenset({401, 407, 429})

#: Notion's error code -> the class. One code may have narrower cases (`error_of`).
BY_CODE: Mapping[str, type[CallError]] = {
    "unauthorized": UnauthorizedError,
    "restricted_resource": RestrictedResourceError,
    "object_not_found": ObjectNotFoundError,
    "validation_error": ValidationError,
    "invalid_json": InvalidJsonError,
    "invalid_request": InvalidRequestError,
    "invalid_request_url": InvalidRequestUrlError,
    "invalid_grant": InvalidGrantError,
    "missing_version": MissingVersionError,
    "invalid_beta": InvalidBetaError,
    "conflict_error": ConflictError,
    "row_limit_exceeded": RowLimitExceededError,
    "rate_limited": RateLimitedError,
    "service_overload": OverloadedError,
    "internal_server_error": InternalError,
    "bad_gateway": BadGatewayError,
    "service_unavailable": UnavailableError,
    "database_connection_unavailable": UnavailableError,
    "gateway_timeout": GatewayTimeoutError,
}

#: HTTP statuses that say what happened even without Notion's JSON.
BY_STATUS: Mapping[int, type[CallError]] = {
    429: RateLimitedError,
    500: InternalError,
    502: BadGatewayError,
    503: UnavailableError,
    504: GatewayTimeoutError,
    529: OverloadedError,
}


def error_of(failure: Failure) -> CallError:
    """The error that an answer stands for; ``failure.status`` is set."""
    if failure.code == "rate_limited" and "blocked" in str(failure.data.get("rate_limit_reason")):
        return RequestBlockedError(failure)
    if failure.code == "restricted_resource" and "block_limit" in failure.data:
        return BlockLimitError(failure)
    if failure.code == "validation_error" and _blames_cursor(failure.words):
        return InvalidCursorError(failure)
    if failure.code == "validation_error" and _ARCHIVED.search(failure.words):
        return ArchivedError(failure)
    known = BY_CODE.get(failure.code) or BY_STATUS.get(failure.status or 0)
    if known is not None:
        return known(failure)
    return UnknownNotionError(failure) if failure.code else EdgeRefusedError(failure)


def seconds_to_wait(text: object) -> float | None:
    """What a ``Retry-After`` says, in seconds; None when it says nothing of use."""
    try:
        seconds = float(str(text))
    except ValueError:
        return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _is_of_a_page(failure: Failure) -> bool:
    """Whether it was one page that was asked for."""
    return "/v1/pages/" in failure.call


def _blames_no_other(failure: Failure) -> bool:
    """Whether Notion names what was asked for, or nothing: a link may lead to what it misses."""
    named = {each.replace("-", "") for each in _ID.findall(failure.words.lower())}
    return not named or any(each in failure.call.replace("-", "") for each in named)


def _blames_cursor(words: str) -> bool:
    return "start_cursor" in words and "invalid" in words
