"""The errors of the Notion API, in its own words.

The rule: every refusal anywhere in the local Notion is an `ApiError`; the envelope is written
in one place (`envelope`), and texts that were recorded are kept letter for letter.
"""

from __future__ import annotations

from typing import Any

import orjson

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal: HTTP status, Notion's code, the message and what goes with it.

    Attributes:
        status: HTTP status.
        code: Notion's error code, such as ``validation_error``.
        message: The text for the caller.
        additional_data: Values beside the message, or None.
        headers: HTTP headers to send along.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        additional_data: Json | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.additional_data = additional_data
        self.headers = headers or {}

    def envelope(self, request_id: str) -> bytes:
        """Return the body of the answer as JSON."""
        body: Json = {
            "object": "error",
            "status": self.status,
            "code": self.code,
            "message": self.message,
        }
        if self.additional_data is not None:
            body["additional_data"] = self.additional_data
        body["request_id"] = request_id
        return orjson.dumps(body)


def shown(value: object) -> str:
    """Return a value as Notion quotes it in a message: JSON in backticks."""
    return f"`{orjson.dumps(value, default=str).decode()}`"


def invalid(message: str) -> ApiError:
    """Return a 400 ``validation_error`` with this message."""
    return ApiError(400, "validation_error", message)


def bad_input(path: str, expected: str, value: object) -> ApiError:
    """Return the 400 for what has the wrong shape at ``path``, in body, query string or path."""
    part = path.partition(".")[0]
    return invalid(
        f"{part} failed validation: {path} should be {expected}, instead was {shown(value)}."
    )


def bad_body(path: str, expected: str, value: object) -> ApiError:
    """Return the 400 for a body that has the wrong shape at ``path``."""
    return invalid(
        f"body failed validation: {path} should be {expected}, instead was {shown(value)}."
    )


def missing(path: str) -> ApiError:
    """Return the 400 for a body that lacks ``path``."""
    return invalid(f"body failed validation: {path} should be defined, instead was `undefined`.")


def not_found(kind: str, object_id: str, integration: str, integration_id: str) -> ApiError:
    """Return the 404 that stands for "does not exist" and for "not shared" alike."""
    return ApiError(
        404,
        "object_not_found",
        f"Could not find {kind} with ID: {object_id}. Make sure the relevant pages and databases "
        f'are shared with your integration "{integration}".',
        {"integration_id": integration_id},
    )


class UnusableFileError(Exception):
    """A data file or snapshot cannot be used; the message says why, and what to do."""
