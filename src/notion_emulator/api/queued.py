"""Endpoints that can be answered before their work is done.

The rule: what can be seen to be wrong is refused at once; everything else comes out of the task.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from notion_emulator.api.calls import Accepted, Answer, Call, Endpoint
from notion_emulator.errors import bad_body

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]


def queueable(endpoint: Endpoint, name: str, check: Callable[[Call], bool]) -> Endpoint:
    """Return an endpoint that ``allow_async`` makes a task of.

    Args:
        endpoint: Does the work.
        name: What the task is called.
        check: Refuses what is wrong; tells whether this request can be a task at all.
    """

    def answer(call: Call) -> Answer:
        asked = call.body.get("allow_async", False)
        if not isinstance(asked, bool):
            raise bad_body("body.allow_async", "a boolean", asked)
        if not asked or not check(call):
            return endpoint(call)

        def work() -> Json:
            done = endpoint(call)
            body: Json = orjson.loads(done) if isinstance(done, bytes) else done
            return body

        return Accepted(call.workspace.tasks.start(name, work))

    return answer


def holds_markdown(call: Call) -> bool:
    """Tell whether a page is to be created from markdown."""
    return call.body.get("markdown") is not None
