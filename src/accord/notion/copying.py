"""Reads a workspace whole, as Notion shows it: what a copy of it is made of.

Rule: read only. A database is copied with all its data sources; of every page all lists are
whole. What cannot be found is named, all of it at once, before anything large is read.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from accord.core.errors import ConfigurationError
from accord.core.values import Json
from accord.notion import calls
from accord.notion.client import NotionClient
from accord.notion.errors import (
    ObjectNotFoundError,
    RestrictedResourceError,
    ValidationError,
)
from accord.notion.feed import Source, shown
from accord.notion.reading import read_items

#: Notion shows so many people of a property; there may be more.
PEOPLE_SHOWN = 25

#: Is told the title of the data source that is read, and how many pages of it there are so far.
Watch = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Whole:
    """A workspace as Notion shows it to a connection; every object as it came.

    Args:
        me: the connection itself.
        users: the members, none where the connection may not know them.
        databases: the databases that were named.
        data_sources: all data sources of theirs.
        pages: all pages in them, each source's oldest first, the archived and the trashed too.
        environment: data source id by the variable that named it.
    """

    me: Json
    users: list[Json]
    databases: list[Json]
    data_sources: list[Json]
    pages: list[Json]
    environment: dict[str, str]


async def read_workspace(client: NotionClient, named: Mapping[str, str], watch: Watch) -> Whole:
    """Read all there is in the databases that are named.

    Args:
        client: the line to Notion.
        named: database or data source ids, by the name of their variable.
        watch: is told how far it has come.

    Raises:
        ConfigurationError: what is named is not there, or not shared with the connection.
        NotionError: Notion does not answer, or does not show all.
    """
    me = await client.send(calls.get_me())
    databases, environment = await _databases(client, named)
    sources = [
        await client.send(calls.get_data_source(one["id"]))
        for database in databases
        for one in database["data_sources"]
    ]
    pages: list[Json] = []
    for source in sources:
        title = "".join(part["plain_text"] for part in source["title"])
        count = 0
        async with aclosing(_pages(client, source["id"])) as answers:
            async for answer in answers:
                pages += answer
                count += len(answer)
                watch(title, count)
    pages += await _trash(client, {source["id"] for source in sources})
    for page in pages:
        await _complete(client, page)
    users = await _users(client)
    return Whole(me, users, databases, sources, pages, environment)


async def _databases(
    client: NotionClient, named: Mapping[str, str]
) -> tuple[list[Json], dict[str, str]]:
    """The databases, each once, and the data source that each variable means."""
    databases: dict[str, Json] = {}
    environment: dict[str, str] = {}
    problems: list[str] = []
    for variable, id_ in named.items():
        try:
            database, source_id = await _found(client, id_)
        except (ObjectNotFoundError, ValidationError):  # ids of a wrong shape are invalid
            problems.append(
                f"{variable}: Notion shows no database {id_}; share it with the connection "
                "(the menu ... of the database, Connections), or mend the id"
            )
            continue
        databases[database["id"]] = database
        environment[variable] = source_id
    if problems:
        raise ConfigurationError(problems)
    return list(databases.values()), environment


async def _found(client: NotionClient, id_: str) -> tuple[Json, str]:
    """A database and the data source that is meant, by the id of the one or the other."""
    try:
        database = await client.send(calls.get_database(id_))
    except ObjectNotFoundError:
        source = await client.send(calls.get_data_source(id_))
        database = await client.send(calls.get_database(source["parent"]["database_id"]))
        return database, source["id"]
    sources = database["data_sources"]
    if not sources:
        raise ConfigurationError(f"the database {id_} has no data source; it may be in the trash")
    return database, sources[0]["id"]


async def _pages(client: NotionClient, source_id: str) -> AsyncGenerator[list[Json]]:
    """The live pages of a data source, then the archived."""
    async with aclosing(shown(Source(client, source_id))) as live:
        async for answer in live:
            yield list(answer.pages)
    try:
        async with aclosing(shown(Source(client, source_id, archived=True))) as archived:
            async for answer in archived:
                yield list(answer.pages)
    except ValidationError:
        return  # a plan of Notion without the archive


async def _trash(client: NotionClient, sources: set[str]) -> list[Json]:
    """The pages of these data sources in the trash, as far as search shows them."""
    found: dict[str, Json] = {}
    cursor: str | None = None
    while True:
        answer = await client.send(calls.search_trash(cursor))
        for page in answer["results"]:
            if page.get("in_trash") and page["parent"].get("data_source_id") in sources:
                found[page["id"]] = page
        cursor = answer.get("next_cursor")
        if not (answer.get("has_more") and cursor):
            return sorted(found.values(), key=lambda page: str(page["created_time"]))


async def _complete(client: NotionClient, page: Json) -> None:
    """Put whole lists in the place of those that a page shows only in part."""
    for answer in page["properties"].values():
        kind = answer["type"]
        cut = kind == "people" and len(answer[kind]) >= PEOPLE_SHOWN
        if answer.get("has_more") or cut:
            items = await read_items(client, page["id"], answer["id"])
            answer[kind] = [item[kind] for item in items]
            answer.pop("has_more", None)


async def _users(client: NotionClient) -> list[Json]:
    found: list[Json] = []
    cursor: str | None = None
    while True:
        try:
            answer = await client.send(calls.get_users(cursor))
        except RestrictedResourceError:
            return found
        found += answer["results"]
        cursor = answer.get("next_cursor")
        if not (answer.get("has_more") and cursor):
            return found
