"""The endpoints of pages' contents as markdown, and of asynchronous tasks.

The rule: an endpoint takes what it needs from the call, asks the workspace and returns JSON.
"""

from __future__ import annotations

from notion_emulator.api.calls import Answer, Call, Endpoint
from notion_emulator.api.queued import queueable
from notion_emulator.markdown.edits import command_of


def get_markdown(call: Call) -> Answer:
    """Read a page, or a block with what stands below, as markdown."""
    thing = call.workspace.bodies.find(call.id("page_id"))
    return call.workspace.markdown.json(thing)


def update_markdown(call: Call) -> Answer:
    """Change the content of a page as markdown: PATCH /v1/pages/{page_id}/markdown."""
    workspace = call.workspace
    page = workspace.state.addressed_page(call.id("page_id"))
    return workspace.markdown.update(page, call.body, at=call.now, by=workspace.bot_id)


def _can_wait(call: Call) -> bool:
    call.workspace.state.addressed_page(call.id("page_id"))
    command_of(call.body)
    return True


def get_task(call: Call) -> Answer:
    """Read an asynchronous task: GET /v1/async_tasks/{task_id}."""
    tasks = call.workspace.tasks
    return tasks.json(tasks.find(call.request.path_params["task_id"]))


ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/v1/pages/{page_id}/markdown", get_markdown),
    (
        "PATCH",
        "/v1/pages/{page_id}/markdown",
        queueable(update_markdown, "PATCH /v1/pages/:page_id/markdown", _can_wait),
    ),
    ("GET", "/v1/async_tasks/{task_id}", get_task),
)
