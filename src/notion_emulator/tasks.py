"""Work that is answered before it is done: asynchronous tasks.

The rule: a task runs once, when its time has come by the workspace's clock, before the next
request is looked at; what it gives or why it failed is kept with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from notion_emulator.errors import ApiError
from notion_emulator.stamps import exact_stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from notion_emulator.ids import Ids
    from notion_emulator.state import State

Json = dict[str, Any]

POLL_AFTER = 2


@dataclass(slots=True, eq=False)
class Task:
    """A piece of work.

    Attributes:
        id: ``task_`` and 32 hexadecimal digits.
        name: What it does, as a method and a path.
        created: When it was asked for, in milliseconds.
        due: When it is to run, in milliseconds.
        work: Does it, and gives the object that a direct request would have been answered with.
        result: What it gave, once it has run well.
        error: Why it failed, once it has.
    """

    id: str
    name: str
    created: int
    due: int
    work: Callable[[], Json]
    result: Json | None = None
    error: Json | None = None

    @property
    def status(self) -> str:
        """Whether it waits (``queued``), or how it went (``succeeded``, ``failed``)."""
        if self.error is not None:
            return "failed"
        return "queued" if self.result is None else "succeeded"


class Tasks:
    """Runs tasks and shows them."""

    def __init__(self, state: State, ids: Ids) -> None:
        self.state = state
        self._ids = ids
        self._tasks: dict[str, Task] = {}
        self._waiting: list[Task] = []

    def start(self, name: str, work: Callable[[], Json]) -> Json:
        """Take a piece of work; return the task object."""
        now = self.state.now()
        due = now + int(self.state.switches.async_task_seconds * 1000)
        task = Task("task_" + self._ids.uuid().replace("-", ""), name, now, due, work)
        self._tasks[task.id] = task
        self._waiting.append(task)
        return self.json(task)

    def run_due(self) -> None:
        """Run what is due, in the order in which it was asked for."""
        if not self._waiting:
            return
        now = self.state.now()
        for task in [one for one in self._waiting if one.due <= now]:
            self._waiting.remove(task)
            try:
                answer = task.work()
                task.result = {key: one for key, one in answer.items() if key not in _LAST}
                task.result |= {key: answer[key] for key in _LAST}
            except ApiError as error:
                task.error = orjson.loads(error.envelope(""))
                del task.error["request_id"]

    def find(self, task_id: str) -> Task:
        """Return a task.

        Raises:
            ApiError: 404.
        """
        task = self._tasks.get(task_id)
        if task is None:
            raise self.state.missing("async_task", task_id)
        return task

    def json(self, task: Task) -> Json:
        """Return a task object."""
        body: Json = {
            "object": "async_task",
            "id": task.id,
            "status": task.status,
            "status_url": f"{self.state.storage.base_url}/v1/async_tasks/{task.id}",
            "created_time": exact_stamp(task.created).replace("+00:00", "Z"),
        }
        if task.status == "queued":
            body["poll_after_seconds"] = POLL_AFTER
        body["operation"] = {"surface": "rest", "name": task.name}
        if task.result is not None:
            body["result"] = task.result
        if task.error is not None:
            body["error"] = task.error
        return body


#: What stands last in the recorded result of a task.
_LAST = ("id", "object")
