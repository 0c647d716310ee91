"""A declaration that cannot be right is refused when it is made, with all that is wrong with it."""

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import new_class
from typing import Any, ClassVar, cast
from uuid import UUID

import pydantic
import pytest

from accord.core.errors import ModelError
from accord.core.merge import Policy
from accord.core.schema import RESERVED_COLUMNS
from accord.declare import Collection, Json, json_of, load, load_schema
from accord.declare import properties as notion

#: No policy; a type checker would not let it pass.
OLDEST: Any = "oldest"


def declare(
    model: str = "Thing",
    heading: dict[str, Any] | None = None,
    parents: tuple[type, ...] = (Collection,),
    /,
    **attributes: tuple[Any, Any],
) -> type[Collection]:
    """A class as one would write it; an attribute is (annotation, property)."""
    table = f"{model.lower()}s"
    said = {"title": f"{model}s", "table": table, "env": f"NOTION_{table.upper()}_DB"}
    body = {
        "__doc__": "A thing.",
        "__module__": __name__,
        "__annotations__": {name: annotation for name, (annotation, _) in attributes.items()},
        **{name: prop for name, (_, prop) in attributes.items()},
    }
    made = new_class(model, parents, said | (heading or {}), lambda names: names.update(body))
    return cast("type[Collection]", made)


def name() -> tuple[Any, Any]:
    return (str | None, notion.title())


def links(*arguments: Any, **more: Any) -> tuple[Any, Any]:
    return (list[UUID], notion.relations(*arguments, **more))


def refused(act: Callable[[], object]) -> tuple[str, ...]:
    with pytest.raises(ModelError) as caught:
        act()
    return caught.value.problems


def test_a_right_declaration_is_not_refused() -> None:
    schema = load(declare(name=name(), parts=links("Thing", target="part_id")))
    (thing,) = schema
    assert thing.field("parts").link is not None
    assert thing.model == "Thing"
    assert thing.doc == "A thing."


@pytest.mark.parametrize(
    ("attributes", "problem"),
    [
        ({}, "a collection has exactly one Title property, this one has none"),
        (
            {"name": name(), "label": name()},
            "a collection has exactly one Title property, this one has 'Name', 'Label'",
        ),
        (
            {"name": (str, notion.title())},
            "name: title is annotated str | None, not str",
        ),
        (
            {"name": name(), "price": (int | None, notion.number())},
            "price: number is annotated float | None, not int | None",
        ),
        (
            {"name": name(), "tags": (str | None, notion.multi_select("A, B"))},
            "tags: multi_select is annotated list[str], not str | None",
        ),
        (
            {"name": name(), "owner_id": (list[UUID], notion.relation("Thing"))},
            "owner_id: relation is annotated UUID | None, not list[UUID]",
        ),
        (
            {"name": name(), "done": (bool | None, notion.checkbox())},
            "done: checkbox is annotated bool, not bool | None",
        ),
        (
            {"name": name(), "age": (Json, notion.formula(int))},
            "age: a formula yields bool, float, str or datetime, not <class 'int'>",
        ),
        (
            {"name": name(), "price": (float | None, 3.0)},
            "price: it is declared by no property (title(), select() ...)",
        ),
        (
            {"name": name(), "heading": (str | None, notion.rich_text(title="Name"))},
            "the property 'Name' is declared twice",
        ),
        (
            {"name": name(), "Price": (float | None, notion.number())},
            "Price ('Price'): the column name 'Price' is not a plain SQL name (a-z, 0-9, _)",
        ),
        (
            {"name": name(), "stage": (str | None, notion.select("New, , Old"))},
            "stage ('Stage'): an option has no name",
        ),
        (
            {"name": name(), "stage": (str | None, notion.select("New, Old, new"))},
            "stage ('Stage'): the option 'new' is declared twice (Notion ignores case)",
        ),
        (
            {"name": name(), "score": (float | None, notion.number(bounds=(100, 0)))},
            "score ('Score'): its bounds 100 to 0 are the wrong way round",
        ),
        (
            {"name": name(), "score": (float | None, notion.number(policy=OLDEST))},
            "score: 'oldest' is no policy; there are: notion, supabase, newest, manual",
        ),
        (
            {"name": name(), "parts": links("Thing", two_way="a", mirrors="b")},
            "parts: it says two_way= and mirrors=; the side that keeps the links says two_way=",
        ),
        (
            {"name": name(), "notes_json": (Json, json_of("notes"))},
            "notes_json: json_of('notes') names no text of this class",
        ),
        (
            {"name": name(), "document": (Json, json_of("name"))},
            "document: the attribute of json_of('name') is name_json",
        ),
        (
            {"name": name(), "name_json": (str | None, json_of("name"))},
            "name_json: a JSON document is annotated Json, not str | None",
        ),
    ],
)
def test_what_one_class_can_tell_is_refused_when_the_class_is_made(
    attributes: dict[str, Any], problem: str
) -> None:
    assert refused(lambda: declare(**attributes)) == (f"Thing: {problem}",)


