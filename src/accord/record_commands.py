"""The commands about single records and rounds: explain, history, undo, retry, ignore.

Rule: a record is named by a Notion address, a page's id, a row's id or a title; what could be
several is listed, and nothing is guessed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Annotated

from cyclopts import Parameter
from rich.box import SIMPLE_HEAD
from rich.prompt import Confirm
from rich.table import Table
from rich.text import Text

from accord import screen, session
from accord.app import Opened, Records
from accord.core.errors import UsageError
from accord.core.ports import Named, Remembered, User
from accord.core.values import to_json
from accord.sync import acts
from accord.sync.explain import Explanation, change_to_json
from accord.sync.failures import key_of
from accord.sync.options import Options
from accord.sync.report import Report
from accord.sync.undo import Back, Scope

AsJson = Annotated[bool, Parameter(name="--json", negative="")]

#: So many lines of a plan are shown; ``--json`` shows all.
SHOWN = 40


def explain(record: str, /, *, as_json: AsJson = False) -> int:
    """Say why a record is in step, or is not, and what a round would do.

    Parameters
    ----------
    record
        A Notion address, a page's id, a row's id, or a title.
    as_json
        Print one JSON document on stdout.
    """
    project = session.open_project()
    settings = project.settings()
    (named,) = session.named_records(project, [record])

    async def act(opened: Opened) -> tuple[Explanation, dict[str, str]]:
        told = await acts.explain(opened.engine, named)
        return told, _names(await opened.engine.ledger.known_users())

    told, people = session.with_engine(project, settings, act)
    if as_json:
        session.print_json(told.to_json())
    else:
        _show_explanation(told, people)
    return 0 if told.in_step else 1


def history(record: str, /, *, as_json: AsJson = False) -> int:
    """Show every remembered change of a record, oldest first.

    Parameters
    ----------
    record
        A Notion address, a page's id, a row's id, or a title.
    as_json
        Print one JSON document on stdout.
    """
    project = session.open_project()
    (named,) = session.named_records(project, [record])
    changes, people = session.with_records(project, lambda records: _history(records, named))
    if as_json:
        session.print_json(
            {
                "table": named.table,
                "row_id": named.row_id or None,
                "page_id": named.page_id,
                "title": named.title,
                "changes": [change_to_json(change) for change in changes],
            }
        )
        return 0
    screen.OUT.print(_heading(named))
    if not changes:
        screen.OUT.print("Nothing is remembered of it.")
        return 0
    screen.OUT.print(_changes_table(changes, people))
    return 0


def undo(
    *,
    round_number: Annotated[int | None, Parameter(name="--round")] = None,
    record: str | None = None,
    since: str | None = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    yes: Annotated[bool, Parameter(negative="")] = False,
    as_json: AsJson = False,
) -> int:
    """Take changes back, on both sides: what a round did, or what became of a record.

    What was changed again since is left as it is, and said.

    Parameters
    ----------
    round_number
        Take back what this round changed.
    record
        Take back what became of this record in the last round that changed it.
    since
        With --record: take back everything since this ISO date or time.
    dry_run
        Show the plan; change nothing.
    yes
        Do it without asking.
    as_json
        Print one JSON document on stdout.
    """
    project = session.open_project()
    problems: list[str] = []
    if (round_number is None) == (record is None):
        problems.append("say --round N or --record RECORD: one of them")
    if since is not None and record is None:
        problems.append("--since goes with --record")
    moment = None
    if since is not None:
        moment = session.collected(problems, lambda: session.moment(since))
    settings = session.collected(problems, project.settings)
    if problems or settings is None:
        raise UsageError(problems)
    row_id = session.named_records(project, [record])[0].row_id if record is not None else None
    scope = Scope(round_number, row_id, moment)
    if round_number is not None:
        session.with_records(project, lambda records: _require_round(records, round_number))

    async def act(opened: Opened) -> tuple[list[Back], Report | None]:
        plan = await acts.plan_undo(opened.engine, scope, Options(dry_run=True))
        wanted = [back for back in plan if not back.left]
        if not as_json:
            _show_plan(plan)
        if dry_run or not wanted or not _agreed(len(wanted), yes=yes):
            return plan, None
        options = Options(
            tables=frozenset(back.table for back in plan), stamping=project.keeping.stamps
        )
        with session.watching(opened, len(options.tables or ())) as watch:
            return plan, await acts.undo(opened.engine, scope, plan, options, watch)

    plan, report = session.with_engine(project, settings, act)
    return _tell_undone(plan, report, as_json=as_json)


def _tell_undone(plan: Sequence[Back], report: Report | None, *, as_json: bool) -> int:
    """Tell what was taken back; what was left makes the exit code 1."""
    document = {"plan": [back.to_json() for back in plan]}
    left = 1 if any(back.left for back in plan) else 0
    if report is not None:
        said = f"Taken back; this is round {report.number}, which can be taken back too."
        return max(left, session.tell(report, document if as_json else None, said))
    if as_json:
        session.print_json({**document, "report": None, "exit_code": left})
    else:
        screen.OUT.print("Nothing was changed.")
    return left


def retry(
    records: Annotated[list[str] | None, Parameter(name="RECORD")] = None,
    /,
    *,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    as_json: AsJson = False,
) -> int:
    """Look again, now, at records that were refused or failed; at all of them if none is named.

    Parameters
    ----------
    records
        Notion addresses, ids of pages or rows, or titles.
    dry_run
        Look and count; write nothing.
    as_json
        Print one JSON document on stdout.
    """
    project = session.open_project()
    settings = project.settings()
    named = session.named_records(project, records) if records else None
    tables = None if named is None else frozenset(each.table for each in named)
    options = Options(tables=tables, stamping=project.keeping.stamps, dry_run=dry_run)

    async def act(opened: Opened) -> tuple[Report, int]:
        with session.watching(opened, len(tables or opened.engine.ids)) as watch:
            return await acts.retry(opened.engine, named, options, watch)

    report, looked = session.with_engine(project, settings, act)
    said = f"{looked} {'record was' if looked == 1 else 'records were'} looked at again."
    return session.tell(report, {"looked_at": looked} if as_json else None, said)


def ignore(
    records: Annotated[list[str], Parameter(name="RECORD")],
    /,
    *,
    undo: Annotated[bool, Parameter(negative="")] = False,
    as_json: AsJson = False,
) -> int:
    """Tell no more of the problems of records, until their reason is another one.

    Parameters
    ----------
    records
        Notion addresses, ids of pages or rows, or titles.
    undo
        Tell of them again.
    as_json
        Print one JSON document on stdout.
    """
    project = session.open_project()
    named = session.named_records(project, records)
    keys = [each.page_id or each.row_id for each in named]

    async def act(known: Records) -> int:
        there = {key_of(problem) for problem in await known.ledger.problems()}
        unknown = [each for each, key in zip(named, keys, strict=True) if key not in there]
        if unknown:
            raise UsageError(
                f"{each.title or each.page_id!r} ({each.table}) has no problem to ignore"
                for each in unknown
            )
        return await known.ledger.ignore(keys, ignored=not undo)

    count = session.with_records(project, act)
    if as_json:
        session.print_json({"records": keys, "ignored": not undo, "count": count})
    else:
        what = "told again" if undo else "ignored until its reason changes"
        screen.OUT.print(f"{count} {'problem is' if count == 1 else 'problems are'} {what}.")
    return 0


async def _history(records: Records, named: Named) -> tuple[tuple[Remembered, ...], dict[str, str]]:
    people = _names(await records.ledger.known_users())
    if not named.row_id:
        return (), people
    return await records.ledger.history(records.schema, row_ids=[named.row_id]), people


def _names(users: Iterable[User]) -> dict[str, str]:
    return {user.id: user.name or user.id for user in users}


async def _require_round(records: Records, number: int) -> None:
    """See that something is remembered of a round.

    Raises:
        UsageError: nothing is.
    """
    if not await records.ledger.history(records.schema, round_number=number):
        last = await records.ledger.rounds(1)
        told = f"the last round is {last[0].number}" if last else "there was no round yet"
        raise UsageError(f"nothing is remembered of a round {number}; {told}")


def _agreed(count: int, *, yes: bool) -> bool:
    """Whether a person says yes.

    Raises:
        UsageError: there is nobody to ask.
    """
    if yes:
        return True
    if not (sys.stdin.isatty() and screen.ERR.is_terminal):
        raise UsageError("there is no terminal to ask on; say --yes to do it, or --dry-run to look")
    what = "this change" if count == 1 else f"these {count} changes"
    return Confirm.ask(f"Take {what} back, on both sides?", console=screen.ERR, default=False)


def _heading(named: Named) -> Text:
    deleted = " (deleted)" if named.deleted else ""
    return Text.assemble(
        (named.title or "(no title)", "bold"),
        f"{deleted}  {named.table}\n",
        (f"page {named.page_id or 'none'}\nrow  {named.row_id or 'none'}", "dim"),
    )


def _changes_table(changes: Sequence[Remembered], people: dict[str, str]) -> Table:
    table = Table(header_style="bold", box=SIMPLE_HEAD)
    for heading in ("when", "property", "before", "after", "from"):
        table.add_column(heading, overflow="fold", vertical="top")
    table.add_column("round", justify="right")
    for change in changes:
        applied = change.applied
        who = people.get(applied.by or "", applied.by or "")
        table.add_row(
            f"{change.at:%d %b %Y %H:%M}",
            change.title or "the whole record",
            screen.brief(to_json(applied.old)),
            screen.brief(to_json(applied.new)),
            f"{applied.source.capitalize()}{f', {who}' if who else ''}\n{applied.why.value}",
            str(change.round or ""),
        )
    return table


def _show_plan(plan: Sequence[Back]) -> None:
    if not plan:
        screen.OUT.print("There is nothing to take back: everything is as it was before.")
        return
    for heading, backs in (
        ("To be taken back", [back for back in plan if not back.left]),
        ("Left as it is", [back for back in plan if back.left]),
    ):
        if not backs:
            continue
        table = Table(header_style="bold", box=SIMPLE_HEAD, title=heading, title_justify="left")
        table.add_column("record", overflow="fold")
        table.add_column("property", overflow="fold")
        table.add_column("now", overflow="fold")
        last = "then" if not backs[0].left else "why"
        table.add_column(last, overflow="fold")
        for back in backs[:SHOWN]:
            now = screen.brief(to_json(back.now))
            then = back.left or screen.brief(to_json(back.then))
            table.add_row(f"{back.record}\n{back.table}", back.property, now, then)
        screen.OUT.print(table)
        if len(backs) > SHOWN:
            screen.OUT.print(f"and {len(backs) - SHOWN} more; --json shows all")


def _show_explanation(told: Explanation, people: dict[str, str]) -> None:
    screen.OUT.print(_heading(told.named))
    screen.OUT.print(f"The page: {told.page}. The row: {told.row}.")
    for each in told.differences:
        screen.OUT.print(Text.assemble((f"\n{each.property}", "bold"), f": {each.then}"))
        table = Table(show_header=False, box=None, pad_edge=False)
        table.add_column(no_wrap=True, style="dim", min_width=14)
        table.add_column(overflow="fold")
        table.add_row("    Notion", screen.brief(each.notion))
        table.add_row("    Supabase", screen.brief(each.supabase))
        table.add_row("    both held", screen.brief(each.base))
        screen.OUT.print(table)
    for mark in told.marks:
        screen.OUT.print(f"- {mark}.")
    for dispute in told.disputes:
        about = f"conflict {dispute.id} about {dispute.property}"
        screen.OUT.print(f"- {about} waits for a person.")
    screen.show_problems([p for p in told.problems if not p.ignored], "Not in step")
    screen.show_problems([p for p in told.problems if p.ignored], "Ignored", style="yellow")
    if told.changes:
        screen.OUT.print(Text("The last changes", style="bold"))
        screen.OUT.print(_changes_table(told.changes, people))
    if told.in_step:
        screen.OUT.print(Text("It is in step.", style="bold green"))
    else:
        screen.OUT.print(Text("It is not in step.", style="bold red"))
