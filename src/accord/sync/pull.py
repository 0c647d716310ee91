"""Notice: walks the data sources and hands on what they show.

Rules: a listing says where to look, never that something is gone. The watermark moves last, after
everything that was seen before it is durable, the failures and the other faces of links too; and
where nothing happened it does not move at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from accord.core.errors import NotionError, SupabaseError
from accord.core.ports import (
    Binding,
    Fate,
    Listing,
    Problem,
    SourceState,
    User,
)
from accord.core.schema import Collection
from accord.sync.adopt import Adopter
from accord.sync.ahead import one_ahead
from accord.sync.carry import Carrier
from accord.sync.report import Count, Tally
from accord.sync.round import Round

#: How far before the watermark a listing begins: Notion keeps minutes, and its index may lag.
OVERLAP = timedelta(minutes=3)

#: How often a listing of several answers is repeated while it goes on showing something new.
REPEATS = 5

#: After so many answers a first walk remembers how far it came.
REMEMBER_EVERY = 10


@dataclass(slots=True)
class Seen:
    """What a round saw, where a later verb needs it.

    Args:
        whole: table -> every page id that a complete walk showed, for the sweep.
        mirrors: table -> page id -> mirror field -> targets, of the pages that were edited.
    """

    whole: dict[str, set[str]] = field(default_factory=dict)
    mirrors: dict[str, dict[str, Mapping[str, tuple[str, ...]]]] = field(default_factory=dict)


class Puller:
    """Walks data sources and carries what they show.

    Args:
        round: the round it works in.
        adopter: knows the rows that pages without a row belong to.

    Attributes:
        read_at: table -> when its pages were asked for last, and everything shown was carried.
        proved_at: the same, where the last listing of edits was one answer.
    """

    def __init__(self, round_: Round, adopter: Adopter) -> None:
        self.round = round_
        self.notion = round_.notion
        self.ledger = round_.ledger
        self.supabase = round_.supabase
        self.bindings = round_.bindings
        self.carrier = Carrier(round_, adopter)
        self.options = round_.options
        self.report = round_.report
        self.watch = round_.watch
        self.failures = round_.failures
        self.seen = Seen()
        self.read_at: dict[str, datetime] = {}
        self.proved_at: dict[str, datetime] = {}
        self._walked: dict[str, datetime] = {}
        self._due: list[SourceState] = []
        self._users: dict[str, User] = {}

    async def meet_everyone(self) -> None:
        """Load the people we know; ask Notion for all where we know none, and in a sweep."""
        self._users = {user.id: user for user in await self.ledger.known_users()}
        if self._users and not self.options.full:
            return
        try:
            await self._meet(await self.notion.users())
        except NotionError as error:
            self.report.problems.append(Problem("notion_users", error.message, error.remedy))

    async def pull(self, binding: Binding, state: SourceState | None, tally: Tally) -> None:
        """Bring the rows of one collection into step with its pages.

        Raises:
            NotionError: the listing could not be completed; what was carried stays carried.
        """
        began = await self.notion.now()
        if state is not None and state.data_source_id != binding.data_source_id:
            state = None  # another data source than the one we knew: a first contact
        first = state is None or state.watermark is None or state.walked_to is not None
        known = _bound(binding, state)
        if self.options.since is not None:
            await self._walk_edits(binding, self.options.since, tally)
            final = known
        elif first:
            await self._first_walk(binding, known, began, tally)
            # So that it is not walked again, whatever becomes of this round.
            state = replace(known, watermark=known.watermark or began, walked_to=None)
            await self._remember(state)
            final = replace(state, watermark=began)
        elif self.options.full:
            await self._walk_all(binding, began, tally)
            # What shifted meanwhile, and what lately edited pages show of their owners' links.
            await self._walk_edits(binding, _before(known.watermark or began), tally)
            final = replace(known, watermark=began)
        else:
            moved = await self._walk_edits(binding, _before(known.watermark or began), tally)
            final = replace(known, watermark=began) if moved else known
        if self._skipped(known):
            self.proved_at.pop(binding.collection.table, None)
        else:
            walked = self._walked.get(binding.collection.table, began)
            self.read_at[binding.collection.table] = walked
        if final != state:
            self._due.append(final)

    def _skipped(self, known: SourceState) -> bool:
        """Whether edits that no round has seen were left out: the walk proves nothing of a page."""
        since = self.options.since
        return since is not None and (known.watermark is None or since > _before(known.watermark))

    async def move_watermarks(self) -> None:
        """Remember how far the round came; nothing of what it saw is left open by now."""
        for state in self._due:
            await self._remember(state)

    async def carry(
        self, binding: Binding, listing: Listing, tally: Tally, read_at: datetime
    ) -> int:
        """Carry one listing; answers how many records changed.

        ``read_at`` is no later than the moment at which Notion was asked for it.
        """
        await self._meet(listing.users)
        carried = await self.carrier.carry(binding, listing.sightings, tally, read_at)
        tally.counts[Count.PAGES] += len(listing.sightings) + len(listing.refused)
        self.failures.read(s.page_id for s in listing.sightings if s.page_id is not None)
        self.failures.settle(carried.settled)
        for note in listing.notes:
            self.report.note(note)
        for problem in (*listing.refused, *carried.refused):
            self.failures.refuse(problem)
        changed = carried.changed
        for page_id in carried.older:
            changed += await self.look_again(binding, page_id, tally)
        return changed

    async def look_again(self, binding: Binding, page_id: str, tally: Tally) -> int:
        """Read one page by its id and carry it; answers how many records changed.

        A page that was moved to another collection of the round is carried there.
        """
        collection = binding.collection
        asked = await self.notion.now()
        try:
            found = await self.notion.sight(binding, page_id)
        except NotionError as error:
            self.failures.refuse(Problem(collection.table, error.message, error.remedy, page_id))
            return 0
        self.failures.read([page_id])
        there = self._binding_of(found.moved_to)
        if there is not None:
            return await self.look_again(
                there, page_id, self.report.tallies[there.collection.table]
            )
        if found.fate in {Fate.LOST, Fate.MOVED}:
            await self._miss(collection, page_id, found.fate)
            return 0
        listing = Listing(
            (found.sighting,) if found.sighting else (),
            (found.refused,) if found.refused else (),
            found.notes,
            found.users,
        )
        try:
            return await self.carry(binding, listing, tally, asked)
        except SupabaseError as error:
            self.failures.refuse(Problem(collection.table, error.message, error.remedy, page_id))
            return 0

    async def is_trashed(self, binding: Binding, page_id: str) -> bool:
        """Whether a page is in the trash; not if it cannot be asked for."""
        try:
            return (await self.notion.sight(binding, page_id)).fate is Fate.TRASHED
        except NotionError:
            return False

    def _binding_of(self, data_source_id: str | None) -> Binding | None:
        """The collection of the round that is kept in this data source."""
        for table, binding in self.bindings.items():
            if binding.data_source_id == data_source_id and table in self.report.tallies:
                return binding
        return None

    async def _miss(self, collection: Collection, page_id: str, fate: Fate) -> None:
        """Name a page that is out of sight, unless there is no living row of it either."""
        known = (await self.supabase.sight(collection, [page_id])).get(page_id)
        if known is None or known.row is None or known.row.deleted:
            self.failures.settle([page_id])
        else:
            self.failures.refuse(_out_of_sight(collection, page_id, fate))

    async def _first_walk(
        self, binding: Binding, known: SourceState, began: datetime, tally: Tally
    ) -> None:
        """Load everything, or go on where an earlier first walk was interrupted."""
        resumed = known.walked_to
        marked = replace(known, watermark=known.watermark or began)
        listings = await self._walk_all(binding, began, tally, resumed, marked)
        if resumed is not None:
            # What was loaded before the interruption may have been edited since.
            await self._walk_edits(binding, _before(marked.watermark or began), tally)
        elif listings > 1:
            await self._walk_edits(binding, began, tally)

    async def _walk_all(
        self,
        binding: Binding,
        began: datetime,
        tally: Tally,
        start: datetime | None = None,
        marked: SourceState | None = None,
    ) -> int:
        """Every page, oldest first; answers how many listings it took.

        With ``marked`` the way is remembered, so that an interrupted walk can go on.
        """
        listings = 0
        oldest: datetime | None = None
        shown: set[str] = set()
        asked = self._walked[binding.collection.table] = await self.notion.now()
        walk = self.notion.walk(binding, created_since=start)
        async with aclosing(one_ahead(walk)) as ahead:
            async for listing in ahead:
                listings += 1
                await self.carry(binding, listing, tally, asked)
                if self.options.full:
                    shown |= _page_ids(listing)
                oldest = oldest or listing.walked_to
                self.watch.moves(tally, _share(oldest, listing.walked_to, began))
                if marked and listing.more and listings % REMEMBER_EVERY == 0:
                    await self._remember(replace(marked, walked_to=listing.walked_to))
        if self.options.full and start is None:
            self.seen.whole[binding.collection.table] = shown
        return listings

    async def _walk_edits(self, binding: Binding, since: datetime, tally: Tally) -> bool:
        """Every page edited since; answers whether the watermark should move.

        A new page or a trashed one can shift the rows under a cursor, so that a walk of several
        answers skips one: it is repeated until it shows nothing new.
        """
        listings, changed = await self._walk_edits_once(binding, since, tally)
        for _ in range(REPEATS if listings > 1 else 0):
            if not (await self._walk_edits_once(binding, since, tally))[1]:
                break
        return changed > 0 or listings > 1

    async def _walk_edits_once(
        self, binding: Binding, since: datetime, tally: Tally
    ) -> tuple[int, int]:
        """One walk; answers how many listings it took, and how many records changed."""
        listings = changed = 0
        rung = self.seen.mirrors.setdefault(binding.collection.table, {})
        asked = self._walked[binding.collection.table] = await self.notion.now()
        walk = self.notion.walk(binding, edited_since=since)
        async with aclosing(one_ahead(walk)) as ahead:
            async for listing in ahead:
                listings += 1
                changed += await self.carry(binding, listing, tally, asked)
                rung.update(
                    {s.page_id: s.mirrors for s in listing.sightings if s.page_id and s.mirrors}
                )
                self.watch.moves(tally, None)
        self.proved_at.pop(binding.collection.table, None)
        if listings <= 1:
            self.proved_at[binding.collection.table] = asked
        return listings, changed

    async def _meet(self, users: tuple[User, ...]) -> None:
        """Remember people whose facts are new."""
        fresh = {u.id: u for u in users if _tells_more(u, self._users.get(u.id))}
        if fresh and not self.options.dry_run:
            await self.ledger.remember_users(list(fresh.values()))
        self._users.update(fresh)

    async def _remember(self, state: SourceState) -> None:
        await self.failures.keep()
        if not self.options.dry_run:
            await self.ledger.remember_source(state)


def _bound(binding: Binding, state: SourceState | None) -> SourceState:
    """The state of a source as it is bound now."""
    return SourceState(
        table=binding.collection.table,
        database_id=binding.database_id,
        data_source_id=binding.data_source_id,
        properties=dict(binding.properties),
        watermark=state.watermark if state else None,
        walked_to=state.walked_to if state else None,
    )


def _before(watermark: datetime) -> datetime:
    return watermark - OVERLAP


def _page_ids(listing: Listing) -> set[str]:
    sighted = {s.page_id for s in listing.sightings if s.page_id}
    return sighted | {p.page_id for p in listing.refused if p.page_id}


def _share(oldest: datetime | None, newest: datetime | None, now: datetime) -> float | None:
    """How far a walk by creation time has come, if pages were created evenly."""
    if oldest is None or newest is None or now <= oldest:
        return None
    return min(1.0, (newest - oldest) / (now - oldest))


def _tells_more(user: User, known: User | None) -> bool:
    if known is None:
        return True
    facts = ("name", "email", "avatar_url", "kind")
    return any(
        getattr(user, fact) is not None and getattr(user, fact) != getattr(known, fact)
        for fact in facts
    )


def _out_of_sight(collection: Collection, page_id: str, fate: Fate) -> Problem:
    if fate is Fate.MOVED:
        return Problem(
            collection.table,
            "the page was moved to another database; its row was left as it is",
            f"Move it back to {collection.title}, or delete the row in Supabase.",
            page_id,
        )
    return Problem(
        collection.table,
        "the page cannot be seen any more: it is not shared, or was deleted for good; "
        "its row was left as it is",
        "Share the page with the connection again, or delete the row in Supabase.",
        page_id,
    )
