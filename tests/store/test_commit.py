"""Writing records: what a commit puts into the row, and what it leaves alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accord.core.merge import UNKNOWN, Policy, Winner
from accord.core.plan import Conflict
from accord.core.ports import Outcome, Result
from accord.core.record import UNDECLARED, Base, Record
from accord.core.values import File, Opaque, Span, Text, Value
from accord.supabase.door import PostgresDoor
from accord.supabase.replica import Supabase
from tests.store.store import CREATED, EDITED, Store, edit, new, page, pages, row

FORMATTED = Text(
    "Hello",
    '[{"annotations":{"bold":true},"text":{"content":"Hello","link":null},"type":"text"}]',
)


def test_a_new_record_becomes_a_row_with_everything_it_holds(store: Store) -> None:
    values: dict[str, Value] = {
        "name": Text("Retreat"),
        "description": FORMATTED,
        "price": 49.5,
        "status": "Active",
        "images": (File("a.png", "https://example.org/a.png"),),
        "categories": ("Wellness", "Art"),
        "booking_link": "https://example.org",
        "is_physical": True,
        UNDECLARED: Opaque.of({"Mood": {"type": "select", "value": "calm"}}),
    }
    store.done("products_services", new("p", **values))

    known = store.sight("products_services", "p")["p"]
    assert known.row is not None
    assert {k: known.row.record.values[k] for k in values} == values
    assert known.base == Base(Record(values))
    assert known.row_id == row("p")
    assert known.page_edited_at == EDITED
    assert known.row.created_at == CREATED
    assert (known.row.version, known.row.deleted) == (0, False)
    assert store.dirty() == []
    (stored,) = store.person(
        "select notion_page_id::text, price, categories, last_synced_at is not null"
        " from products_services"
    )
    assert (stored[0], float(stored[1]), *stored[2:]) == (
        page("p"),
        49.5,
        ["Wellness", "Art"],
        True,
    )


def test_an_update_touches_only_the_given_fields(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("One"), priority="High", tags=("Admin",)))
    store.done("tasks", edit("t", store.sight("tasks", "t")["t"], priority="Low"))
    seen = store.seen("tasks", "t")
    assert (seen["task_name"], seen["priority"], seen["tags"]) == (Text("One"), "Low", ("Admin",))


def test_a_field_can_be_emptied(store: Store) -> None:
    store.done(
        "tasks",
        new("t", task_name=FORMATTED, due_date=Span("2026-03-01", "2026-03-05"), tags=("x",)),
    )
    known = store.sight("tasks", "t")["t"]
    store.done("tasks", edit("t", known, task_name=None, due_date=None, tags=()))
    seen = store.seen("tasks", "t")
    assert (seen["task_name"], seen["due_date"], seen["tags"]) == (None, None, ())
    assert store.person("select notion_extra from tasks") == [({},)]


def test_what_lies_beyond_a_column_is_patched_key_by_key(store: Store) -> None:
    undeclared = Opaque.of({"Mood": {"type": "select", "value": "calm"}})
    store.done("tasks", new("t", task_name=FORMATTED, **{UNDECLARED: undeclared}))
    other = Opaque.of({"Size": {"type": "number", "value": 3}})
    known = store.sight("tasks", "t")["t"]
    store.done("tasks", edit("t", known, **{UNDECLARED: other}))
    seen = store.seen("tasks", "t")
    assert (seen["task_name"], seen[UNDECLARED]) == (FORMATTED, other)


def test_committing_twice_has_the_effect_of_once(store: Store) -> None:
    first = new("a", name=Text("A"), primary_workflows=pages("w1", "w2"))
    store.done("workflows", new("w1", workflow_name=Text("W")))
    store.done("business_entities", first)
    before = store.footprint()
    store.done("business_entities", first)
    assert store.footprint() == before


def test_a_commit_of_what_is_there_already_writes_nothing(store: Store) -> None:
    values: dict[str, Value] = {
        "full_name": Text("Ada"),
        "email": "ada@example.org",
        "business_entity_id": pages("nowhere", "elsewhere"),
        "tags": ("VIP",),
        "date_added": Span("2026-03-01T10:30+02:00", "2026-03-01T11:30+02:00"),
    }
    store.done("contacts_profiles", new("c", **values))
    before = store.footprint()
    store.done("contacts_profiles", edit("c", store.sight("contacts_profiles", "c")["c"], **values))
    assert store.footprint() == before


def test_trash_and_restore_keep_the_values(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("Stay"), dependencies=pages("other")))
    known = store.sight("tasks", "t")["t"]
    assert known.base is not None
    gone = replace(edit("t", known), deleted=True, base=Base(known.base.record, deleted=True))
    store.done("tasks", gone)
    trashed = store.sight("tasks", "t")["t"]
    assert trashed.row is not None
    assert trashed.base is not None
    assert (trashed.row.deleted, trashed.base.deleted) == (True, True)
    assert trashed.row.record.values["task_name"] == Text("Stay")
    before = store.footprint()
    store.done("tasks", gone)
    assert store.footprint() == before

    store.done("tasks", replace(edit("t", trashed), deleted=False, base=known.base))
    restored = store.sight("tasks", "t")["t"]
    assert restored.row is not None
    assert not restored.row.deleted
    assert restored.row.record.values["dependencies"] == pages("other")


def test_a_conflict_is_logged_once_with_the_title_that_staff_see(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("Base")))
    known = store.sight("tasks", "t")["t"]
    lost = Conflict(
        "task_name", Text("Base"), Text("Mine"), Text("Yours"), Policy.NOTION, Winner.NOTION
    )
    never = Conflict("tags", UNKNOWN, (), ("x",), Policy.MANUAL, Winner.HELD)
    write = replace(edit("t", known, task_name=Text("Mine")), conflicts=(lost, never))
    store.done("tasks", write)
    store.done("tasks", write)
    logged = store.person(
        "select table_name, row_id::text, page_id::text, property, base_value, notion_value,"
        " supabase_value, policy, winner from sync.conflicts order by property desc"
    )
    who = ("tasks", row("t"), page("t"))
    assert logged == [
        (*who, "Task Name", "Base", "Mine", "Yours", "notion", "notion"),
        (*who, "Tags", None, [], ["x"], "manual", "held"),
    ]
    held_again = replace(write, conflicts=(never,))
    before = store.person("select last_value from sync.conflicts_id_seq")
    store.done("tasks", held_again)
    assert store.person("select last_value from sync.conflicts_id_seq") == before


def test_two_commits_at_once_do_the_work_of_one(store: Store) -> None:
    collection = store.collection("tasks")
    writes = [new(f"t{n}", task_name=Text(f"T{n}")) for n in range(30)]

    async def both(door: PostgresDoor) -> list[tuple[Outcome, ...]]:
        one, two = Supabase(door), Supabase(door)
        return list(
            await asyncio.gather(
                one.commit(collection, writes), two.commit(collection, writes[::-1])
            )
        )

    outcomes = store.run(both)
    assert {o.result for answer in outcomes for o in answer} == {Result.DONE}
    assert store.person("select count(*) from tasks") == [(30,)]
    assert [o.page_id for o in outcomes[0]] == [w.page_id for w in writes]


def test_an_empty_batch_is_no_work(store: Store) -> None:
    assert store.commit("tasks") == ()
    assert store.sight("tasks") == {}


def test_pages_without_a_row_are_left_out_of_a_sighting(store: Store) -> None:
    store.done("tasks", new("t", task_name=Text("T")))
    assert set(store.sight("tasks", "t", "unknown")) == {"t"}
    assert store.sight("agents", "t") == {}


words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(words, st.floats(allow_nan=False, allow_infinity=False), st.lists(words.filter(bool)))
def test_any_text_number_and_options_come_back_as_they_went(
    store: Store, plain: str, number: float, options: list[str]
) -> None:
    record = Record(
        {
            "task_name": Text(plain) if plain else None,
            "estimated_time": number + 0.0,
            "tags": tuple(dict.fromkeys(options)),
        }
    )
    known = store.sight("tasks", "any").get("any")
    write = edit("any", known, **record.values) if known else new("any", **record.values)
    store.done("tasks", write)
    seen = store.sight("tasks", "any")["any"]
    assert seen.base is not None
    assert seen.base.record.values == record.values
