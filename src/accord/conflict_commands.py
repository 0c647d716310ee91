"""`accord conflicts`: what two people edited at once, and what is decided about it.

Rule: a list reads the ledger alone; a decision is carried out on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Literal

from cyclopts import App, Parameter
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from accord import screen, session
from accord.app import Opened, Records
from accord.core.errors import UsageError
from accord.core.ports import Dispute
from accord.core.record import Side
from accord.core.schema import Schema
from accord.core.values import Json
from accord.sync.acts import decide
from accord.sync.decide import Decision, checked, is_held, names_of
from accord.sync.options import Options
from accord.sync.report import Report

conflicts_app = App(name="conflicts", help="What two people edited at once, and who won.")

#: So many conflicts are listed; ``--json`` lists all.
LISTED = 50

Names = dict[int, str]


@conflicts_app.default
def show_all(
    *,
    every: Annotated[bool, Parameter(name="--all", negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """List the conflicts that wait for a person; exit code 1 if there are any.

    Parameters
    ----------
    every
        Also those that a policy or a person decided; the open ones come first.
    as_json
        Print one JSON document on stdout.
    """
    project = session.open_project()
    disputes, names = session.with_records(
        project, lambda records: _read(records, waiting=not every)
    )
    disputes = sorted(disputes, key=lambda each: (not is_held(each), -each.id))
    waiting = sum(map(is_held, disputes))
    if as_json:
        told = [to_json(each, names) for each in disputes]
        session.print_json({"conflicts": told, "waiting": waiting})
        return 1 if waiting else 0
    if not disputes:
        screen.OUT.print("There are no conflicts." if every else "No conflict waits for a person.")
        return 0
    table = Table(header_style="bold", box=SIMPLE_HEAD)
    table.add_column("id", justify="right")
    for heading in ("record", "property", "Notion", "Supabase", "state"):
        table.add_column(heading, overflow="fold")
    for each in disputes[:LISTED]:
        record = names.get(each.id) or each.page_id or each.row_id
        notion, supabase = screen.brief(each.notion), screen.brief(each.supabase)
        table.add_row(
            str(each.id), f"{record}\n{each.table}", each.property, notion, supabase, _state(each)
        )
    screen.OUT.print(table)
    if len(disputes) > LISTED:
        screen.OUT.print(f"and {len(disputes) - LISTED} more; --json lists all")
    if waiting:
        screen.OUT.print(
            f"{waiting} wait for a person: accord conflicts resolve ID --take notion|supabase, "
            "or --value JSON."
        )
    return 1 if waiting else 0


@conflicts_app.command
def show(
    number: Annotated[int, Parameter(name="ID")],
    /,
    *,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Show one conflict whole.

    Parameters
    ----------
    number
        The conflict's number.
    as_json
        Print one JSON document on stdout.
    """
    project = session.open_project()
    disputes, names = session.with_records(project, lambda records: _read(records, waiting=False))
    (one,) = _chosen([number], disputes)
    if as_json:
        session.print_json(to_json(one, names))
        return 0
    table = Table(show_header=False, box=None)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in (
        ("record", f"{names.get(one.id, '')} ({one.table})"),
        ("page", one.page_id or ""),
        ("row", one.row_id),
        ("property", one.property),
        ("both sides held", screen.brief(one.base, 2000)),
        ("Notion", screen.brief(one.notion, 2000)),
        ("Supabase", screen.brief(one.supabase, 2000)),
        ("policy", one.policy),
        ("noticed", f"{one.detected_at:%d %b %Y %H:%M} UTC"),
        ("state", _state(one)),
    ):
        table.add_row(name, value)
    screen.OUT.print(table)
    return 0


