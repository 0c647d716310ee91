"""What every Supabase side notices of people who write SQL, and how it edits in their place."""

from __future__ import annotations

import pytest

from accord.core.ports import Outcome, Result, RowEdit, Stranger
from accord.core.record import UNDECLARED
from accord.core.values import Json, Opaque, Span, Text, Value
from tests.replicas.desk import Desk, collection, onward, page, row
from tests.replicas.places import RefusedError
from tests.replicas.pools import BOLD
from tests.store.store import new, pages


def version(desk: Desk, name: str) -> int:
    sighting = desk.known("things", name).row
    assert sighting is not None
    return sighting.version


def test_an_edit_by_a_person_marks_the_row_with_who_and_each_with_a_higher_version(
    desk: Desk,
) -> None:
    desk.done("things", new("a", name=Text("A")))
    versions = [version(desk, "a")]
    for stage in ("New", "Old"):
        desk.place.update("things", row("a"), {"stage": stage})
        versions.append(version(desk, "a"))
    assert versions == sorted(set(versions))
    assert versions[0] == 0
    sighting = desk.known("things", "a").row
    assert sighting is not None
    assert (sighting.edited_by, desk.known("things", "a").why) == ("postgres", None)


@pytest.mark.parametrize("columns", [{"name": "A"}, {"age": 7}, {"notion_page_id": None}])
def test_what_is_no_news_to_notion_marks_nothing(desk: Desk, columns: dict[str, Json]) -> None:
    desk.done("things", new("a", name=Text("A")))
    desk.place.update("things", row("a"), columns)
    assert desk.dirty() == set()
    assert desk.known("things", "a").page_id == page("a")


def test_a_linked_row_that_is_inserted_again_has_its_page_at_once(desk: Desk) -> None:
    desk.done("things", new("a", name=Text("A"), parts=pages("b")), new("b"), new("c"))
    for named in (None, page("c"), page("nowhere")):
        desk.place.delete("things", row("b"))
        desk.place.insert("things", row("b"), {} if named is None else {"notion_page_id": named})
        desk.place.link("things_parts", row("a"), row("b"), 0)
        assert desk.seen("things", "a")["parts"] == pages("b")
        known = desk.known("things", "b")
        assert known.page_id == page("b")
        assert known.row is not None
        assert not known.row.deleted


def test_a_row_without_a_page_takes_none_of_another_row(desk: Desk) -> None:
    desk.done("things", new("a"), new("b", parts=pages("x")))
    desk.place.delete("things", row("a"))
    desk.place.insert("things", row("x"), {"notion_page_id": page("a")})
    desk.place.link("things_parts", row("b"), row("x"), 0)
    assert desk.seen("things", "b")["parts"] == pages("x")  # which still waits
    desk.place.update("things", row("x"), {"notion_page_id": page("a"), "stage": "New"})
    assert desk.seen("things", "b")["parts"] == pages("x")
    desk.place.insert("things", row("a"), {})
    assert desk.known("things", "a").page_id == page("a")
    with pytest.raises(RefusedError):  # as an upsert that goes by the page expects
        desk.place.insert("things", row("y"), {"notion_page_id": page("a")})


def test_the_oldest_change_comes_first(desk: Desk) -> None:
    for name in ("b", "a", "c"):
        desk.place.insert("things", row(name), {})
    desk.place.insert("shelves", row("s"), {})
    desk.place.update("things", row("b"), {"stage": "New"})
    told = desk.ask(lambda ledger: ledger.dirty(["things"]))
    assert told == {"things": (row("a"), row("c"), row("b"))}


def test_links_mark_their_owner_and_positions_do_too(desk: Desk) -> None:
    desk.done("things", new("a"), new("b"))
    place = desk.place
    for act, *position in ((place.link, 0), (place.link, 4), (place.unlink,)):
        act("things_parts", row("a"), row("b"), *position)
        assert desk.dirty() == {row("a")}
        desk.done("things", onward(desk.known("things", "a")))
    with pytest.raises(RefusedError):
        desk.place.link("things_parts", row("a"), row("nobody"), 0)


def test_who_linked_to_a_deleted_row_is_marked_and_points_to_nothing(desk: Desk) -> None:
    desk.done("things", new("x"), new("a", parts=pages("x")), new("b", twin=pages("x")))
    desk.place.delete("things", row("x"))
    assert desk.dirty() == {row("a"), row("b"), row("x")}
    assert desk.seen("things", "a")["parts"] == ()
    assert desk.seen("things", "b")["twin"] == ()


def test_a_row_that_never_had_a_page_leaves_no_trace(desk: Desk) -> None:
    desk.place.insert("things", row("a"), {"name": "Mine"})
    known = desk.known("things", "a")
    assert (known.page_id, known.base, known.ledger) == (None, None, "")
    desk.place.delete("things", row("a"))
    assert desk.rows("things", "a") == {}
    assert desk.dirty() == set()


