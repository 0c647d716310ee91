"""Apply and remember, toward Notion: a write is written down, sent, and struck out.

Rules: nothing is sent that the ledger does not know of; the base follows what was sent only after
Notion has confirmed it, and what Notion answers is read like any other sighting. A write of which
nobody knows whether it arrived stays in the ledger, and nothing more is sent for its record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from accord.core.errors import NotionError, ValueRefusedError
from accord.core.intent import SEND_WITHIN, Attempt, Intent
from accord.core.plan import Verb
from accord.core.ports import Binding, Found, Known, Problem, Result, RowWrite
from accord.core.record import Base, Record, Sighting, title_of
from accord.core.schema import Managed
from accord.core.stamps import UNSTAMPED, Stamps, in_step, not_saved, not_taken, with_receipt
from accord.core.values import Value
from accord.sync.carry import ATTEMPTS, count, named
from accord.sync.judge import Judged, Terms, write_of
from accord.sync.options import Stamping
from accord.sync.report import Count
from accord.sync.round import Round

#: So many writes are written down at once.
BATCH = 10

#: How the reason begins for which a change is not in Notion.
NOT_TAKEN = "a change made in Supabase was not taken by Notion: "

_COUNTED = {
    Verb.CREATE: Count.PAGES_CREATED,
    Verb.UPDATE: Count.PAGES_UPDATED,
    Verb.TRASH: Count.PAGES_TRASHED,
    Verb.RESTORE: Count.PAGES_RESTORED,
}


@dataclass(slots=True)
class Errand:
    """One write to one page.

    Args:
        binding: its collection, as it is bound now.
        known: the row and its ledger entry.
        verb: what it does to the page.
        changes: the fields to write.
        judged: the plan that it belongs to; None for a page that is to be made.
        words: for the page's status; None: that it is in step.
        synced_at: when it came into step; None: now.
        withheld: fields whose row is to follow later, in a round that may write there.
        attempts: of a create: the earlier ones.
        attempt: the one that is under way.
        last: the last one of its intent: another one is another run's.
        found: what Notion answered.
        error: why it did not succeed.
        proved: whether the page, once found, shows the receipt; else the page only tells what it
            holds, whoever wrote that.
    """

    binding: Binding
    known: Known
    verb: Verb
    changes: Mapping[str, Value]
    judged: Judged | None = None
    words: str | None = None
    synced_at: datetime | None = None
    withheld: frozenset[str] = frozenset()
    attempts: tuple[Attempt, ...] = ()
    attempt: Attempt | None = None
    last: Attempt | None = None
    found: Found | None = None
    error: NotionError | ValueRefusedError | None = None
    proved: bool = True

    @property
    def is_stamp(self) -> bool:
        """Whether it carries nothing but stamps."""
        return self.verb is Verb.UPDATE and not self.changes

    @property
    def is_over(self) -> bool:
        """Whether it is known what became of it: it landed, or surely did not."""
        if self.found is not None or isinstance(self.error, ValueRefusedError):
            return True
        return self.error is None or self.error.surely_not_applied

    @property
    def title(self) -> str:
        """The text by which a person finds the record."""
        values = self.known.row.record if self.known.row else Record({})
        return title_of(self.binding.collection, values)


def next_errand(
    binding: Binding, known: Known, judged: Judged, withheld: frozenset[str] = frozenset()
) -> Errand:
    """What is to be written first of all that a plan wants in Notion; there must be something."""
    step = judged.to_notion[0]
    changes = {name: value for name, value in step.changes.items() if name in binding.fields}
    return Errand(binding, known, step.verb, changes, judged, withheld=withheld)


@dataclass(slots=True)
class Sender:
    """Sends writes to Notion.

    Args:
        round: the round it works in.
        stopped: tables to which nothing more can be written in this round, with the reason.
    """

    round: Round
    stopped: dict[str, NotionError] = field(default_factory=dict)

    async def send(self, errands: Sequence[Errand]) -> list[Errand]:
        """Do these errands, all of one collection; answers those whose records are done with.

        The others became stale (a person was faster) or are under way with an unknown end.
        """
        done: list[Errand] = []
        for at in range(0, len(errands), BATCH):
            batch = errands[at : at + BATCH]
            if self.round.options.dry_run:
                done += [self._would(errand) for errand in batch]
            elif errands[0].binding.collection.table not in self.stopped:
                begun = await self._begin(batch)
                await self._send_all(begun)
                done += await self.close(begun)
        return done

    def tell_of_stops(self) -> None:
        """Name the collections to which nothing more could be written."""
        for table, error in self.stopped.items():
            self.round.report.problems.append(Problem(table, error.message, error.remedy))

    def _would(self, errand: Errand) -> Errand:
        tally, row_id = self.round.tally(errand.binding.collection.table), errand.known.row_id
        tally.counts[_counted(errand)] += 1
        if errand.judged and self.round.options.pulls and row_id not in self.round.planned:
            count(tally, errand.judged)
        self.round.would_write.add(errand.known.page_id or "")
        return errand

    async def _begin(self, batch: Sequence[Errand]) -> list[Errand]:
        """Write them down; answers those that may be sent."""
        binding = batch[0].binding
        now = await self.round.now()
        by_row: dict[str, Errand] = {}
        writes = []
        for errand in batch:
            kept = {n: v for n, v in errand.changes.items() if n not in errand.withheld}
            errand.attempt = errand.last = Attempt(self._receipt(errand, now), now, kept)
            intent = Intent(errand.verb, (*errand.attempts, errand.attempt))
            by_row[errand.known.row_id] = errand
            writes.append(self._opening(errand, intent))
        begun = []
        for outcome in await self.round.commit(binding.collection, writes):
            errand = by_row[outcome.row_id]
            if outcome.result is Result.DONE:
                begun.append(errand)
                if errand.judged is not None and self.round.options.pulls:
                    count(self.round.tally(binding.collection.table), errand.judged)
            elif outcome.result is Result.REFUSED and errand.judged is not None:
                self.round.failures.refuse(named(outcome, errand.judged))
        return begun

    def _opening(self, errand: Errand, intent: Intent) -> RowWrite:
        if errand.judged is None:
            return pageless(errand.known, intent)
        write = write_of(errand.judged, Terms(pulls=self.round.options.pulls, intent=intent))
        if write is None:
            raise AssertionError("a write that begins an intent is never nothing")
        # A stamp is no look at the page: what the row owes it stays marked.
        owes = errand.is_stamp and write.expected_version != 0
        return replace(write, in_step=False) if owes else write

    def _receipt(self, errand: Errand, now: datetime) -> str:
        """What proves on the page itself that this write arrived."""
        if self.round.options.stamping is Stamping.OFF and errand.verb is not Verb.CREATE:
            return ""
        if Managed.SYNC_STATUS in errand.binding.fields:
            return self.round.receipt()
        if Managed.LAST_SYNCED in errand.binding.fields:
            return minute_of(now)
        return ""

    async def _send_all(self, begun: Sequence[Errand]) -> None:
        for errand in begun:
            table = errand.binding.collection.table
            if table in self.stopped or errand.attempt is None:
                continue
            now = await self.round.now()
            left = (errand.attempt.at + SEND_WITHIN - now).total_seconds()
            if left <= 0:
                continue  # it was written down too long ago: it is begun anew
            self.round.before_writing()
            try:
                errand.found = await self._send(errand, now, left)
            except ValueRefusedError as error:
                errand.error = error
            except NotionError as error:
                errand.error = error
                if error.committed_resource_id is not None:
                    errand.found = await self._look(errand, error.committed_resource_id)
                elif not error.about_one_record:
                    self.stopped[table] = error

    async def _send(self, errand: Errand, now: datetime, within: float) -> Found:
        notion, page_id = self.round.notion, errand.known.page_id or ""
        match errand.verb:
            case Verb.CREATE:
                stamps = self.stamps(errand, now)
                return await notion.create(errand.binding, errand.changes, stamps, within=within)
            case Verb.UPDATE:
                stamps = self.stamps(errand, now)
                return await notion.update(
                    errand.binding, page_id, errand.changes, stamps, within=within
                )
            case Verb.TRASH | Verb.RESTORE:
                dead = errand.verb is Verb.TRASH
                return await notion.bury(errand.binding, page_id, deleted=dead, within=within)

    def stamps(self, errand: Errand, now: datetime) -> Stamps:
        """What the write says of itself."""
        receipt = errand.attempt.receipt if errand.attempt else ""
        mode = self.round.options.stamping
        row_id = errand.known.row_id
        if mode is Stamping.OFF:
            return Stamps(supabase_id=row_id) if errand.verb is Verb.CREATE else UNSTAMPED
        at = errand.synced_at or now
        problem = self.round.failures.problem_of(errand.known.page_id)
        if problem is not None and problem.row_id is not None:
            problem = None  # what was refused in the row is corrected, if it is written now
        for unreadable in errand.known.unreadable:
            problem = replace(unreadable, row_id=row_id)
        words = in_step(at) if problem is None else words_of(problem)
        if Managed.SYNC_STATUS not in errand.binding.fields:
            at = now  # the minute is the receipt
        return Stamps(row_id, at, with_receipt(errand.words or words, receipt))

    async def _look(self, errand: Errand, page_id: str) -> Found | None:
        """Read what was written although the answer was an error; None if that is not certain."""
        try:
            found = await self.round.notion.sight(errand.binding, page_id)
        except NotionError:
            return None
        sighting = found.sighting
        if sighting is None or not landed(errand.binding, errand.attempt, sighting):
            return None
        return found

    async def close(self, errands: Sequence[Errand]) -> list[Errand]:
        """Strike out what is over, and let the base follow what landed."""
        open_ = {e.known.row_id: e for e in errands if e.is_over}
        done: list[Errand] = []
        for _ in range(ATTEMPTS):
            if not open_:
                break
            done += await self._close_once(open_)
        return done

    async def _close_once(self, open_: dict[str, Errand]) -> list[Errand]:
        """One attempt; what a person changed meanwhile is left in ``open_``."""
        collection = next(iter(open_.values())).binding.collection
        now = await self.round.now()
        known = await self.round.supabase.sight_rows(collection, list(open_))
        writes: list[RowWrite] = []
        judged: dict[str, Judged] = {}
        for row_id, errand in list(open_.items()):
            row = known.get(row_id)
            if row is None or row.intent is None or not row.intent.ends_with(errand.last):
                del open_[row_id]  # somebody else has closed it, and may have begun anew
                continue
            sighting = errand.found.sighting if errand.found else None
            if sighting is None:
                writes.append(self._given_up(errand, row))
                continue
            if errand.verb is Verb.CREATE and (row.row is None or row.row.deleted):
                sighting = await self._bury_orphan(errand, sighting)
                if sighting is None:
                    del open_[row_id]
                    continue
            changes = errand.attempt.changes if errand.attempt else {}
            try:
                seen = await self.round.hidden.put_back(collection, sighting, _with(row, changes))
            except NotionError:
                del open_[row_id]  # the receipt tells the next round that it landed
                continue
            one = self.round.judge(collection, sighting.page_id or "", row_id, seen, row, changes)
            judged[row_id] = one
            terms = Terms(
                pulls=self.round.options.pulls,
                # What a person linked in the new page is carried when both can be seen whole.
                links=errand.verb is not Verb.CREATE,
                seen_at=now,
                # A page that comes back from the trash carries no stamps of its own.
                stamps=self.round.options.stamps and errand.verb is Verb.RESTORE,
                stamped=_is_stamped(errand),
            )
            write = write_of(one, terms)
            if write is not None:
                writes.append(write)
        return await self._remember(open_, writes, judged)

    def _given_up(self, errand: Errand, row: Known) -> RowWrite:
        """Nothing is under way any more, and nothing else is said; earlier attempts stay known."""
        refused = self._is_refused(errand)
        if errand.attempts and row.page_id is None:
            self.round.unmade[row.row_id] = errand.attempts
            kept = Intent(errand.verb, errand.attempts)
            return replace(pageless(row, kept), refused=refused)
        return _given_up(row, refused=refused)

    def _is_refused(self, errand: Errand) -> bool:
        """Whether Notion will not take it however often it is sent."""
        if isinstance(errand.error, NotionError):
            error = errand.error
            return error.about_one_record and not (error.page_is_gone or error.passes)
        return errand.error is not None

    async def _remember(
        self, open_: dict[str, Errand], writes: Sequence[RowWrite], judged: Mapping[str, Judged]
    ) -> list[Errand]:
        done = []
        collection = next(iter(open_.values())).binding.collection if open_ else None
        if collection is None:
            return []
        for outcome in await self.round.commit(collection, writes):
            errand = open_[outcome.row_id]
            if outcome.result is Result.STALE:
                continue
            del open_[outcome.row_id]
            done.append(errand)
            self._count(errand)
            if outcome.result is Result.REFUSED and outcome.row_id in judged:
                self.round.failures.refuse(named(outcome, judged[outcome.row_id]))
        return done

    def _count(self, errand: Errand) -> None:
        """Count what landed, and name what did not."""
        table = errand.binding.collection.table
        if errand.found is not None:
            self.round.tally(table).counts[_counted(errand)] += 1
            if not errand.is_stamp:  # which says nothing about a change that was refused
                page = errand.found.sighting
                self.round.landed(errand.known, page.page_id if page else errand.known.page_id)
        elif errand.error is not None and table not in self.stopped and not errand.is_stamp:
            self.round.failures.refuse(problem_of(errand, errand.error))

    async def _bury_orphan(self, errand: Errand, sighting: Sighting) -> Sighting | None:
        """A page was made for a row that was deleted meanwhile: it goes to the trash again."""
        if sighting.deleted:
            return sighting
        self.round.before_writing()
        bury, within = self.round.notion.bury, SEND_WITHIN.total_seconds()
        try:
            found = await bury(errand.binding, sighting.page_id or "", deleted=True, within=within)
        except NotionError as error:
            self.round.failures.refuse(problem_of(errand, error))
            return None
        return found.sighting


def problem_of(errand: Errand, error: NotionError | ValueRefusedError) -> Problem:
    """Why a change made in Supabase did not come into Notion, in words for people."""
    if isinstance(error, ValueRefusedError):
        reason, remedy, about = error.reason, error.remedy, error.field
    else:
        reason, remedy, about = error.message, error.remedy, ""
    return Problem(
        errand.binding.collection.table,
        f"{NOT_TAKEN}{reason}",
        remedy,
        errand.known.page_id,
        errand.title,
        about,
        errand.known.row_id,
    )


def _with(known: Known, changes: Mapping[str, Value]) -> Known:
    """The record as if its base held what was sent: a link that was sent may be hidden at once."""
    base = known.base or Base(Record({}))
    return replace(known, base=Base(base.record.updated(changes), base.deleted))


def words_of(problem: Problem) -> str:
    """What a page tells staff of a problem."""
    say = not_saved if problem.row_id is None else not_taken
    about = f"{problem.property}: " if problem.property else ""
    return say(f"{about}{problem.reason.removeprefix(NOT_TAKEN)}", problem.remedy)


def minute_of(moment: datetime) -> str:
    """The minute that stands for a receipt where a page has no status to put one in."""
    return moment.replace(second=0, microsecond=0).isoformat()


def landed(binding: Binding, attempt: Attempt | None, sighting: Sighting) -> bool:
    """Whether the page itself proves that this write arrived."""
    if attempt is None or not attempt.receipt:
        return False
    if Managed.SYNC_STATUS in binding.fields:
        return (sighting.stamps.status or "").rstrip().endswith(attempt.receipt)
    moment = sighting.stamps.last_synced
    return moment is not None and minute_of(moment) == attempt.receipt


def _counted(errand: Errand) -> Count:
    """As what a write is counted; one that carries no field is a stamp."""
    return Count.STAMPED if errand.is_stamp else _COUNTED[errand.verb]


def _is_stamped(errand: Errand) -> bool:
    return errand.proved and errand.verb in {Verb.CREATE, Verb.UPDATE}


def pageless(known: Known, intent: Intent | None) -> RowWrite:
    """What begins or gives up a write for a row that has no page."""
    return RowWrite(
        page_id=None,
        row_id=known.row_id,
        expected_version=known.row.version if known.row else 0,
        changes={},
        base=None,
        intent=intent,
    )


def _given_up(known: Known, *, refused: bool) -> RowWrite:
    """Nothing is under way any more, and nothing else is said."""
    if known.page_id is None:
        return replace(pageless(known, None), refused=refused)
    base = known.base or Base(Record({}))
    return RowWrite(
        page_id=known.page_id,
        row_id=known.row_id,
        expected_version=known.row.version if known.row else 0,
        changes={},
        base=base,
        ledger=known.ledger,
        in_step=known.row is None or known.row.version == 0,
        refused=refused,
    )
