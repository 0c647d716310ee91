"""What people decide, take back, ask for again; and what they are told of a record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from accord.core.errors import UsageError
from accord.core.merge import Policy
from accord.core.ports import Ledger, NotionReplica, SupabaseReplica
from accord.core.record import Side
from accord.core.schema import Collection, Schema
from accord.core.values import Text
from accord.sync.find import Finder, key_in
from accord.sync.options import Stamping
from accord.sync.report import Count
from accord.sync.undo import Scope
from tests.engine import acting
from tests.engine.conftest import NewWorld
from tests.engine.test_edits import some_page, text
from tests.engine.test_two_way import page, words
from tests.engine.world import World

CONTACTS = "contacts_profiles"


def by_hand(schema: Schema) -> Schema:
    """The same collections, where a person decides every conflict."""

    def decided(collection: Collection) -> Collection:
        return replace(collection, policy=Policy.MANUAL)

    return Schema(tuple(map(decided, schema)))


@pytest.fixture
def world(new_world: NewWorld) -> World:
    world = new_world()
    world.both(stamping=Stamping.ON_WRITE)
    world.clock.turn(minutes=10)
    return world


def disputed(world: World, contact: str) -> None:
    """Two people edit the city of one contact, and a round finds them."""
    world.execute(f"update {CONTACTS} set city = 'Rome' where notion_page_id = %s", contact)
    world.workspace.update_page(contact, {"properties": {"City": text("Oslo")}})
    world.both()
    world.clock.turn(minutes=5)


def cities(world: World, contact: str) -> tuple[str, Any]:
    """(Notion's, Supabase's)."""
    return words(world, contact, "City"), world.row(CONTACTS, contact)["city"]


@pytest.mark.parametrize("take", [Side.NOTION, Side.SUPABASE])
def test_a_conflict_that_waits_gets_the_value_that_a_person_takes(world: World, take: Side) -> None:
    world.schema = by_hand(world.schema)
    contact = some_page(world, CONTACTS)
    disputed(world, contact)
    assert cities(world, contact) == ("Oslo", "Rome")
    assert "waits for a person" in acting.explain(world, contact).differences[0].then
    (dispute,) = acting.disputes(world)
    report, done = acting.decide(world, dispute, take)
    wanted = "Oslo" if take is Side.NOTION else "Rome"
    assert (report.problems, done) == ([], [dispute.id])
    assert cities(world, contact) == (wanted, wanted)
    assert all(each.resolved_at is not None for each in acting.disputes(world))
    assert acting.explain(world, contact).in_step
    world.clock.turn(minutes=5)
    assert world.both().exit_code == 0
    assert cities(world, contact) == (wanted, wanted)


def test_a_value_of_ones_own_decides_and_what_lost_before_comes_back(world: World) -> None:
    contact = some_page(world, CONTACTS)
    disputed(world, contact)
    (dispute,) = acting.disputes(world)
    assert (dispute.winner, cities(world, contact)) == ("notion", ("Oslo", "Oslo"))
    report, done = acting.decide(world, dispute, Side.SUPABASE)
    assert (report.problems, done) == ([], [dispute.id])
    assert cities(world, contact) == ("Rome", "Rome")
    world.clock.turn(minutes=5)
    assert acting.decide(world, dispute, value="Łódź")[0].exit_code == 0
    assert cities(world, contact) == ("Łódź", "Łódź")
    (last,) = world.query(
        "select * from sync.changes where why <> 'computed' order by id desc limit 1"
    )
    assert (last["why"], last["new"]) == ("resolve", "Łódź")
    assert world.both().exit_code == 0
    assert cities(world, contact) == ("Łódź", "Łódź")


def test_nobody_decides_over_values_that_were_edited_since(world: World) -> None:
    world.schema = by_hand(world.schema)
    contact = some_page(world, CONTACTS)
    disputed(world, contact)
    (dispute,) = acting.disputes(world)
    world.workspace.update_page(contact, {"properties": {"City": text("Bergen")}})
    report, done = acting.decide(world, dispute, Side.SUPABASE)
    assert done == []
    assert any("edited since" in problem.reason for problem in report.problems)
    assert cities(world, contact) == ("Bergen", "Rome")


def test_a_disputed_deletion_is_decided(world: World) -> None:
    world.schema = by_hand(world.schema)
    contact = some_page(world, CONTACTS)
    world.execute(f"update {CONTACTS} set city = 'Rome' where notion_page_id = %s", contact)
    world.workspace.trash_page(contact)
    world.both()
    world.clock.turn(minutes=5)
    (dispute,) = acting.disputes(world)
    assert dispute.property == "deleted_at"
    assert acting.decide(world, dispute, Side.SUPABASE)[1] == [dispute.id]
    assert not page(world, contact)["in_trash"]
    assert cities(world, contact) == ("Rome", "Rome")


def test_a_round_is_taken_back_on_both_sides_and_so_is_the_taking_back(world: World) -> None:
    contact = some_page(world, CONTACTS)
    before = cities(world, contact)
    world.execute(f"update {CONTACTS} set city = 'Rome' where notion_page_id = %s", contact)
    world.workspace.update_page(contact, {"properties": {"Email": {"email": "new@example.org"}}})
    world.execute("insert into tasks (task_name) values ('Brand new')")
    number = world.both().number
    world.clock.turn(minutes=5)
    report = acting.undo(world, Scope(number))
    assert report.problems == []
    assert cities(world, contact) == before
    (made,) = world.query("select * from tasks where task_name = 'Brand new'")
    assert made["deleted_at"] is not None
    assert page(world, str(made["notion_page_id"]))["in_trash"]
    why = world.query(
        "select distinct why from sync.changes where round = %s and why <> 'computed'",
        report.number,
    )
    assert why == [{"why": "undo"}]
    world.clock.turn(minutes=5)
    again = acting.undo(world, Scope(report.number))
    assert again.problems == []
    assert cities(world, contact) == ("Rome", "Rome")
    assert not page(world, str(made["notion_page_id"]))["in_trash"]
    world.clock.turn(minutes=5)
    assert world.both().exit_code == 0


class CountedLedger:
    """A ledger that counts how often it is asked for history."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.asked = 0

    def __getattr__(self, name: str) -> Any:
        self.asked += name == "history"
        return getattr(self._ledger, name)