@pytest.mark.parametrize("column", sorted(RESERVED_COLUMNS))
def test_the_columns_that_every_table_has_are_reserved(column: str) -> None:
    found = refused(lambda: declare(name=name(), **{column: (str | None, notion.rich_text())}))
    reserved = f"the column name {column!r} is reserved; choose another"
    assert any(problem.endswith(reserved) for problem in found)


@pytest.mark.parametrize(
    ("heading", "problem"),
    [
        ({"title": ""}, "its first line lacks title="),
        ({"env": ""}, "its first line lacks env="),
        ({"table": ""}, "the table name '' is not a plain SQL name (a-z, 0-9, _)"),
        (
            {"table": "My Things"},
            "the table name 'My Things' is not a plain SQL name (a-z, 0-9, _)",
        ),
        ({"table": "notion_users"}, "the table name 'notion_users' is reserved; choose another"),
        ({"group": "other"}, "its group is core or support, not 'other'"),
        (
            {"policy": "oldest"},
            "'oldest' is no policy; there are: notion, supabase, newest, manual",
        ),
    ],
)
def test_the_first_line_is_judged_too(heading: dict[str, Any], problem: str) -> None:
    assert refused(lambda: declare("Thing", heading, name=name())) == (f"Thing: {problem}",)


def test_a_declaration_says_in_words_what_it_is() -> None:
    def undocumented() -> None:
        class Thing(Collection, title="Things", table="things", env="NOTION_THINGS_DB"):
            name: str | None = notion.title()

    assert refused(undocumented) == (
        "Thing: it has no docstring; say in a sentence what one record is",
    )


def test_a_declaration_is_not_derived_from_another() -> None:
    thing = declare(name=name())
    found = refused(lambda: declare("Part", None, (thing,)))
    assert found[0] == "Part: a declaration derives from Collection alone"


def test_everything_wrong_with_a_class_is_told_at_once() -> None:
    found = refused(
        lambda: declare(
            "Thing",
            {"policy": "oldest", "table": "1"},
            price=(int, notion.number(bounds=(2, 1))),
            size=(str, notion.select("S, s")),
        )
    )
    assert len(found) == 7


def test_what_is_private_or_of_the_class_is_no_property() -> None:
    schema = load(declare(name=name(), _seen=(bool, False), colours=(ClassVar[int], 3)))
    (thing,) = schema
    assert [field.name for field in thing.fields if field.managed is None] == ["name"]


def test_a_policy_may_be_said_of_a_collection_and_of_a_field() -> None:
    stage = notion.select("New, Old", policy="newest")
    schema = load(declare("Thing", {"policy": "supabase"}, name=name(), stage=(str | None, stage)))
    (thing,) = schema
    assert thing.policy is Policy.SUPABASE
    assert thing.policy_of(thing.field("stage")) is Policy.NEWEST
    assert thing.policy_of(thing.field("name")) is Policy.SUPABASE


