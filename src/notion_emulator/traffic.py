"""The requests that a workspace answered, and what each of them changed.

The rule: all are counted, the last are kept.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Any

LOG_LENGTH = 10_000


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request.

    Attributes:
        method: Such as ``PATCH``.
        path: Path without the query string.
        status: HTTP status of the answer; 0 when the connection was closed instead.
        faults: Names of the faults that struck, in their order.
        changes: What it changed: kind of change and id of the object, as webhooks name them.
    """

    method: str
    path: str
    status: int
    faults: tuple[str, ...] = ()
    changes: tuple[tuple[str, str], ...] = ()


class RequestLog:
    """The requests that were answered.

    Attributes:
        count: How many there were.
        last: The last of them, oldest first.
    """

    def __init__(self) -> None:
        self.count = 0
        self.last: deque[Request] = deque(maxlen=LOG_LENGTH)

    def add(self, method: str, path: str, status: int) -> None:
        """Note a request."""
        self.count += 1
        self.last.append(Request(method, path, status))

    def complete(self, **more: Any) -> None:
        """Note more of the last request: any attribute of a `Request`."""
        self.last.append(replace(self.last.pop(), **more))

    def clear(self) -> None:
        """Forget all requests."""
        self.count = 0
        self.last.clear()
