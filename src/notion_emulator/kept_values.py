"""The values of a page as bytes, and back.

The rule: what comes back equals what went in, pairs included: a date is a pair of start and
end and stands in the JSON under the one key that no object of Notion has, the empty one.
"""

from __future__ import annotations

from typing import Any

import orjson

_PAIR = ""


def packed(values: dict[str, Any]) -> bytes:
    """Return the values of a page as JSON."""
    return orjson.dumps(
        {
            raw: {_PAIR: value} if isinstance(value, tuple) else value
            for raw, value in values.items()
        }
    )


def unpacked(content: bytes) -> dict[str, Any]:
    """Return the values of a page from their JSON."""
    values: dict[str, Any] = orjson.loads(content)
    for raw, value in values.items():
        if isinstance(value, dict) and _PAIR in value:
            values[raw] = tuple(value[_PAIR])
    return values
