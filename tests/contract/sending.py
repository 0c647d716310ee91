"""A recorded request as it is sent to the local Notion.

The rule: it is sent as it was recorded, ids apart; only the bytes of a file that a recording
does not hold are made up, in the recorded length.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from tests.contract.recording import Interaction, Json
from tests.contract.translation import Translation

#: What a reader of bytes leaves where they were no text.
_LOST = "\ufffd"
_BOUNDARY = "recorded-file"
_PART = re.compile(r'name="part_number"[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n(\d+)')
#: The least that a part but the last must have.
_PART_SIZE = 5 * 1024 * 1024


def is_file(one: Interaction) -> bool:
    """Tell whether a request sends a file."""
    return one.is_a("POST", "file_uploads", "*", "send")


def sent(one: Interaction, translation: Translation) -> tuple[bytes | None, dict[str, str]]:
    """Return the body of a request and the headers that go with it."""
    if is_file(one):
        return _file(one)
    if one.request is None:
        return None, {}
    if isinstance(one.request, str):  # not JSON: as it was
        return one.request.encode(), {"Content-Type": "application/json"}
    return orjson.dumps(translation.body(one.request)), {"Content-Type": "application/json"}


def _file(one: Interaction) -> tuple[bytes, dict[str, str]]:
    text = one.request if isinstance(one.request, str) else ""
    answer: Json = one.response if isinstance(one.response, dict) else {}
    if text.startswith("--") and _LOST not in text:
        boundary = text.removeprefix("--").splitlines()[0].strip()
        return text.encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    part = _PART.search(text)
    number = None if part is None else part[1]
    parts: Any = answer.get("number_of_parts")
    if number is None and isinstance(parts, dict) and one.done:
        number = str(parts.get("sent", 1))
    length = answer.get("content_length")
    if not isinstance(length, int):
        last = number is None or (isinstance(parts, dict) and str(parts.get("total")) == number)
        length = 1 if last else _PART_SIZE
    name = str(answer.get("filename") or "file").replace('"', "%22")
    kind = str(answer.get("content_type") or "application/octet-stream")
    lines = []
    if number is not None:
        lines += [_field("part_number"), number.encode()]
    lines += [_field("file", name, kind), bytes(length)]
    joined = b"".join(
        b"--" + _BOUNDARY.encode() + b"\r\n" + head + b"\r\n\r\n" + data + b"\r\n"
        for head, data in zip(lines[::2], lines[1::2], strict=True)
    )
    header = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
    return joined + b"--" + _BOUNDARY.encode() + b"--\r\n", header


def _field(name: str, filename: str | None = None, kind: str | None = None) -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"'
    if filename is not None:
        head += f'; filename="{filename}"\r\nContent-Type: {kind}'
    return head.encode()
