"""A small world: the local Notion, the tables, a clock, and what lies between them and the engine.

Rule: every request to Notion and every call of the Supabase side passes here, and something may
happen before and after each. Nothing of the product is replaced but its sockets.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any

import orjson

from accord.core.ports import Ledger, NotionReplica, RowWrite, SupabaseReplica
from accord.notion.calls import Call
from accord.sync.engine import Engine
from notion_emulator import Workspace
from notion_emulator.api.direct import Answered, Direct
from notion_emulator.ids import decoded
from notion_emulator.switches import Switches
from tests.engine.simulator import faults
from tests.engine.simulator.climates import Climate
from tests.engine.simulator.forms import Form, build, schema_of
from tests.engine.simulator.listings import Listings
from tests.engine.simulator.past import Past
from tests.engine.simulator.process import DirectClient, Process, done
from tests.engine.simulator.storm import Storm
from tests.engine.simulator.tables import Tables
from tests.engine.simulator.virtual import VirtualClock
from tests.engine.simulator.watching import PERSON, Hand, Thing, Watching, of_page

#: So many sets of property ids there are: some need escaping in a path, some do not.
VARIANTS = 3

Json = dict[str, Any]
NewTables = Callable[[Form, VirtualClock], Tables]


class World:
    """Both sides, and everything that may happen to them.

    Args:
        seed: decides ids and the habits of this Notion.
        form: the shape of the collections.
        climate: what is frequent.
        storm: decides what goes wrong.
        new_tables: makes the SQL side.
        logged: whether to keep a readable log.
    """

    def __init__(
        self,
        seed: int,
        form: Form,
        climate: Climate,
        storm: Storm,
        new_tables: NewTables,
        *,
        logged: bool,
    ) -> None:
        habits = Random(seed)
        self.climate = climate
        self.form, self.storm, self.schema = form, storm, schema_of(form)
        self.clock = VirtualClock()
        switches = Switches(mirror_bumps_stamp=habits.random() < 0.5)
        self.workspace = Workspace(clock=self.clock, seed=seed, switches=switches)
        self.named = build(self.workspace, form, seed % VARIANTS)
        self.persons = [self.workspace.add_person(name) for name in ("Ada", "Ben")]
        self.direct = Direct(self.workspace)
        self.past = Past(self.workspace, self.clock)
        self.tables = new_tables(form, self.clock)
        self.watching = Watching(self.schema, receipts=form.receipts)
        self.answer_size = habits.choice(climate.sizes)
        self.lags = habits.random() < climate.lags / 100
        self.trash_stamps = habits.random() < 0.5
        self.counts_rows = habits.random() < climate.shifts / 100
        self.log: list[str] | None = [] if logged else None
        self.ids = {table: named.source for table, named in self.named.items()}
        self.homes = {named.source: table for table, named in self.named.items()}
        self._raw = {
            table: [
                (name, decoded(id_))
                for name, id_ in named.properties.items()
                if self.schema.collection(table).field(name).managed is None
            ]
            for table, named in self.named.items()
        }
        self._managed = {
            id_
            for table, named in self.named.items()
            for name, id_ in named.properties.items()
            if self.schema.collection(table).field(name).managed is not None
        }
        self.people: Callable[[Random], None] = lambda _: None
        self.second: Callable[[Random], Awaitable[None]] | None = None
        self.others: list[asyncio.Future[None]] = []
        self.running = 0
        self._struck: str | None = None
        self.values = 0
        self.wiped: set[str] = set()
        self.made_by_people: set[str] = set()
        #: The rows that people deleted for good, as they were then.
        self.erased: dict[str, Thing] = {}
        self.writes_to_notion = 0
        self.processes: list[Process] = []
        self._habits = Random(seed + 1)
        self.listings = Listings(self, self._habits)

    def note(self, line: str) -> None:
        """Keep a line of the log."""
        if self.log is not None:
            self.log.append(f"{self.clock.ms / 1000:9.1f}  {line}")

    def new_process(self) -> Process:
        """Start the product once more."""
        process = Process(self, len(self.processes) + 1)
        self.processes.append(process)
        return process

    def new_engine(
        self, notion: NotionReplica, supabase: SupabaseReplica, ledger: Ledger
    ) -> Engine:
        """The product's engine on these doors."""
        return Engine(
            self.schema,
            self.ids,
            notion,
            supabase,
            ledger,
            draw=lambda: self._habits.getrandbits(40),
            clock=self.clock.now,
        )

    # ---- what may happen around an effect

    def quiet(self, process: Process) -> bool:
        """Whether nothing happens here; else `happen` is to be awaited."""
        process.alive()
        self._struck = self.storm.strikes(self.climate.around)
        return self._struck is None and self.running <= 1

    async def happen(self, process: Process, effect: str) -> None:
        """What happens here: what has struck, and whatever another process does."""
        struck = self._struck
        if struck is not None:
            self.note(f"{process!r} at {effect}: {struck}")
            await self._strike(process, struck)
        if self.running > 1:
            await asyncio.sleep(0)
            await process.thawed.wait()
            process.alive()

    async def _strike(self, process: Process, struck: str) -> None:
        aside = self.storm.aside()
        match struck:
            case "crash":
                process.die()
            case "a person acts":
                self.people(aside)
            case "time passes":
                await self.clock.sleep(aside.choice((1, 5, 20, 40)))
            case "a second process" if self.running == 1 and self.second is not None:
                self.others.append(asyncio.ensure_future(self.second(aside)))
            case "a freeze" if self.running == 1 and self.second is not None:
                process.thawed.clear()
                try:
                    await self.clock.sleep(aside.choice((1, 30, 100, 400)))
                    self.tables.end_lease()
                    await self.second(aside)
                finally:
                    process.thawed.set()
            case _:
                self.storm.counts[struck] -= 1

    # ---- Notion

    async def notion_is_asked(
        self, process: Process, client: DirectClient, call: Call, until: float | None
    ) -> Any:
        """One exchange with Notion; see `faults` for how it may go wrong."""
        if not self.quiet(process):
            await self.happen(process, str(call))
        if until is not None and self.clock.now() > until:
            raise client.late(call)
        await self.clock.sleep(self._habits.choice((0.05, 0.1, 0.3)))
        writes = faults.writes(call)
        fate = self.storm.strikes(self.climate.writes if writes else self.climate.reads)
        if fate is None:
            answered = self.ask(process, call)
        else:
            self.note(f"{process!r} {call}: {fate}")
            answered = faults.answer(self, process, client, call, fate)
        if not self.quiet(process):
            await self.happen(process, f"after {call}")
        return client.read(call, answered)

    def ask(self, process: Process, call: Call) -> Answered:
        """Have Notion do what is asked, and watch."""
        if faults.writes(call):
            self._see_stamps(process, call)
            return self.write(call, self.hand_of(process))
        if call.method == "POST":
            return self.listings.answer(process, call)
        answered = self.direct.ask(call.method, call.path, call.params)
        if call.path.startswith("/v1/pages/") and len(call.path) == 46 and answered.status == 200:
            process.has_seen(call.path[10:], self.clock.ms)
        return answered

    def _see_stamps(self, process: Process, call: Call) -> None:
        """I8: no stamps where they may not be, and in quiet none before what people did.

        Where the end of a write is open, what comes of it may come after the stamps.
        """
        properties = (call.body or {}).get("properties")
        if properties and call.method == "PATCH" and properties.keys() <= self._managed:
            process.stamped = True
            if not process.stamps:
                self.watching.fail(f"I8: a stamp that was not asked for: {call}")
        elif process.stamped and process.orderly:
            self.watching.fail(f"I8: stamps were written before this: {call}")

    def hand_of(self, process: Process) -> Hand:
        """The process as a writer."""
        return Hand(False, dict(process.proofs), self.clock.ms)

    def write(self, call: Call, hand: Hand) -> Answered:
        """Have Notion write, and watch."""
        page = self.workspace.state.pages.get(call.path[10:46])
        stamp = None if page is None else (page.edited, page.edited_by)
        content = orjson.dumps(call.body)
        answered = self.direct.ask(call.method, call.path, call.params, content)
        self.note(f"Notion {answered.status}: {call} {content.decode()}")
        if answered.status == 200:
            self.writes_to_notion += 1
            if "in_trash" in call.body and page is not None and not self.trash_stamps:
                self.unstamp(page.id, stamp)
                answered = self.direct.ask("GET", call.path)
        elif self.log is not None:
            self.note(answered.content.decode())
        self.see_pages(hand)
        return answered

    def unstamp(self, page_id: str, stamp: tuple[int, str] | None) -> None:
        """Give a page the stamp that it had: this Notion does not stamp what is trashed."""
        page = self.workspace.state.pages[page_id]
        if stamp is not None:
            self.workspace.state.rows[page.parent.id].stamp(page, stamp[0])
            page.edited_by = stamp[1]
            page.version += 1

    def see_pages(self, hand: Hand) -> None:
        """See what changed in Notion."""
        state = self.workspace.state
        for page in self.past.note():
            table = self.homes[page.parent.id]
            properties = state.sources[page.parent.id].properties
            values = of_page(page, properties, self._raw[table])
            self.watching.page_is(table, page, values, hand, self.clock.ms)

    # ---- Supabase

    def supabase_was_written(self, process: Process, name: str, args: Any, answer: Any) -> None:
        """Watch a call of the Supabase side."""
        if name == "commit":
            written = done(args[1], answer)
            for write in written:
                self.watching.committed(write)
            self._see_echo(args[0].table, written)
            if self.log is not None:
                for write, outcome in zip(args[1], answer, strict=True):
                    self.note(f"{process!r} commit {outcome.result}: {_told(write)}")
        if name in {"commit", "settle", "edit"}:
            self.see_rows(Hand(person=False))

    def _see_echo(self, table: str, written: Sequence[RowWrite]) -> None:
        """What is written into a row that is in step is no change that a person made."""
        if written and all(write.ledger and write.in_step for write in written):
            marked = {(table, write.row_id) for write in written} & set(self.tables.marks())
            if marked:
                self.watching.fail(f"I5: our own write is taken for a person's: {sorted(marked)}")

    def see_rows(self, hand: Hand) -> None:
        """See what changed in Supabase."""
        self.watching.rows_are(self.tables.things(), hand, self.clock.ms)

    # ---- people

    def fresh(self) -> int:
        """A number that nobody has typed yet."""
        self.values += 1
        return self.values

    def by_people(self) -> None:
        """See what people did."""
        self.see_pages(PERSON)
        self.see_rows(PERSON)


def _told(write: Any) -> str:
    parts = [f"page {write.page_id} row {write.row_id}"]
    for name in ("changes", "deleted", "create", "in_step", "intent", "conflicts", "stamp"):
        value = getattr(write, name)
        if value not in (None, False, (), {}):
            parts.append(f"{name} {value}")
    if write.base is not None:
        parts.append(f"base {dict(write.base.record.values)} deleted {write.base.deleted}")
    return " | ".join(parts)
