"""What an answer of the Data API that is not the wanted one means, and whether to ask again.

Rule: the code in the body says more than the status of HTTP. An answer tells one of three things:
it was surely not done and may pass; nobody knows whether it was done; asking again is in vain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

import httpx2

from accord.core.errors import TheirError
from accord.supabase.errors import (
    SET_UP,
    AccessDenied,
    Restricted,
    SchemaMissing,
    TooMuch,
    UnknownSupabaseError,
    Unreachable,
    by_state,
    is_rolled_back,
    tells_connection_loss,
)

#: Whom the Data API takes us for.
USER = "service_role"

#: A pause that the other side asks for is kept up to so many seconds.
LONGEST_WAIT = 60.0

_STATE = re.compile(r"[0-9A-Z]{5}")
#: Its connection broke, maybe while our call was under way.
_CUT_OFF = "PGRST001"
_NOT_CONNECTED = frozenset({"PGRST000", _CUT_OFF, "PGRST002", "PGRST003"})
_UNTRUE_TOKEN = frozenset({"PGRST300", "PGRST301", "PGRST302", "PGRST303"})
_GATEWAY = frozenset({500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 530, 544})
_KEYS = "take a secret key from Project Settings > API Keys and put it into SUPABASE_API_KEY"


class Again(Enum):
    """Whether a call may be sent once more."""

    IN_VAIN = 0
    IF_HARMLESS = 1
    """Nobody knows whether it was done."""
    SURELY = 2
    """It was not done, and the next attempt may succeed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request gave no answer.

    Args:
        error: the error of our tree.
        again: whether to send it once more.
        wait: seconds that the other side asks us to wait.
    """

    error: TheirError
    again: Again = Again.IN_VAIN
    wait: float = 0.0


def not_answered(error: httpx2.HTTPError | httpx2.InvalidURL, place: str) -> Failure:
    """What a request means that got no answer."""
    said = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, httpx2.DecodingError):
        return _no_data_api(place, "its answer cannot be unpacked")
    never_sent = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
    return Failure(
        Unreachable(
            f"The project at {place} cannot be reached: {said}.",
            remedy="Check SUPABASE_URL and the network; a project that was paused is restored in"
            " its dashboard.",
        ),
        Again.SURELY if never_sent else Again.IF_HARMLESS,
    )


def refused(response: httpx2.Response, body: Any, place: str) -> Failure:
    """What an answer means that is not the wanted one.

    Args:
        response: the answer.
        body: its JSON; None: it has none.
        place: the address that was asked, without a path.
    """
    said = body if isinstance(body, dict) else {}
    code = str(said.get("code") or "")
    words = " ".join(str(said.get("message") or said.get("msg") or said.get("error") or "").split())
    by_code = _by_code(code, words, response.status_code, place)
    return by_code or _by_status(response, words, place)


def _by_code(code: str, words: str, status: int, place: str) -> Failure | None:
    """By the code of PostgREST or Postgres; None: there is none that tells more than the status."""
    if code in _NOT_CONNECTED:
        return Failure(
            Unreachable(
                f"The Data API at {place} has no connection to its database: {words}",
                remedy="Try again in a minute; if it stays so, restart the project.",
            ),
            Again.IF_HARMLESS if code == _CUT_OFF else Again.SURELY,
        )
    if code in _UNTRUE_TOKEN:
        return Failure(_wrong_key(place, words))
    if code == "PGRST106":
        return _no_data_api(place, words)
    if code == "PGRST202":
        return Failure(
            SchemaMissing(
                f"The database behind {place} is not set up: {words}",
                remedy=f"{SET_UP} (a moment ago? The Data API sees new functions after a few"
                " seconds.)",
            )
        )
    if not _STATE.fullmatch(code) or code == "PGRST":
        return None
    if code == "42501" and status == httpx2.codes.UNAUTHORIZED:
        return Failure(_wrong_key(place, words))  # whom it takes us for has no rights at all
    again = Again.IN_VAIN
    if is_rolled_back(code):
        again = Again.SURELY
    elif tells_connection_loss(code):
        again = Again.IF_HARMLESS
    return Failure(by_state(code, words, user=USER, place=place), again)


def _by_status(response: httpx2.Response, words: str, place: str) -> Failure:
    status = response.status_code
    match status:
        case 401 | 403:
            return Failure(_wrong_key(place, words))
        case 402:
            return Failure(
                Restricted(
                    f"The project at {place} answers nothing, since its organisation is over its"
                    f" quota or owes a payment: {words or 'no reason is given'}",
                    remedy="See Organization > Usage and Billing in the dashboard; nothing is"
                    " lost, the next round goes on.",
                )
            )
        case 540:
            return Failure(
                Restricted(
                    f"The project at {place} is paused.",
                    remedy="Restore it in its dashboard; nothing is lost, the next round goes on.",
                )
            )
        case 413:
            return Failure(
                TooMuch(
                    f"The Data API at {place} was sent more than it takes in one request.",
                    remedy="Make the texts of the record shorter, or use SUPABASE_DB_URL.",
                )
            )
        case 429:
            wait = _wait(response)
            return Failure(
                Unreachable(
                    f"The Data API at {place} was asked too often.",
                    remedy="Try again in a minute.",
                    retry_after=wait or None,
                ),
                Again.SURELY,
                wait,
            )
    if status in _GATEWAY:
        return Failure(
            Unreachable(
                f"The project at {place} does not answer (HTTP {status}){_after(words)}.",
                remedy="Try again in a minute; see status.supabase.com if it stays so.",
            ),
            Again.IF_HARMLESS,
            _wait(response),
        )
    if words:
        return Failure(
            UnknownSupabaseError(
                f"The Data API at {place} answered: {words} (HTTP {status}).",
                remedy="Report this with the message.",
            )
        )
    return _no_data_api(place, f"it answers with HTTP {status}")


def no_json(response: httpx2.Response, place: str) -> Failure:
    """What a good answer means that is no JSON."""
    kind = response.headers.get("content-type", "unknown").partition(";")[0]
    return _no_data_api(place, f"it answers with {kind} where JSON is expected")


def _no_data_api(place: str, why: str) -> Failure:
    return Failure(
        UnknownSupabaseError(
            f"There is no Data API for this at {place}: {why.rstrip('.')}.",
            remedy="Check SUPABASE_URL, and that the Data API is on and exposes the schema public"
            " (Project Settings > Data API).",
        )
    )


def _wrong_key(place: str, words: str) -> AccessDenied:
    return AccessDenied(
        f"The project at {place} does not let this API key do its work{_after(words)}.",
        remedy=f"It may be revoked, or be another project's: {_KEYS}.",
    )


def _after(words: str) -> str:
    return f": {words.rstrip('.')}" if words else ""


def _wait(response: httpx2.Response) -> float:
    """The seconds that ``Retry-After`` asks for; a date is not kept to."""
    text = response.headers.get("retry-after", "")
    return min(float(text), LONGEST_WAIT) if text.isdecimal() else 0.0
