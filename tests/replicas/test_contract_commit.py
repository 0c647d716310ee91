"""What every Supabase side does with a commit: its verdicts, and what is left behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from accord.core.history import Applied, Why
from accord.core.intent import Attempt, Intent
from accord.core.merge import Policy, Winner
from accord.core.plan import Conflict, Verb
from accord.core.ports import Open, Result
from accord.core.record import UNDECLARED, Base, Record, Side
from accord.core.values import File, Opaque, Span, Text, Value
from tests.replicas.desk import Desk, onward, page, row
from tests.replicas.pools import BOLD
from tests.replicas.shelves import SCHEMA
from tests.store.store import CREATED, EDITED, new, pages

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CREATE = Intent(Verb.CREATE, (Attempt("k3f9aa", AT, {"name": Text("Mine")}),))
EVERYTHING: dict[str, Value] = {
    "name": Text("Bold", BOLD),
    "code": Text("Łódź ☕"),
    "stage": "New",
    "tags": ("b", "a"),
    "price": 1e300,
    "share": 7.0,  # its column takes none above 1
    "due": Span("2026-03-01T00:00+02:00", "2026-03-02T10:30+02:00"),
    "done": True,
    "people": pages("ann"),
    "papers": (File("a.png", "https://example.org/a.png"),),
    "page": "https://example.org",
    "age": 2.5,
    "sum": Opaque.of({"a": [None, 1]}),
    "author": page("bob"),
    "parts": pages("later", "a"),
    "twin": pages("a", "later"),
    "shelf": pages("unknown", "s"),
    UNDECLARED: Opaque.of({"Mood": {"type": "select", "value": "calm"}}),
}


def test_a_new_record_is_sighted_with_everything_it_holds(desk: Desk) -> None:
    desk.done("things", replace(new("a", **EVERYTHING), seen_at=AT))
    known = desk.known("things", "a")
    assert known.row is not None
    assert dict(known.row.record.values) == EVERYTHING
    assert known.base == Base(Record(EVERYTHING))
    assert (known.page_id, known.seen_at, known.page_edited_at) == (page("a"), AT, EDITED)
    assert (known.row.version, known.row.created_at, known.row.deleted) == (0, CREATED, False)
    assert known.ledger != ""
    assert desk.dirty() == set()


def test_the_same_again_writes_nothing(desk: Desk) -> None:
    write = replace(new("a", **EVERYTHING), seen_at=AT, stamp=True)
    desk.done("things", write)
    before = desk.place.footprint()
    desk.done("things", write)
    desk.done("things", onward(desk.known("things", "a"), values=EVERYTHING))
    assert desk.place.footprint() == before


def test_fields_that_are_not_named_stay_and_others_can_be_emptied(desk: Desk) -> None:
    desk.done("things", new("a", **EVERYTHING))
    emptied: dict[str, Value] = {"name": None, "due": None, "tags": (), "share": None, "twin": ()}
    desk.done("things", onward(desk.known("things", "a"), values=emptied))
    assert dict(desk.seen("things", "a")) == {**EVERYTHING, **emptied}


def test_rows_of_one_batch_may_link_and_point_to_each_other(desk: Desk) -> None:
    desk.done(
        "things",
        new("a", parts=pages("b", "a"), twin=pages("b")),
        new("b", parts=pages("a"), twin=pages("a", "b")),
    )
    assert desk.seen("things", "a")["parts"] == pages("b", "a")
    assert desk.seen("things", "a")["twin"] == pages("b")
    assert desk.seen("things", "b")["twin"] == pages("a", "b")
    assert desk.place.state()["waiting"] == []
    assert desk.settle() == {}


def test_ends_without_a_row_wait_and_settle_in_their_place(desk: Desk) -> None:
    desk.done("things", new("a", parts=pages("c", "b"), shelf=pages("s")), new("b"))
    assert desk.settle() == {}
    desk.done("things", new("c"))
    desk.done("shelves", new("s"))
    assert desk.settle() == {"things": 2}
    assert desk.settle() == {}
    assert desk.seen("things", "a")["parts"] == pages("c", "b")
    assert desk.seen("things", "a")["shelf"] == pages("s")
    assert desk.dirty() == set()


def test_a_person_who_chose_meanwhile_is_not_overruled_by_what_waited(desk: Desk) -> None:
    desk.done("shelves", new("t"))
    desk.done("things", new("a", shelf=pages("s")))
    desk.place.update("things", row("a"), {"shelf_id": row("t")})
    desk.done("shelves", new("s"))
    assert desk.settle() == {}
    assert desk.seen("things", "a")["shelf"] == pages("t")


def test_a_link_to_a_row_that_has_no_page_yet_is_neither_shown_nor_lost(desk: Desk) -> None:
    desk.place.insert("things", row("x"), {})
    desk.done("things", new("a", parts=pages("b")), new("b"))
    desk.place.link("things_parts", row("a"), row("x"), 1)
    assert desk.seen("things", "a")["parts"] == pages("b")
    desk.done("things", onward(desk.known("things", "a"), values={"parts": ()}))
    desk.done("things", onward(desk.known("things", "x"), page("x")))
    assert desk.seen("things", "a")["parts"] == pages("x")


def test_what_waited_for_an_earlier_row_is_not_the_new_ones(desk: Desk) -> None:
    desk.done("things", new("a", parts=pages("b")))
    desk.place.vanish("things", row("a"))
    desk.done("things", new("a", parts=()))
    desk.done("things", new("b"))
    assert desk.settle() == {}
    assert desk.seen("things", "a")["parts"] == ()


def test_a_row_that_a_person_changed_since_is_stale_alone(desk: Desk) -> None:
    desk.done("things", new("a", name=Text("A")), new("b"))
    known = desk.rows("things", "a", "b")
    desk.place.update("things", row("a"), {"name": "Mine"})
    writes = [onward(known[n], values={"name": Text("Theirs")}) for n in ("a", "b")]
    assert desk.results("things", *writes) == [Result.STALE, Result.DONE]
    assert desk.seen("things", "a")["name"] == Text("Mine")


def test_an_entry_that_another_round_changed_is_stale_unless_not_compared(desk: Desk) -> None:
    desk.done("things", new("a"))
    known = desk.known("things", "a")
    desk.done("things", onward(known, values={"stage": "New"}))
    again = onward(known, values={"stage": "Old"})
    assert desk.results("things", again) == [Result.STALE]
    assert desk.results("things", replace(again, ledger=None)) == [Result.DONE]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": Text("a NUL \0")},
        {"due": Span("0001-01-01T00:00+14:00")},
        {"people": ("nobody",)},
    ],
)
def test_what_no_column_can_hold_is_refused_and_the_rest_is_done(
    desk: Desk, changes: dict[str, Value]
) -> None:
    outcomes = desk.commit("things", new("a", **changes), new("b"))
    assert [o.result for o in outcomes] == [Result.REFUSED, Result.DONE]
    assert [o.row_id for o in outcomes] == [row("a"), row("b")]
    assert outcomes[0].problem is not None
    assert outcomes[0].problem.page_id == page("a")
    assert set(desk.rows("things", "a", "b")) == {"b"}


def test_a_page_that_another_row_names_is_refused(desk: Desk) -> None:
    desk.place.insert("things", row("x"), {"notion_page_id": page("a")})
    assert desk.results("things", new("a")) == [Result.REFUSED]
    assert set(desk.rows("things", "a", "x")) == {"x"}


def test_a_deleted_row_comes_back_as_it_was_with_its_links(desk: Desk) -> None:
    desk.done("shelves", new("s"))
    desk.done("things", new("b"), new("a", stage="New", parts=pages("b", "z"), shelf=pages("s")))
    desk.place.update("things", row("a"), {"stage": "Old"})
    desk.place.delete("things", row("a"))
    gone = desk.known("things", "a")
    assert gone.row is not None
    assert (gone.row.deleted, gone.row.record.values["stage"]) == (True, "Old")
    assert "parts" not in gone.row.record.values
    back = onward(gone, values={"name": Text("New")}, deleted=False)
    desk.done("things", back)
    seen = desk.seen("things", "a")
    assert (seen["name"], seen["stage"]) == (Text("New"), "Old")
    assert (seen["parts"], seen["shelf"]) == (pages("b", "z"), pages("s"))
    assert desk.dirty() == set()


def test_an_agreed_deletion_needs_no_row(desk: Desk) -> None:
    desk.done("things", new("a"))
    desk.place.delete("things", row("a"))
    desk.done("things", onward(desk.known("things", "a"), base=Base(Record({}), deleted=True)))
    known = desk.known("things", "a")
    assert known.base is not None
    assert (known.row, known.base.deleted, desk.dirty()) == (None, True, set())


def test_a_row_that_vanished_is_written_anew_only_when_asked(desk: Desk) -> None:
    desk.done("things", new("a"))
    desk.place.vanish("things", row("a"))
    known = desk.known("things", "a")
    assert known.row is None
    assert desk.results("things", onward(known, values={"stage": "New"})) == [Result.STALE]
    desk.done("things", onward(known, values={"stage": "New"}, create=True))
    assert desk.seen("things", "a")["stage"] == "New"


def test_trash_and_restore_keep_the_values_and_the_link_is_buried(desk: Desk) -> None:
    desk.done("things", new("a", name=Text("A"), parts=pages("b")), new("b", name=Text("B")))
    known = desk.known("things", "b")
    desk.done("things", onward(known, deleted=True, base=Base(Record({}), deleted=True)))
    buried = desk.known("things", "b")
    assert buried.row is not None
    assert (buried.row.deleted, buried.row.record.values["name"]) == (True, Text("B"))
    assert desk.known("things", "a").buried == {page("b")}
    desk.done("things", onward(buried, deleted=False))
    assert desk.known("things", "a").buried == frozenset()


def test_a_page_that_moved_leaves_a_deleted_row_and_no_open_write(desk: Desk) -> None:
    desk.done("things", replace(new("a"), intent=CREATE))
    desk.done("shelves", new("a"))
    left = desk.known("things", "a")
    assert left.row is not None
    assert (left.row.deleted, left.page_id, left.intent) == (True, None, None)
    assert desk.known("shelves", "a").page_id == page("a")


def test_a_create_is_written_down_given_up_and_begun_again(desk: Desk) -> None:
    desk.place.insert("things", row("a"), {"name": "Mine"})
    begun = onward(desk.known("things", "a"), intent=CREATE, in_step=False)
    desk.done("things", begun)
    known = desk.known("things", "a")
    assert (known.intent, known.page_id, known.base, known.ledger) == (CREATE, None, None, "")
    assert desk.ask(lambda ledger: ledger.intents()) == (Open("things", row("a"), None),)
    before = desk.place.footprint()
    desk.done("things", begun)
    assert desk.place.footprint() == before
    desk.done("things", onward(known, in_step=False))
    assert desk.ask(lambda ledger: ledger.intents()) == ()
    assert desk.dirty() == {row("a")}


def test_a_row_that_goes_while_its_page_is_made_is_not_forgotten(desk: Desk) -> None:
    desk.place.insert("things", row("a"), {})
    desk.done("things", onward(desk.known("things", "a"), intent=CREATE, in_step=False))
    desk.place.delete("things", row("a"))
    known = desk.known("things", "a")
    assert known.row is not None
    assert (known.row.deleted, known.intent) == (True, CREATE)
    desk.done("things", onward(known))
    assert desk.rows("things", "a") == {}


def test_who_links_to_a_row_that_becomes_a_page_is_marked(desk: Desk) -> None:
    desk.place.insert("things", row("a"), {})
    desk.place.insert("things", row("b"), {})
    desk.done("things", new("c"), new("d"))
    desk.place.link("things_parts", row("c"), row("a"), 0)
    desk.place.link("things_parts", row("a"), row("b"), 0)
    desk.place.link("things_parts", row("b"), row("a"), 0)
    desk.place.update("things", row("d"), {"twin_id": row("a")})
    for name in ("c", "d"):
        desk.done("things", onward(desk.known("things", name)))
    known = desk.rows("things", "a", "b")
    desk.done("things", *(onward(known[n], page(n)) for n in ("a", "b")))
    assert desk.dirty() == {row(name) for name in ("a", "b", "c", "d")}
    assert desk.seen("things", "c")["parts"] == pages("a")
    assert desk.seen("things", "d")["twin"] == pages("a")
    for name in ("a", "b", "c", "d"):
        desk.done("things", onward(desk.known("things", name)))
    assert desk.dirty() == set()


def test_a_row_that_has_a_page_already_takes_no_other(desk: Desk) -> None:
    desk.place.insert("things", row("a"), {})
    known = desk.known("things", "a")
    desk.done("things", onward(known, page("a"), in_step=False))
    assert desk.results("things", onward(known, intent=CREATE)) == [Result.STALE]
    other = replace(onward(known, page("other")), ledger=None)
    assert desk.results("things", other) == [Result.STALE]


def test_a_read_is_never_thought_older_than_it_was(desk: Desk) -> None:
    for seen_at in (AT, AT - timedelta(days=1), None):
        desk.done("things", replace(new("a", stage=f"at {seen_at}"), seen_at=seen_at))
        assert desk.known("things", "a").seen_at == AT


def test_what_waits_for_notion_is_marked_and_what_notion_refused_is_hidden(desk: Desk) -> None:
    desk.done("things", replace(new("a"), in_step=False))
    assert desk.dirty() == {row("a")}
    desk.done("things", onward(desk.known("things", "a"), in_step=False, refused=True))
    assert desk.ask(lambda ledger: ledger.dirty(["things"])) == {}
    assert desk.dirty() == {row("a")}
    desk.place.update("things", row("a"), {"stage": "New"})
    assert desk.ask(lambda ledger: ledger.dirty(["things"])) == {"things": (row("a"),)}


def test_a_conflict_is_logged_once_and_waits_until_it_is_resolved(desk: Desk) -> None:
    desk.done("things", new("a"))
    held = Conflict("name", None, Text("Bold", BOLD), Text("B"), Policy.MANUAL, Winner.HELD)
    lost = Conflict("deleted_at", None, True, False, Policy.NOTION, Winner.NOTION)
    for _ in range(2):
        desk.done("things", onward(desk.known("things", "a"), conflicts=(held, lost)))
    disputes = desk.ask(lambda ledger: ledger.conflicts())
    assert [(d.property, d.winner) for d in disputes] == [
        ("deleted_at", "notion"),
        ("Name", "held"),
    ]
    (waiting,) = desk.ask(lambda ledger: ledger.conflicts(waiting=True))
    assert (waiting.table, waiting.row_id, waiting.page_id) == ("things", row("a"), page("a"))
    assert (waiting.base, waiting.supabase, waiting.resolved_at) == (None, "B", None)
    assert waiting.notion == {"text": "Bold", "formatted": Opaque(BOLD).value()}
    desk.ask(lambda ledger: ledger.resolve([waiting.id]))
    assert desk.ask(lambda ledger: ledger.conflicts(waiting=True)) == ()


def test_history_is_kept_with_the_write_and_forgotten_in_time(desk: Desk) -> None:
    made = Applied("", None, None, Side.NOTION, Why.CREATE, page("ann"))
    write = replace(new("a", name=Text("A")), history=(made,), round=3)
    desk.done("things", write)
    desk.done("things", write)
    edit = Applied("name", Text("A"), Text("Bold", BOLD), Side.SUPABASE, Why.EDIT, "ann")
    life = Applied("deleted_at", False, True, Side.SUPABASE, Why.TRASH)
    known = desk.known("things", "a")
    desk.done("things", onward(known, values={"stage": "x"}, history=(edit, life), round=4))
    entries = desk.ask(lambda ledger: ledger.history(SCHEMA, row_ids=[row("a")]))
    assert [entry.applied for entry in entries] == [made, edit, life]
    assert [entry.title for entry in entries] == ["", "Name", "deleted_at"]
    assert {entry.page_id for entry in entries} == {page("a")}
    last = desk.ask(lambda ledger: ledger.history(SCHEMA, round_number=4))
    assert last == entries[1:]
    assert desk.ask(lambda ledger: ledger.history(SCHEMA, since=entries[1].at)) == entries[1:]
    assert desk.ask(lambda ledger: ledger.forget(entries[1].at)) == 1
    assert desk.ask(lambda ledger: ledger.history(SCHEMA)) == entries[1:]


def test_the_history_of_several_rows_is_told_at_once_and_from_an_entry_on(desk: Desk) -> None:
    made = Applied("", None, None, Side.NOTION, Why.CREATE, page("ann"))
    desk.done("things", *(replace(new(name), history=(made,)) for name in "abc"))
    edit = Applied("name", None, Text("A"), Side.NOTION, Why.EDIT, "ann")
    write = onward(desk.known("things", "a"), values={"name": Text("A")}, history=(edit,))
    desk.done("things", write)

    def told(rows: str, after: int = 0) -> list[tuple[int, str, str]]:
        ids = [row(name) for name in rows]
        entries = desk.ask(lambda ledger: ledger.history(SCHEMA, row_ids=ids, after=after))
        return [(entry.id, entry.row_id, entry.applied.field) for entry in entries]

    entries = told("ca")
    assert {entry[1:] for entry in entries[:2]} == {(row("a"), ""), (row("c"), "")}
    assert [entry[1:] for entry in entries[2:]] == [(row("a"), "name")]
    assert told("ca", after=entries[0][0]) == entries[1:]
    assert told("") == []
