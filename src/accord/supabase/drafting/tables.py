"""Tables that get another name, are put aside, or come back.

Rule: pure. A table that is declared no more keeps its rows; what notices changes of it, and the
rights on it, go. What the synchronisation remembers of a table follows its name.
"""

from __future__ import annotations

from collections.abc import Iterator

from accord.supabase.drafting.catalogue import Catalogue, of_kind
from accord.supabase.drafting.change import Change, Course
from accord.supabase.drafting.model import Entry
from accord.supabase.drafting.names import aside, asides, in_turn, plain
from accord.supabase.drafting.rights import guarded
from accord.supabase.names import in_public, quoted
from accord.supabase.statements import quote_literal


def table_changes(have: Catalogue, course: Course) -> Iterator[Change]:
    """What becomes of the tables that there are."""
    yield from _gone(have, course)
    renames = {old: new for new, old in course.pairs.tables.items()}
    links = dict(_kept_links(course))
    renames |= {old: entry.link_table or old for old, (_, entry) in links.items()}
    for old, new in in_turn(renames.items()):
        yield _renamed(old, new)
    for former, entry in links.values():
        yield from _columns_of_links(former, entry)
    yield from _come_back(have, course)


def _renamed(old: str, new: str) -> Change:
    return Change(
        f"the table {old} is {new} now",
        (
            f"alter table {in_public(old)} rename to {quoted(new)}",
            f"select sync.rename_table_v1({quote_literal(old)}, {quote_literal(new)})",
        ),
    )


def _kept_links(course: Course) -> Iterator[tuple[str, tuple[Entry, Entry]]]:
    """The link tables that go on, whichever side of a pair owns them: former name -> entries."""
    for entry in course.after:
        former = course.former(entry) if entry.many else None
        if former is not None and former.link_table and course.same_target(former, entry):
            yield former.link_table, (former, entry)


def _columns_of_links(former: Entry, entry: Entry) -> Iterator[Change]:
    pairs = [
        (old, new)
        for old, new in (
            (former.owner_column, entry.owner_column),
            (former.target_column, entry.target_column),
        )
        if old and new
    ]
    table = entry.link_table or ""
    statements = [
        f"alter table {in_public(table)} rename column {quoted(old)} to {quoted(new)}"
        for old, new in in_turn(pairs)
    ]
    if statements:
        yield Change(f"the columns of {table} are named after its ends", tuple(statements))


def _gone(have: Catalogue, course: Course) -> Iterator[Change]:
    kept = set(course.pairs.tables.values())
    links = {old for old, _ in _kept_links(course)}
    for entry in course.before:
        if entry.field == "" and entry.table_name not in kept:
            yield put_aside(have, entry.table_name, f'database "{entry.title}"')
        elif entry.many and entry.table_name not in kept and entry.link_table not in links:
            yield put_aside(have, entry.link_table or "", f'the links of "{entry.title}"')


def put_aside(have: Catalogue, table: str, what: str, ending: str = "") -> Change:
    """Put a table aside, with all its rows."""
    place = in_public(table)
    new = aside(table, {plain(thing.name) for thing in of_kind(have, "table")}, ending)
    named = {plain(t.name) for kind in ("constraint", "index") for t in of_kind(have, kind)}
    statements = [
        f"drop {thing.kind} {thing.name} on {place}"
        for kind in ("trigger", "policy")
        for thing in of_kind(have, kind, place)
    ]
    roles = {
        thing.name.partition(" ")[0]
        for thing in of_kind(have, "grant", f"table {place}")
        if not thing.name.startswith("public ")
    }
    statements += [guarded(role, [f"revoke all on {place} from {role}"]) for role in sorted(roles)]
    statements.append(f"alter table {place} rename to {quoted(new)}")
    for thing in of_kind(have, "constraint", place):
        there = aside(thing.name, named)
        statements.append(f"alter table {in_public(new)} rename constraint {thing.name} to {there}")
    for thing in of_kind(have, "index", place):
        statements.append(f"alter index public.{thing.name} rename to {aside(thing.name, named)}")
    told = f"Deprecated: {what}, formerly {table}. Dropped by a migration of --drop-deprecated."
    statements += [
        f"comment on table {in_public(new)} is {quote_literal(told)}",
        f"select sync.rename_table_v1({quote_literal(table)}, {quote_literal(new)})",
    ]
    note = f"{table}: {what} is declared no more; its rows stay in {new} until they are dropped"
    return Change(note, tuple(statements))


def _come_back(have: Catalogue, course: Course) -> Iterator[Change]:
    for entry in course.after:
        if entry.field == "" and entry.table_name not in course.pairs.tables:
            yield from revived(have, course.want, entry.table_name)
        elif entry.many and entry.table_name not in course.pairs.tables and entry.link_table:
            yield from revived(have, course.want, entry.link_table)


def revived(have: Catalogue, want: Catalogue, table: str) -> Iterator[Change]:
    """Bring a table back that was put aside, where there is one with the columns it needs.

    Of several it is the one that was put aside last: what is remembered of its field is of then.
    """
    found = asides(table, {plain(thing.name) for thing in of_kind(have, "table")})
    if not found:
        return
    former = found[0]
    place = in_public(former)
    there = {thing.name for thing in of_kind(have, "column", place)}
    asked = {t.name for t in of_kind(want, "column", in_public(table))}
    owned = {"id", "notion_page_id"} if "notion_page_id" in asked else asked
    if there and owned <= there and ("table", "", in_public(table)) not in have:
        yield Change(
            f"the table {table} is declared again: its rows come back from {former}",
            (
                f"alter table {place} rename to {quoted(table)}",
                f"select sync.rename_table_v1({quote_literal(former)}, {quote_literal(table)})",
            ),
        )
