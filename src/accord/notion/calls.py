"""The requests that can be made of Notion, as plain data.

Rule: pure. A call says everything that is sent, and whether sending it twice does no harm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

Json: TypeAlias = Any

#: The most results that Notion gives in one answer.
FULL_PAGE = 100
#: Below this, asking for fewer results does not help Notion any more.
SMALL_PAGE = 10


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    Args:
        method: the HTTP method.
        path: from ``/v1`` on; ids stand in it as Notion writes them.
        params: the query string.
        body: the JSON body, or None.
        repeatable: sending it twice has the effect of once.
        divisible: the same can be asked for in smaller parts (a lower page_size).
    """

    method: str
    path: str
    params: Mapping[str, str] | None = None
    body: Json = None
    repeatable: bool = False
    divisible: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def query(
    data_source_id: str,
    *,
    where: Json = None,
    sorts: Sequence[Json] = (),
    cursor: str | None = None,
    page_size: int = FULL_PAGE,
    archived: bool = False,
) -> Call:
    """The pages of a data source that fit a filter, ``page_size`` (1 to 100) an answer.

    Pages are either live or archived; a query lists the ones or the others.
    """
    body: dict[str, Json] = {"page_size": page_size}
    if where is not None:
        body["filter"] = where
    if sorts:
        body["sorts"] = list(sorts)
    if cursor is not None:
        body["start_cursor"] = cursor
    if archived:
        body["is_archived"] = True
    return Call(
        "POST",
        f"/v1/data_sources/{data_source_id}/query",
        body=body,
        repeatable=True,
        divisible=page_size > SMALL_PAGE,
    )


def search_data_sources(cursor: str | None = None) -> Call:
    """All data sources that are shared with the connection, with their properties."""
    body: dict[str, Json] = {
        "filter": {"property": "object", "value": "data_source"},
        "page_size": FULL_PAGE,
    }
    if cursor is not None:
        body["start_cursor"] = cursor
    return Call("POST", "/v1/search", body=body, repeatable=True)


def search_trash(cursor: str | None = None) -> Call:
    """The pages in the trash, those edited last first."""
    body: dict[str, Json] = {
        "filter": {"property": "object", "value": "page", "in_trash": True},
        "sort": {"timestamp": "last_edited_time", "direction": "descending"},
        "page_size": FULL_PAGE,
    }
    if cursor is not None:
        body["start_cursor"] = cursor
    return Call("POST", "/v1/search", body=body, repeatable=True)


def get_page(page_id: str) -> Call:
    """One page."""
    return Call("GET", f"/v1/pages/{page_id}", repeatable=True)


def get_property(page_id: str, property_id: str, cursor: str | None = None) -> Call:
    """One property of one page, whole; its id stands in the path as Notion writes it."""
    params = {"page_size": str(FULL_PAGE)}
    if cursor is not None:
        params["start_cursor"] = cursor
    path = f"/v1/pages/{page_id}/properties/{property_id}"
    return Call("GET", path, params=params, repeatable=True)


def get_data_source(data_source_id: str) -> Call:
    """A data source with its properties."""
    return Call("GET", f"/v1/data_sources/{data_source_id}", repeatable=True)


def get_database(database_id: str) -> Call:
    """A database with the ids of its data sources."""
    return Call("GET", f"/v1/databases/{database_id}", repeatable=True)


def get_users(cursor: str | None = None) -> Call:
    """The members of the workspace."""
    params = {"page_size": str(FULL_PAGE)}
    if cursor is not None:
        params["start_cursor"] = cursor
    return Call("GET", "/v1/users", params=params, repeatable=True)


def get_me() -> Call:
    """The connection itself, as a bot user."""
    return Call("GET", "/v1/users/me", repeatable=True)


def create_page(data_source_id: str, properties: Json) -> Call:
    """A new page of a data source; ``properties`` is property id -> value."""
    parent = {"type": "data_source_id", "data_source_id": data_source_id}
    return Call("POST", "/v1/pages", body={"parent": parent, "properties": properties})


def update_page(page_id: str, properties: Json) -> Call:
    """Write these properties of a page, by their ids, and no others."""
    return Call("PATCH", f"/v1/pages/{page_id}", body={"properties": properties})


def bury_page(page_id: str, *, deleted: bool) -> Call:
    """Move a page to the trash, or back from it."""
    return Call("PATCH", f"/v1/pages/{page_id}", body={"in_trash": deleted})


#: Creation times never change, so no edit can move a page across a cursor.
OLDEST_FIRST: tuple[Json, ...] = ({"timestamp": "created_time", "direction": "ascending"},)


def says(property_id: str, text: str) -> Json:
    """The filter for pages of which a text property says this and nothing else."""
    return {"property": property_id, "rich_text": {"equals": text}}


def since(
    edited: datetime | None = None,
    created: datetime | None = None,
    where: Json = None,
) -> Json:
    """The filter for pages edited and created at or after these moments; None for all.

    ``where`` is a filter that they have to pass as well.

    Notion cuts both stamps to the minute, so the moments are cut too: a page edited later in the
    minute of ``edited`` carries the stamp of the minute's start.
    """
    parts = [
        {"timestamp": stamp, stamp: {"on_or_after": minute(moment)}}
        for stamp, moment in (("last_edited_time", edited), ("created_time", created))
        if moment is not None
    ]
    parts += [] if where is None else [where]
    if len(parts) > 1:
        return {"and": parts}
    return parts[0] if parts else None


def minute(moment: datetime) -> str:
    """A moment as Notion stamps it: in UTC, cut to the minute."""
    return moment.astimezone(UTC).isoformat()[:16] + ":00.000Z"