@pytest.mark.parametrize(
    ("classes", "problem"),
    [
        (
            lambda: [declare(name=name(), room_id=(UUID | None, notion.relation("Rom")))],
            (
                "Thing: room_id ('Room'): it points to 'Rom', which is no collection; "
                "there are: Thing"
            ),
        ),
        (
            lambda: [declare(name=name(), parts=links("Thing"))],
            (
                "Thing: parts ('Parts'): both columns of its link table are named 'thing_id'; "
                "name the target's column"
            ),
        ),
        (
            lambda: [
                declare(name=name(), parts=links("Room", table="rooms")),
                declare("Room", name=name()),
            ],
            "Thing: parts ('Parts'): its link table 'rooms' is taken by Room; name another",
        ),
        (
            lambda: [
                declare(name=name(), a=links("Room", table="x"), b=links("Room", table="x")),
                declare("Room", name=name()),
            ],
            "Thing: b ('B'): its link table 'x' is taken by Thing.a; name another",
        ),
        (
            lambda: [
                declare(name=name(), rooms=links("Room", two_way="things")),
                declare("Room", name=name()),
            ],
            "Thing: rooms ('Rooms'): its other side 'rooms.things' does not exist",
        ),
        (
            lambda: [
                declare(name=name(), rooms=links("Room")),
                declare("Room", name=name(), things=links("Thing", mirrors="rooms")),
            ],
            (
                "Room: things ('Things'): its other side 'things.Rooms' does not name "
                "'rooms.Things' in return"
            ),
        ),
        (
            lambda: [
                declare(name=name()),
                declare("Room", name=name(), things=links("Thing", mirrors="name")),
            ],
            (
                "Room: things ('Things'): its other side 'things.Name' does not name "
                "'rooms.Things' in return"
            ),
        ),
        (
            lambda: [
                declare(name=name(), rooms=links("Room", two_way="things")),
                declare("Room", name=name(), things=links("Thing", two_way="rooms")),
            ],
            (
                "Thing: rooms ('Rooms'): exactly one side of 'things.Rooms' and 'rooms.Things' "
                "owns the links"
            ),
        ),
        (
            lambda: [
                declare(name=name()),
                declare("Room", {"table": "things"}, name=name()),
            ],
            "the table 'things' is declared by two collections; each needs its own",
        ),
        (
            lambda: [
                declare(name=name()),
                declare("Thing", {"table": "x", "env": "E", "title": "X"}, name=name()),
            ],
            "the model 'Thing' is declared by two collections; each needs its own",
        ),
        (list, "no collection is declared: derive a class from accord.declare.Collection"),
    ],
)
def test_what_takes_several_classes_to_judge_is_refused_when_they_are_loaded(
    classes: Callable[[], list[type[Collection]]], problem: str
) -> None:
    assert problem in refused(lambda: load(*classes()))


PACKAGE = '''"""Declarations."""
from uuid import UUID

from accord.declare import Collection
from accord.declare import properties as notion


class {model}(Collection, title="{model}s", table="{table}", env="{model}_DB", number={number}):
    """Something."""

    name: str | None = notion.title()
'''


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    before, path = set(sys.modules), list(sys.path)
    (tmp_path / "declared").mkdir()
    (tmp_path / "declared" / "__init__.py").touch()
    yield tmp_path
    sys.path[:] = path
    for module in set(sys.modules) - before:
        if module.startswith("declared"):
            del sys.modules[module]


def write(project: Path, module: str, model: str, table: str, number: int) -> None:
    text = PACKAGE.format(model=model, table=table, number=number)
    (project / "declared" / f"{module}.py").write_text(text, encoding="utf-8")


def test_a_package_is_loaded_with_all_its_modules_in_the_order_of_the_numbers(
    project: Path,
) -> None:
    write(project, "first", "Thing", "things", 2)
    write(project, "second", "Room", "rooms", 1)
    assert [c.table for c in load_schema("declared", root=project)] == ["rooms", "things"]
    assert sys.path.count(str(project)) == 1
    assert len(load_schema("declared", root=project)) == 2
    assert sys.path.count(str(project)) == 1


def test_the_problems_of_all_modules_are_told_at_once(project: Path) -> None:
    write(project, "first", "Thing", "1", 2)
    write(project, "second", "Room", "2", 1)
    write(project, "third", "Hall", "halls", 3)
    assert refused(lambda: load_schema("declared", root=project)) == (
        "Thing: the table name '1' is not a plain SQL name (a-z, 0-9, _)",
        "Room: the table name '2' is not a plain SQL name (a-z, 0-9, _)",
    )