@pytest.mark.parametrize(
    ("column", "written", "field", "value"),
    [
        ("name", "Bold", "name", Text("Bold", BOLD)),
        ("name", "Other", "name", Text("Other")),
        ("name", "", "name", None),
        ("due", "2026-03-04T22:30:00+00:00", "due", Span("2026-03-05T00:30+02:00")),
        ("due", "2026-02-01T00:00:00+00:00", "due", Span("2026-02-01")),
        ("tags", ["x", "", "x"], "tags", ("x",)),
        ("share", 0.5, "share", 0.5),
        ("papers", [], "papers", ()),
        ("notion_extra", {"Mood": 1}, UNDECLARED, Opaque.of({"Mood": 1})),
    ],
)
def test_what_a_person_writes_is_read_with_what_lies_beyond_the_column(
    desk: Desk, column: str, written: Json, field: str, value: Value
) -> None:
    span = Span("2026-03-01T10:30+02:00", "2026-03-02T10:30+02:00")
    desk.done("things", new("a", name=Text("Bold", BOLD), due=span, share=7.0))
    desk.place.update("things", row("a"), {column: written})
    assert desk.seen("things", "a")[field] == value
    known = desk.known("things", "a")
    desk.done("things", onward(known, values={"name": Text("N"), "due": None, UNDECLARED: None}))
    seen = desk.seen("things", "a")
    assert (seen["name"], seen["due"], seen[UNDECLARED]) == (Text("N"), None, None)


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"price": "NaN"}, "price"),
        ({"due": "infinity"}, "due"),
        ({"papers": [7]}, "papers"),
        ({"notion_extra": {"Due": {"end": 7}}, "due": "2026-03-01T00:00:00+00:00"}, "due"),
        ({"notion_extra": {"Twin": {"more": 7}}, "twin_id": row("a")}, "twin"),
        ({"notion_extra": {"Twin": "rubbish"}}, "twin"),
    ],
)
def test_what_cannot_be_read_is_absent_and_named(
    desk: Desk, columns: dict[str, Json], field: str
) -> None:
    desk.done("things", new("a", name=Text("A"), stage="New"))
    desk.place.update("things", row("a"), columns)
    known = desk.known("things", "a")
    assert known.row is not None
    assert field not in known.row.record.values
    assert known.row.record.values["stage"] == "New"
    (note,) = known.unreadable
    assert (note.page_id, note.record, note.property) == (page("a"), "A", field.title())
    mended: dict[str, Json] = {"papers": [], "notion_extra": {}, "price": None, "due": None}
    desk.place.update("things", row("a"), mended)
    assert field in desk.seen("things", "a")


@pytest.mark.parametrize("columns", [{"share": 2}, {"done": None}, {"shelf_id": row("nobody")}])
def test_what_a_rule_of_the_table_forbids_is_refused(desk: Desk, columns: dict[str, Json]) -> None:
    desk.done("things", new("a", share=0.5))
    with pytest.raises(RefusedError):
        desk.place.update("things", row("a"), {"stage": "New", **columns})
    assert desk.seen("things", "a")["stage"] is None
    assert desk.dirty() == set()


def test_an_edit_is_a_persons_with_why_and_whom(desk: Desk) -> None:
    desk.done("things", new("a", name=Text("A")), new("b"))
    wish = RowEdit(row("a"), 0, {"name": Text("B"), "parts": pages("b", "z")}, why="undo", by="ann")
    assert desk.edit("things", wish) == (Outcome(page("a"), Result.DONE, None, row("a")),)
    known = desk.known("things", "a")
    assert known.row is not None
    assert (known.why, known.row.edited_by) == ("undo", "ann")
    assert desk.seen("things", "a")["parts"] == pages("b", "z")
    assert [o.result for o in desk.edit("things", wish)] == [Result.STALE]
    before = desk.place.footprint()
    quiet = RowEdit(row("b"), 0, {"name": None, "tags": ()})
    assert [o.result for o in desk.edit("things", quiet)] == [Result.DONE]
    assert desk.place.footprint() == before
    desk.place.update("things", row("a"), {"name": "C"})
    assert desk.known("things", "a").why is None


def test_an_edit_trashes_restores_and_brings_back(desk: Desk) -> None:
    desk.done("things", new("b"), new("a", stage="New", parts=pages("b")))
    for deleted in (True, False):
        wish = RowEdit(row("a"), version(desk, "a"), {}, deleted=deleted)
        assert [o.result for o in desk.edit("things", wish)] == [Result.DONE]
        sighting = desk.known("things", "a").row
        assert sighting is not None
        assert sighting.deleted is deleted
    desk.place.delete("things", row("a"))
    assert [o.result for o in desk.edit("things", RowEdit(row("a"), version(desk, "a"), {}))] == [
        Result.STALE
    ]
    back = RowEdit(row("a"), version(desk, "a"), {"name": Text("Back")}, deleted=False)
    assert [o.result for o in desk.edit("things", back)] == [Result.DONE]
    seen = desk.seen("things", "a")
    assert (seen["name"], seen["stage"], seen["parts"]) == (Text("Back"), "New", pages("b"))
    assert desk.dirty() == {row("a")}


def test_rows_for_a_stranger_the_likeliest_first(desk: Desk) -> None:
    typed: dict[str, dict[str, Json]] = {
        "a": {"notion_page_id": page("p"), "code": "k1"},
        "b": {"code": "other"},
        "c": {"code": "k1"},
        "d": {"code": "k1", "deleted_at": True},
    }
    for name, columns in typed.items():
        desk.place.insert("things", row(name), columns)
    desk.done("things", new("e", code=Text("k1")))

    def found(*strangers: Stranger) -> dict[str, tuple[str, ...]]:
        things = desk.program.supabase.rows_for
        return desk.place.run(things(collection("things"), strangers))

    rows = tuple(row(name) for name in ("a", "b", "c"))
    assert found(Stranger(page("p"), row("b"), Text("k1"))) == {page("p"): rows}
    assert found(Stranger(page("q"), row("a"), Text("k1", BOLD))) == {page("q"): (row("c"),)}
    for other in (row("d"), row("e"), "no id", None):
        assert found(Stranger(page("q"), other, None), Stranger(page("r"), None, None)) == {}
