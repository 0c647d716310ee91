"""One history: people work, rounds run, fail and die; then all is quiet, and everything is checked.

Rule: one seed is one history, whatever the machine. A step or a fault that is left out changes
nothing else by itself, so that a failing history can be made smaller.
"""

from __future__ import annotations

import asyncio
import traceback
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from accord.core.errors import TheirError
from accord.core.history import WHOLE
from accord.core.plan import DELETED
from accord.sync.options import Options, Stamping
from accord.sync.report import Direction, Report
from tests.engine.simulator import forms
from tests.engine.simulator.agreement import Held, differences, lost_ends, unstamped
from tests.engine.simulator.climates import CLIMATES, Climate, climate_of
from tests.engine.simulator.forms import SUPABASE_ID
from tests.engine.simulator.people import People
from tests.engine.simulator.process import KilledError
from tests.engine.simulator.storm import Storm, Struck, chosen
from tests.engine.simulator.virtual import VirtualLoop
from tests.engine.simulator.watching import BrokenError
from tests.engine.simulator.world import NewTables, World

#: So many rounds without a sweep bring the sides into step.
ENOUGH = 4


@dataclass(slots=True)
class Outcome:
    """What became of a history.

    Args:
        seed: which one.
        rounds: how many quiet rounds it took to agree; `ENOUGH` + 1: it took the sweep.
        counts: what was injected, and what was done.
        exempt: what was let pass, by the reason.
        failure: what was wrong; None when all was well.
        log: what happened, if it was kept.
        struck: the faults that struck.
    """

    seed: int
    rounds: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    exempt: Counter[str] = field(default_factory=Counter)
    failure: str | None = None
    log: list[str] = field(default_factory=list)
    struck: list[Struck] = field(default_factory=list)