def test_a_property_without_an_annotation_is_refused(project: Path) -> None:
    text = PACKAGE.format(model="Thing", table="things", number=1)
    module = project / "declared" / "first.py"
    module.write_text(text.replace("name: str | None =", "name ="), encoding="utf-8")
    (problem,) = refused(lambda: load_schema("declared", root=project))
    assert problem.startswith("declared.first: ")
    assert "name" in problem
    assert "annotation" in problem


@pytest.mark.parametrize("package", ["not_there", "not_there.at_all", "models.not_there"])
def test_a_package_that_is_not_there_is_named(package: str) -> None:
    (problem,) = refused(lambda: load_schema(package))
    assert problem.endswith("was found; [tool.accord] models in pyproject.toml names it")
    assert "not_there" in problem


def test_a_module_that_the_declarations_miss_is_not_taken_for_theirs(project: Path) -> None:
    (project / "declared" / "first.py").write_text("import missing_from_here", encoding="utf-8")
    with pytest.raises(ModuleNotFoundError, match="missing_from_here"):
        load_schema("declared", root=project)


def test_a_single_module_will_do(project: Path) -> None:
    write(project, "first", "Thing", "things", 1)
    (project / "declared" / "first.py").rename(project / "declared_alone.py")
    assert len(load_schema("declared_alone", root=project)) == 1


def test_pydantic_keeps_what_was_declared() -> None:
    """Declarations ride on pydantic's metadata; this fails first should pydantic drop it."""
    said = [m for m in declare(name=name()).model_fields["name"].metadata if m is not None]
    assert [type(each).__name__ for each in said] == ["Declared"]
    assert pydantic.VERSION.startswith("2.")


@pytest.mark.parametrize("attribute", ["name", "mail", "code", "kind", "site", "phone", "notes"])
def test_a_match_key_is_a_text_a_number_or_a_choice(attribute: str) -> None:
    (thing,) = load(declare("Thing", {"match_key": attribute}, **known_by()))
    assert thing.match_key == attribute


@pytest.mark.parametrize(
    "attribute", ["nothing", "Name", "tags", "due", "total", "supabase_id", ""]
)
def test_a_match_key_that_could_not_tell_records_apart_is_refused(attribute: str) -> None:
    said = refused(lambda: declare("Thing", {"match_key": attribute}, **known_by()))
    there = "name, mail, code, kind, site, phone, notes"
    wrong = f"the match_key {attribute!r} names none of the attributes that may be one: {there}"
    assert said == (f"Thing: {wrong}",)


def known_by() -> dict[str, tuple[Any, Any]]:
    return {
        "name": name(),
        "mail": (str | None, notion.email()),
        "code": (float | None, notion.number()),
        "kind": (str | None, notion.select("a, b")),
        "site": (str | None, notion.url()),
        "phone": (str | None, notion.phone_number()),
        "notes": (str | None, notion.rich_text()),
        "tags": (list[str], notion.multi_select("a, b")),
        "due": (datetime | None, notion.date()),
        "total": (float | None, notion.formula(float)),
    }


def test_readers_are_the_rows_own_or_those_of_a_record_it_belongs_to() -> None:
    shop = declare("Shop", {"readers_of": "id"}, name=name())
    belongs = (UUID | None, notion.relation("Shop"))
    thing = declare("Thing", {"readers_of": "shop_id"}, name=name(), shop_id=belongs)
    assert [c.readers_of for c in load(shop, thing)] == ["id", "shop_id"]


def test_readers_of_what_is_no_relation_or_has_no_readers_are_refused() -> None:
    shop = declare("Shop", name=name())
    belongs = (UUID | None, notion.relation("Shop"))
    thing = declare("Thing", {"readers_of": "shop_id"}, name=name(), shop_id=belongs)
    other = declare("Other", {"readers_of": "name"}, name=name(), shop_id=belongs)
    said = refused(lambda: load(shop, thing, other))
    assert [problem.split(";")[0] for problem in said] == [
        "Thing: readers_of='shop_id' leads to 'shops', which is given no readers",
        "Other: readers_of='name' names none of the attributes that may be one: id, shop_id",
    ]
