"""The commands.

Rule: a command reads its words, calls the app and shows the answer. Exit codes: 0 all fine, 1 some
records are not in step, 2 wrong usage or configuration, 130 Ctrl-C.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, CycloptsError, Parameter

from accord import __version__, screen, session
from accord.app import Opened, Project
from accord.config import Settings
from accord.conflict_commands import conflicts_app
from accord.core.errors import AccordError, OurError, TheirError, UsageError, YourError
from accord.migrate_commands import migrate_app
from accord.postgres_programs import LocalPostgresError
from accord.record_commands import explain, history, ignore, retry, undo
from accord.setup_command import setup
from accord.status_command import status
from accord.supabase.types_python import python
from accord.supabase.types_typescript import typescript
from accord.sync.options import Options, Stamping
from accord.sync.report import Direction, Report
from accord.sync.verify import Comparison

USAGE = 2
INTERRUPTED = 130

app = App(
    name="accord",
    help="Keeps Notion databases and Supabase (Postgres) tables in agreement.",
    version=__version__,
    suppress_keyboard_interrupt=False,  # `execute` says what Ctrl-C leaves behind
)
app.command(migrate_app)
# What needs the local Notion is imported when it is asked for: it is half of all there is.
app.command("accord.notion_commands:notion_app", name="notion", help="The local Notion.")
app.command("accord.demo_command:demo", name="demo", help="Show it all on this machine.")
app.command(conflicts_app)
for command in (setup, status, explain, history, undo, retry, ignore):
    app.command(command)


@app.command
def sync(
    *,
    direction: Direction = Direction.BOTH,
    model: Annotated[list[str] | None, Parameter(consume_multiple=True)] = None,
    since: str | None = None,
    full: Annotated[bool, Parameter(negative="")] = False,
    accept_removals: Annotated[list[str] | None, Parameter(consume_multiple=True)] = None,
    stamps: Annotated[bool, Parameter(negative="--no-stamps")] = True,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    verbose: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Run one round: bring both sides into step.

    Parameters
    ----------
    direction
        Which way data may flow.
    model
        Only these models (or tables, or titles); all by default. Records of other models are
        read where a link that these show belongs to them.
    since
        Look at everything edited since this ISO date or time, as 2026-03-01 or
        2026-03-01T10:30+01:00.
    full
        Read everything, and confirm what is missing (a reconciliation sweep).
    accept_removals
        Models of which a sweep may mark more rows deleted than the brake allows.
    stamps
        Write into the pages how they stand, when the data is in step; with --no-stamps only
        with what else is written.
    dry_run
        Plan and count; write nothing.
    as_json
        Print one JSON document on stdout.
    verbose
        Log what happens to stderr.
    """
    project = session.open_project(verbose=verbose)
    problems: list[str] = []
    options = _options(
        project,
        problems,
        direction=direction,
        model=model or [],
        since=since,
        full=full,
        accept_removals=accept_removals or [],
        dry_run=dry_run,
        stamps=stamps,
    )
    settings = session.collected(problems, project.settings)
    if options is None or settings is None:
        raise UsageError(problems)
    _require_configured(project, settings, options.tables)
    return _sync(project, settings, options, as_json=as_json, verbose=verbose)


def _sync(
    project: Project, settings: Settings, options: Options, *, as_json: bool, verbose: bool
) -> int:
    for skipped in settings.skipped:
        screen.show_warning(f"{skipped.title} is skipped: {skipped.variable} is not set")
    report = session.with_engine(
        project, settings, lambda opened: _run(opened, options, verbose=verbose)
    )
    if as_json:
        session.print_json(report.to_json())
    else:
        screen.show_report(report)
    return report.exit_code


