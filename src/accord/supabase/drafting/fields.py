"""Fields of a table that goes on: put aside, renamed, retyped, carried, brought back.

Rule: pure, and no value is lost. What the synchronisation remembers of a field follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from accord.core.schema import KINDS, PropertyType
from accord.supabase.drafting.catalogue import Catalogue, Thing, of_kind
from accord.supabase.drafting.change import Change, Course
from accord.supabase.drafting.conversion import converted
from accord.supabase.drafting.mending import build
from accord.supabase.drafting.model import Entry
from accord.supabase.drafting.names import BEFORE, aside, asides, in_turn, plain
from accord.supabase.drafting.tables import put_aside, revived
from accord.supabase.names import in_public, quoted
from accord.supabase.statements import quote_literal


def field_changes(have: Catalogue, course: Course) -> Iterator[Change]:
    """What becomes of the fields of all tables that go on."""
    for table in course.pairs.tables:
        yield from _Table(table, have, course).changes()


def _call(function: str, *values: str | None) -> str:
    told = ", ".join(quote_literal(value or "") for value in values)
    return f"select sync.{function}({told})"


@dataclass(slots=True)
class _Table:
    """One table, and the names in it that a draft has taken."""

    table: str
    have: Catalogue
    course: Course
    taken: set[str] = field(default_factory=set)

    @property
    def place(self) -> str:
        return in_public(self.table)

    def changes(self) -> Iterator[Change]:
        self.taken = {plain(thing.name) for thing in of_kind(self.have, "column", self.place)}
        pairs = [(self.course.former(entry), entry) for entry in self.course.of(self.table)]
        moved = {
            former.key
            for former, entry in pairs
            if former is not None and (former.held or entry.many) and self._goes_on(former, entry)
        }
        for gone in self.course.unpaired(self.table):
            yield from self._aside(gone)
        for former, _ in pairs:
            if former is not None and former.held and former.key not in moved:
                yield from self._aside(former)
        going = [(f, e) for f, e in pairs if f is not None and (f.key in moved or not f.held)]
        yield from self._renamed(going)
        for known, entry in going:
            if known.key in moved:
                yield from self._carried(known, entry)
        for former, entry in pairs:
            if entry.held and (former is None or former.key not in moved):
                yield from self._new(entry)

    def _goes_on(self, former: Entry, entry: Entry) -> bool:
        """Whether the values of before are those of the declared field."""
        if PropertyType.RELATION in {former.type, entry.type}:
            same = former.type == entry.type and self.course.same_target(former, entry)
            return same and entry.held and (former.held or former.link_table is not None)
        return former.column_name is not None and entry.column_name is not None

    # Put aside

    def _aside(self, former: Entry) -> Iterator[Change]:
        if former.many:
            if any(
                e.many and f is not None and f.link_table == former.link_table
                for e in self.course.after
                if (f := self.course.former(e)) is not None and self.course.same_target(f, e)
            ):
                return  # the other side of the pair owns the links now
            yield put_aside(self.have, former.link_table or "", f'the links of "{former.title}"')
            yield self._remember(former, aside(former.field))
        elif former.column_name is not None:
            yield self._column_aside(former, former.column_name)

    def _column_aside(self, former: Entry, column: str) -> Change:
        new, place = self._free(column), self.place
        told = (
            f'Deprecated: Notion property "{former.title}", formerly {column}.'
            " Dropped by a migration of --drop-deprecated."
        )
        statements = [
            f"alter table {place} rename column {quoted(column)} to {new}",
            *self._without_need(column, new),
            f"comment on column {place}.{new} is {quote_literal(told)}",
            *self._extra_aside(column, former.title),
            *self._remember(former, aside(former.field)).statements,
        ]
        note = (
            f'{self.table}: {column} (Notion property "{former.title}") is declared no more; '
            f"its values stay in {new} until they are dropped"
        )
        return Change(note, tuple(statements))

    def _extra_aside(self, column: str, title: str) -> Iterator[str]:
        """What notion_extra keeps of it; a column for that which is there already is empty."""
        extra = aside(column, ending="_extra")
        if extra not in self.taken:
            self.taken.add(extra)
            yield f"alter table {self.place} add column {extra} jsonb"
        yield _call("extra_aside_v1", self.table, title, extra)

    def _without_need(self, column: str, new: str) -> Iterator[str]:
        thing = self._column(column)
        if thing and thing.column["not_null"] and thing.column["default"] is None:
            yield f"alter table {self.place} alter column {new} drop not null"

    def _remember(self, former: Entry, name: str) -> Change:
        title = former.title
        call = _call("rename_field_v1", self.table, former.field, name, title, title)
        return Change(f"{self.table}: what is remembered of {former.field} follows", (call,))

    def _free(self, name: str, ending: str = "") -> str:
        found = aside(name, self.taken, ending)
        self.taken.add(found)
        return found

    def _column(self, name: str) -> Thing | None:
        return self.have.get(("column", self.place, quoted(name)))

    def _generated(self, name: str) -> bool:
        thing = self._column(name)
        return thing is not None and thing.column["generated"] is not None

    # Other names

    def _renamed(self, going: list[tuple[Entry, Entry]]) -> Iterator[Change]:
        columns = [
            (f.column_name, e.column_name) for f, e in going if f.column_name and e.column_name
        ]
        columns += [
            (f"{old}_json", f"{new}_json") for old, new in columns if self._generated(f"{old}_json")
        ]
        fields = in_turn((f.field, e.field) for f, e in going)
        titles = in_turn((f.title, e.title) for f, e in going)
        title_of = {f.field: f.title for f, _ in going}
        for old, new in in_turn(columns):
            rename = f"alter table {self.place} rename column {quoted(old)} to {quoted(new)}"
            yield Change(f"{self.table}: the column {old} is {new} now", (rename,))
        for old, new in fields:
            title = title_of[new] = title_of.pop(old)
            call = _call("rename_field_v1", self.table, old, new, title, title)
            yield Change(f"{self.table}: what is remembered of {old} follows to {new}", (call,))
        name_of = {title: name for name, title in title_of.items()}
        for old, new in titles:
            name = name_of[new] = name_of.pop(old)
            call = _call("rename_field_v1", self.table, name, name, old, new)
            yield Change(f'{self.table}: the property "{old}" is "{new}" now', (call,))

    # Values

    def _carried(self, former: Entry, entry: Entry) -> Iterator[Change]:
        if former.many and entry.column_name is not None:
            yield self._to_one(former, entry)
        elif former.column_name is not None and entry.many:
            yield from self._to_many(former, entry)
        elif former.column_name is not None and entry.column_name is not None:
            yield from self._retyped(former, entry, former.column_name, entry.column_name)
            yield from self._bounded(former, entry, former.column_name, entry.column_name)
        elif entry.many and not former.held:
            yield Change(
                f'{self.table}: "{entry.title}" keeps the links of both sides now; the next round'
                " compares them with Notion",
                (_call("walk_again_v1", self.table),),
            )

    def _ends(self, entry: Entry, column: str | None, links: Entry) -> tuple[str | None, ...]:
        return (
            self.table,
            entry.field,
            entry.title,
            column,
            links.link_table,
            links.owner_column,
            links.target_column,
            entry.target_table,
        )

    def _to_one(self, former: Entry, entry: Entry) -> Change:
        column = quoted(entry.column_name or "")
        links = f'the links of "{former.title}"'
        put = put_aside(self.have, former.link_table or "", links, BEFORE)
        # What waits for its row is the field's, not the link table's, and stays.
        ends = self._ends(entry, entry.column_name, former)
        return Change(
            f'{self.table}: "{entry.title}" points to one record now; others that a record '
            "pointed to are kept in notion_extra",
            (
                f"alter table {self.place} add column {column} uuid",
                _call("many_to_one_v1", *ends),
                *put.statements,
            ),
        )

    def _to_many(self, former: Entry, entry: Entry) -> Iterator[Change]:
        place = in_public(entry.link_table or "")
        want = {
            key: thing
            for key, thing in self.course.want.items()
            if place in {thing.name, thing.place} and thing.kind in {"table", "column"}
        }
        for change in build({}, want, {}):
            yield Change(f'{self.table}: "{entry.title}" points to many', change.statements)
        column = former.column_name or ""
        new = self._free(column, BEFORE)
        yield Change(
            f"{self.table}: the links of {column} go into {entry.link_table}",
            (
                _call("one_to_many_v1", *self._ends(entry, column, entry)),
                f"alter table {self.place} rename column {quoted(column)} to {new}",
                f"comment on column {self.place}.{new} is "
                + quote_literal(f"Deprecated: carried into {entry.link_table}."),
            ),
        )

    def _retyped(self, former: Entry, entry: Entry, old: str, new: str) -> Iterator[Change]:
        there, asked = (
            self._column(old),
            self.course.want.get(("column", self.place, quoted(new))),
        )
        if there is None or asked is None:
            return
        types = there.column["type"], asked.column["type"]
        kinds = KINDS[PropertyType(former.type)], KINDS[PropertyType(entry.type)]
        if former.type == entry.type and types[0] == types[1]:
            return
        statements: list[str] = []
        if types[0] != types[1]:
            statements += self._unguarded(entry, old, new)
        if kinds[0] != kinds[1] or types[0] != types[1]:
            statements += self._extra_aside(new, entry.title)
        if types[0] != types[1]:
            statements += self._converted(old, new, *types)
        if kinds[0] != kinds[1] or types[0] != types[1]:
            statements.append(_call("retype_field_v1", self.table, entry.field, aside(entry.field)))
        statements.append(_call("walk_again_v1", self.table))
        yield Change(
            f"{self.table}: {new} is {entry.type} now ({types[1]}), no more {former.type}"
            f" ({types[0]})",
            tuple(statements),
        )

    def _unguarded(self, entry: Entry, old: str, new: str) -> Iterator[str]:
        """A column without its constraints; numbers that its bounds kept out come back first."""
        for thing in of_kind(self.have, "constraint", self.place):
            if re.search(rf"\b{re.escape(old)}\b", thing.text):
                yield f"alter table {self.place} drop constraint {thing.name}"
        if _checks(self.have, self.place, old):
            yield _call("readmit_v1", self.table, new, entry.title)

    def _converted(self, old: str, new: str, there: str, asked: str) -> Iterator[str]:
        place, column = self.place, quoted(new)
        if self._generated(f"{old}_json"):
            kept = self._free(f"{new}_json", BEFORE)
            yield f"alter table {place} rename column {quoted(f'{new}_json')} to {kept}"
        earlier = [
            thing
            for name in (*asides(new, self.taken, BEFORE), *asides(old, self.taken, BEFORE))
            if (thing := self._column(name)) is not None and thing.column["type"] == asked
        ]
        kept = self._free(new, BEFORE)
        told = f"Deprecated: {new} before it was {asked}."
        yield f"alter table {place} rename column {column} to {kept}"
        yield from self._without_need(old, kept)
        yield f"comment on column {place}.{kept} is {quote_literal(told)}"
        yield f"alter table {place} add column {column} {asked}"
        yield (
            f"update {place}\n   set {column} = {converted(kept, there, asked)}\n"
            f" where {kept} is not null"
        )
        for before in earlier[:1]:
            # What did not fit the type of meanwhile was never given up.
            yield (
                f"update {place}\n   set {column} = {before.name}\n where {column} is null"
                f" and {before.name} is not null\n"
                f"   and {converted(before.name, asked, there)} is null"
            )
        yield _notice(self.table, new, kept, asked)

    def _bounded(self, former: Entry, entry: Entry, old: str, new: str) -> Iterator[Change]:
        """Numbers outside of new bounds go to notion_extra; those that fit again come back."""
        there = {
            thing.name: re.sub(rf"\b{re.escape(old)}\b", new, thing.text)
            for thing in _checks(self.have, self.place, old)
            if former.type == entry.type
        }
        asked = {thing.text for thing in _checks(self.course.want, self.place, new)}
        if set(there.values()) == asked:
            return
        statements = [f"alter table {self.place} drop constraint {name}" for name in there]
        if there:
            statements.append(_call("readmit_v1", self.table, new, entry.title))
        statements += [
            _call("expel_v1", self.table, new, entry.title, text.removeprefix("CHECK "))
            for text in asked
        ]
        yield Change(
            f"{self.table}: {new} has other bounds; numbers outside are kept in notion_extra",
            tuple(statements),
        )

    # Declared anew

    def _new(self, entry: Entry) -> Iterator[Change]:
        known = _call("declare_field_v1", self.table, entry.title)
        note = f'{self.table}: "{entry.title}" is declared; the next round reads it from Notion'
        if entry.many:
            found = list(revived(self.have, self.course.want, entry.link_table or ""))
            yield from found
            yield Change(note, (known, *self._back(entry, found)))
            return
        column = entry.column_name or ""
        asked = self.course.want["column", self.place, quoted(column)]
        # The last that was put aside, since what is remembered of the field is of then.
        former = next(iter(asides(column, self.taken)), "")
        there = self._column(former)
        if there is None or there.column["type"] != asked.column["type"]:
            yield Change(note, (known,))
            return
        statements = [known, f"alter table {self.place} rename column {former} to {quoted(column)}"]
        if entry.target_table:
            call = _call("empty_dangling_v1", self.table, column, entry.target_table)
            statements.append(call)
        extra = aside(column, ending="_extra")
        if self._column(extra) is not None:
            statements.append(_call("extra_back_v1", self.table, entry.title, extra))
        statements += self._back(entry, [there])
        yield Change(
            f"{self.table}: {column} is declared again: its values come back", tuple(statements)
        )

    def _back(self, entry: Entry, found: list[Change] | list[Thing]) -> Iterator[str]:
        if found:
            former = aside(entry.field)
            title = entry.title
            yield _call("rename_field_v1", self.table, former, entry.field, title, title)


def _checks(catalogue: Catalogue, place: str, column: str) -> list[Thing]:
    return [
        thing
        for thing in of_kind(catalogue, "constraint", place)
        if thing.text.startswith("CHECK") and re.search(rf"\b{re.escape(column)}\b", thing.text)
    ]


def _notice(table: str, new: str, kept: str, asked: str) -> str:
    said = quote_literal(f"{table}.{new}: what is no {asked} stays in {kept}, of the rows %")
    return (
        "do $$\ndeclare\n  rows text;\nbegin\n"
        "  select string_agg(r.id::text, ', ') into rows from (\n"
        f"    select t.id from {in_public(table)} t\n"
        f"     where t.{kept} is not null and t.{quoted(new)} is null order by t.id limit 20\n"
        f"  ) r;\n  if rows is not null then\n    raise notice {said}, rows;\n  end if;\nend\n$$"
    )
