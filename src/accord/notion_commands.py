"""The commands of the local Notion: serve it, carry it about, copy a real workspace into it.

Rule: the real Notion is only read; what was written in it leaves this machine in no other
form than the snapshot that was asked for.
"""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from accord import screen
from accord.app import Project
from accord.config import NotionSettings, read_notion_settings
from accord.core.errors import UsageError
from accord.local import NOTION
from accord.notion.client import NotionClient
from accord.notion.copying import Watch, Whole, read_workspace
from accord.notion.pacer import Pacer
from notion_emulator import Original, Workspace, adopt, disguised
from notion_emulator.errors import UnusableFileError
from notion_emulator.program import PORT, Serving, run

notion_app = App(name="notion", help="The local Notion.")
snapshot_app = App(name="snapshot", help="A workspace as one JSON file.")
notion_app.command(snapshot_app)


@notion_app.command
def serve(
    *,
    host: str = "127.0.0.1",
    port: int = PORT,
    data: Path | None = None,
    sample: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    pages: int | None = None,
    seed: int = 0,
    requests_per_minute: int = 0,
    face: bool = True,
    control: Annotated[bool, Parameter(negative="", show_default=False)] = False,
) -> int:
    """Serve a local Notion until Ctrl-C; print the environment that a client needs.

    Parameters
    ----------
    host
        The address to listen on.
    port
        The port; 0 takes a free one.
    data
        Keep the workspace in this file; sample, pages and seed count only when it is made.
    sample
        Fill it with the records made by hand (as by default).
    pages
        Fill it with so many generated records instead.
    seed
        What the generated records are drawn from.
    requests_per_minute
        Refuse more requests than these; 0 is no limit.
    face
        Show the workspace to people as well, as web pages.
    control
        Serve its control below /_control: time, faults, people, webhooks.
    """
    problems = []
    if sample and pages is not None:
        problems.append("--sample and --pages fill the workspace in two ways; give one of them")
    serving = Serving(host, port, data, pages, seed, requests_per_minute, face, control)
    problems += serving.problems()
    if problems:
        raise UsageError(problems)
    try:
        return run(serving)
    except UnusableFileError as error:
        raise UsageError(f"--data: {error}") from None
    except OSError as error:
        raise UsageError(f"{error}; choose another --port, or 0 for a free one") from None


@snapshot_app.command
def save(to: Path, *, data: Path = NOTION) -> int:
    """Write the workspace of a data file to a snapshot.

    Parameters
    ----------
    to
        The snapshot; a file of that name is replaced.
    data
        The data file; by default the one of the demo.
    """
    if not data.exists():
        raise UsageError(
            f"--data: there is no file {data}; name the data file of a workspace"
            " (`accord notion serve --data FILE` makes one)"
        )
    workspace = _opened(data)
    try:
        _save(workspace, to)
    finally:
        workspace.close()
    return 0


@snapshot_app.command
def load(source: Annotated[Path, Parameter(name="FROM")], *, data: Path = NOTION) -> int:
    """Make a data file of a snapshot.

    Parameters
    ----------
    source
        The snapshot.
    data
        The data file; it must not be there yet. By default the one of the demo.
    """
    if data.exists():
        raise UsageError(f"--data: {data} is there already; remove it, or name another file")
    scratch = Workspace()
    try:
        scratch.load(source)  # before any file is made
        workspace = _opened(data)
        try:
            workspace.load(source)
        finally:
            workspace.close()
    except UnusableFileError as error:
        raise UsageError(str(error)) from None
    screen.OUT.print(f"{data} holds {_counted(scratch)}.")
    return 0


@notion_app.command
def clone(
    *,
    to: Path,
    from_env: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    anonymise: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    seed: int | None = None,
) -> int:
    """Copy a workspace of the real Notion into a snapshot. Nothing is written in Notion.

    Page bodies, comments and views are left out.

    Parameters
    ----------
    to
        The snapshot; a file of that name is replaced.
    from_env
        Copy the databases that the environment names (NOTION_..._DB), as NOTION_API_TOKEN sees
        them.
    anonymise
        Replace names, texts, addresses and files by made-up ones of the same shape.
    seed
        What the made-up ones are drawn from; by default nobody can draw them again.
    """
    problems = []
    if not from_env:
        problems.append("say --from-env: the environment names the workspace that is copied")
    if seed is not None and not anonymise:
        problems.append("--seed draws made-up words; it goes with --anonymise")
    if not to.parent.is_dir():
        problems.append(f"--to: there is no folder {to.parent}")
    if problems:
        raise UsageError(problems)
    project = Project.open(Path())
    settings = read_notion_settings(project.environment, project.schema)
    for skipped in settings.skipped:
        screen.show_warning(f"{skipped.title} is left out: {skipped.variable} is not set")
    named = {
        collection.env: settings.databases[collection.table]
        for collection in project.schema
        if collection.table in settings.databases
    }
    whole = asyncio.run(_read(settings, named))
    original = _original(whole)
    if anonymise:
        key = secrets.token_bytes(32) if seed is None else f"seed {seed}".encode()
        original = disguised(original, key)
    workspace = Workspace()
    adopt(workspace, original)
    _save(workspace, to)
    return 0


def _original(whole: Whole) -> Original:
    return Original(
        me=whole.me,
        users=whole.users,
        databases=whole.databases,
        data_sources=whole.data_sources,
        pages=whole.pages,
        environment=whole.environment,
    )


async def _read(settings: NotionSettings, named: dict[str, str]) -> Whole:
    pacer = Pacer(settings.requests_per_minute)
    async with NotionClient(settings.token, settings.url, pacer=pacer) as client:
        if not screen.ERR.is_terminal:
            return await read_workspace(client, named, lambda _title, _pages: None)
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=screen.ERR,
            transient=True,
        ) as progress:
            return await read_workspace(client, named, _drawing(progress, client))


def _drawing(progress: Progress, client: NotionClient) -> Watch:
    """What draws how far the copy has come."""
    counts: dict[str, int] = {}
    task = progress.add_task("reading the databases", total=None)

    def draw(title: str, pages: int) -> None:
        counts[title] = pages
        total, requests = sum(counts.values()), client.requests
        told = f"{len(counts)}. {title}: {total:,} pages, {requests:,} requests"
        progress.update(task, description=told)

    return draw


def _opened(data: Path) -> Workspace:
    try:
        return Workspace(data=data)
    except UnusableFileError as error:
        raise UsageError(f"--data: {error}") from None


def _save(workspace: Workspace, to: Path) -> None:
    try:
        workspace.save(to)
    except OSError as error:
        raise UsageError(f"{to} cannot be written: {error.strerror}") from None
    screen.OUT.print(f"{to} holds {_counted(workspace)}.")


def _counted(workspace: Workspace) -> str:
    state = workspace.state
    sources = sum(one.database_id not in state.unshared for one in state.sources.values())
    return f"{len(state.pages):,} pages in {sources:,} data sources"
