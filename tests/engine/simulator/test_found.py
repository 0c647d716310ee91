"""What random histories have found, told in full: each was lost once, and is not any more.

Rule: nothing here is left to chance. A scene is a calm world in which the next write to Notion goes
wrong in the way that is named.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from accord.core.errors import BusyError
from accord.core.merge import Policy
from accord.core.ports import Lease, SourceState
from accord.core.schema import Schema
from accord.sync import pull
from accord.sync.lease import Holder
from accord.sync.options import Options
from accord.sync.report import Direction, Report
from accord.sync.send import Errand, Sender
from tests.engine.simulator.climates import CLIMATES
from tests.engine.simulator.forms import Form
from tests.engine.simulator.process import Process
from tests.engine.simulator.program import in_memory, virtual_loop
from tests.engine.simulator.storm import Rates, Storm
from tests.engine.simulator.virtual import VirtualLoop
from tests.engine.simulator.watching import Plain
from tests.engine.simulator.world import World

USUAL = CLIMATES["usual"]
PLAIN = Form(1, "number", "select", "itself", to_one=False, stamps="all", policies=(Policy.NOTION,))
ROW = "9cf68f55-c443-480b-8d75-1651ad8a34e2"


class OneFault(Storm):
    """Calm, but for the fate of the next writes to Notion, and reads that fail after some."""

    def __init__(self) -> None:
        super().__init__(1)
        self.fates: list[str] = []
        self.reads: int | None = None

    def strikes(self, rates: Rates) -> str | None:
        if rates is USUAL.reads and self.reads is not None:
            self.reads -= 1
            return "5xx" if self.reads < 0 else None
        return self.fates.pop(0) if rates is USUAL.writes and self.fates else None


class Scene:
    """A world of one table, and rounds in it."""

    def __init__(self, loop: VirtualLoop, form: Form = PLAIN) -> None:
        self.loop, self.storm = loop, OneFault()
        self.world = World(1, form, USUAL, self.storm, in_memory, logged=False)
        self.world.lags = False
        loop.clock = self.world.clock

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.world.clock.turn(seconds)

    def round(self, *fates: str, **changes: Any) -> Report:
        """One round; its first writes to Notion fare as they are told to."""
        self.storm.fates = list(fates)
        self.world.running = 1
        process = Process(self.world, 1)
        engine: Callable[[Options], Coroutine[Any, Any, Report]] = process.engine.run
        report: Report = self.loop.run_until_complete(engine(Options(**{"wait": False, **changes})))
        return report

    def fill(self, count: int) -> list[str]:
        """So many rows, in step with their pages; some minutes ago."""
        rows = [str(UUID(int=number, version=4)) for number in range(1, count + 1)]
        for row in rows:
            self.world.tables.insert("notes", row, {"name": "note", "size": 1.0})
        self.world.by_people()
        for _ in range(2):
            self.round(wait=True)
            self.wait(400)
        return rows

    def size_page(self, row: str, size: float) -> None:
        """A person types a size into the page of a row."""
        page, by = self.world.watching.rows[row].page_id, self.world.persons[0]
        assert page is not None
        change = {"properties": {"Size": {"number": size}}}
        self.world.workspace.update_page(page, change, by=by)
        self.world.by_people()

    def set_rows(self, rows: Iterable[str], **values: Any) -> None:
        """A person writes into rows."""
        for row in rows:
            self.world.tables.update("notes", row, values)
        self.world.by_people()

    def sizes(self, row: str) -> tuple[Plain, Plain]:
        """The size that the page of a row holds, and the row's."""
        watching = self.world.watching
        page = watching.rows[row].page_id
        assert page is not None
        return watching.pages[page].values["size"], watching.rows[row].values["size"]

    def bury(self, page_id: str, *, in_trash: bool) -> None:
        """A person trashes a page, or restores it."""
        by = self.world.persons[0]
        self.world.workspace.update_page(page_id, {"in_trash": in_trash}, by=by)
        self.world.by_people()

    def pages(self) -> list[str]:
        """The pages that are not in the trash."""
        return [id_ for id_, page in self.world.watching.pages.items() if not page.deleted]


