"""The embedded stack: a real Postgres and a local Notion, started together and kept in step.

Rule: it needs nothing but this project; its data lies under ``.accord/`` and is removed whole.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from accord import screen
from accord.app import Opened, Project, open_engine
from accord.core.errors import UsageError
from accord.local_postgres import EmbeddedPostgres
from accord.supabase import migrate as migrations
from accord.sync.options import Options
from accord.sync.report import Count, NobodyWatches, Report, Watch
from notion_emulator import Workspace, serve
from notion_emulator.errors import UnusableFileError
from notion_emulator.sample import build_sample, generate

DATA = Path(".accord")
#: The file that keeps the demo's local Notion.
NOTION = DATA / "notion.sqlite"
DATABASE = "higherself"

#: The service of the demo looks for edits so often, in seconds.
PAUSE = 5.0


def reset(folder: Path) -> bool:
    """Remove the demo's data; answers whether there was any."""
    data = folder / DATA
    if not data.exists():
        return False
    if (data / "postgres").exists():
        EmbeddedPostgres(data / "postgres").remove()
    shutil.rmtree(data)
    return True


async def run(project: Project, *, once: bool, pages: int, seed: int, port: int) -> int:
    """Start both sides, load, show, and keep them in step until Ctrl-C.

    Raises:
        LocalPostgresError: Postgres cannot be started.
        UsageError: the data file of the local Notion is in use.
    """
    screen.OUT.print("Starting Postgres ...")
    with EmbeddedPostgres(project.folder / DATA / "postgres") as postgres:
        for notice in postgres.notices:
            screen.show_warning(notice)
        url = _database(postgres)
        screen.OUT.print("Starting the local Notion ...")
        async with (
            _notion(project.folder / NOTION, pages, seed) as workspace,
            serve(workspace, port=port, face=True) as notion_url,
        ):
            for applied in await migrations.apply(url, project.migrations):
                screen.OUT.print(f"Applied {applied.migration.file_name}.")
            environment = {
                **workspace.environment,
                "NOTION_API_TOKEN": workspace.token,
                "NOTION_API_URL": notion_url,
                "NOTION_REQUESTS_PER_MINUTE": "0",
                "SUPABASE_DB_URL": url,
            }
            demo = replace(project, environment=environment)
            async with open_engine(demo, demo.settings()) as opened:
                return await _keep_in_step(opened, environment, once=once)


@asynccontextmanager
async def _notion(data: Path, pages: int, seed: int) -> AsyncIterator[Workspace]:
    """The workspace that the data file keeps; filled when the file is made."""
    try:
        workspace = Workspace(seed=seed, data=data)
    except UnusableFileError as error:
        raise UsageError(str(error)) from None
    try:
        if workspace.is_empty:
            build_sample(workspace)
            if pages:
                generate(workspace, pages, seed)
            workspace.commit()
        elif pages:
            screen.show_warning(
                f"--pages counts only when the data is made, and {data} is there already; "
                "accord demo --reset removes it"
            )
        yield workspace
    finally:
        workspace.close()


def _database(postgres: EmbeddedPostgres) -> str:
    if DATABASE not in postgres.databases():
        postgres.create_database(DATABASE)
    return postgres.url(DATABASE)


async def _keep_in_step(opened: Opened, environment: dict[str, str], *, once: bool) -> int:
    began = time.monotonic()
    report = await _round(opened, watch=True)
    census = await opened.engine.ledger.census(opened.engine.schema)
    _show_load(report, census, time.monotonic() - began)
    _show_addresses(environment)
    if once:
        return report.exit_code
    screen.OUT.print("Edits in the local Notion arrive within seconds. Ctrl-C ends the demo.")
    while True:
        await asyncio.sleep(PAUSE)
        report = await _round(opened, watch=False)
        for tally in report.tallies.values():
            if tally.effects:
                done = ", ".join(f"{n} {what}" for what, n in tally.counts.items() if n)
                screen.OUT.print(f"round {report.number}: {tally.title}: {done}")


async def _round(opened: Opened, *, watch: bool) -> Report:
    options = Options()
    if not (watch and screen.ERR.is_terminal):
        return await opened.engine.run(options, NobodyWatches())
    with screen.ProgressWatch(opened.budget, len(opened.engine.ids)) as progress:
        looking: Watch = progress
        return await opened.engine.run(options, looking)


def _show_load(report: Report, census: dict[str, tuple[int, int]], seconds: float) -> None:
    table = Table(header_style="bold", show_footer=True, footer_style="bold", box=SIMPLE_HEAD)
    rows = sum(census[table_name][0] for table_name in report.tallies)
    links = sum(census[table_name][1] for table_name in report.tallies)
    pages = sum(tally.counts[Count.PAGES] for tally in report.tallies.values())
    table.add_column("database", no_wrap=True, footer=f"{len(report.tallies)} databases")
    table.add_column("pages", justify="right", footer=f"{pages:,}")
    table.add_column("rows", justify="right", footer=f"{rows:,}")
    table.add_column("links", justify="right", footer=f"{links:,}")
    table.add_column("seconds", justify="right", footer=f"{seconds:.2f}")
    table.add_column("requests", justify="right", footer=f"{report.requests:,}")
    for name, tally in report.tallies.items():
        row_count, link_count = census[name]
        table.add_row(
            tally.title,
            f"{tally.counts[Count.PAGES]:,}",
            f"{row_count:,}",
            f"{link_count:,}",
            f"{tally.seconds:.2f}",
            f"{tally.requests:,}",
        )
    screen.OUT.print(table)
    screen.show_problems(report.problems, "Not in step")
    loaded = sum(1 for name in report.tallies if not _failed(report, name))
    screen.OUT.print(f"{loaded} of {len(report.tallies)} databases loaded.")


def _failed(report: Report, table: str) -> bool:
    return any(p.table == table and p.page_id is None for p in report.problems)


def _show_addresses(environment: dict[str, str]) -> None:
    notion, postgres = environment["NOTION_API_URL"], environment["SUPABASE_DB_URL"]
    for name, address in (("local Notion", f"{notion}/"), ("Postgres", postgres)):
        # Not wrapped, so that it can be copied whole.
        screen.OUT.print(f"{name:<14}{address}", soft_wrap=True, highlight=False)
