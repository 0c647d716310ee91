"""The workspace on a port of this machine.

The rule: a guest in the running event loop: no signal handlers, no log, no header of its own;
the ``Date`` header comes from the workspace's clock. Webhooks go out meanwhile.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from notion_emulator.api.app import create_app
from notion_emulator.api.disturbed import TRANSPORT
from notion_emulator.face import names_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from notion_emulator.workspace import Workspace


PUMP_SECONDS = 0.2


class _Line(H11Protocol):
    """A connection that the requests on it can close."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take up the connection."""
        super().connection_made(cast("asyncio.Transport", transport))
        self.app_state = {**self.app_state, TRANSPORT: transport}


async def _tell(workspace: Workspace) -> None:
    """Send webhooks as they become due."""
    while True:
        await asyncio.sleep(PUMP_SECONDS)
        await workspace.webhooks.deliver_due()


def _reason(host: str, port: int) -> str:
    """Return why an address cannot be had, as the system says it; "" if it can be had now."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.create_server(address[:2], family=family):
            return ""
    except OSError as error:
        return f": {error.strerror}"


class _Guest(uvicorn.Server):
    """A server that leaves signals to the program that runs it."""

    def install_signal_handlers(self) -> None:
        """Leave the signals alone."""


@asynccontextmanager
async def serve(
    workspace: Workspace,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    face: bool = False,
    control: bool = False,
) -> AsyncIterator[str]:
    """Serve a workspace while the context is open; give its base URL.

    Args:
        workspace: What to serve.
        host: The address to bind to.
        port: The port; 0 takes a free one.
        face: Show the workspace to people as well, at ``/``.
        control: Serve the control of the workspace as well, below ``/_control``.

    Raises:
        OSError: The address cannot be had.
    """
    config = uvicorn.Config(
        create_app(workspace, face=face, hosts=names_of(host), control=control),
        host=host,
        port=port,
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="off",
        http=_Line,
        date_header=False,
        server_header=False,
    )
    server = _Guest(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    try:
        await server.startup()
    except SystemExit:  # uvicorn's answer to an address that is taken
        raise OSError(f"cannot listen on {host}:{port}{_reason(host, port)}") from None
    loop = asyncio.create_task(server.main_loop())
    telling = asyncio.create_task(_tell(workspace))
    bound = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://{host}:{bound}"
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling
        server.should_exit = True
        await loop
        await server.shutdown()