@pytest.fixture
def scene() -> Iterator[Scene]:
    with virtual_loop() as loop:
        yield Scene(loop)


def test_a_page_that_was_in_the_trash_when_it_was_looked_for_is_known_by_what_made_it(
    scene: Scene,
) -> None:
    """A second page is begun with newer values; the first, once restored, holds the older ones."""
    watching = scene.world.watching
    scene.world.tables.insert("notes", ROW, {"name": "note", "size": 3.0})
    scene.world.by_people()
    scene.round("lands late")
    scene.wait(60)
    (page,) = scene.pages()
    scene.bury(page, in_trash=True)
    scene.world.tables.update("notes", ROW, {"size": 6.0})
    scene.world.by_people()
    scene.wait(200)
    scene.round("lost response, not applied")
    scene.bury(page, in_trash=False)
    scene.wait(200)
    scene.round()
    assert scene.pages() == [page]
    assert watching.rows[ROW].page_id == page
    assert watching.rows[ROW].values["size"] == watching.pages[page].values["size"] == 6.0


def test_what_surely_failed_leaves_the_earlier_attempts_known(scene: Scene) -> None:
    """The same, but Notion refuses the second page for the moment, and says so."""
    watching = scene.world.watching
    scene.world.tables.insert("notes", ROW, {"name": "note", "size": 3.0})
    scene.world.by_people()
    scene.round("lands late")
    scene.wait(60)
    (page,) = scene.pages()
    scene.bury(page, in_trash=True)
    scene.world.tables.update("notes", ROW, {"size": 6.0})
    scene.world.by_people()
    scene.wait(200)
    scene.round(*["409"] * 6)
    scene.bury(page, in_trash=False)
    scene.wait(200)
    scene.round()
    assert scene.pages() == [page]
    assert watching.rows[ROW].values["size"] == watching.pages[page].values["size"] == 6.0


def test_a_page_that_is_not_there_is_made_anew_and_nothing_is_left_open(scene: Scene) -> None:
    scene.world.tables.insert("notes", ROW, {"name": "note", "size": 3.0})
    scene.world.by_people()
    assert scene.round("lost response, not applied").problems
    assert scene.pages() == []
    scene.wait(200)
    report = scene.round()
    assert report.problems == []
    (page,) = scene.pages()
    assert scene.world.watching.rows[ROW].page_id == page
    assert scene.round().effects == 0


@pytest.mark.parametrize("wakes", ["knowing nothing", "and renews", "and begins anew"])
def test_one_that_stood_still_strikes_out_nothing_of_the_one_after_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, wakes: str
) -> None:
    """It wakes when the other one has given the lease back, and a write is still under way."""
    watching = scene.world.watching
    scene.world.tables.insert("notes", ROW, {"name": "note", "size": 1.0})
    scene.world.by_people()
    scene.round()
    scene.wait(400)
    page = watching.rows[ROW].page_id or ""
    scene.world.tables.update("notes", ROW, {"size": 2.0})
    scene.world.by_people()
    holders: list[Holder] = []
    take, send_all = Holder.take, Sender._send_all
    left: list[object] = []

    async def noted(self: Holder, instead_of: str | None = None) -> Lease:
        holders.append(self)
        return await take(self, instead_of)

    async def frozen(self: Sender, begun: Sequence[Errand]) -> None:
        monkeypatch.setattr(Sender, "_send_all", send_all)
        (first,) = holders
        scene.wait(400)
        scene.world.tables.end_lease()
        scene.storm.fates = ["lands late"]
        await Process(scene.world, 2).engine.run(Options(wait=False))
        left.extend(await scene.world.tables.doors()[1].intents())
        if wakes == "and begins anew":
            assert (await first.ledger.take_lease(first.owner, 60)).mine
        if wakes == "and renews":
            assert not (await take(first)).mine
            with pytest.raises(BusyError):
                first.require()
        await send_all(self, begun)

    monkeypatch.setattr(Holder, "take", noted)
    monkeypatch.setattr(Sender, "_send_all", frozen)
    with suppress(BusyError):
        scene.round()
    assert len(left) == 1
    intents = scene.world.tables.doors()[1].intents
    assert list(scene.loop.run_until_complete(intents())) == left
    scene.world.tables.update("notes", ROW, {"size": 3.0})
    scene.world.by_people()
    for _ in range(3):
        scene.wait(200)
        scene.round()
    assert watching.pages[page].values["size"] == watching.rows[ROW].values["size"] == 3.0


