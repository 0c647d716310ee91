"""`accord demo`: the whole system on this machine.

Rule: as in `accord.cli`: a command reads its words, calls the app and shows the answer.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from accord import local, screen
from accord.app import Project
from accord.core.errors import UsageError


def demo(
    *,
    once: Annotated[bool, Parameter(negative="")] = False,
    reset: Annotated[bool, Parameter(negative="")] = False,
    pages: int = 0,
    seed: int = 1,
    port: int = 8970,
) -> int:
    """Start a real Postgres and a local Notion with sample data, and synchronise them.

    Parameters
    ----------
    once
        Load, show, and leave.
    reset
        Remove the demo's data under .accord/ and leave.
    pages
        Add so many generated pages to the hand-made ones; counts when the data is made.
    seed
        What the generated pages are drawn from; counts when the data is made.
    port
        Where the local Notion listens; 0 takes a free port.
    """
    folder = Path()
    if reset:
        removed = local.reset(folder)
        screen.OUT.print("The demo's data is removed." if removed else "There is no demo data.")
        return 0
    if pages < 0:
        raise UsageError(f"--pages is {pages}, but must be 0 or more")
    project = Project.open(folder)
    return asyncio.run(local.run(project, once=once, pages=pages, seed=seed, port=port))
