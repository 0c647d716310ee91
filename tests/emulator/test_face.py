"""People at the face of the local Notion: what they edit is what the API then answers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_emulator import Workspace
from notion_emulator.face.runs import edited
from tests.emulator.client import Api, Clock, Json, create, row, text, titled
from tests.emulator.face_client import Person, words

OPTIONS = [{"name": "Low", "color": "gray"}, {"name": "High", "color": "red"}]
SCHEMA: Json = {
    "Notes": {"rich_text": {}},
    "Price": {"number": {"format": "dollar"}},
    "Share": {"number": {"format": "percent"}},
    "Level": {"select": {"options": OPTIONS}},
    "Tags": {"multi_select": {"options": OPTIONS}},
    "State": {"status": {"options": [{"name": "Open"}, {"name": "Done"}]}},
    "Day": {"date": {}},
    "Owner": {"people": {}},
    "Paid": {"checkbox": {}},
    "Site": {"url": {}},
    "Mail": {"email": {}},
    "Phone": {"phone_number": {}},
    "Images": {"files": {}},
    "Length": {"formula": {"expression": 'length(prop("Name"))'}},
    "Changed": {"last_edited_time": {}},
}


@pytest.fixture
def mina(workspace: Workspace) -> str:
    return workspace.add_person("Mina Sandoval", "mina@example.org")


@pytest.fixture
def sam(workspace: Workspace, mina: str) -> str:
    assert mina
    return workspace.add_person("Sam Okafor")


@pytest.fixture
def source(workspace: Workspace) -> str:
    source = create(workspace, "Things", SCHEMA)
    relation = {"data_source_id": source, "type": "dual_property", "dual_property": {}}
    relation["dual_property"] = {"synced_property_name": "Part of"}
    workspace.update_data_source(source, {"properties": {"Parts": {"relation": relation}}})
    return source


@pytest.fixture
def page(workspace: Workspace, source: str) -> str:
    return row(workspace, source, "A chair")


@pytest.fixture
def person(workspace: Workspace, mina: str) -> Person:
    assert mina
    return Person(workspace)


def option(workspace: Workspace, source: str, name: str, wanted: str) -> str:
    prop = workspace.state.sources[source].find(name)
    assert prop is not None
    found = prop.named(wanted, ignore_case=False)
    assert found is not None
    return found.id


def value(api: Api, page: str, name: str) -> Any:
    prop = api.get(f"/v1/pages/{page}")["properties"][name]
    return prop[prop["type"]]


LINES = [
    ("Name", "A table", "A table", "title"),
    ("Notes", "one\r\ntwo", "one\ntwo", "rich_text"),
]


@pytest.mark.parametrize(("name", "typed", "kept", "kind"), LINES)
def test_a_text_is_edited(
    person: Person, api: Api, page: str, name: str, typed: str, kept: str, kind: str
) -> None:
    answer = person.edit(page, name, {"value": typed})
    assert value(api, page, name)[0]["plain_text"] == kept
    assert f"k-{kind}" in answer
    assert kept.partition("\n")[0] in answer


SINGLE = [
    ("Price", "12.5", 12.5, "$12.50"),
    ("Price", "-1,234,567", -1234567, "-$1,234,567.00"),
    ("Price", " $ 7 ", 7, "$7.00"),
    ("Price", "", None, ""),
    ("Share", "25%", 0.25, "25%"),
    ("Share", "0.07", 0.07, "7%"),
    ("Site", "https://example.org/a", "https://example.org/a", "https://example.org/a"),
    ("Site", "", None, ""),
    ("Mail", "ada@example.org", "ada@example.org", "mailto:ada@example.org"),
    ("Phone", "+1 555 0100", "+1 555 0100", "tel:+15550100"),
    ("Paid", "true", True, 'aria-checked="true"'),
    ("Paid", "false", False, 'aria-checked="false"'),
]


@pytest.mark.parametrize(("name", "typed", "kept", "shown"), SINGLE)
def test_a_single_value_is_edited(
    person: Person, api: Api, page: str, name: str, typed: str, kept: object, shown: str
) -> None:
    answer = person.edit(page, name, {"value": typed})
    assert value(api, page, name) == kept
    assert shown in answer


@pytest.mark.parametrize("name", ["Level", "State"])
def test_an_option_is_chosen(
    person: Person, api: Api, workspace: Workspace, source: str, page: str, name: str
) -> None:
    wanted = {"Level": "High", "State": "Done"}[name]
    answer = person.edit(page, name, {"item": option(workspace, source, name, wanted)})
    assert value(api, page, name)["name"] == wanted
    assert f">{wanted}</span>" in answer


def test_an_option_is_cleared(person: Person, api: Api, page: str) -> None:
    person.edit(page, "Level", {"item": "+High"})
    person.edit(page, "Level", {"q": ""})
    assert value(api, page, "Level") is None


def test_a_status_that_is_cleared_is_the_first_one_again(
    person: Person, api: Api, workspace: Workspace, source: str, page: str
) -> None:
    person.edit(page, "State", {"item": option(workspace, source, "State", "Done")})
    person.edit(page, "State", {})
    assert value(api, page, "State")["name"] == "Open"


def test_an_option_is_made_by_its_name(person: Person, api: Api, page: str) -> None:
    person.edit(page, "Level", {"item": "+Middle"})
    assert value(api, page, "Level")["name"] == "Middle"


def test_options_are_chosen_and_made_in_the_order_given(
    person: Person, api: Api, workspace: Workspace, source: str, page: str
) -> None:
    low = option(workspace, source, "Tags", "Low")
    person.edit(page, "Tags", {"item": ["+Fresh", low]})
    assert [one["name"] for one in value(api, page, "Tags")] == ["Fresh", "Low"]
    person.edit(page, "Tags", {"item": [low]})
    assert [one["name"] for one in value(api, page, "Tags")] == ["Low"]


DATES: list[tuple[Json, Json | None, str]] = [
    ({"start_day": "2026-11-24"}, {"start": "2026-11-24", "end": None}, "24 Nov 2026"),
    (
        {"start_day": "2026-11-24", "end_day": "2026-11-26"},
        {"start": "2026-11-24", "end": "2026-11-26"},
        "24 Nov 2026 → 26 Nov 2026",
    ),
    (
        {"start_day": "2026-11-24", "start_time": "09:30", "zone": "UTC"},
        {"start": "2026-11-24T09:30:00.000+00:00", "end": None},
        "24 Nov 2026, 09:30 UTC",
    ),
    (
        {"start_day": "2026-11-24", "start_time": "09:30", "end_time": "11:00", "zone": "+02:00"},
        {"start": "2026-11-24T09:30:00.000+02:00", "end": "2026-11-24T11:00:00.000+02:00"},
        "24 Nov 2026, 09:30 → 11:00 UTC+2",
    ),
    (
        {"start_day": "2026-07-01", "start_time": "09:30", "zone": "Europe/Berlin"},
        {"start": "2026-07-01T09:30:00.000+02:00", "end": None},
        "1 Jul 2026, 09:30 UTC+2",
    ),
    ({"start_day": "", "start_time": "", "zone": "UTC"}, None, ""),
]


@pytest.mark.parametrize(("form", "kept", "shown"), DATES)
def test_a_date_is_edited(
    person: Person, api: Api, page: str, form: Json, kept: Json | None, shown: str
) -> None:
    answer = person.edit(page, "Day", form)
    assert value(api, page, "Day") == (None if kept is None else {**kept, "time_zone": None})
    assert shown in answer


@pytest.mark.parametrize("start", ["2026-11-24T09:30:00+05:30", "2026-11-24T09:30:00Z"])
def test_a_date_sent_back_as_its_editor_gave_it_stays(
    person: Person, api: Api, workspace: Workspace, page: str, start: str
) -> None:
    written = {"Day": {"date": {"start": start, "end": "2026-11-25T00:15:00-08:00"}}}
    workspace.update_page(page, {"properties": written})
    before = value(api, page, "Day")
    editor = person.get(person.cell(page, "Day") + "/editor")
    zone = "+05:30" if "+" in start else "UTC"
    assert "selected" in editor.partition(zone)[0].rpartition("<option")[2]
    hours = {"+05:30": "13:45", "UTC": "08:15"}[zone]
    form = {"start_day": "2026-11-24", "start_time": "09:30", "zone": zone}
    person.edit(page, "Day", {**form, "end_day": "2026-11-25", "end_time": hours})
    after = value(api, page, "Day")
    assert after["start"] == before["start"]
    assert workspace.query(
        str(workspace.state.pages[page].parent.id),
        {"filter": {"property": "Day", "date": {"equals": before["start"]}}},
    )


def test_people_are_chosen(person: Person, api: Api, page: str, mina: str, sam: str) -> None:
    answer = person.edit(page, "Owner", {"item": [sam, mina]})
    assert [one["id"] for one in value(api, page, "Owner")] == [sam, mina]
    assert "Sam Okafor" in answer


def test_a_relation_is_picked_and_shows_on_the_other_side(
    person: Person, api: Api, workspace: Workspace, source: str, page: str
) -> None:
    leg = row(workspace, source, "A leg")
    offered = person.get(person.cell(page, "Parts") + "/offered?q=LEG")
    assert leg in offered
    assert page not in offered
    answer = person.edit(page, "Parts", {"item": leg})
    assert value(api, page, "Parts") == [{"id": leg}]
    assert value(api, leg, "Part of") == [{"id": page}]
    assert "A leg" in answer
    mirror = person.cell(leg, "Part of").rpartition("/")[2]
    assert f'id="c-{leg}-{mirror}"' in answer


def test_a_related_page_in_the_trash_stays_related(
    person: Person, api: Api, workspace: Workspace, source: str, page: str
) -> None:
    leg, seat = row(workspace, source, "A leg"), row(workspace, source, "A seat")
    person.edit(page, "Parts", {"item": leg})
    workspace.trash_page(leg)
    person.edit(page, "Parts", {"item": seat})
    workspace.restore_page(leg)
    assert value(api, page, "Parts") == [{"id": seat}, {"id": leg}]


def test_files_are_added_renamed_and_removed(person: Person, api: Api, page: str) -> None:
    first = {"name": ["One", ""], "url": ["https://example.org/1.png"] * 2, "kept": ["", ""]}
    person.edit(page, "Images", first)
    assert [one["name"] for one in value(api, page, "Images")] == ["One", "1.png"]
    rest = {"name": ["Uno"], "url": ["https://example.org/1.png"], "kept": ["0"]}
    answer = person.edit(page, "Images", rest)
    assert [one["name"] for one in value(api, page, "Images")] == ["Uno"]
    assert 'href="https://example.org/1.png"' in answer


def test_formatting_around_an_edit_stays(
    person: Person, api: Api, workspace: Workspace, page: str, sam: str
) -> None:
    bold = {"type": "text", "text": {"content": "bold"}, "annotations": {"bold": True}}
    someone = {"type": "mention", "mention": {"type": "user", "user": {"id": sam}}}
    written = [*text("see "), bold, *text(" and "), someone, *text(".")]
    workspace.update_page(page, {"properties": {"Notes": {"rich_text": written}}})
    person.edit(page, "Notes", {"value": "I see bold and then @Sam Okafor!"})
    after = value(api, page, "Notes")
    shown = ["I see ", "bold", " and then ", "@Sam Okafor", "!"]
    assert [one["plain_text"] for one in after] == shown
    assert [one["annotations"]["bold"] for one in after] == [False, True, False, False, False]
    assert after[3]["mention"]["user"]["id"] == sam


def test_a_mention_that_is_cut_becomes_text(
    person: Person, api: Api, workspace: Workspace, page: str, sam: str
) -> None:
    someone = {"type": "mention", "mention": {"type": "user", "user": {"id": sam}}}
    workspace.update_page(page, {"properties": {"Notes": {"rich_text": [someone, *text(" it")]}}})
    person.edit(page, "Notes", {"value": "@Sam knows it"})
    assert [one["type"] for one in value(api, page, "Notes")] == ["text"]


LOOKS = st.sampled_from([{}, {"bold": True}, {"color": "red"}])
SEGMENTS = st.lists(st.tuples(st.text("ab 🌱\n", min_size=1, max_size=6), LOOKS), min_size=2)


@given(SEGMENTS, st.text("ab 🌱\n", max_size=30))
def test_an_edited_text_reads_as_it_was_typed(segments: list[tuple[str, Json]], typed: str) -> None:
    before = [
        {"type": "text", "text": {"content": part}, "annotations": look, "plain_text": part}
        for part, look in segments
    ]
    assert "".join(one["text"]["content"] for one in edited(before, typed)) == typed
    same = "".join(part for part, _ in segments)
    looks = [one["annotations"] for one in edited(before, same) for _ in one["plain_text"]]
    assert looks == [look for part, look in segments for _ in part]


def test_a_formatted_text_sent_back_as_it_was_stays(
    person: Person, api: Api, workspace: Workspace, page: str
) -> None:
    bold = {"type": "text", "text": {"content": "bo\nld"}, "annotations": {"bold": True}}
    workspace.update_page(page, {"properties": {"Notes": {"rich_text": [bold]}}})
    person.edit(page, "Notes", {"value": "bo\r\nld"})
    assert value(api, page, "Notes")[0]["annotations"]["bold"] is True


def test_a_long_text_is_written_whole(person: Person, api: Api, page: str) -> None:
    long = "a🌱" * 3000
    person.edit(page, "Notes", {"value": long})
    after = value(api, page, "Notes")
    assert "".join(one["plain_text"] for one in after) == long
    assert len(after) > 1


REFUSED = [
    ("Price", {"value": "abc"}, "“abc” is not a number"),
    ("Price", {"value": "1e999"}, "too large"),
    ("Level", {"item": "+a, b"}, "cannot have a comma"),
    ("Level", {"item": "no such option"}, "not found"),
    ("Day", {"end_day": "2026-11-24"}, "needs a day to start on"),
    ("Day", {"start_day": "2026-11-24", "end_day": "2026-11-23"}, "end is before the start"),
    ("Day", {"start_day": "2026-13-24"}, "is not a date"),
    ("Day", {"start_day": "2026-11-24", "start_time": "10:00", "end_day": "2026-11-25"}, "neither"),
    ("Day", {"start_day": "2026-11-24", "start_time": "10:00", "zone": "Mars"}, "time_zone"),
    ("Site", {"value": "x" * 2001}, "Too long: 2001, where 2000 is the most"),
    ("Images", {"name": "a", "url": "nowhere", "kept": ""}, "is no address"),
    ("Images", {"name": "a", "url": "", "kept": ""}, "needs an address"),
    ("Images", {"name": "a", "url": "", "kept": "4"}, "is gone"),
    ("Parts", {"item": "4f0ddd17-3a3c-4d35-9cda-5b0ae4f8f4a8"}, "not there any more"),
    ("Owner", {"item": "nobody"}, "valid uuid"),
]


@pytest.mark.parametrize(("name", "form", "why"), REFUSED)
def test_what_cannot_be_is_refused_at_the_cell_in_words(
    person: Person, api: Api, page: str, name: str, form: Json, why: str
) -> None:
    before = api.get(f"/v1/pages/{page}")
    answer = person.edit(page, name, form, status=422)
    assert why in words(answer)
    assert "body.properties" not in answer
    assert person.last.headers["hx-retarget"] == "#e-" + person.cell(page, name).removeprefix(
        "/pages/"
    ).replace("/", "-")
    after = api.get(f"/v1/pages/{page}")
    assert before["properties"] == after["properties"]
    assert before["last_edited_by"] == after["last_edited_by"]


def test_a_refused_editor_still_holds_what_was_typed(person: Person, page: str) -> None:
    assert 'value="abc"' in person.edit(page, "Price", {"value": "abc"}, status=422)
    answer = person.edit(page, "Tags", {"item": ["+One", "+Two, too"]}, status=422)
    assert 'value="+One"' in answer
    form = {"start_day": "2026-11-24", "end_day": "2026-11-23", "zone": "UTC"}
    assert 'value="2026-11-23"' in person.edit(page, "Day", form, status=422)
    files = {"name": ["kept", ""], "url": ["bad", ""], "kept": ["", ""]}
    assert 'value="kept"' in person.edit(page, "Images", files, status=422)


@pytest.mark.parametrize("name", ["Length", "Changed"])
def test_what_is_computed_is_shown_and_not_written(person: Person, page: str, name: str) -> None:
    person.get(person.cell(page, name) + "/editor", status=409)
    person.edit(page, name, {"value": "1"}, status=409)


def test_an_edit_brings_the_computed_cells_of_its_row(person: Person, page: str) -> None:
    answer = person.edit(page, "Name", {"value": "Chairs"})
    length = person.cell(page, "Length").rpartition("/")[2]
    oob = answer.partition(f'id="c-{page}-{length}"')[2].partition("</td>")[0]
    assert 'hx-swap-oob="true"' in oob
    assert ">6<" in oob.replace("</", "<")


def test_an_edit_is_the_persons_who_was_chosen(
    person: Person, api: Api, clock: Clock, page: str, mina: str, sam: str
) -> None:
    clock.pass_(minutes=5)
    person.edit(page, "Price", {"value": "1"})
    assert api.get(f"/v1/pages/{page}")["last_edited_by"]["id"] == mina
    person.post("/person", {"person": sam}, status=204)
    assert "httponly" in person.last.headers["set-cookie"].lower()
    assert "samesite=strict" in person.last.headers["set-cookie"].lower()
    person.cookies = dict(person.last.cookies)
    answer = person.edit(page, "Price", {"value": "2"})
    edited = api.get(f"/v1/pages/{page}")
    assert edited["last_edited_by"]["id"] == sam
    assert edited["last_edited_time"] == "2026-11-22T10:09:00.000Z"
    assert "Sam Okafor" in answer
    assert "22 Nov 2026, 10:09 UTC" in answer


def test_nobody_edits_as_the_integration(workspace: Workspace, page: str) -> None:
    person = Person(workspace)
    answer = person.edit(page, "Price", {"value": "1"}, status=409)
    assert "Add a person" in answer
    person.post("/person", {"person": workspace.bot_id}, status=404)


def test_a_page_is_made_trashed_and_restored(
    person: Person, api: Api, source: str, page: str, mina: str
) -> None:
    answer = person.post(f"/databases/{source}/pages")
    made = next(one["id"] for one in api.walk(source) if one["id"] != page)
    assert f'id="r-{made}"' in answer
    assert f'id="n-{source}" hx-swap-oob="true">2<' in answer
    assert made in person.last.headers["hx-trigger-after-settle"]
    assert api.get(f"/v1/pages/{made}")["created_by"]["id"] == mina
    ghost = person.post(f"/pages/{made}/trash")
    assert "is in the trash" in ghost
    assert 'id="n-trash" hx-swap-oob="true">1<' in ghost
    assert api.get(f"/v1/pages/{made}")["in_trash"] is True
    assert made in person.get("/trash")
    refused = person.edit(made, "Price", {"value": "1"}, status=422)
    assert "Restore it to edit it" in refused
    person.post(f"/pages/{made}/restore", {"view": "trash"})
    restored = api.get(f"/v1/pages/{made}")
    assert restored["in_trash"] is False
    assert restored["last_edited_by"]["id"] == mina


def test_a_trashed_page_is_shown_without_a_way_to_edit_it(
    person: Person, workspace: Workspace, page: str
) -> None:
    assert "data-edit" in person.get(f"/pages/{page}")
    workspace.trash_page(page)
    shown = person.get(f"/pages/{page}")
    assert "This page is in the trash." in shown
    assert "data-edit" not in shown


def test_a_trashed_database_is_restored_before_its_pages(
    person: Person, api: Api, workspace: Workspace, source: str, page: str
) -> None:
    database = workspace.state.sources[source].database_id
    workspace.trash_page(page)
    workspace.update_database(database, {"in_trash": True})
    trash = person.get("/trash")
    assert "restore its database first" in trash
    assert source not in trash.partition("<main")[0]
    person.post(f"/pages/{page}/restore", {"view": "trash"}, status=409)
    person.post(f"/databases/{database}/restore")
    assert api.get(f"/v1/databases/{database}")["in_trash"] is False
    person.post(f"/pages/{page}/restore", {"view": "trash"})


def test_what_is_not_shared_with_the_integration_is_there_for_people(
    person: Person, api: Api, workspace: Workspace, source: str, page: str
) -> None:
    workspace.unshare(workspace.state.sources[source].database_id)
    api.get(f"/v1/pages/{page}", status=404)
    assert "A chair" in person.get(f"/databases/{source}")
    person.edit(page, "Price", {"value": "3"})
    workspace.share(workspace.state.sources[source].database_id)
    assert value(api, page, "Price") == 3


def test_nothing_of_the_face_counts_as_a_request_of_the_api(
    person: Person, workspace: Workspace, source: str, page: str
) -> None:
    person.get(f"/databases/{source}")
    person.edit(page, "Price", {"value": "3"})
    assert workspace.requests.count == 0


def test_titles_that_look_like_markup_are_shown_as_they_are(
    person: Person, workspace: Workspace, source: str
) -> None:
    row(workspace, source, "<script>alert(1)</script>")
    shown = person.get(f"/databases/{source}")
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", " JAVASCRIPT:x"])
def test_an_address_that_a_browser_should_not_follow_is_no_link(
    person: Person, workspace: Workspace, source: str, page: str, address: str
) -> None:
    link = {"type": "text", "text": {"content": "here", "link": {"url": address}}}
    file = {"name": "f", "type": "external", "external": {"url": address}}
    values = {
        "Site": {"url": address},
        "Notes": {"rich_text": [link]},
        "Images": {"files": [file]},
        "Name": titled("x"),
    }
    workspace.update_page(page, {"properties": values})
    for shown in (person.get(f"/databases/{source}"), person.get(f"/pages/{page}")):
        assert f'href="{address.strip()}' not in shown
