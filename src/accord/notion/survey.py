"""Finding the data sources of the declared databases.

Rule: as few requests as can be: one search shows them all with their properties; what it does not
show is asked for one by one, because search is not exhaustive. What cannot be found is a problem
with its remedy, and the others go on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from accord.core.errors import NotionError
from accord.core.ports import Binding, Problem, SourceState, Survey
from accord.core.schema import Collection, PropertyType, Schema
from accord.notion import calls
from accord.notion.binding import bind, dashed, database_of, id_in, relation_target
from accord.notion.client import NotionClient
from accord.notion.errors import (
    CallError,
    ObjectNotFoundError,
    RateLimitedError,
    UnauthorizedError,
    UnreachableError,
    ValidationError,
)

Json: TypeAlias = Any

#: More answers of search than this cost more than asking for what is missing.
MOST_SEARCH_ANSWERS = 10

_SHARE = (
    "Share it: open the database in Notion, ••• > Connections > add the connection. If it exists "
    "no more, take {env} out of the environment."
)
_RESTORE = (
    "Restore it from Notion's trash, or take {env} out of the environment; nothing is deleted "
    "in Supabase."
)


class UnusableError(NotionError):
    """A database that is not there, or cannot be used as it is."""


@dataclass(slots=True)
class Shown:
    """The data sources that search has shown."""

    by_id: dict[str, Json] = field(default_factory=dict)

    def of(self, given: str) -> list[Json]:
        """Those with this id, or of the database with this id; none that are in the trash."""
        one = self.by_id.get(given)
        found = [one] if one else [s for s in self.by_id.values() if database_of(s) == given]
        return [source for source in found if not source.get("in_trash")]


async def survey(
    client: NotionClient,
    schema: Schema,
    ids: Mapping[str, str],
    known: Mapping[str, SourceState],
) -> Survey:
    """See `accord.core.ports.NotionReplica.survey`."""
    wanted = [c for c in schema if ids.get(c.table)]
    given = {c.table: dashed(ids[c.table]) for c in wanted}
    surest = {
        table: _surest(id_, known.get(table)) for table, id_ in given.items() if id_ is not None
    }
    shown = await _search(client, set(surest.values()))
    sources: dict[str, Json] = {}
    problems: list[Problem] = []
    for collection in wanted:
        try:
            id_ = given[collection.table]
            if id_ is None:
                raise _malformed(collection, ids[collection.table])
            sources[collection.table] = await _find(
                client, shown, collection, id_, known.get(collection.table)
            )
        except UnusableError as error:
            problems.append(Problem(collection.table, error.message, error.remedy))
    problems.extend(_drop_shared_sources(schema, sources))
    bindings: dict[str, Binding] = {}
    for table, source in sources.items():
        bound, found = bind(schema.collection(table), source, known.get(table))
        bindings[table] = bound
        problems.extend(found)
    for table, bound in bindings.items():
        kept, frozen = _without_retargeted(bound, sources[table], bindings)
        bindings[table] = kept
        problems.extend(frozen)
    return Survey(bindings, tuple(problems))


def _surest(given: str, known: SourceState | None) -> str:
    """The data source that an id meant last time, when it named its database."""
    if known is not None and given == known.database_id and known.data_source_id:
        return known.data_source_id
    return given


async def _search(client: NotionClient, surest: set[str]) -> Shown:
    """All data sources, or as many as show everything that is looked for.

    Search may fail where GET does not; then nothing was shown, and all is asked for one by one.
    """
    shown = Shown()
    cursor: str | None = None
    try:
        for _ in range(MOST_SEARCH_ANSWERS):
            answer = await client.send(calls.search_data_sources(cursor))
            for source in answer.get("results", ()):
                # A data source that the connection may not read is shown by its id alone.
                if source.get("object") == "data_source" and "properties" in source:
                    shown.by_id[source["id"]] = source
            cursor = answer.get("next_cursor")
            if not (answer.get("has_more") and cursor) or surest <= shown.by_id.keys():
                break
    except (UnauthorizedError, UnreachableError, RateLimitedError):
        raise
    except CallError:
        return shown
    return shown


async def _find(
    client: NotionClient,
    shown: Shown,
    collection: Collection,
    given: str,
    known: SourceState | None,
) -> Json:
    """The data source of a collection.

    Raises:
        UnusableError: there is none that can be used.
    """
    surest = _surest(given, known)
    found = shown.of(surest)
    if len(found) > 1:
        raise _ambiguous(collection, [(s["id"], _title(s)) for s in found])
    if found:
        return found[0]
    try:
        return await _ask(client, collection, given, surest)
    except (UnauthorizedError, UnreachableError, RateLimitedError):
        raise
    except ValidationError as error:
        raise _malformed(collection, given) from error
    except CallError as error:
        raise UnusableError(error.message, remedy=error.remedy) from error


async def _ask(client: NotionClient, collection: Collection, given: str, surest: str) -> Json:
    try:
        return _alive(collection, await client.send(calls.get_data_source(surest)))
    except ObjectNotFoundError:
        pass  # it may be the id of a database
    try:
        database = await client.send(calls.get_database(given))
    except ObjectNotFoundError as error:
        reason = (
            f"Notion shows no database with the id in {collection.env}: it does not exist, or it "
            "is not shared with the connection"
        )
        raise UnusableError(reason, remedy=_SHARE.format(env=collection.env)) from error
    _alive(collection, database)
    inside = [(s["id"], s.get("name") or "") for s in database.get("data_sources", ())]
    if not inside:
        reason = f"the database in {collection.env} has no data source that the connection can see"
        raise UnusableError(reason, remedy=_SHARE.format(env=collection.env))
    if surest != given:
        raise UnusableError(
            f"the data source {surest} of {collection.title!r} is gone from its database",
            remedy=f"Restore it, or put the id of another into {collection.env}: {_named(inside)}.",
        )
    if len(inside) > 1:
        raise _ambiguous(collection, inside)
    return _alive(collection, await client.send(calls.get_data_source(inside[0][0])))


def _alive(collection: Collection, found: Json) -> Json:
    if found.get("in_trash"):
        reason = f"the Notion database {_title(found) or collection.title!r} is in the trash"
        raise UnusableError(reason, remedy=_RESTORE.format(env=collection.env))
    return found


def _malformed(collection: Collection, text: str) -> UnusableError:
    meant = id_in(text)
    remedy = "An id has 32 characters 0-9, a-f (dashes may stand between): open the database as a "
    remedy += "full page in Notion, ••• > Copy link; the id stands before the question mark."
    if meant is not None and dashed(text) is None:
        remedy = f"It looks like a link; the id in it is {meant}."
    return UnusableError(f"{collection.env} is no id of a Notion database: {text!r}", remedy=remedy)


def _ambiguous(collection: Collection, sources: list[tuple[str, str]]) -> UnusableError:
    return UnusableError(
        f"the database in {collection.env} has {len(sources)} data sources",
        remedy=f"Put the id of the right one into {collection.env}: {_named(sources)}.",
    )


def _named(sources: list[tuple[str, str]]) -> str:
    return "; ".join(f"{name or 'without a name'} = {id_}" for id_, name in sorted(sources))


def _title(found: Json) -> str:
    return "".join(part.get("plain_text", "") for part in found.get("title") or ())


def _drop_shared_sources(schema: Schema, sources: dict[str, Json]) -> list[Problem]:
    """Two tables must not be fed from one data source: each would undo the other."""
    tables: defaultdict[str, list[str]] = defaultdict(list)
    for table, source in sources.items():
        tables[source["id"]].append(table)
    problems = []
    for twins in tables.values():
        if len(twins) == 1:
            continue
        names = " and ".join(schema.collection(table).env for table in twins)
        for table in twins:
            del sources[table]
            reason = f"{names} name the same Notion database"
            problems.append(Problem(table, reason, "Give each its own database's id."))
    return problems


def _without_retargeted(
    bound: Binding, source: Json, bindings: Mapping[str, Binding]
) -> tuple[Binding, list[Problem]]:
    """Unbind relations that point to another database than declared."""
    fields = dict(bound.fields)
    problems = []
    for each in bound.collection.fields:
        there = bindings.get(each.to or "")
        if each.type is not PropertyType.RELATION or there is None or each.name not in fields:
            continue
        target = relation_target(source, fields[each.name])
        if target in {None, there.data_source_id}:
            continue
        del fields[each.name]
        reason = f"the relation {each.title!r} in Notion points to another database than declared"
        remedy = (
            f"Point it to {there.collection.title!r} in Notion, or change the model "
            f"{bound.collection.model}; until then its links are left as they are."
        )
        problems.append(Problem(bound.collection.table, reason, remedy, property=each.title))
    return replace(bound, fields=fields), problems