class History:
    """One history.

    Args:
        seed: which one.
        new_tables: makes the SQL side.
        logged: whether to keep a log.
        climate: the name of what is frequent in it; None: what the seed says.
        skipped: steps that are left out.
        left_out: faults that are left out.
    """

    def __init__(
        self,
        seed: int,
        new_tables: NewTables,
        *,
        climate: str | None = None,
        logged: bool = False,
        skipped: frozenset[int] = frozenset(),
        left_out: frozenset[Struck] = frozenset(),
    ) -> None:
        self.seed = seed
        random = Random(seed)
        self.named = climate or climate_of(seed)
        self.climate = CLIMATES[self.named]
        self.form = forms.drawn(random, self.climate.wish)
        self.storm = Storm(seed, left_out)
        self.world = World(seed, self.form, self.climate, self.storm, new_tables, logged=logged)
        self.people = People(self.world)
        self.world.people = self.people.act
        self.world.second = self._second
        self.skipped = skipped
        self.strength = random.choice(self.climate.strengths)
        self.steps = _steps(random, self.climate)
        self.counts = Counter({f"histories: {self.named}": 1})
        self.rounds = 0

    def run(self, loop: VirtualLoop) -> Outcome:
        """Live it through."""
        loop.clock = self.world.clock
        outcome = Outcome(self.seed)
        task = loop.create_task(self._whole())
        task.add_done_callback(lambda _: loop.stop())
        loop.run_forever()
        error = task.exception()
        if error is not None:
            known = isinstance(error, BrokenError)
            told = str(error) if known else _traced(error)
            outcome.failure = (self.world.watching.broken or [told])[0]
        outcome.rounds = self.rounds
        outcome.counts = self.storm.counts + self.counts
        outcome.exempt = self.world.watching.exempt
        outcome.log = self.world.log or []
        outcome.struck = self.storm.struck
        return outcome

    def let_go(self) -> None:
        """Be over: what holds each other lets go, and nobody has to look for it."""
        workspace = self.world.workspace
        for process in self.world.processes:
            process.let_go()
        for whole in (workspace.state, workspace, self.world, self):
            vars(whole).clear()

    async def _whole(self) -> None:
        try:
            await self._live()
        finally:
            await _end_tasks()  # a second process may be at work still when one is found broken

    async def _live(self) -> None:
        self.world.note(f"seed {self.seed}, {self.named}: {self.form}")
        for number, (what, seed) in enumerate(self.steps):
            if number in self.skipped:
                continue
            self.storm.begin(number, 0.0)
            await self._step(what, Random(seed), number)
            if self.world.watching.broken:
                raise BrokenError(self.world.watching.broken[0])
        self.storm.begin(len(self.steps), 0.0)
        await self._end()

    async def _step(self, what: str, random: Random, number: int) -> None:
        if self.climate.on_the_minute:
            await self._turn_of_the_minute(random, what)
        match what:
            case "notion":
                self.people.in_notion(random)
            case "supabase":
                self.people.in_supabase(random)
            case "new page":
                self.people.in_notion(random, "create")
            case "new row":
                self.people.in_supabase(random, "create")
            case "time":
                await self.world.clock.sleep(random.choice(self.climate.naps))
            case _:
                self.storm.begin(number, self.strength)
                await self._storm_round(random)

    async def _turn_of_the_minute(self, random: Random, what: str) -> None:
        """Let people act in the last seconds of a minute, and rounds begin in the first ones."""
        second = self.world.clock.now() % 60
        if what == "round":
            await self.world.clock.sleep(60 - second + random.random() * 3)
        elif what != "time" and second < 48:
            await self.world.clock.sleep(48 - second + random.random() * 8)

    async def _storm_round(self, random: Random) -> None:
        world = self.world
        world.running = 1
        world.tables.end_lease()
        await self._round(_options(random, self.world))
        for other in world.others:
            await other
        world.others.clear()
        world.running = 0
        await _end_tasks()

    async def _second(self, aside: Random) -> None:
        """Another process, beside the one that is at work."""
        self.world.running += 1
        try:
            await self._round(_options(aside, self.world))
        finally:
            self.world.running -= 1

    async def _round(self, options: Options) -> Report | None:
        process = self.world.new_process()
        process.stamps = options.stamps
        if not self.storm.strength:
            process.orderly = not await self.world.tables.doors()[1].intents()
        self.counts["rounds"] += 1
        asked = f"{options.direction}{' full' * options.full}{' dry' * options.dry_run}"
        self.world.note(f"--- {process!r}: {asked} wait {options.wait}")
        try:
            report = await process.engine.run(options)
        except KilledError:
            self.world.note(f"{process!r} died")
            if self.storm.aside().random() < 0.8:
                self.world.tables.forget_lease()  # it is seen to be dead
            return None
        except TheirError as error:
            self.world.note(f"{process!r} failed: {error}")
            self.counts[f"rounds that failed: {type(error).__name__}"] += 1
            return None
        self.world.note(f"{process!r} ended: {[p.reason for p in report.problems]}")
        return report

    # ---- the quiet end

    async def _end(self) -> None:
        everywhere = frozenset(self.world.ids)
        both = Options(accept_removals=everywhere)
        sweep = Options(full=True, accept_removals=everywhere)
        self.world.note("=== quiet")
        await self.world.clock.sleep(300)
        left: list[str] = []
        for number in range(1, ENOUGH + 3):
            before, self.rounds = left, number
            swept = number > ENOUGH
            await self._calm(sweep if swept else both)
            left = await self._left(stamps=number > 1)
            self._see()
            if not left:
                break
            await self.world.clock.sleep(100)
        if self.rounds > ENOUGH and not left:
            self._excuse(before)
        if left:
            raise BrokenError("I1: they do not agree: " + "; ".join(left))
        await self._calm(sweep)
        rounds = (both, sweep)
        await self._check_quiet(*(rounds[self.seed % 2 :][:1] if self.named == "small" else rounds))
        await self._check_end()

    def _excuse(self, left: list[str]) -> None:
        """A sweep was needed for what no listing of edits can show; nothing else may need one."""
        missed = {page for page, times in self.world.listings.missed.items() if times > 1}
        rows = self.world.watching.rows.items()
        missed |= {row_id for row_id, row in rows if row.page_id in missed}
        exempt = self.world.watching.exempt
        if all(any(id_ in line for id_ in missed) for line in left):
            # Another page was trashed during the listing, and during the one that repeated it.
            exempt["a page was skipped by a listing and by its repetition"] += 1
        elif not self.world.trash_stamps and self.people.restored:
            exempt["a page came back, and nothing stamped it"] += 1
        elif all(any(f".{name} of " in line for name in forms.RELATIONS) for line in left):
            # Notion hides links to trashed pages: that one was removed meanwhile shows only when
            # its target is back, which edits nothing in the page that it was removed from.
            exempt["a link was removed while its target was in the trash"] += 1
        else:
            raise BrokenError(f"I1: it took a sweep: {'; '.join(left)}")

    def _see(self) -> None:
        if self.world.watching.broken:
            raise BrokenError(self.world.watching.broken[0])

    async def _calm(self, options: Options) -> None:
        self.world.tables.end_lease()
        if await self._round(options) is None:
            raise BrokenError("a quiet round failed")

    async def _held(self) -> Held:
        """What waits for a person."""
        ledger = self.world.tables.doors()[1]
        names = {(c.table, f.title): f.name for c in self.world.schema for f in c.fields}
        return frozenset(
            (id_, names.get((d.table, d.property), d.property))
            for d in await ledger.conflicts(waiting=True)
            for id_ in (d.row_id, d.page_id or "")
        )

    async def _left(self, *, stamps: bool) -> list[str]:
        """What is not in step yet."""
        held = await self._held()
        self.counts["held conflicts"] += len(held)
        left = list(differences(self.world, held))
        if stamps:
            ledger = self.world.tables.doors()[1]
            troubled = {p.page_id or "" for p in await ledger.problems()}
            left += unstamped(self.world, frozenset(troubled))
        return left

    async def _check_quiet(self, *rounds: Options) -> None:
        """I5: nothing is written on either side when nothing changed."""
        for options in rounds:
            await self.world.clock.sleep(200)
            before, sent = self.world.tables.writes(), self.world.writes_to_notion
            await self._calm(options)
            after = self.world.tables.writes()
            written = {t for t, mark in after.items() if before.get(t) != mark}
            if options.full or self.world.answer_size < 100:
                # A sweep, and a listing of several answers, move the watermark: documented.
                written.discard("sync.source")
            if written or sent != self.world.writes_to_notion:
                raise BrokenError(
                    f"I5: written in quiet: {self.world.writes_to_notion - sent} to Notion; "
                    f"tables {sorted(written)}"
                )

    async def _check_end(self) -> None:
        held = await self._held()
        lost = list(lost_ends(self.world, held))
        if SUPABASE_ID in forms.STAMPS[self.form.stamps]:
            watching = self.world.watching
            dead = {page_id for page_id, page in watching.pages.items() if page.deleted}
            made = self.world.made_by_people
            lost += watching.lives.strays(made, dead, self.world.wiped, watching.exempt)
        if lost:
            raise BrokenError("; ".join(lost))
        process = self.world.new_process()
        for comparison in await process.engine.verifier().run():
            left = [d for d in comparison.differences if not held]
            if left or comparison.problem or (comparison.unlinked and not held):
                raise BrokenError(f"verify: {comparison.to_json()}")
        await self._check_history()
        await _end_tasks()

    async def _check_history(self) -> None:
        """What is remembered leads to what both sides last held."""
        supabase, ledger = self.world.tables.doors()
        remembered = await ledger.history(self.world.schema)
        told: dict[tuple[str, str], object] = {}
        for entry in remembered:
            if entry.applied.field == WHOLE:
                told.setdefault((entry.row_id, WHOLE), True)
            told[entry.row_id, entry.applied.field] = entry.applied.new
        for collection in self.world.schema:
            linked = await ledger.linked(collection.table)
            for known in (await supabase.sight(collection, list(linked))).values():
                base = known.base
                if base is None:
                    continue
                if (known.row_id, WHOLE) not in told:
                    raise BrokenError(f"history: nothing tells of the birth of {known.row_id}")
                for name, value in base.record.values.items():
                    if (known.row_id, name) in told and told[known.row_id, name] != value:
                        raise BrokenError(
                            f"history: {name} of {known.row_id} ends in "
                            f"{told[known.row_id, name]!r}, both sides hold {value!r}"
                        )
                dead = told.get((known.row_id, DELETED), False)
                if dead != base.deleted:
                    raise BrokenError(f"history: {known.row_id} ends deleted {dead}")


