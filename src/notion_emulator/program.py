"""The local Notion as a program: fill a workspace, serve it until Ctrl-C.

The rule: stdout carries the environment a client needs, as `NAME=value` lines, and nothing
else; what people want to know goes to stderr. Content and seed count for a workspace that is
still empty; a data file that holds one is served as it is.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notion_emulator.sample import build_generated, build_sample
from notion_emulator.server import serve
from notion_emulator.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

PORT = 8970
MOST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Serving:
    """What to serve, and where.

    Attributes:
        host: The address to listen on.
        port: The port; 0 takes a free one.
        data: The file that keeps the workspace; None keeps nothing.
        pages: How many records to generate; None takes those made by hand.
        seed: Decides what is generated, and all ids.
        requests_per_minute: Refuse more than these; 0 is no limit.
        face: Show the workspace to people as web pages.
        control: Serve the control of the workspace.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    data: Path | None = None
    pages: int | None = None
    seed: int = 0
    requests_per_minute: int = 0
    face: bool = True
    control: bool = False

    def problems(self) -> list[str]:
        """Return what cannot be of this, each with its option; a mistake makes no file."""
        counts = {
            "--pages": self.pages or 0,
            "--requests-per-minute": self.requests_per_minute,
        }
        found = [
            f"{name} is {given}, but must be 0 or more"
            for name, given in counts.items()
            if given < 0
        ]
        if not 0 <= self.port <= MOST_PORT:
            found.append(f"--port is {self.port}, but must be from 0 to {MOST_PORT}")
        return found


def run(serving: Serving) -> int:
    """Serve a workspace until Ctrl-C and return the exit code.

    Raises:
        UnusableFileError: The data file cannot be used.
        OSError: The address cannot be had.
    """
    workspace = Workspace(
        seed=serving.seed, requests_per_minute=serving.requests_per_minute, data=serving.data
    )
    try:
        if workspace.is_empty:
            if serving.pages is None:
                build_sample(workspace)
            else:
                build_generated(workspace, serving.pages, serving.seed)
            workspace.commit()
        elif serving.pages is not None:
            sys.stderr.write(f"{serving.data} holds a workspace; --pages made nothing.\n")
        asyncio.run(_serve(workspace, serving))
    except KeyboardInterrupt:
        return 130
    finally:
        workspace.close()
    return 0


async def _serve(workspace: Workspace, serving: Serving) -> None:
    serves = serve(
        workspace,
        host=serving.host,
        port=serving.port,
        face=serving.face,
        control=serving.control,
    )
    async with serves as url:
        token = {"NOTION_API_TOKEN": workspace.token}
        lines = {"NOTION_API_URL": url, **token, **workspace.environment}
        sys.stdout.write("".join(f"{name}={value}\n" for name, value in lines.items()))
        sys.stdout.flush()
        if serving.face:
            sys.stderr.write(f"For people: {url}/\n")
        sys.stderr.write("Ctrl-C ends it.\n")
        await asyncio.Event().wait()
