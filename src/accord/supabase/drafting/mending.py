"""What is left of the difference between two catalogues, thing by thing.

Rule: pure, and it loses nothing: a column or a table that is not asked for is put aside. The stages
run one after the other, each on the catalogue that the one before it left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from accord.core.values import Json
from accord.supabase.drafting.catalogue import Catalogue, Thing, is_aside, of_kind
from accord.supabase.drafting.change import Change
from accord.supabase.drafting.names import aside, plain
from accord.supabase.drafting.rights import rights
from accord.supabase.drafting.tables import put_aside
from accord.supabase.statements import quote_literal

Texts = dict[tuple[str, str], str]


def loosen(have: Catalogue, want: Catalogue, _texts: Texts) -> Iterator[Change]:
    """Take away what will be made again, or never: policies, triggers, constraints, indexes."""
    taken: dict[str, list[str]] = {}
    for kind in ("policy", "trigger"):
        for thing in _off(have, want, kind):
            taken.setdefault(thing.place, []).append(f"drop {kind} {thing.name} on {thing.place}")
    renamed: set[str] = set()
    for kind in ("constraint", "index"):
        for thing, other in _same_but_name(have, want, kind):
            renamed.add(thing.name)
            taken.setdefault(thing.place, []).append(
                f"alter index {_space(thing.place)}.{thing.name} rename to {other.name}"
                if kind == "index"
                else f"alter table {thing.place} rename constraint {thing.name} to {other.name}"
            )
    keys = sorted(_off(have, want, "constraint"), key=lambda t: not t.text.startswith("FOREIGN"))
    for thing in keys:
        if thing.name not in renamed:
            taken.setdefault(thing.place, []).append(
                f"alter table {thing.place} drop constraint {thing.name}"
            )
    for thing in _off(have, want, "index"):
        if thing.name not in renamed:
            taken.setdefault(thing.place, []).append(
                f"drop index {_space(thing.place)}.{thing.name}"
            )
    for place, statements in taken.items():
        yield Change(f"{place}: what names its columns follows them", tuple(statements))
    for thing in _off(have, want, "function"):
        key = ("function", "", thing.name)
        if key not in want or want[key].place != thing.place:
            yield Change(
                f"the function {thing.name} goes, or gives something else",
                (f"drop function {thing.name}",),
            )


def build(have: Catalogue, want: Catalogue, _texts: Texts) -> Iterator[Change]:
    """Schemas, types, tables and columns."""
    for thing in _missing(have, want, "schema"):
        yield Change(f"the schema {thing.name} is new", (f"create schema {thing.name}",))
    for thing in _missing(have, want, "sequence"):
        yield Change(
            f"the sequence {thing.name} is new", (f"create sequence {thing.name} as {thing.text}",)
        )
    for thing in _missing(have, want, "type"):
        body = ",\n".join(
            f"  {each.name} {each.column['type']}" for each in _in_place(want, thing.name)
        )
        yield Change(
            f"the type {thing.name} is new", (f"create type {thing.name} as (\n{body}\n)",)
        )
    yield from _attributes(have, want)
    for thing in _missing(have, want, "table"):
        body = ",\n".join(f"  {_definition(each)}" for each in _in_place(want, thing.name))
        options = f" with ({thing.text})" if thing.text else ""
        yield Change(
            f"the table {plain(thing.name)} is new",
            (f"create table {thing.name} (\n{body}\n){options}",),
        )
    for thing in of_kind(have, "table"):
        if ("table", "", thing.name) not in want and not is_aside(thing):
            yield put_aside(have, plain(thing.name), "a table")
    for thing in of_kind(want, "table"):
        if ("table", "", thing.name) in have:
            statements = tuple(_columns(have, want, thing.name))
            if statements:
                yield Change(f"{plain(thing.name)}: columns", statements)


def finish(have: Catalogue, want: Catalogue, texts: Texts) -> Iterator[Change]:
    """Functions, constraints, indexes, security, triggers, policies, views."""
    order = {key: number for number, key in enumerate(texts)}
    made = sorted(
        _missing(have, want, "function"),
        key=lambda t: (order.get(_source(t), len(order)), t.name),
    )
    if made:
        statements = [
            "select pg_catalog.set_config('check_function_bodies', 'off', true)",
            *(texts.get(_source(thing), thing.text).strip() for thing in made),
        ]
        yield Change("functions: new, or with another body", tuple(statements))
    by_place: dict[str, list[str]] = {}
    keys = sorted(
        _missing(have, want, "constraint"), key=lambda t: t.text.startswith("FOREIGN KEY")
    )
    for thing in keys:
        by_place.setdefault(thing.place, []).append(
            f"alter table {thing.place}\n  add constraint {thing.name} {thing.text}"
        )
    for thing in _missing(have, want, "index"):
        by_place.setdefault(thing.place, []).append(thing.text)
    for thing in _missing(have, want, "security"):
        for word in ("enable", "force"):
            there = word in have.get(("security", thing.place, ""), thing._replace(text="")).text
            if there != (word in thing.text):
                undo = {"enable": "disable", "force": "no force"}[word] if there else word
                by_place.setdefault(thing.place, []).append(
                    f"alter table {thing.place} {undo} row level security"
                )
    for thing in _missing(have, want, "trigger"):
        text = texts.get(("trigger", f"{thing.name} on {thing.place}"), thing.text)
        by_place.setdefault(thing.place, []).append(text.strip())
    for thing in _missing(have, want, "policy"):
        by_place.setdefault(thing.place, []).append(
            f"create policy {thing.name} on {thing.place} {thing.text}"
        )
    for place, statements in by_place.items():
        yield Change(f"{place}: its guards", tuple(statements))
    for thing in _missing(have, want, "view"):
        text = texts.get(("view", thing.name), f"create view {thing.name} {thing.text}")
        yield Change(f"the view {thing.name}", (text.strip().removesuffix(";"),))


def tell(have: Catalogue, want: Catalogue, _texts: Texts) -> Iterator[Change]:
    """Comments."""
    comments = [
        f"comment on {thing.name} is {quote_literal(thing.text)}"
        for thing in _missing(have, want, "comment")
    ]
    comments += [
        f"comment on {thing.name} is null"
        for thing in of_kind(have, "comment")
        if not is_aside(thing) and ("comment", thing.place, thing.name) not in want
    ]
    if comments:
        yield Change("comments: what the models say", tuple(comments))


def allow(have: Catalogue, want: Catalogue, new: frozenset[str]) -> Iterator[Change]:
    """Rights; see `rights`."""
    yield from rights(have, want, new)


def _missing(have: Catalogue, want: Catalogue, kind: str) -> list[Thing]:
    """What is asked for and not there, or there otherwise."""
    return [
        thing
        for key, thing in want.items()
        if thing.kind == kind
        and not is_aside(thing)
        and (key not in have or have[key].meaning != thing.meaning)
    ]


def _off(have: Catalogue, want: Catalogue, kind: str) -> list[Thing]:
    """What is there and not asked for, or asked for otherwise."""
    return [
        thing
        for key, thing in have.items()
        if thing.kind == kind
        and not is_aside(thing)
        and (key not in want or want[key].meaning != thing.meaning)
    ]


def _same_but_name(have: Catalogue, want: Catalogue, kind: str) -> Iterator[tuple[Thing, Thing]]:
    """Things of a table that have another name and are the same otherwise."""
    asked = [thing for thing in _missing(have, want, kind) if _key(thing) not in have]
    for thing in _off(have, want, kind):
        if _key(thing) in want:
            continue
        for other in asked:
            if other.place == thing.place and _nameless(other) == _nameless(thing):
                asked.remove(other)
                yield thing, other
                break


def _source(thing: Thing) -> tuple[str, str]:
    """How the source goes by a function: no two have one name."""
    return "function", thing.name.partition("(")[0]


def _key(thing: Thing) -> tuple[str, str, str]:
    return thing.kind, thing.place, thing.name


def _nameless(thing: Thing) -> str:
    if thing.kind == "index":
        return re.sub(r"INDEX \S+ ON", "INDEX ON", thing.text)
    return thing.text


def _space(place: str) -> str:
    return place.partition(".")[0]


def _in_place(want: Catalogue, place: str) -> list[Thing]:
    found = [t for t in want.values() if t.kind in {"column", "attribute"} and t.place == place]
    return sorted(found, key=lambda thing: int(thing.column["place"]))


def _definition(thing: Thing) -> str:
    told = thing.column
    parts = [thing.name, told["type"]]
    if told["generated"] is not None:
        parts.append(f"generated always as ({told['generated']}) stored")
    if told["default"] is not None:
        parts.append(f"default {told['default']}")
    if told["identity"]:
        word = {"a": "always", "d": "by default"}[told["identity"]]
        parts.append(f"generated {word} as identity")
    if told["not_null"]:
        parts.append("not null")
    return " ".join(parts)


def _attributes(have: Catalogue, want: Catalogue) -> Iterator[Change]:
    statements = []
    for thing in _missing(have, want, "attribute"):
        if ("type", "", thing.place) in have:
            verb = "alter" if _key(thing) in have else "add"
            word = " type" if verb == "alter" else ""
            statements.append(
                f"alter type {thing.place} {verb} attribute {thing.name}{word} "
                f"{thing.column['type']}"
            )
    statements += [
        f"alter type {thing.place} drop attribute {thing.name}"
        for thing in _off(have, want, "attribute")
        if _key(thing) not in want
    ]
    if statements:
        yield Change("types: their attributes", tuple(statements))


def _columns(have: Catalogue, want: Catalogue, place: str) -> Iterator[str]:
    taken = {plain(thing.name) for thing in of_kind(have, "column", place)}
    for thing in of_kind(have, "column", place):
        if is_aside(thing):
            continue
        asked = want.get(_key(thing))
        told = thing.column
        if asked is None or asked.column["generated"] != told["generated"]:
            new = aside(thing.name, taken)
            taken.add(new)
            yield f"alter table {place} rename column {thing.name} to {new}"
            if told["not_null"] and told["default"] is None:
                yield f"alter table {place} alter column {new} drop not null"
    for thing in _in_place(want, place):
        there = have.get(_key(thing))
        if is_aside(thing) or (there is not None and there.meaning == thing.meaning):
            continue
        if there is None or there.column["generated"] != thing.column["generated"]:
            yield f"alter table {place} add column {_definition(thing)}"
        else:
            yield from _altered(place, thing.name, there.column, thing.column)


def _altered(place: str, name: str, old: dict[str, Json], new: dict[str, Json]) -> Iterator[str]:
    column = f"alter table {place} alter column {name}"
    if old["type"] != new["type"]:
        if old["default"] is not None:
            yield f"{column} drop default"
            old = {**old, "default": None}
        yield f"{column} type {new['type']} using {name}::{new['type']}"
    if old["default"] != new["default"]:
        told = new["default"]
        yield f"{column} drop default" if told is None else f"{column} set default {told}"
    if new["not_null"] and not old["not_null"]:
        if new["default"] is not None:
            yield f"update {place} set {name} = {new['default']} where {name} is null"
        yield f"{column} set not null"
    elif old["not_null"] and not new["not_null"]:
        yield f"{column} drop not null"
