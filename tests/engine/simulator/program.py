"""What ``python -m tests.engine.simulator`` does: many histories, on all processors, and a report.

Rule: the report says all that was injected and all that was let pass, not only what failed.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import signal
import sys
import tempfile
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from accord.local_postgres import EmbeddedPostgres
from notion_emulator import render
from tests.engine.simulator.forms import Form, schema_of
from tests.engine.simulator.history import ENOUGH, History
from tests.engine.simulator.mutants import MUTANTS, mutated
from tests.engine.simulator.postgres import PostgresTables, Templates
from tests.engine.simulator.shrink import shrink
from tests.engine.simulator.tables import MemoryTables
from tests.engine.simulator.virtual import VirtualClock, VirtualLoop
from tests.engine.simulator.world import NewTables

#: So many histories are handed to a process at once.
CHUNK = 50
CHUNK_ON_POSTGRES = 5

#: The exit code after Ctrl-C.
STOPPED = 130

#: So many failures are told in full.
TOLD = 5


@dataclass(slots=True)
class Total:
    """What became of many histories."""

    histories: int = 0
    seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    exempt: Counter[str] = field(default_factory=Counter)
    rounds: Counter[int] = field(default_factory=Counter)
    failures: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: Total) -> None:
        """Count another part."""
        self.histories += other.histories
        self.seconds += other.seconds
        self.counts.update(other.counts)
        self.exempt.update(other.exempt)
        self.rounds.update(other.rounds)
        self.failures += other.failures


def in_memory(form: Form, clock: VirtualClock) -> MemoryTables:
    """Tables in dicts."""
    return MemoryTables(schema_of(form), clock)


@contextmanager
def virtual_loop() -> Iterator[VirtualLoop]:
    """An event loop in virtual time; in its small worlds a long list is one of three."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    shown = render.REFERENCES_SHOWN  # Notion shows the first 25 only
    render.REFERENCES_SHOWN = 2
    try:
        yield loop
    finally:
        render.REFERENCES_SHOWN = shown
        asyncio.set_event_loop(None)
        loop.close()


def live(
    first: int,
    count: int,
    new_tables: NewTables = in_memory,
    *,
    climate: str | None = None,
    until_failure: bool = False,
) -> Total:
    """Live histories one after the other, in this process; ``climate``: all of this sort."""
    total = Total()
    with virtual_loop() as loop:
        gc.disable()  # histories leave no rings worth looking for; once after each chunk is enough
        began = time.process_time()
        for seed in range(first, first + count):
            history = History(seed, new_tables, climate=climate)
            outcome = history.run(loop)
            history.let_go()
            total.histories += 1
            total.counts.update(outcome.counts)
            total.exempt.update(outcome.exempt)
            if outcome.failure is None:
                total.rounds[outcome.rounds] += 1
                continue
            total.failures.append((seed, outcome.failure))
            if until_failure:
                break
        total.seconds = time.process_time() - began
        gc.enable()
        gc.collect()
    return total


def _chunk(part: tuple[int, int], mutant: str | None, climate: str | None) -> Total:
    with mutated(mutant):
        return live(*part, climate=climate)


def run(asked: Namespace) -> int:
    """Do what was asked; answers the exit code."""
    if asked.mutants:
        return tell_mutants(0, print)
    if asked.shrink:
        return tell_smallest(asked.seed, asked.mutant, asked.climate)
    began = time.monotonic()
    total, stopped = Total(), False
    with _progress() as progress:
        task = progress.add_task("histories", total=asked.histories, failed=0)
        try:
            for part in _parts(asked):
                total.add(part)
                progress.update(task, advance=part.histories, failed=len(total.failures))
        except KeyboardInterrupt:
            stopped = True
    total.failures.sort()
    tell(total, time.monotonic() - began)
    if stopped:
        return STOPPED
    for seed, _ in total.failures[:1]:
        tell_smallest(seed, asked.mutant, asked.climate)
    return 1 if total.failures else 0


def _parts(asked: Namespace) -> Iterator[Total]:
    """What becomes of the histories that were asked for, some at a time, in any order."""
    size = CHUNK_ON_POSTGRES if asked.postgres else CHUNK
    end = asked.seed + asked.histories
    parts = [(first, min(size, end - first)) for first in range(asked.seed, end, size)]
    if asked.postgres:
        with on_postgres() as new_tables:
            for first, count in parts:
                yield live(first, count, new_tables, climate=asked.climate)
        return
    chunk = partial(_chunk, mutant=asked.mutant, climate=asked.climate)
    context = multiprocessing.get_context("fork")
    with context.Pool(asked.processes, initializer=_let_the_parent_decide) as pool:
        yield from pool.imap_unordered(chunk, parts)


def _let_the_parent_decide() -> None:
    """Ctrl-C reaches every process of the terminal; the first one ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _progress() -> Progress:
    """A bar on a terminal; nothing elsewhere."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]} failed"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )


@contextmanager
def on_postgres() -> Iterator[NewTables]:
    """Tables in a real Postgres that lives as long."""
    with (
        tempfile.TemporaryDirectory(prefix="accord-postgres-") as directory,
        EmbeddedPostgres(Path(directory), fast=True) as server,
        Templates(server) as templates,
    ):
        yield partial(PostgresTables.make, templates)


def tell(total: Total, seconds: float) -> None:
    """Print what became of many histories."""
    each = total.seconds / max(total.histories, 1) * 1_000
    print(f"{total.histories:,} histories in {seconds:,.0f} s, {each:.1f} ms of work each")
    print(f"{len(total.failures)} failed")
    for seed, failure in total.failures[:TOLD]:
        print(f"  seed {seed}: {failure[:1_000]}")
    print("rounds until both sides agreed")
    for rounds, count in sorted(total.rounds.items()):
        print(f"  {'with a sweep' if rounds > ENOUGH else rounds!s:<14}{count:>10,}")
    print("injected, and done")
    for what, count in total.counts.most_common():
        print(f"  {what:<44}{count:>10,}")
    print("let pass")
    for why, count in total.exempt.most_common():
        print(f"  {why:<60}{count:>6,}")


def tell_smallest(seed: int, mutant: str | None = None, climate: str | None = None) -> int:
    """Print the smallest history found that fails as this one does."""
    with virtual_loop() as loop, mutated(mutant):
        left, outcome = shrink(seed, in_memory, loop, climate)
    print("\n".join(outcome.log))
    print(outcome.failure or f"seed {seed} does not fail")
    print(f"without {len(left.skipped)} steps and {len(left.left_out)} faults")
    return 1 if outcome.failure else 0


def tell_mutants(first: int, say: Callable[[str], None]) -> int:
    """Print how many histories it takes until each missing rule is noticed; see docs/two-way.md."""
    missed = 0
    say("| rule switched off | mutant | climate | noticed by history | looked for in |")
    say("|---|---|---|---:|---:|")
    for name, mutant in MUTANTS.items():
        with mutated(name):
            total = live(first, mutant.seeds, climate=mutant.climate, until_failure=True)
        caught = str(total.histories) if total.failures else "not noticed"
        missed += not total.failures
        say(f"| {mutant.about} | `{name}` | {mutant.climate} | {caught} | {mutant.seeds} |")
    return 1 if missed else 0
