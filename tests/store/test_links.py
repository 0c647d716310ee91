"""Links: their order, ends that have no row yet, and ends whose row is deleted."""

from __future__ import annotations

from dataclasses import replace

from accord.core.record import Base
from accord.core.values import Text, Value
from tests.store.store import Store, edit, new, page, pages, row

BOTH = "business_entities_primary_workflows"


def workflows(store: Store, *names: str) -> None:
    store.done("workflows", *(new(name, workflow_name=Text(name)) for name in names))


def entity(name: str, /, *targets: str) -> dict[str, Value]:
    return {"name": Text(name), "primary_workflows": pages(*targets)}


def test_links_keep_the_order_of_notion(store: Store) -> None:
    workflows(store, "w1", "w2", "w3")
    store.done("business_entities", new("e", **entity("E", "w3", "w1", "w2")))
    assert store.seen("business_entities", "e")["primary_workflows"] == pages("w3", "w1", "w2")

    known = store.sight("business_entities", "e")["e"]
    store.done("business_entities", edit("e", known, **entity("E", "w2", "w3")))
    assert store.seen("business_entities", "e")["primary_workflows"] == pages("w2", "w3")
    assert store.person(f"select position from {BOTH} order by 1") == [(0,), (1,)]


def test_only_links_that_differ_are_written(store: Store) -> None:
    workflows(store, "w1", "w2", "w3")
    store.done("business_entities", new("e", **entity("E", "w1", "w2")))
    before = dict(store.person(f"select workflow_id::text, xmin::text from {BOTH}"))
    known = store.sight("business_entities", "e")["e"]
    store.done("business_entities", edit("e", known, **entity("E", "w1", "w3")))
    after = dict(store.person(f"select workflow_id::text, xmin::text from {BOTH}"))
    assert set(after) == {row("w1"), row("w3")}
    assert after[row("w1")] == before[row("w1")]


def test_an_end_without_a_row_waits_in_its_place_and_settles(store: Store) -> None:
    workflows(store, "w1", "w3")
    store.done("business_entities", new("e", **entity("E", "w1", "w2", "w3")))
    assert store.seen("business_entities", "e")["primary_workflows"] == pages("w1", "w2", "w3")
    assert store.person(f"select count(*) from {BOTH}") == [(2,)]
    assert store.settle() == {}

    workflows(store, "w2")
    assert store.seen("business_entities", "e")["primary_workflows"] == pages("w1", "w2", "w3")
    assert store.settle() == {"business_entities": 1}
    assert store.seen("business_entities", "e")["primary_workflows"] == pages("w1", "w2", "w3")
    assert store.person("select count(*) from sync.waiting") == [(0,)]
    assert store.dirty() == []


def test_an_end_that_is_removed_waits_no_more(store: Store) -> None:
    store.done("business_entities", new("e", **entity("E", "w1", "w2")))
    known = store.sight("business_entities", "e")["e"]
    store.done("business_entities", edit("e", known, **entity("E", "w2")))
    assert store.seen("business_entities", "e")["primary_workflows"] == pages("w2")
    workflows(store, "w1", "w2")
    assert store.settle() == {"business_entities": 1}
    assert store.person(f"select workflow_id::text from {BOTH}") == [(row("w2"),)]


def test_records_of_one_batch_may_link_to_each_other(store: Store) -> None:
    store.done(
        "tasks",
        new("a", task_name=Text("A"), dependencies=pages("b", "a")),
        new("b", task_name=Text("B"), dependencies=pages("a")),
    )
    assert store.seen("tasks", "a")["dependencies"] == pages("b", "a")
    assert store.seen("tasks", "b")["dependencies"] == pages("a")
    assert store.person("select count(*) from sync.waiting") == [(0,)]


def test_a_foreign_key_waits_for_its_row(store: Store) -> None:
    contact: dict[str, Value] = {
        "full_name": Text("Ada"),
        "business_entity_id": pages("e", "second"),
    }
    store.done("contacts_profiles", new("c", **contact))
    assert store.seen("contacts_profiles", "c")["business_entity_id"] == pages("e", "second")
    assert store.person("select business_entity_id from contacts_profiles") == [(None,)]

    store.done("business_entities", new("e", **entity("E")))
    assert store.settle() == {"contacts_profiles": 1}
    assert store.settle() == {}
    found = store.person("select business_entity_id::text from contacts_profiles")
    assert found == [(row("e"),)]
    assert store.seen("contacts_profiles", "c")["business_entity_id"] == pages("e", "second")
    assert store.dirty() == []


def test_a_foreign_key_changes_and_empties(store: Store) -> None:
    store.done("business_entities", new("e", **entity("E")), new("f", **entity("F")))
    store.done("contacts_profiles", new("c", business_entity_id=pages("e")))
    for targets in (pages("f"), pages("unknown"), (), pages("e")):
        known = store.sight("contacts_profiles", "c")["c"]
        store.done("contacts_profiles", edit("c", known, business_entity_id=targets))
        assert store.seen("contacts_profiles", "c")["business_entity_id"] == targets
    assert store.person("select count(*) from sync.waiting") == [(0,)]


