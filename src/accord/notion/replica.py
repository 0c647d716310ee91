"""The Notion side, as the mover knows it.

Rule: it answers `accord.core.ports.NotionReplica` and adds nothing; what it reads of one page by
its id is strong, what it reads of a list is weak.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime

from accord.core.ports import Binding, Fate, Found, Listing, SourceState, Survey, User
from accord.core.record import Record, Sighting
from accord.core.schema import Schema
from accord.core.values import Json
from accord.notion import calls, feed
from accord.notion.client import NotionClient
from accord.notion.codec import users_in
from accord.notion.errors import ObjectNotFoundError, RestrictedResourceError
from accord.notion.reading import read_page
from accord.notion.survey import survey


class Notion:
    """The Notion side of the synchronisation.

    Args:
        client: the line to Notion; whoever made it closes it.
    """

    def __init__(self, client: NotionClient) -> None:
        self.client = client

    @property
    def requests(self) -> int:
        """How many requests were sent so far."""
        return self.client.requests

    async def now(self) -> datetime:
        """Notion's own clock, never ahead of it; this machine's before the first answer."""
        return self.client.server_now()

    async def survey(
        self, schema: Schema, ids: Mapping[str, str], known: Mapping[str, SourceState]
    ) -> Survey:
        """Find the data source and properties of each collection."""
        return await survey(self.client, schema, ids, known)

    def walk(
        self,
        binding: Binding,
        *,
        edited_since: datetime | None = None,
        created_since: datetime | None = None,
    ) -> AsyncGenerator[Listing]:
        """All pages, or those edited or created since; at most 100 a listing, oldest first."""
        return feed.walk(
            self.client, binding, edited_since=edited_since, created_since=created_since
        )

    async def sight(self, binding: Binding, page_id: str) -> Found:
        """Read one page by its id; of a page that was moved, only that is told."""
        try:
            page = await self.client.send(calls.get_page(page_id))
        except ObjectNotFoundError:
            return Found(Fate.LOST)
        fate = fate_of(binding, page)
        if fate is Fate.MOVED:
            return Found(fate, moved_to=(page.get("parent") or {}).get("data_source_id"))
        whole = fate is not Fate.TRASHED  # nothing of a trashed page is carried but its end
        read = await read_page(self.client, binding, page, weak=False, fields=whole, mirrors=whole)
        if read.refused is not None and not whole:
            return Found(fate, Sighting(Record({}), page_id=page_id, deleted=True))
        return Found(fate, read.sighting, read.users, read.notes, read.refused)

    async def trashed(self) -> tuple[frozenset[str], bool]:
        """Page ids in the trash, as far as one search shows them; and if that is all."""
        answer = await self.client.send(calls.search_trash())
        found = frozenset(
            page["id"]
            for page in answer.get("results", ())
            if page.get("object") == "page" and page.get("in_trash")
        )
        status = answer.get("request_status") or {}
        whole = not answer.get("has_more") and status.get("type", "complete") == "complete"
        return found, whole

    async def users(self) -> tuple[User, ...]:
        """The members of the workspace; none where the connection may not know them."""
        found: dict[User, None] = {}
        cursor: str | None = None
        while True:
            try:
                answer = await self.client.send(calls.get_users(cursor))
            except RestrictedResourceError:
                return tuple(found)
            found.update(dict.fromkeys(users_in(answer.get("results", []))))
            cursor = answer.get("next_cursor")
            if not (answer.get("has_more") and cursor):
                return tuple(found)


def fate_of(binding: Binding, page: Json) -> Fate:
    """What became of a page that Notion shows; in the trash it is wherever it was before."""
    if page.get("in_trash"):
        return Fate.TRASHED
    parent = page.get("parent") or {}
    if parent.get("data_source_id") != binding.data_source_id:
        return Fate.MOVED
    return Fate.ARCHIVED if page.get("is_archived") else Fate.ALIVE
