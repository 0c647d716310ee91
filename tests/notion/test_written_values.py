"""What is written to Notion comes back as the same value, and nothing else of the page changes."""

from datetime import timedelta
from functools import cache
from typing import Any

import httpx2
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accord.core.errors import NotionError, ValueRefusedError
from accord.core.ports import Binding
from accord.core.schema import KINDS, PropertyType
from accord.core.stamps import Stamps
from accord.core.values import File, Kind, Span, Text, Value, normal
from accord.notion.errors import TooLateError, UnavailableError, ValidationError
from accord.notion.properties import lasting, without_signature
from accord.notion.rich_text import decode_text, utf16_units
from tests.codec.made import FORMATTED, NUMBERS, SPANS, TEXTS
from tests.notion.stage import NOON, page_ids, refusal
from tests.notion.stamped import ROW, THINGS, Things, sight

ECONOMICAL = settings(deadline=None, max_examples=40)

# ---- every type


class Written(Things):
    """A stage with one page that is written again and again."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.tasks = self.rows(20, seed=2, source=self.tasks_id)
        self.people = [self.workspace.add_person(f"Person {at}") for at in range(9)]
        self.page_id = sight(self.created(name=Text("Ann"))).page_id or ""
        self.bound = self.run(self.things)

    def written(self, name: str, value: Value) -> Value:
        """What Notion answers of a field into which a value was written."""

        async def scene() -> Value:
            values, stamps = {name: value}, Stamps()
            found = await self.notion.update(self.bound, self.page_id, values, stamps, within=15)
            return sight(found).record.values[name]

        return self.run(scene)


STAGE = cache(Written)
NAMES = TEXTS.map(str.casefold).filter(
    lambda name: (
        bool(name)
        and "," not in name
        and normal(Kind.OPTION, name) == name == name.casefold()
        and utf16_units(name) <= 100
    )
)
PLAIN = st.none() | st.builds(Text, TEXTS)
FORMATTED_WORDS = FORMATTED.map(
    lambda segments: decode_text([s for s in segments if s["type"] != "mention"])
)
LINKS = st.builds(File, TEXTS.filter(bool), st.just("https://example.com/a?b=c#d"))


def some(things: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(things), unique=True).map(tuple)


def values_of(kind: PropertyType, stage: Written) -> st.SearchStrategy[Any]:
    made: dict[PropertyType, st.SearchStrategy[Any]] = {
        PropertyType.TITLE: PLAIN | FORMATTED_WORDS,
        PropertyType.RICH_TEXT: PLAIN | FORMATTED_WORDS,
        PropertyType.NUMBER: st.none() | NUMBERS | st.integers(-(10**17), 10**17),
        PropertyType.SELECT: st.none() | NAMES,
        PropertyType.MULTI_SELECT: st.lists(NAMES, max_size=8).map(tuple),
        PropertyType.STATUS: st.sampled_from(["Not started", "In progress", "Done"]),
        PropertyType.DATE: st.none() | SPANS,
        PropertyType.PEOPLE: some(stage.people),
        PropertyType.FILES: st.lists(LINKS, max_size=5).map(tuple),
        PropertyType.CHECKBOX: st.booleans(),
        PropertyType.URL: st.none() | TEXTS,
        PropertyType.EMAIL: st.none() | TEXTS,
        PropertyType.PHONE_NUMBER: st.none() | TEXTS,
        PropertyType.RELATION: some(stage.tasks),
    }
    return made[kind]


@pytest.mark.parametrize("field", [f for f in THINGS.fields if f.carried], ids=lambda f: f.type)
@ECONOMICAL
@given(data=st.data())
def test_a_value_that_is_written_is_the_value_that_is_read(field: Any, data: st.DataObject) -> None:
    stage = STAGE()
    value = data.draw(values_of(field.type, stage))
    assert stage.written(field.name, value) == normal(KINDS[field.type], value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("due", Span("0001-01-01")),
        ("due", Span("0001-01-01T00:00+00:00")),
        ("due", Span("9999-12-31T23:59+00:00", "9999-12-31T23:59+00:00")),
        ("notes", Text("🚀" * 100_000)),
        ("notes", Text("x" + "🚀" * 2500)),
        ("tags", tuple(f"t{at}" for at in range(100))),
        ("email", "x" * 200),
        ("kind", "x" * 100),
    ],
)
def test_the_widest_values_are_kept(name: str, value: Value) -> None:
    assert Things().run(lambda: _kept(Things(), name, value)) == value


async def _kept(stage: Things, name: str, value: Value) -> Value:
    found = await stage.notion.create(await stage.things(), {name: value}, Stamps(), within=15)
    return sight(found).record.values[name]


# ---- what is not written stays as it is

FORMATTING = [
    {"text": {"content": "bold "}, "annotations": {"bold": True, "color": "red"}},
    {"text": {"content": "linked", "link": {"url": "https://example.com/a"}}},
    {"type": "equation", "equation": {"expression": "e=mc^2"}},
]


def adorned(stage: Things) -> str:
    """A page with all that a careless write would lose."""
    page = sight(stage.created(Stamps(ROW, NOON, "In step"), name=Text("Ann"))).page_id or ""
    ann = stage.workspace.add_person("Ann")
    tasks = stage.rows(60, seed=3, source=stage.tasks_id)
    mentions = [
        {"type": "mention", "mention": {"type": "user", "user": {"id": ann}}},
        {"type": "mention", "mention": {"type": "page", "page": {"id": tasks[0]}}},
        {"type": "mention", "mention": {"type": "date", "date": {"start": "2026-03-01"}}},
    ]
    files = [
        {
            "name": "deed.pdf",
            "type": "file",
            "file": {"url": "https://files.example.com/x/deed.pdf"},
        },
        {"name": "map", "type": "external", "external": {"url": "https://example.com/map"}},
    ]
    due = {"start": "2026-03-01T10:30+05:45", "end": "2026-03-02T10:30-03:30"}
    stage.workspace.update_page(
        page,
        {
            "properties": {
                "Notes": {"rich_text": [*FORMATTING, *mentions]},
                "Due": {"date": due},
                "Team": {"people": [{"id": ann}]},
                "Tasks": {"relation": [{"id": id_} for id_ in tasks]},
                "Papers": {"files": files},
                "Tags": {"multi_select": [{"name": "b"}, {"name": "a"}]},
            }
        },
    )
    return page


@pytest.mark.parametrize(
    ("title", "name", "value"),
    [
        ("Budget", "budget", 7.0),
        ("Name", "name", Text("Bob")),
        ("Done", "done", True),
        ("Email", "email", "ann@example.com"),
        ("Kind", "kind", "new"),
    ],
)
def test_what_is_not_written_survives_byte_for_byte(title: str, name: str, value: Value) -> None:
    stage = Things()
    page = adorned(stage)
    before = without_what_passes(stage.workspace.page(page))
    stage.updated(page, Stamps(), **{name: value})
    after = without_what_passes(stage.workspace.page(page))
    assert before["properties"].pop(title) != after["properties"].pop(title)
    assert orjson.dumps(after) == orjson.dumps(before)


def without_what_passes(page: Any) -> Any:
    """A page without what is another at each read or edit: signatures, the address by its title."""
    return lasting({key: page[key] for key in page if key not in {"last_edited_time", "url"}})


def test_a_stamp_alone_touches_nothing_but_the_stamps() -> None:
    stage = Things()
    page = adorned(stage)
    before = stage.shown(page)
    stage.clock.time += 600
    stage.updated(page, Stamps(None, NOON + timedelta(minutes=5), "In step · k3f9ab"))
    after = stage.shown(page)
    changed = {title for title in before if lasting(before[title]) != lasting(after[title])}
    assert changed == {"Last Synced", "Sync Status"}


def test_a_list_that_the_answer_shows_in_part_is_left_out_and_not_asked_for() -> None:
    stage = Things()
    page = adorned(stage)
    sent = len(stage.wire.requests)
    found = sight(stage.updated(page, budget=7.0))
    assert "tasks" not in found.record.values
    assert found.record.values["budget"] == 7.0
    assert [r.method for r in stage.wire.requests[sent:]].count("GET") == 0


def test_a_text_keeps_its_formatting_when_it_is_written_as_it_was_read() -> None:
    stage = Things()
    page = adorned(stage)
    before = stage.shown(page)["Notes"]

    async def scene() -> Value:
        found = await stage.notion.sight(await stage.things(), page)
        return sight(found).record.values["notes"]

    stage.updated(page, notes=stage.run(scene))
    assert stage.shown(page)["Notes"] == before


# ---- files that Notion holds


def papers(stage: Things, page: str) -> tuple[File, ...]:
    async def scene() -> Any:
        found = await stage.notion.sight(await stage.things(), page)
        return sight(found).record.values["papers"]

    found: tuple[File, ...] = stage.run(scene)
    return found


def sent_files(stage: Things) -> Any:
    body = orjson.loads(stage.wire.requests[-1].content)
    [value] = [v["files"] for v in body["properties"].values() if "files" in v]
    return value


def test_files_that_notion_holds_are_given_back_as_it_showed_them() -> None:
    stage = Things()
    page = adorned(stage)
    held, linked = papers(stage, page)
    assert held.kind == "file"
    assert "?" not in held.url
    more = File("more", "https://example.com/more")
    found = sight(stage.updated(page, papers=(more, held, linked)))
    assert found.record.values["papers"] == (more, held, linked)
    [_, echoed, _] = sent_files(stage)
    assert echoed["name"] == "deed.pdf"
    assert "X-Amz-Signature=" in echoed["file"]["url"]
    assert without_signature(echoed["file"]["url"]) == held.url


def test_a_file_that_notion_holds_may_be_taken_out() -> None:
    stage = Things()
    page = adorned(stage)
    _, linked = papers(stage, page)
    sent = len(stage.wire.requests)
    found = sight(stage.updated(page, papers=(linked,)))
    assert found.record.values["papers"] == (linked,)
    assert [r.method for r in stage.wire.requests[sent:]] == ["POST", "PATCH"]  # survey, write


@pytest.mark.parametrize("made", [True, False])
def test_a_file_of_another_page_is_refused_before_anything_is_sent(made: bool) -> None:
    stage = Things()
    held, _ = papers(stage, adorned(stage))
    other = sight(stage.created(name=Text("Bob"))).page_id or ""
    writes = len(changes(stage))
    with pytest.raises(ValueRefusedError, match=r"Papers: the file 'deed\.pdf' is held by Notion"):
        stage.created(papers=(held,)) if made else stage.updated(other, papers=(held,))
    assert len(changes(stage)) == writes


def changes(stage: Things) -> list[httpx2.Request]:
    return [r for r in stage.wire.requests if r.method == "PATCH" or r.url.path == "/v1/pages"]


def test_a_page_that_could_not_be_read_first_was_surely_not_written() -> None:
    stage = Things()
    page = adorned(stage)
    held = papers(stage, page)
    down = refusal(503, "service_unavailable")
    stage.wire.fault = lambda request: down if request.method == "GET" else None

    async def scene() -> None:
        values = {"papers": held[::-1]}
        await stage.notion.update(await stage.things(), page, values, Stamps(), within=100)

    with pytest.raises(UnavailableError) as caught:
        stage.run(scene)
    assert caught.value.surely_not_applied
    assert not changes(stage)[1:]


def test_the_time_that_a_look_before_the_write_takes_is_the_writes_time() -> None:
    stage = Things()
    page = adorned(stage)
    held = papers(stage, page)

    def slow(request: httpx2.Request) -> None:
        stage.clock.time += 16 if request.method == "GET" else 0

    stage.wire.fault = slow
    with pytest.raises(TooLateError):
        stage.updated(page, papers=held[::-1])
    assert not changes(stage)[1:]


# ---- what Notion refuses


def test_a_status_that_notion_lacks_is_not_sent() -> None:
    stage = Things()
    with pytest.raises(ValueRefusedError, match="State: Notion has no status 'Gone'") as refused:
        stage.created(state="Gone")
    assert "Not started, In progress, Done" in refused.value.remedy
    assert not changes(stage)


def test_a_record_that_is_longer_than_a_request_is_refused_by_its_longest_part() -> None:
    stage = Things()
    with pytest.raises(ValueRefusedError, match="Notes: the record is longer") as refused:
        stage.created(name=Text("x" * 9000), notes=Text("語" * 180_000))
    assert refused.value.remedy
    assert not changes(stage)


def test_what_notion_refuses_is_told_under_the_name_that_staff_know() -> None:
    stage = Things()

    def refuse(request: httpx2.Request) -> httpx2.Response | None:
        if request.url.path != "/v1/pages":
            return None
        [property_id] = orjson.loads(request.content)["properties"]
        words = f"body failed validation: body.properties.{property_id}.people[0].id is no id."
        return refusal(400, "validation_error", words)

    stage.wire.fault = refuse
    with pytest.raises(ValidationError, match=r"validation: Team: people\[0\]\.id is no id"):
        stage.created(team=tuple(page_ids(1)))


def test_a_person_that_notion_does_not_know_is_the_records_problem() -> None:
    stage = Things()
    page = sight(stage.created(name=Text("Ann"))).page_id or ""
    with pytest.raises(NotionError) as caught:
        stage.updated(page, team=tuple(page_ids(1)))
    assert caught.value.about_one_record
    assert caught.value.surely_not_applied
    assert not caught.value.page_is_gone


# ---- managed properties that are not there


def without(stage: Things, *titles: str) -> None:
    stage.workspace.update_data_source(stage.things_id, {"properties": dict.fromkeys(titles)})


def test_stamps_that_a_database_has_no_property_for_are_left_out() -> None:
    stage = Things()
    without(stage, "Sync Status", "Supabase ID")
    found = sight(stage.created(Stamps(ROW, NOON, "In step · k3f9ab"), name=Text("Ann")))
    assert found.stamps == Stamps(last_synced=NOON)
    assert stage.claims() == ()


def test_a_managed_property_of_another_type_is_neither_read_nor_written() -> None:
    stage = Things()
    without(stage, "Last Synced")
    stage.workspace.update_data_source(
        stage.things_id, {"properties": {"Last Synced": {"number": {}}}}
    )

    async def scene() -> Binding:
        return await stage.things()

    assert "last_synced" not in stage.run(scene).fields
    found = sight(stage.created(Stamps(ROW, NOON, None), name=Text("Ann")))
    assert found.stamps == Stamps(supabase_id=ROW)


def test_a_write_without_anything_to_write_reads_the_page() -> None:
    stage = Things()
    page = sight(stage.created(name=Text("Ann"))).page_id or ""
    without(stage, "Budget")
    sent = len(stage.wire.requests)
    found = sight(stage.updated(page, budget=3.0))
    assert found.record.values["name"] == Text("Ann")
    assert [r.method for r in stage.wire.requests[sent:]] == ["POST", "GET"]


def test_words_of_a_status_that_no_database_could_hold_fail_no_write() -> None:
    stage = Things()
    found = sight(stage.created(Stamps(status="Not saved: \0 · k3f9ab"), name=Text("Ann")))
    assert found.stamps.status == "Not saved: \ufffd · k3f9ab"


def test_a_supabase_id_is_read_without_the_spaces_around_it() -> None:
    stage = Things()
    page = sight(stage.created(Stamps(f"  {ROW}\n"), name=Text("Ann"))).page_id or ""
    assert sight(stage.updated(page, budget=1.0)).stamps.supabase_id == ROW
    stage.updated(page, Stamps("   "))
    assert sight(stage.updated(page, budget=2.0)).stamps.supabase_id is None


def test_a_supabase_id_that_postgres_could_not_hold_is_none() -> None:
    stage = Things()
    page = sight(stage.created(name=Text("Ann"))).page_id or ""
    nul = {"Supabase ID": {"rich_text": [{"text": {"content": f"{ROW}\0"}}]}}
    stage.workspace.update_page(page, {"properties": nul})
    assert sight(stage.updated(page, budget=1.0)).stamps.supabase_id is None