@app.command
def verify(
    *,
    model: Annotated[list[str] | None, Parameter(consume_multiple=True)] = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Compare every record on both sides by content, and write nothing.

    Parameters
    ----------
    model
        Only these models (or tables, or titles); all by default.
    as_json
        Print one JSON document on stdout.
    """
    project = session.open_project()
    problems: list[str] = []
    tables = session.collected(problems, lambda: project.tables_named(model or []))
    settings = session.collected(problems, project.settings)
    if problems or settings is None:
        raise UsageError(problems)
    _require_configured(project, settings, tables)
    compared = session.with_engine(project, settings, lambda opened: _verify(opened, tables))
    equal = all(comparison.equal for comparison in compared)
    if as_json:
        document = {"equal": equal, "collections": [c.to_json() for c in compared]}
        session.print_json(document)
    else:
        screen.show_comparisons(compared)
    return 0 if equal else 1


@app.command
def types(*, lang: Literal["typescript", "python"] = "typescript") -> int:
    """Print the types of the tables, for programs that read them.

    Parameters
    ----------
    lang
        The language: typescript (as supabase-js takes them) or python.
    """
    schema = Project.open(Path()).schema
    sys.stdout.write(typescript(schema) if lang == "typescript" else python(schema))
    return 0


def main(words: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code."""
    sys.exit(execute(sys.argv[1:] if words is None else words))


def execute(words: Sequence[str]) -> int:
    """Run a command; answers its exit code, whatever happens."""
    try:
        code = app(
            list(words), exit_on_error=False, print_error=False, result_action="return_value"
        )
    except CycloptsError as error:
        screen.ERR.print(error)
        return USAGE
    except YourError as error:
        return _fail(words, list(error.problems), USAGE)
    except (TheirError, LocalPostgresError) as error:
        return _fail(words, [str(error)], USAGE)
    except OurError as error:
        return _fail(words, [f"this is a bug in accord, please report it: {error}"], USAGE)
    except AccordError as error:
        return _fail(words, [str(error)], 1)
    except (KeyboardInterrupt, asyncio.CancelledError):
        screen.ERR.print("interrupted; what was done stays done, run again to go on")
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def _fail(words: Sequence[str], problems: list[str], code: int) -> int:
    if "--json" in words:
        document = {"exit_code": code, "problems": [{"reason": text} for text in problems]}
        session.print_json(document)
    screen.show_errors(problems)
    return code


def _options(
    project: Project,
    problems: list[str],
    *,
    direction: Direction,
    model: list[str],
    since: str | None,
    full: bool,
    accept_removals: list[str],
    dry_run: bool,
    stamps: bool,
) -> Options | None:
    """The options of a round; what is wrong with them joins ``problems``."""
    moment = None
    if full and since is not None:
        problems.append("--full reads everything, --since a part: give one of them")
    if since is not None:
        moment = session.collected(problems, lambda: session.moment(since))
    tables = session.collected(problems, lambda: project.tables_named(model))
    accepted = session.collected(problems, lambda: project.tables_named(accept_removals))
    if problems:
        return None
    stamping = project.keeping.stamps
    if not stamps and stamping is not Stamping.OFF:
        stamping = Stamping.ON_WRITE
    removals = accepted or frozenset()
    return Options(direction, tables, moment, full, dry_run, removals, stamping)


def _require_configured(
    project: Project, settings: Settings, tables: frozenset[str] | None
) -> None:
    """See that every collection that was named can be found in Notion.

    Raises:
        UsageError: with each whose variable is not set.
    """
    missing = [
        f"{collection.model} was named, but {collection.env} is not set"
        for collection in project.schema
        if collection.table in (tables or ()) and collection.table not in settings.databases
    ]
    if missing:
        raise UsageError(missing)


async def _run(opened: Opened, options: Options, *, verbose: bool) -> Report:
    databases = len(options.tables or opened.engine.ids)
    with session.watching(opened, databases, verbose=verbose) as watch:
        return await opened.engine.run(options, watch)


async def _verify(opened: Opened, tables: frozenset[str] | None) -> list[Comparison]:
    with session.watching(opened, len(tables or opened.engine.ids)) as watch:
        return await opened.engine.verifier().run(tables, watch)