def test_a_person_who_chose_meanwhile_is_not_overruled_by_what_waited(store: Store) -> None:
    store.done("business_entities", new("f", **entity("F")))
    store.done("contacts_profiles", new("c", business_entity_id=pages("e")))
    store.person("update contacts_profiles set business_entity_id = %s", row("f"))
    store.done("business_entities", new("e", **entity("E")))
    store.settle()
    assert store.seen("contacts_profiles", "c")["business_entity_id"] == pages("f")


def test_links_to_deleted_rows_are_named(store: Store) -> None:
    workflows(store, "w1", "w2")
    store.done("business_entities", new("e", **entity("E", "w1", "w2")))
    store.done("contacts_profiles", new("c", business_entity_id=pages("e")))
    for table, name in (("workflows", "w2"), ("business_entities", "e")):
        known = store.sight(table, name)[name]
        assert known.base is not None
        base = Base(known.base.record, deleted=True)
        store.done(table, replace(edit(name, known), deleted=True, base=base))
    assert store.sight("business_entities", "e")["e"].buried == {page("w2")}
    assert store.sight("contacts_profiles", "c")["c"].buried == {page("e")}
    assert store.seen("business_entities", "e")["primary_workflows"] == pages("w1", "w2")


def test_a_link_to_a_row_that_has_no_page_yet_is_neither_shown_nor_lost(store: Store) -> None:
    workflows(store, "w1", "w2")
    store.done("business_entities", new("e", **entity("E", "w1")))
    store.person("insert into workflows (id, workflow_name) values (%s, 'own')", row("own"))
    store.person(f"insert into {BOTH} values (%s, %s, 1)", row("e"), row("own"))
    known = store.sight("business_entities", "e")["e"]
    assert store.seen("business_entities", "e")["primary_workflows"] == pages("w1")
    store.done("business_entities", edit("e", known, **entity("E", "w2")))
    found = {target for (target,) in store.person(f"select workflow_id::text from {BOTH}")}
    assert found == {row("w2"), row("own")}


def test_what_waits_for_a_row_that_went_is_forgotten(store: Store) -> None:
    store.done("business_entities", new("e", **entity("E", "w1")))
    store.person("delete from business_entities")
    workflows(store, "w1")
    assert store.settle() == {}
    assert store.person("select count(*) from sync.waiting") == [(0,)]


def owners(store: Store, table: str, **shown: dict[str, tuple[str, ...]]) -> set[tuple[str, str]]:
    mirrors = {page(name): fields for name, fields in shown.items()}
    answer = store.ledger(
        lambda ledger: ledger.owners_that_differ(store.collection(table), mirrors)
    )
    return set(answer)


def test_the_other_side_of_a_pair_tells_which_owners_to_look_at(store: Store) -> None:
    workflows(store, "w1", "w2")
    store.done(
        "business_entities", new("e", **entity("E", "w1", "later")), new("f", **entity("F", "w1"))
    )
    mirror = "business_entities"
    assert owners(store, "workflows", w1={mirror: pages("e", "f")}, w2={mirror: ()}) == set()
    assert owners(store, "workflows", later={mirror: pages("e")}) == set()
    assert owners(store, "workflows", w1={mirror: pages("f")}) == {("business_entities", page("e"))}
    assert owners(store, "workflows", w2={mirror: pages("f", "stranger")}) == {
        ("business_entities", page("f"))
    }


def test_a_deleted_owner_is_not_missed_by_the_other_side(store: Store) -> None:
    workflows(store, "w1")
    store.done("business_entities", replace(new("e", **entity("E", "w1")), deleted=True))
    assert owners(store, "workflows", w1={"business_entities": ()}) == set()


def test_the_other_side_of_a_foreign_key_tells_too(store: Store) -> None:
    instance, other = pages("i", "j")
    store.done(
        "workflow_instances", new("i", instance_name=Text("I")), new("j", instance_name=Text("J"))
    )
    store.done(
        "tasks",
        new("t", task_name=Text("T"), related_workflow_instance_id=(instance, other)),
        new("u", task_name=Text("U"), related_workflow_instance_id=(instance,)),
    )
    mirror = "related_tasks"
    shown = {"i": {mirror: pages("t", "u")}, "j": {mirror: pages("t")}}
    assert owners(store, "workflow_instances", **shown) == set()
    assert owners(store, "workflow_instances", i={mirror: pages("t")}) == {("tasks", page("u"))}
    both = {("tasks", page("t")), ("tasks", page("u"))}
    assert owners(store, "workflow_instances", j={mirror: pages("u")}) == both
