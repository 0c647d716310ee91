"""What every ledger remembers, and that it writes nothing in quiet."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from accord.core.errors import OurError
from accord.core.ports import Ledger, Problem, RoundEntry, RowEdit, SourceState, User
from accord.core.record import Base, Record
from accord.core.values import Text
from accord.supabase.errors import LeaseLostError
from tests.replicas.desk import Desk, collection, onward, page, row
from tests.replicas.shelves import SCHEMA
from tests.store.store import CREATED, EDITED, new, pages

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ROUND = RoundEntry(AT, AT, "both", 7, {"things": {"created": 2}}, (Problem("things", "odd", "x"),))
SOURCE = SourceState("things", page("d"), page("s"), {"a%3Ab": ("Tags", "multi_select")}, EDITED)
ANN = User(page("ann"), "Ann", "ann@example.org", "https://example.org/a.png")
ODD = Problem("things", "odd", "even it", page("a"), "A", "Name")


def test_a_source_is_remembered_as_it_is_now(desk: Desk) -> None:
    for state in (SOURCE, replace(SOURCE, watermark=None, walked_to=CREATED)):
        desk.place.run(desk.program.ledger.remember_source(state))
        assert desk.ask(lambda ledger: ledger.sources()) == {"things": state}


def test_facts_about_users_are_not_wiped_out(desk: Desk) -> None:
    desk.ask(lambda ledger: ledger.remember_users([ANN, User(page("bot"), kind="bot")]))
    again = [User(page("ann"), "Anna"), User(page("ann"))]
    desk.ask(lambda ledger: ledger.remember_users(again))
    users = desk.ask(lambda ledger: ledger.known_users())
    assert users == {replace(ANN, name="Anna"), User(page("bot"), kind="bot")}


def test_linked_and_living_pages_are_told(desk: Desk) -> None:
    desk.done("things", new("a"), replace(new("b"), base=Base(Record({}), deleted=True)))
    desk.place.insert("things", row("c"), {"notion_page_id": page("c")})
    assert desk.ask(lambda ledger: ledger.linked("things")) == {page("a"): False, page("b"): True}
    assert desk.ask(lambda ledger: ledger.linked("shelves")) == {}
    asked = pages("a", "b", "c", "d")
    assert desk.ask(lambda ledger: ledger.alive(asked)) == {page("a"): "things"}


def test_what_there_is_and_what_waits_is_counted(desk: Desk) -> None:
    desk.done("shelves", new("s"))
    desk.done(
        "things",
        new("a", parts=pages("a", "b"), shelf=pages("s")),
        replace(new("b", parts=pages("a"), twin=pages("a")), deleted=True),
    )
    desk.place.update("things", row("a"), {"stage": "New"})
    desk.done("shelves", onward(desk.known("shelves", "s"), values={"best": pages("a")}))
    assert desk.ask(lambda ledger: ledger.pending(SCHEMA)) == {"things": 1}
    assert desk.ask(lambda ledger: ledger.census(SCHEMA)) == {"things": (1, 3), "shelves": (1, 1)}


def test_the_other_side_of_a_relation_tells_which_owners_differ(desk: Desk) -> None:
    desk.done("shelves", new("s"), new("t"))
    desk.done(
        "things",
        new("a", parts=pages("b", "later"), shelf=pages("s", "t")),
        new("b"),
        replace(new("c", parts=pages("b"), shelf=pages("s")), deleted=True),
    )

    def owners(table: str, **shown: tuple[str, ...]) -> set[str]:
        (mirror,) = collection(table).mirrors
        mirrors = {page(name): {mirror.name: owners} for name, owners in shown.items()}
        told = desk.ask(lambda ledger: ledger.owners_that_differ(collection(table), mirrors))
        return {page_id for _, page_id in told}

    assert owners("things", b=pages("a"), a=(), later=pages("a")) == set()
    assert owners("things", b=()) == {page("a")}
    assert owners("things", later=()) == {page("a")}
    assert owners("things", a=pages("b", "stranger")) == {page("b")}
    assert owners("shelves", s=pages("a"), t=pages("a")) == set()
    assert owners("shelves", s=(), t=pages("b")) == {page("a"), page("b")}


def test_a_problem_is_kept_until_it_is_solved_and_told_in_its_page(desk: Desk) -> None:
    desk.done("things", new("a"))
    rows = Problem("things", "no page", "wait", row_id=row("b"), record="B")
    whole = Problem("", "the whole round", "look")
    desk.ask(lambda ledger: ledger.remember_problems([ODD, rows, whole], []))
    assert set(desk.ask(lambda ledger: ledger.problems())) == {ODD, rows}
    (due,) = desk.ask(lambda ledger: ledger.stamps_due(["things"], 9))
    assert (due.page_id, due.row_id, due.problem) == (page("a"), row("a"), ODD)
    desk.ask(lambda ledger: ledger.stamped([page("a")]))
    desk.ask(lambda ledger: ledger.remember_problems([ODD], []))
    assert desk.ask(lambda ledger: ledger.stamps_due(["things"], 9)) == ()
    desk.ask(lambda ledger: ledger.remember_problems([], [page("a"), row("b")]))
    assert desk.ask(lambda ledger: ledger.problems()) == ()
    (due,) = desk.ask(lambda ledger: ledger.stamps_due(["things"], 9))
    assert due.problem is None


def test_a_problem_is_ignored_until_it_changes(desk: Desk) -> None:
    desk.ask(lambda ledger: ledger.remember_problems([ODD], []))
    assert desk.ask(lambda ledger: ledger.ignore([page("a"), page("x")], ignored=True)) == 1
    desk.ask(lambda ledger: ledger.remember_problems([ODD], []))
    assert desk.ask(lambda ledger: ledger.problems()) == (replace(ODD, ignored=True),)
    worse = replace(ODD, reason="odder")
    desk.ask(lambda ledger: ledger.remember_problems([worse], []))
    assert desk.ask(lambda ledger: ledger.problems()) == (worse,)


def test_the_problem_of_a_row_goes_over_to_its_page(desk: Desk) -> None:
    first = Problem("things", "odd", "x", row_id=row("a"))
    desk.ask(lambda ledger: ledger.remember_problems([first], []))
    second = replace(first, page_id=page("a"))
    desk.ask(lambda ledger: ledger.remember_problems([second], []))
    assert desk.ask(lambda ledger: ledger.problems()) == (second,)


def test_stamps_are_due_longest_first_until_they_are_written(desk: Desk) -> None:
    for name in ("b", "a", "c"):
        desk.done("things", replace(new(name), stamp=True))
    desk.done("shelves", replace(new("s"), stamp=True))
    due = desk.ask(lambda ledger: ledger.stamps_due(["things"], 2))
    assert [stamp.page_id for stamp in due] == [page("b"), page("a")]
    assert due[0].at <= due[1].at
    waiting = desk.ask(lambda ledger: ledger.stamps_waiting(["things", "shelves", "drawers"]))
    assert waiting == {"things": 3, "shelves": 1}
    assert desk.ask(lambda ledger: ledger.stamps_waiting(["drawers"])) == {}
    desk.done("things", onward(desk.known("things", "b"), values={"stage": "x"}, stamp=True))
    desk.done("things", onward(desk.known("things", "a"), values={"stage": "x"}, stamp=False))
    due = desk.ask(lambda ledger: ledger.stamps_due(["things"], 9))
    assert [stamp.page_id for stamp in due] == [page("c"), page("b")]
    desk.ask(lambda ledger: ledger.stamped(pages("b", "c")))
    due = desk.ask(lambda ledger: ledger.stamps_due(["things", "shelves"], 9))
    assert [stamp.table for stamp in due] == ["shelves"]


def test_rounds_are_numbered_before_they_end(desk: Desk) -> None:
    first = desk.ask(lambda ledger: ledger.begin_round(AT, "both"))
    second = desk.ask(lambda ledger: ledger.begin_round(AT, "both"))
    assert second == first + 1
    desk.ask(lambda ledger: ledger.remember_round(first, ROUND))
    with pytest.raises(OurError, match="never begun"):
        desk.ask(lambda ledger: ledger.remember_round(second + 7, ROUND))


def test_in_quiet_nothing_is_written(desk: Desk) -> None:
    writes = [new("a", parts=pages("b", "later")), new("b", shelf=pages("later"))]

    async def a_round(ledger: Ledger) -> None:
        await ledger.check(SCHEMA)
        await ledger.remember_source(SOURCE)
        await ledger.remember_users([ANN, User(page("ann")), User(page("bot"), kind="bot")])
        await ledger.remember_problems([ODD], [page("nobody")])
        await ledger.ignore([page("a")], ignored=True)
        await ledger.settle(SCHEMA)
        await ledger.stamped([page("a")])
        await ledger.forget(CREATED)
        await ledger.resolve([1])

    desk.done("things", *writes)
    desk.ask(a_round)
    before = desk.place.footprint()
    desk.ask(a_round)
    desk.done("things", *writes)
    assert desk.place.footprint() == before


# ---- the lease


def test_one_alone_holds_the_lease_until_it_is_over_or_given_back(desk: Desk) -> None:
    other = Desk(desk.place, desk.place.another())
    mine = desk.ask(lambda ledger: ledger.take_lease("one", 60))
    assert (mine.mine, mine.owner) == (True, "one")
    theirs = other.ask(lambda ledger: ledger.take_lease("two", 60))
    assert (theirs.mine, theirs.owner, theirs.fence) == (False, "one", mine.fence)
    assert desk.ask(lambda ledger: ledger.take_lease("one", 60)).fence == mine.fence
    desk.ask(lambda ledger: ledger.give_back_lease())
    taken = other.ask(lambda ledger: ledger.take_lease("two", 60))
    assert (taken.mine, taken.fence > mine.fence) == (True, True)
    desk.place.end_lease()
    again = desk.ask(lambda ledger: ledger.take_lease("one", 60))
    assert (again.mine, again.fence > taken.fence) == (True, True)
    instead = other.ask(lambda ledger: ledger.take_lease("three", 60, instead_of="one"))
    assert (instead.mine, instead.owner) == (True, "three")
    with pytest.raises(ValueError, match="owner"):
        desk.ask(lambda ledger: ledger.take_lease("", 60))


def test_a_lease_that_another_one_had_meanwhile_is_not_taken_again(desk: Desk) -> None:
    other = Desk(desk.place, desk.place.another())
    mine = desk.ask(lambda ledger: ledger.take_lease("one", 60)).fence
    assert desk.ask(lambda ledger: ledger.take_lease("one", 60, fence=mine)).mine
    desk.place.end_lease()
    assert desk.ask(lambda ledger: ledger.take_lease("one", 60, fence=mine)).mine
    desk.place.end_lease()
    assert other.ask(lambda ledger: ledger.take_lease("two", 60)).mine
    other.ask(lambda ledger: ledger.give_back_lease())
    assert not desk.ask(lambda ledger: ledger.take_lease("one", 60, fence=mine)).mine
    with pytest.raises(LeaseLostError):
        desk.commit("things", new("a"))
    assert other.ask(lambda ledger: ledger.take_lease("two", 60)).mine  # it is not kept from others


def test_a_lease_that_is_over_but_not_taken_still_writes(desk: Desk) -> None:
    desk.ask(lambda ledger: ledger.take_lease("one", 60))
    desk.place.end_lease()
    desk.done("things", new("a"))


WRITES: tuple[Callable[[Ledger], Coroutine[Any, Any, object]], ...] = (
    lambda ledger: ledger.remember_source(SOURCE),
    lambda ledger: ledger.remember_users([ANN]),
    lambda ledger: ledger.settle(SCHEMA),
    lambda ledger: ledger.remember_problems([ODD], []),
    lambda ledger: ledger.ignore([page("a")], ignored=True),
    lambda ledger: ledger.begin_round(AT, "both"),
    lambda ledger: ledger.remember_round(1, ROUND),
    lambda ledger: ledger.stamped([page("a")]),
    lambda ledger: ledger.resolve([1]),
    lambda ledger: ledger.forget(AT),
)


def test_one_whose_lease_was_taken_over_writes_nothing_at_all(desk: Desk) -> None:
    desk.done("things", new("a", name=Text("A")))
    desk.ask(lambda ledger: ledger.take_lease("one", 60))
    known = desk.known("things", "a")
    other = Desk(desk.place, desk.place.another())
    desk.place.end_lease()
    other.ask(lambda ledger: ledger.take_lease("two", 60))
    before = desk.place.footprint()
    for write in WRITES:
        with pytest.raises(LeaseLostError, match="taken over"):
            desk.ask(write)
    with pytest.raises(LeaseLostError):
        desk.commit("things", onward(known, values={"stage": "New"}))
    with pytest.raises(LeaseLostError):
        desk.edit("things", RowEdit(row("a"), 0, {"stage": "New"}))
    assert desk.known("things", "a") == known
    desk.ask(lambda ledger: ledger.give_back_lease())
    assert desk.place.footprint() == before
    assert other.ask(lambda ledger: ledger.take_lease("two", 60)).mine
    other.done("things", onward(known, values={"stage": "New"}))