def test_however_many_rows_a_round_changed_its_history_is_asked_for_twice(world: World) -> None:
    world.execute(f"update {CONTACTS} set city = 'Rome'")
    number = world.both().number
    world.clock.turn(minutes=5)
    ledgers: list[CountedLedger] = []

    def counted(notion: NotionReplica, supabase: SupabaseReplica, ledger: Ledger) -> Any:
        ledgers.append(CountedLedger(ledger))
        return notion, supabase, ledgers[-1]

    world.wrap = counted
    plan = acting.plan_undo(world, Scope(number))
    assert len({back.row_id for back in plan if not back.left}) > 3
    assert [ledger.asked for ledger in ledgers] == [2]


def test_what_was_changed_since_is_left_and_said(world: World) -> None:
    contact = some_page(world, CONTACTS)
    world.execute(f"update {CONTACTS} set city = 'Rome' where notion_page_id = %s", contact)
    number = world.both().number
    world.clock.turn(minutes=5)
    world.workspace.update_page(contact, {"properties": {"City": text("Oslo")}})
    world.both()
    world.clock.turn(minutes=5)
    (left,) = acting.plan_undo(world, Scope(number))
    assert (left.left, left.property) == ("it was changed since", "City")
    acting.undo(world, Scope(number))
    assert cities(world, contact) == ("Oslo", "Oslo")
    (back,) = acting.plan_undo(world, Scope(row_id=left.row_id))
    assert (back.now, back.then, back.left) == (Text("Oslo"), Text("Rome"), "")


def test_a_record_that_was_refused_is_looked_at_again_at_once(world: World) -> None:
    agent = some_page(world, "contacts_profiles")
    world.execute("alter table contacts_profiles add constraint no_rome check (city <> 'Rome')")
    world.workspace.update_page(agent, {"properties": {"City": text("Rome")}})
    assert world.both().exit_code == 1
    told = acting.explain(world, agent)
    assert not told.in_step
    assert "no_rome" in told.problems[0].reason
    world.execute("alter table contacts_profiles drop constraint no_rome")
    report, looked = acting.retry(world)
    assert (looked, report.exit_code) == (1, 0)
    assert cities(world, agent) == ("Rome", "Rome")
    assert acting.retry(world)[1] == 0


