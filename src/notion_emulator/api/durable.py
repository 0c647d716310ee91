"""Nothing is answered before what it says is in the data file.

The rule: whatever changed a workspace, an endpoint of the API, a person at the face, the
control or a fault, it is written before the first byte of an answer leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from notion_emulator.workspace import Workspace


class Durable:
    """An application whose answers hold after a crash.

    Args:
        app: The application.
        workspace: What it changes.
    """

    def __init__(self, app: ASGIApp, workspace: Workspace) -> None:
        self.app = app
        self.workspace = workspace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def after_commit(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.workspace.commit()
            await send(message)

        await self.app(scope, receive, after_commit)
