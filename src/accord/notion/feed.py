"""Walks through a data source: all of its pages, or those edited or created lately.

Rule: a walk ends well only when Notion has shown all there is. Notion lists 10,000 pages of a query
and then stops; the answers say so (``request_status``), every one is looked at, and the walk goes
on behind the last creation time. A lost cursor begins the window again. Nothing else is memory but
the ids of the last creation minute: the pages come oldest first.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime

from accord.core.ports import Binding, Listing, Problem, User
from accord.core.record import Sighting
from accord.core.values import Json, parse_moment
from accord.notion import calls
from accord.notion.client import NotionClient
from accord.notion.errors import (
    CrowdedMinuteError,
    InvalidCursorError,
    ListingError,
    UnavailableError,
)
from accord.notion.reading import read_page

#: How often a window is begun again without a new page, before the walk is given up.
RESTARTS = 3


async def walk(
    client: NotionClient,
    binding: Binding,
    *,
    edited_since: datetime | None = None,
    created_since: datetime | None = None,
) -> AsyncGenerator[Listing]:
    """See `accord.core.ports.NotionReplica.walk`.

    Raises:
        NotionError: the listing cannot be completed.
    """
    # All pages show every link from its owner's side; what lately changed may show it here alone.
    mirrors = edited_since is not None
    source = Source(client, binding.data_source_id, edited_since)
    async with aclosing(shown(source, created_since)) as answers:
        async for answer in answers:
            yield await _listing(client, binding, answer, mirrors=mirrors)


@dataclass(frozen=True, slots=True)
class Shown:
    """The pages of one answer, as Notion shows them, without those shown before.

    Args:
        pages: page objects.
        newest: the latest creation time that the walk has seen.
        more: whether the walk goes on.
    """

    pages: Sequence[Json]
    newest: datetime | None
    more: bool


async def shown(source: Source, created_since: datetime | None = None) -> AsyncGenerator[Shown]:
    """All pages of a source, oldest first, at most 100 at a time.

    Raises:
        NotionError: the listing cannot be completed.
    """
    place = _Place(window=created_since)
    more = True
    while more:
        try:
            answer = await source.ask(place.window, place.cursor)
        except InvalidCursorError as error:
            place.begin_again(error)
            continue
        pages = place.take(answer)
        try:
            more = place.move_on(answer)
        except ListingError:
            yield Shown(pages, place.newest, more=True)
            raise
        yield Shown(pages, place.newest, more)


@dataclass(slots=True)
class Source:
    """The queries of one walk; Notion may ask for smaller answers, which then holds for the rest.

    Args:
        client: whom to ask.
        data_source_id: what to list.
        edited_since: only pages edited since.
        archived: the archived pages, not the live ones.
        where: only pages that pass this filter of Notion's.
        page_size: how many pages to ask for at a time.
    """

    client: NotionClient
    data_source_id: str
    edited_since: datetime | None = None
    archived: bool = False
    where: Json = None
    page_size: int = calls.FULL_PAGE

    async def ask(self, window: datetime | None, cursor: str | None) -> Json:
        """The next answer, from a creation time on."""
        attempt = 0
        while True:
            call = calls.query(
                self.data_source_id,
                where=calls.since(self.edited_since, window, self.where),
                sorts=calls.OLDEST_FIRST,
                cursor=cursor,
                page_size=self.page_size,
                archived=self.archived,
            )
            try:
                return await self.client.send(call)
            except UnavailableError as error:
                if not (error.wants_smaller_page and call.divisible):
                    raise
                attempt += 1
                self.page_size = max(self.page_size // 2, calls.SMALL_PAGE)
                await self.client.pause(attempt, error)


@dataclass(slots=True)
class _Place:
    """Where a walk stands.

    Args:
        window: only pages created at or after this moment are asked for; None: all.
        cursor: where the window goes on.
        incomplete: Notion said that it does not list the whole window.
        newest: the latest creation time that was seen.
        boundary: the ids of the pages with that creation time: what a new window shows again.
        in_order: whether every page of this window was created after the one before it.
        restarts: how often the window was begun again without a new page.
    """

    window: datetime | None = None
    cursor: str | None = None
    incomplete: bool = False
    newest: datetime | None = None
    boundary: set[str] = field(default_factory=set)
    in_order: bool = True
    restarts: int = 0

    def take(self, answer: Json) -> list[Json]:
        """The pages of an answer that were not shown before."""
        fresh = []
        for page in answer.get("results", ()):
            if page.get("object") != "page":  # a wiki lists data sources too
                continue
            if self._is_new(page):
                fresh.append(page)
        if fresh:
            self.restarts = 0
        return fresh

    def _is_new(self, page: Json) -> bool:
        if "created_time" not in page:
            return True
        created = parse_moment(page["created_time"])
        if self.newest is None or created > self.newest:
            self.newest = created
            self.boundary = {page["id"]}
            return True
        if created < self.newest:
            self.in_order = False
            return True
        if page["id"] in self.boundary:
            return False
        self.boundary.add(page["id"])
        return True

    def move_on(self, answer: Json) -> bool:
        """Step behind an answer; tells whether there is more to ask for.

        Raises:
            ListingError: the window cannot be listed whole, and no later one can begin.
        """
        status = answer.get("request_status") or {}
        self.incomplete = self.incomplete or status.get("type", "complete") != "complete"
        if answer.get("has_more"):
            self.cursor = answer.get("next_cursor")
            if not self.cursor:
                raise ListingError(
                    "Notion says that a list goes on and does not say where",
                    remedy="Nothing is lost; the next round tries again.",
                )
            return True
        if not self.incomplete:
            return False
        self._next_window()
        return True

    def _next_window(self) -> None:
        if self.newest is None or not self.in_order:
            raise ListingError(
                "Notion lists only a part of the pages, and not in the order asked for",
                remedy="Nothing was concluded from it; if it stays, please report this message.",
            )
        if self.window is not None and self.newest <= self.window:
            raise CrowdedMinuteError(
                f"more pages were created in the minute of {calls.minute(self.newest)} than "
                "Notion lists (10,000), so the rest cannot be read",
                remedy=(
                    "Nothing was concluded from it. Move some of these pages to another database, "
                    "or create them again later."
                ),
            )
        self._open(self.newest)

    def begin_again(self, error: InvalidCursorError) -> None:
        """Begin at the last creation time once more.

        Raises:
            InvalidCursorError: it was tried often enough without getting on.
        """
        self.restarts += 1
        if self.restarts > RESTARTS:
            raise error
        self._open(self.newest if self.in_order and self.newest is not None else self.window)

    def _open(self, window: datetime | None) -> None:
        self.window = window
        self.cursor = None
        self.incomplete = False
        self.in_order = True


async def _listing(
    client: NotionClient,
    binding: Binding,
    answer: Shown,
    *,
    mirrors: bool,
) -> Listing:
    sightings: list[Sighting] = []
    refused: list[Problem] = []
    notes: dict[Problem, None] = {}
    users: dict[User, None] = {}
    for page in answer.pages:
        read = await read_page(client, binding, page, weak=True, mirrors=mirrors)
        if read.sighting is not None:
            sightings.append(read.sighting)
        if read.refused is not None:
            refused.append(read.refused)
        notes.update(dict.fromkeys(read.notes))
        users.update(dict.fromkeys(read.users))
    found = (tuple(sightings), tuple(refused), tuple(notes), tuple(users))
    return Listing(*found, answer.newest, answer.more)
