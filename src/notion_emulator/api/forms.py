"""Requests that are forms: how the bytes of a file come in.

The rule: of a form only the fields ``file`` and ``part_number`` are looked at; everything else
that Notion's API takes is JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from notion_emulator.errors import invalid
from notion_emulator.uploads import Sent

if TYPE_CHECKING:
    from starlette.requests import Request

Json = dict[str, Any]


def is_form(request: Request) -> bool:
    """Tell whether the body of a request is a form."""
    return request.headers.get("content-type", "").startswith("multipart/form-data")


async def read_form(request: Request) -> Json:
    """Return what a form sends: ``{"file": Sent}``, or nothing.

    Raises:
        ApiError: 400 for a body that is no form.
    """
    try:
        async with request.form() as form:
            file, number = form.get("file"), form.get("part_number")
            if file is None:
                return {}
            part_number = number if isinstance(number, str) else None
            if isinstance(file, UploadFile):
                data = await file.read()
                return {"file": Sent(data, file.filename, file.content_type, part_number)}
            return {"file": Sent(file.encode(), part_number=part_number)}
    except HTTPException as error:
        raise invalid(f"body failed validation: {error.detail}") from None