def test_no_page_is_made_beside_one_that_an_interrupted_first_walk_did_not_reach(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row has the same name as the last page, by which they are to be paired."""
    monkeypatch.setattr(pull, "REMEMBER_EVERY", 1)
    scene.world.schema = Schema(
        tuple(replace(each, match_key="name") for each in scene.world.schema)
    )
    scene.world.answer_size = 2
    source = {"data_source_id": scene.world.ids["notes"]}
    for n in range(7):
        name = {"Name": {"title": [{"text": {"content": f"note {n}"}}]}}
        page = {"parent": source, "properties": name}
        scene.world.workspace.create_page(page, by=scene.world.persons[0])
        scene.wait(61)
    scene.world.by_people()
    scene.world.tables.insert("notes", ROW, {"name": "note 6"})
    scene.world.by_people()
    sources = scene.world.tables.doors()[1].sources

    def is_cut() -> bool:
        found: Mapping[str, SourceState] = scene.loop.run_until_complete(sources())
        return found["notes"].walked_to is not None

    scene.storm.reads = 4
    assert scene.round().problems
    assert is_cut()
    scene.storm.reads = None
    (problem,) = scene.round(direction=Direction.SUPABASE_TO_NOTION).problems
    assert "never read" in problem.reason
    assert scene.round().problems == []
    assert not is_cut()
    assert len(scene.pages()) == len(scene.world.watching.rows) == 7


def test_a_round_that_looks_only_at_late_edits_overwrites_no_earlier_one(scene: Scene) -> None:
    rows = scene.fill(6)
    scene.wait(3600)
    scene.size_page(rows[0], 777.0)
    scene.wait(7200)
    scene.set_rows(rows, size=9.0)
    scene.round(since=scene.world.clock.utc() - timedelta(hours=1))
    assert scene.sizes(rows[0]) == (777.0, 777.0)
    assert {scene.sizes(row) for row in rows[1:]} == {(9.0, 9.0)}


@pytest.fixture
def undecided() -> Iterator[Scene]:
    """A scene in which a person decides of two edits of a field."""
    with virtual_loop() as loop:
        yield Scene(loop, replace(PLAIN, policies=(Policy.MANUAL,)))


def test_what_waits_for_a_person_is_not_overwritten_by_the_round_that_found_it(
    undecided: Scene,
) -> None:
    rows = undecided.fill(6)
    undecided.size_page(rows[0], 777.0)
    undecided.set_rows(rows, size=9.0, name="new")
    for _ in range(2):
        undecided.round()
        assert undecided.sizes(rows[0]) == (777.0, 9.0)
        assert {undecided.sizes(row) for row in rows[1:]} == {(9.0, 9.0)}
        undecided.wait(1000)


def test_what_waits_for_a_person_is_not_overwritten_when_other_fields_change(
    undecided: Scene,
) -> None:
    rows = undecided.fill(6)
    for row in rows:
        undecided.size_page(row, 777.0)
    undecided.set_rows(rows, size=9.0)
    undecided.round()
    undecided.wait(1000)
    undecided.set_rows(rows, name="new")
    undecided.round()
    assert {undecided.sizes(row) for row in rows} == {(777.0, 9.0)}
    names = {page.values["name"] for page in undecided.world.watching.pages.values()}
    assert names == {"new"}