@conflicts_app.command
def resolve(
    numbers: Annotated[list[int], Parameter(name="ID")],
    /,
    *,
    take: Literal["notion", "supabase"] | None = None,
    value: str | None = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Decide conflicts: both sides get the value that is chosen.

    A conflict that was decided before can be decided otherwise.

    Parameters
    ----------
    numbers
        The conflicts' numbers.
    take
        Whose value both sides get.
    value
        The value that both sides get, as JSON: "a text" in quotes, 12.5, true, ["one", "two"].
    dry_run
        See that it can be done; change nothing.
    as_json
        Print one JSON document on stdout.
    """
    project = session.open_project()
    problems: list[str] = []
    if (take is None) == (value is None):
        problems.append("say --take notion, --take supabase or --value JSON: one of them")
    settings = session.collected(problems, project.settings)
    if settings is None or problems:
        raise UsageError(problems)
    disputes, names = session.with_records(project, lambda records: _read(records, waiting=False))
    chosen = _chosen(list(dict.fromkeys(numbers)), disputes)
    decisions = _decisions(project.schema, chosen, take, value)
    options = Options(
        tables=frozenset(each.table for each in chosen),
        stamping=project.keeping.stamps,
        dry_run=dry_run,
    )

    async def act(opened: Opened) -> tuple[Report, list[int]]:
        with session.watching(opened, len(chosen)) as watch:
            return await decide(opened.engine, decisions, options, watch)

    report, done = session.with_engine(project, settings, act)
    would = "would be" if dry_run else "are" if len(done) != 1 else "is"
    said = "\n".join(f"{number}: {names.get(number) or 'the record'}" for number in done)
    said += f"\n{len(done)} of {len(chosen)} conflicts {would} decided."
    document = {"decided": done} if as_json else None
    return session.tell(report, document, said.strip())


def to_json(dispute: Dispute, names: Names) -> Json:
    """The JSON form of a conflict."""
    return {
        "id": dispute.id,
        "table": dispute.table,
        "row_id": dispute.row_id,
        "page_id": dispute.page_id,
        "record": names.get(dispute.id, ""),
        "property": dispute.property,
        "base": dispute.base,
        "notion": dispute.notion,
        "supabase": dispute.supabase,
        "policy": dispute.policy,
        "winner": dispute.winner,
        "waits": is_held(dispute),
        "detected_at": dispute.detected_at.isoformat(),
        "resolved_at": dispute.resolved_at.isoformat() if dispute.resolved_at else None,
    }


def _decisions(
    schema: Schema, chosen: Sequence[Dispute], take: str | None, value: str | None
) -> list[Decision]:
    """What is decided about each; everything that is wrong at once."""
    problems: list[str] = []
    decisions = []
    for each in chosen:
        typed: Json = None
        if value is not None:
            read = partial(checked, schema.collection(each.table), each, value)
            typed = session.collected(problems, read)
        decisions.append(Decision(each, Side(take) if take else None, typed))
    if problems:
        raise UsageError(problems)
    return decisions


def _chosen(numbers: Sequence[int], disputes: Sequence[Dispute]) -> list[Dispute]:
    """The conflicts with these numbers.

    Raises:
        UsageError: with each number that none has.
    """
    by_number = {each.id: each for each in disputes}
    unknown = [number for number in numbers if number not in by_number]
    if unknown:
        raise UsageError(
            f"there is no conflict {number}; accord conflicts --all lists them"
            for number in unknown
        )
    return [by_number[number] for number in numbers]


async def _read(records: Records, *, waiting: bool) -> tuple[list[Dispute], Names]:
    """Conflicts of the declared tables, and the titles of their records."""
    tables = {collection.table for collection in records.schema}
    disputes = [d for d in await records.ledger.conflicts(waiting=waiting) if d.table in tables]
    names: Names = {}
    for table in {each.table for each in disputes}:
        collection = records.schema.collection(table)
        of_table = [each for each in disputes if each.table == table]
        ids = sorted({each.row_id for each in of_table})
        rows = await records.supabase.sight_rows(collection, ids)
        names |= names_of(collection, of_table, rows)
    return disputes, names


def _state(dispute: Dispute) -> Text:
    if is_held(dispute):
        return Text("waits for a person", style="red")
    if dispute.winner == "held":
        return Text(f"decided {dispute.resolved_at:%d %b %H:%M}", style="green")
    again = ", decided anew" if dispute.resolved_at else ""
    return Text(f"{dispute.winner.capitalize()} won{again}", style="green")
