"""The Notion side, as the mover knows it.

Rule: it answers `accord.core.ports.NotionReplica` and adds nothing; what it reads of one page by
its id is strong, what it reads of a list is weak.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from datetime import datetime

from accord.core.ports import Binding, Fate, Found, Listing, SourceState, Survey, User
from accord.core.record import Sighting
from accord.core.schema import Managed, Schema
from accord.core.stamps import Stamps
from accord.core.values import Json, Value
from accord.notion import calls, feed
from accord.notion.client import NotionClient
from accord.notion.codec import outline, users_in
from accord.notion.errors import (
    CallError,
    ObjectNotFoundError,
    RestrictedResourceError,
    ValidationError,
)
from accord.notion.properties import normal_id
from accord.notion.reading import read_page
from accord.notion.stamping import stamp_id
from accord.notion.survey import survey
from accord.notion.writing import (
    holds_files_of_notion,
    in_titles,
    properties_to_write,
    with_signed_files,
)


class Notion:
    """The Notion side of the synchronisation.

    Args:
        client: the line to Notion; whoever made it closes it.
    """

    def __init__(self, client: NotionClient) -> None:
        self.client = client
        self._me: str | None = None

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
        return await self._found(binding, page, whole=True)

    async def me(self) -> str:
        """The user that Notion names as the author of what we write; asked for once."""
        if self._me is None:
            answer = await self.client.send(calls.get_me())
            self._me = normal_id(str(answer["id"]))
        return self._me

    async def created_for(self, binding: Binding, row_id: str) -> tuple[Sighting, ...]:
        """The pages whose Supabase ID is this row's id, the archived ones too (weak).

        None where the data source has no such property. A page that cannot be read is told of
        with what its stamps say.
        """
        property_id = stamp_id(binding, Managed.SUPABASE_ID)
        if property_id is None:
            return ()
        where = calls.says(property_id, row_id)
        live = feed.Source(self.client, binding.data_source_id, where=where)
        pages = [page async for answer in feed.shown(live) for page in answer.pages]
        try:
            archived = replace(live, archived=True)
            pages += [page async for answer in feed.shown(archived) for page in answer.pages]
        except ValidationError:
            pass  # a plan of Notion without the archive
        return tuple([await self._claim(binding, page) for page in pages])

    async def create(
        self, binding: Binding, values: Mapping[str, Value], stamps: Stamps, *, within: float
    ) -> Found:
        """Make a page; answers it as Notion shows it."""
        properties = properties_to_write(binding, values, stamps)
        if holds_files_of_notion(values):
            properties = with_signed_files(binding, properties, {})
        call = calls.create_page(binding.data_source_id, properties)
        return await self._write(binding, call, within)

    async def update(
        self,
        binding: Binding,
        page_id: str,
        values: Mapping[str, Value],
        stamps: Stamps,
        *,
        within: float,
    ) -> Found:
        """Write these fields of a page, and no others; answers it as Notion shows it.

        Costs one request more where a list of files changes that has some which Notion holds.
        """
        properties = properties_to_write(binding, values, stamps)
        if not properties:
            return await self.sight(binding, page_id)
        if holds_files_of_notion(values):
            began = self.client.clock.now()
            page = await self._before(calls.get_page(page_id), within)
            properties = with_signed_files(binding, properties, page)
            within -= self.client.clock.now() - began
        return await self._write(binding, calls.update_page(page_id, properties), within)

    async def bury(self, binding: Binding, page_id: str, *, deleted: bool, within: float) -> Found:
        """Move a page to the trash, or back from it; answers it as Notion shows it."""
        return await self._write(binding, calls.bury_page(page_id, deleted=deleted), within)

    async def _write(self, binding: Binding, call: calls.Call, within: float) -> Found:
        try:
            page = await self.client.send(call, within=within)
        except ValidationError as error:
            raise in_titles(binding, error) from error
        return await self._found(binding, page)

    async def _before(self, call: calls.Call, within: float) -> Json:
        """The answer to a question that a write needs; if it fails, nothing was written."""
        try:
            return await self.client.send(call, within=within)
        except CallError as error:
            error.surely_not_applied = True
            raise

    async def _found(self, binding: Binding, page: Json, *, whole: bool = False) -> Found:
        """What a page that Notion showed by its id says; ``whole`` completes what it cuts."""
        fate = fate_of(binding, page)
        if fate is Fate.MOVED:
            return Found(fate, moved_to=(page.get("parent") or {}).get("data_source_id"))
        trashed = fate is Fate.TRASHED
        whole = whole and not trashed  # nothing of a trashed page is carried but its end
        read = await read_page(self.client, binding, page, weak=False, fields=whole, mirrors=whole)
        if read.refused is not None and trashed:
            return Found(fate, outline(binding, page))
        return Found(fate, read.sighting, read.users, read.notes, read.refused)

    async def _claim(self, binding: Binding, page: Json) -> Sighting:
        read = await read_page(self.client, binding, page, weak=True, fields=False, mirrors=False)
        return read.sighting or outline(binding, page, weak=True)

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