def _traced(error: BaseException) -> str:
    """An error that the product should not have let out, and where it came from."""
    return "".join(traceback.format_exception(error)[-6:])


def _steps(random: Random, climate: Climate) -> list[tuple[str, int]]:
    """What is done, and by which chance."""
    pages, rows = climate.born
    steps = ["new page"] * random.randint(0, pages) + ["new row"] * random.randint(0, rows)
    if random.random() < 0.5:
        steps.append("round")
    for _ in range(random.choice(climate.rounds)):
        count = random.randint(*climate.between)
        steps += [chosen(random, climate.steps) for _ in range(count)]
        steps.append("round")
    return [(step, random.getrandbits(30)) for step in steps]


def _options(random: Random, world: World) -> Options:
    direction = random.choice((Direction.BOTH,) * 8 + tuple(Direction))
    return Options(
        direction=direction,
        full=random.random() < 0.12,
        dry_run=random.random() < 0.04,
        wait=random.random() < 0.5,
        stamping=random.choice((Stamping.BUDGETED,) * 7 + (Stamping.ALWAYS, Stamping.ON_WRITE)),
        accept_removals=frozenset(world.ids),
    )


async def _end_tasks() -> None:
    """Nothing of a dead process goes on."""
    loop, me = asyncio.get_running_loop(), asyncio.current_task()
    assert isinstance(loop, VirtualLoop)
    left = [task for task in loop.unfinished() if task is not me]
    for task in left:
        task.cancel()
    if left:
        await asyncio.gather(*left, return_exceptions=True)
