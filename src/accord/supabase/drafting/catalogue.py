"""What a database holds, thing by thing, so that two databases can be compared.

Rule: complete for the schemas public, sync and reports: tables, columns, constraints, indexes,
triggers, policies, functions, views, comments, rights. Only the order of columns does not count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any, NamedTuple, TypeAlias

import psycopg

from accord.core.values import Json
from accord.supabase.targets import Session

#: How the names begin of what is put aside.
ASIDE = "_deprecated_"
# Where a name begins; it may have the same letters further on.
_ASIDE = re.compile(rf'(?:^|[\s."]){ASIDE}')

#: How the names begin of what lies in our own schemas.
OURS = ("sync.", "reports.")

#: The roles that come in by the Data API.
EXPOSED = frozenset({"public", "anon", "authenticated", "service_role"})

_QUALIFIER = re.compile(r'(?<![\w."])(?:[a-z_]\w*\.)+(?=[a-z_"])')


class Thing(NamedTuple):
    """One thing: its kind, what it belongs to, its name, and its definition as Postgres tells it.

    Of a function ``place`` is what cannot be replaced: its result and the names of its arguments.
    """

    kind: str
    place: str
    name: str
    text: str

    @property
    def column(self) -> dict[str, Json]:
        """Of a column or attribute: type, default, generated, identity, not_null, place."""
        told: dict[str, Json] = json.loads(self.text)
        return told

    @property
    def meaning(self) -> object:
        """What must be equal for two things to be the same."""
        if self.kind in {"column", "attribute"}:
            return {name: value for name, value in self.column.items() if name != "place"}
        if self.kind == "trigger":
            # A comparison of rows is told with other parentheses than the same, written out.
            return re.sub(r"[()\s]", "", self.text)
        if self.kind == "function":
            return self.place, self.text
        return self.text


Key: TypeAlias = tuple[str, str, str]
Catalogue: TypeAlias = dict[Key, Thing]


async def read_catalogue(connection: psycopg.AsyncConnection[Any]) -> Catalogue:
    """What the database of a connection holds."""
    async with connection.transaction():
        await connection.execute("set local search_path = ''")
        cursor = await connection.execute(_query().encode())
        return _catalogue(await cursor.fetchall())


async def ask_for_catalogue(session: Session) -> Catalogue:
    """What a database holds that migrations are applied to, however it is reached.

    Raises:
        SupabaseError: it refused, or did not answer.
    """
    rows = await session.ask(
        "set local search_path = '';\n"
        "select coalesce(pg_catalog.jsonb_agg("
        "pg_catalog.jsonb_build_array(kind, place, name, text)), '[]') as answer\n"
        f"from (\n{_query()}\n) as thing(kind, place, name, text)"
    )
    return _catalogue(rows)


def _query() -> str:
    return (files("accord.supabase.drafting") / "catalogue.sql").read_text(encoding="utf-8")


def _catalogue(rows: Iterable[Sequence[Any]]) -> Catalogue:
    found: Catalogue = {}
    for kind, place, name, text in rows:
        key = (kind, "" if kind == "function" else place, name)
        found[key] = Thing(kind, place, name, text or "")
    return found


def is_aside(thing: Thing) -> bool:
    """Whether a thing is one that was put aside, or belongs to one."""
    if thing.kind in {"constraint", "index"}:  # a table that comes back brings their names along
        return _ASIDE.search(thing.place) is not None
    parts = (thing.name,) if thing.kind == "function" else (thing.name, thing.place)
    return any(map(_ASIDE.search, parts))


def of_kind(catalogue: Catalogue, kind: str, place: str | None = None) -> list[Thing]:
    """The things of a kind; those that belong to ``place`` where one is given."""
    return [
        thing
        for thing in catalogue.values()
        if thing.kind == kind and (place is None or thing.place == place)
    ]


def differences(have: Catalogue, want: Catalogue) -> list[str]:
    """In what two databases differ, in words; what is put aside does not count."""
    told = []
    for key in sorted(have.keys() | want.keys()):
        one, other = have.get(key), want.get(key)
        if any(thing is not None and is_aside(thing) for thing in (one, other)):
            continue
        kind, place, name = key
        what = f"{kind} {name or place}" + (f" of {place}" if name and place else "")
        if one is None:
            told.append(f"{what} is missing")
        elif other is None:
            told.append(f"{what} is not asked for")
        elif one.meaning != other.meaning:
            told.append(f"{what} differs: {_brief(one.text)} instead of {_brief(other.text)}")
    return told


def in_use(have: Catalogue, want: Catalogue) -> Catalogue:
    """Of a database in use, what the models have a say in.

    Left out: what others keep beside our tables in schema public, the indexes that somebody added
    to them, and the rights and policies of roles that are not Supabase's own.
    """
    ours = {key[2] for key in want if key[0] in {"table", "view", "sequence", "type"}}
    return {key: thing for key, thing in have.items() if key in want or _is_our_affair(thing, ours)}


def across_versions(catalogue: Catalogue) -> Catalogue:
    """The same with views as every version of Postgres tells them.

    They differ in where a column is told with the table it is of.
    """
    return {
        key: thing._replace(text=_QUALIFIER.sub("", thing.text)) if thing.kind == "view" else thing
        for key, thing in catalogue.items()
    }


def _is_our_affair(thing: Thing, ours: set[str]) -> bool:
    """Whether a thing that the models do not ask for is in the way of what they ask for."""
    match thing.kind:
        case "schema" | "default" | "index" | "comment":
            return False
        case "grant":
            owner = thing.place.partition(" ")[2]
            relation = owner.rpartition(".")[0] if thing.place.startswith("column ") else owner
            exposed = thing.name.partition(" ")[0] in EXPOSED
            return exposed and (relation in ours or owner.startswith(OURS))
        case "policy":
            told = thing.text.partition("to ")[2].partition(" using (")[0]
            roles = told.partition(" with check (")[0].split(", ")
            return thing.place in ours and not EXPOSED.isdisjoint(roles)
        case "table" | "view" | "sequence" | "type" | "function":
            return thing.name.startswith(OURS)
        case _:
            return thing.place in ours


def _brief(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= 200 else f"{line[:197]}...")