def test_records_are_found_by_address_id_and_title(world: World) -> None:
    contact = some_page(world, CONTACTS)
    (found,) = acting.find(world, contact)
    plain = contact.replace("-", "")
    for way in (plain, f"https://www.notion.so/x/Ann-{plain}?pvs=4", found.row_id, contact.upper()):
        assert acting.find(world, way) == (found,)
    assert found in acting.find(world, found.title)
    other = "0" * 32
    assert key_in(f"https://www.notion.so/{other}?v={other}&p={plain}") == contact
    assert key_in("Ann 2") is None
    with pytest.raises(UsageError, match="there is no record"):
        acting.ask(world, lambda e: Finder(e.schema, e.supabase, e.ledger).one_of_each(["?"]))


def test_an_explanation_says_what_a_round_would_do(world: World) -> None:
    contact = some_page(world, CONTACTS)
    world.execute(f"update {CONTACTS} set city = 'Rome' where notion_page_id = %s", contact)
    world.workspace.update_page(contact, {"properties": {"Email": {"email": "new@example.org"}}})
    told = acting.explain(world, contact)
    says = {each.property: each.then for each in told.differences}
    assert says["City"] == "edited in Supabase: it goes to Notion"
    assert says["Email"] == "edited in Notion: it goes to Supabase"
    assert "Notion has not got it yet" in told.marks[0]
    assert not told.in_step
    before = world.stamps()
    acting.explain(world, contact)
    assert world.stamps() == before


def test_a_dry_run_counts_what_the_round_after_it_does(world: World) -> None:
    contact, other = [
        str(r["notion_page_id"])
        for r in world.query(f"select notion_page_id from {CONTACTS} order by id limit 2")
    ]
    world.execute(f"update {CONTACTS} set city = 'Rome' where notion_page_id = %s", contact)
    world.workspace.update_page(contact, {"properties": {"Email": {"email": "new@example.org"}}})
    world.workspace.update_page(other, {"properties": {"City": text("Oslo")}})
    world.execute(f"update {CONTACTS} set city = 'Bonn' where notion_page_id = %s", other)
    world.execute("insert into tasks (task_name) values ('Brand new')")
    first, second = [
        str(r["notion_page_id"])
        for r in world.query("select notion_page_id from tasks where notion_page_id is not null"
                             " order by id limit 2")
    ]  # fmt: skip
    world.execute("delete from tasks where notion_page_id = %s", first)
    world.workspace.trash_page(second)
    marks = world.stamps()
    planned = world.both(dry_run=True)
    assert world.stamps() == marks
    done = world.both()
    counts = [{t: dict(+tally.counts) for t, tally in r.tallies.items()} for r in (planned, done)]
    assert counts[0] == counts[1]
    for what in (Count.PAGES_CREATED, Count.PAGES_TRASHED, Count.TRASHED, Count.STAMPED):
        assert any(tally.counts[what] for tally in done.tallies.values()), what


def test_the_dry_run_of_a_first_load_counts_it_too(new_world: NewWorld) -> None:
    world = new_world(pages=300)
    planned, done = world.both(dry_run=True), world.both()
    assert sum(tally.counts[Count.LINKED] for tally in done.tallies.values()) > 100
    counts = [
        {t: dict(+tally.counts) for t, tally in report.tallies.items()}
        for report in (planned, done)
    ]
    assert counts[0] == counts[1]


def test_history_is_forgotten_after_its_days_by_a_round_that_does_something(world: World) -> None:
    world.keep_history = timedelta(days=30)
    world.execute("update sync.changes set at = now() - interval '40 days'")
    kept = len(world.query("select 1 from sync.changes"))
    assert world.both().effects == 0
    assert len(world.query("select 1 from sync.changes")) == kept > 0
    contact = some_page(world, CONTACTS)
    world.execute(f"update {CONTACTS} set city = 'Rome' where notion_page_id = %s", contact)
    world.both()
    left = world.query("select round, at > now() - interval '30 days' as young from sync.changes")
    assert left
    assert all(entry["young"] for entry in left)
