"""The face of the local Notion: what its pages show, and whom it lets in."""

import re
from pathlib import Path

import pytest

from notion_emulator import Workspace, create_app
from notion_emulator.face import LOOPBACK, names_of
from notion_emulator.face.shown import key_of
from tests.emulator.client import Api, Clock, Json, create, row, text
from tests.emulator.face_client import Person, words


@pytest.fixture
def person(workspace: Workspace) -> Person:
    workspace.add_person("Mina Sandoval")
    return Person(workspace)


def many(workspace: Workspace, clock: Clock, count: int) -> str:
    source = create(workspace, "Things", {"Rank": {"number": {}}, "On": {"date": {}}})
    for number in range(count):
        clock.pass_(minutes=1)
        row(workspace, source, f"Thing {number:03}", Rank={"number": (number * 7) % count})
    return source


def titles(html: str) -> list[str]:
    return re.findall(r"Thing \d{3}(?=</div>)", html)


def test_it_opens_at_the_first_database(person: Person, workspace: Workspace) -> None:
    assert "Nothing here yet" in person.get("/")
    source = create(workspace, "Things", {})
    person.get("/", status=303)
    assert person.last.headers["location"] == f"/databases/{source}"


def test_the_side_bar_groups_databases_by_where_they_stand(
    person: Person, workspace: Workspace, source_of: str
) -> None:
    side = person.get(f"/databases/{source_of}").partition("<main")[0]
    assert 'aria-current="page"' in side.partition(f"/databases/{source_of}")[2][:40]
    assert words(side).index("Databases 1") < words(side).index("A project 1")
    assert "Plans" in side
    assert workspace.state.sources[source_of].id in side


@pytest.fixture
def source_of(workspace: Workspace) -> str:
    source = create(workspace, "Things", {})
    parent = {
        "parent": {"data_source_id": source},
        "properties": {"Name": {"title": text("A project")}},
    }
    page = workspace.create_page(parent)
    workspace.create_database(
        {
            "parent": {"type": "page_id", "page_id": page["id"]},
            "title": text("Plans"),
            "initial_data_source": {"properties": {"Name": {"title": {}}}},
        }
    )
    return source


def test_columns_stand_in_the_order_of_the_schema_after_the_title(
    person: Person, workspace: Workspace
) -> None:
    schema: Json = {"First": {"number": {}}, "Second": {"checkbox": {}}}
    database = workspace.create_database(
        {
            "parent": {"workspace": True},
            "title": text("Things"),
            "initial_data_source": {"properties": {**schema, "Title": {"title": {}}}},
        }
    )
    shown = person.get(f"/databases/{database['data_sources'][0]['id']}")
    assert re.findall(r"Sort by (\w+)", shown) == ["Title", "First", "Second"]


def test_a_long_table_comes_in_parts_that_hold_every_page_once(
    person: Person, workspace: Workspace, clock: Clock
) -> None:
    source = many(workspace, clock, 120)
    seen: list[str] = []
    path = f"/databases/{source}"
    while path:
        shown = person.get(path)
        seen += titles(shown)
        more = re.search(r'href="([^"]*after=[^"]*)"', shown)
        path = more.group(1).replace("&amp;", "&") if more else ""
    assert seen == [f"Thing {number:03}" for number in reversed(range(120))]


def test_a_table_that_cannot_go_on_says_so(
    person: Person, workspace: Workspace, clock: Clock
) -> None:
    source = many(workspace, clock, 60)
    more = re.search(r'href="([^"]*after=[^"]*)"', person.get(f"/databases/{source}"))
    assert more
    workspace.expire_cursors()
    assert "This list has changed" in person.get(more.group(1), status=400)


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_header_sorts(person: Person, workspace: Workspace, clock: Clock, way: str) -> None:
    source = many(workspace, clock, 8)
    rank = workspace.state.sources[source].find("Rank")
    assert rank is not None
    key = key_of(rank)
    shown = person.get(f"/databases/{source}?sort={key}&way={way}")
    up = ["Thing 000", "Thing 007", "Thing 006", "Thing 005", "Thing 004", "Thing 003"]
    up += ["Thing 002", "Thing 001"]
    assert titles(shown) == (up if way == "up" else up[::-1])
    assert f'aria-sort="{"ascending" if way == "up" else "descending"}"' in shown
    following = (
        f"sort={key}&amp;way=down" if way == "up" else f'id="h-{key}" href="/databases/{source}"'
    )
    assert following in shown


def test_a_property_that_is_gone_sorts_nothing(
    person: Person, workspace: Workspace, clock: Clock
) -> None:
    source = many(workspace, clock, 3)
    assert len(titles(person.get(f"/databases/{source}?sort=feed&way=up"))) == 3


def test_the_filter_looks_into_titles(person: Person, workspace: Workspace, clock: Clock) -> None:
    source = many(workspace, clock, 20)
    assert titles(person.get(f"/databases/{source}?q=THING+01")) == [
        f"Thing {number:03}" for number in range(19, 9, -1)
    ]
    assert "No page has “zzz” in its title." in person.get(f"/databases/{source}?q=zzz")


def test_values_are_shown_in_words(person: Person, workspace: Workspace) -> None:
    source = create(
        workspace,
        "Things",
        {
            "Cost": {"number": {"format": "euro"}},
            "When": {"date": {}},
            "Serial": {"unique_id": {"prefix": "T"}},
            "Again": {"formula": {"expression": 'prop("Cost") * 2'}},
            "Late": {"formula": {"expression": 'prop("Cost") > 1'}},
            "Sum": {"formula": {"expression": 'dateAdd(prop("When"), 1, "days")'}},
            "By": {"created_by": {}},
            "Made": {"created_time": {}},
        },
    )
    relation = {"data_source_id": source, "type": "single_property", "single_property": {}}
    workspace.update_data_source(source, {"properties": {"Next": {"relation": relation}}})
    rollup = {"relation_property_name": "Next", "rollup_property_name": "Cost", "function": "sum"}
    names = {**rollup, "rollup_property_name": "Name", "function": "show_original"}
    workspace.update_data_source(
        source, {"properties": {"Total": {"rollup": rollup}, "Names": {"rollup": names}}}
    )
    other = row(workspace, source, "Other", Cost={"number": 1234.5})
    when = {"date": {"start": "2026-11-24", "end": "2026-11-25"}}
    page = row(workspace, source, "One", When=when, Next={"relation": [{"id": other}]})
    shown = words(person.get(f"/pages/{page}"))
    for part in ("24 Nov 2026 → 25 Nov 2026", "T-2", "Other", "1234.5", "Local integration"):
        assert part in shown
    assert "25 Nov 2026" in shown
    assert "22 Nov 2026, 10:04 UTC" in shown
    table = words(person.get(f"/databases/{source}"))
    assert "€1,234.50" in table
    assert "2469" in table


def test_nothing_is_at_a_strange_address(person: Person, api: Api) -> None:
    assert "There is nothing at this address." in person.get("/nowhere", status=404)
    assert "There is no such database." in person.get("/databases/x", status=404)
    assert "There is no such page." in person.get("/pages/x", status=404)
    api.get("/v1/nowhere", status=400)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/nowhere"), ("DELETE", "/v1/pages/x"), ("PUT", "/v1")]
)
def test_what_is_below_v1_is_the_apis_to_refuse(person: Person, method: str, path: str) -> None:
    answer = person.send(method, path, status=400)
    assert "invalid_request_url" in answer


def test_there_is_no_face_unless_asked_for(workspace: Workspace, api: Api) -> None:
    assert create_app(workspace)
    assert api.get("/", status=400)["code"] == "invalid_request_url"


def test_every_page_forbids_what_it_does_not_need(person: Person, workspace: Workspace) -> None:
    source = create(workspace, "Things", {})
    for path in (f"/databases/{source}", "/trash", "/static/face.js", "/nowhere"):
        person.get(path, status=404 if path == "/nowhere" else 200)
        policy = person.last.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert person.last.headers["x-content-type-options"] == "nosniff"


def test_pages_carry_no_script_style_or_handler_of_their_own(
    person: Person, workspace: Workspace
) -> None:
    source = create(workspace, "Things", {})
    page = row(workspace, source, "One")
    for path in (f"/databases/{source}", f"/pages/{page}", "/trash"):
        shown = person.get(path)
        assert not re.search(r"<script(?![^>]*\bsrc=)", shown)
        assert not re.search(r"<style|\sstyle=|\son\w+=", shown)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', shown)


FORM = {"content-type": "application/x-www-form-urlencoded"}
STRANGERS = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:1"},
    {"origin": "http://127.0.0.1", "sec-fetch-site": "cross-site"},
    {},
]


@pytest.mark.parametrize("headers", STRANGERS)
def test_a_write_from_elsewhere_is_refused(
    person: Person, workspace: Workspace, headers: dict[str, str]
) -> None:
    page = row(workspace, create(workspace, "Things", {}), "One")
    path = f"/pages/{page}/trash"
    answer = person.send("POST", path, status=403, content="", headers={**FORM, **headers})
    assert "may not write here" in answer
    assert not workspace.state.pages[page].in_trash


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "same-origin"}, {"origin": "http://127.0.0.1"}]
)
def test_a_write_from_here_is_let_in(
    person: Person, workspace: Workspace, headers: dict[str, str]
) -> None:
    page = row(workspace, create(workspace, "Things", {}), "One")
    person.send("POST", f"/pages/{page}/trash", content="", headers={**FORM, **headers})
    assert workspace.state.pages[page].in_trash


def test_a_name_that_was_made_to_lead_here_is_refused(person: Person) -> None:
    answer = person.send("GET", "/trash", status=403, home="http://evil.example")
    assert "not called evil.example" in answer


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("127.0.0.1", LOOPBACK),
        ("localhost", LOOPBACK),
        ("192.0.2.7", LOOPBACK | {"192.0.2.7"}),
        ("0" + ".0.0.0", None),
        ("::", None),
    ],
)
def test_the_names_follow_the_address_listened_on(host: str, names: frozenset[str] | None) -> None:
    assert names_of(host) == names


def test_only_fields_of_a_form_are_read(person: Person, workspace: Workspace) -> None:
    page = row(workspace, create(workspace, "Things", {}), "One")
    path, home = f"/pages/{page}/7469746c65", {"sec-fetch-site": "same-origin"}
    person.send("POST", path, status=415, content="{}", headers=home)
    big = {**home, **FORM}
    person.send("POST", path, status=413, content="value=" + "x" * 1_000_001, headers=big)
    person.send("POST", path, status=413, content="a=1&" * 3000, headers=big)


def test_what_people_do_is_in_the_data_file(tmp_path: Path, clock: Clock) -> None:
    kept = tmp_path / "workspace"
    workspace = Workspace(clock=clock, data=kept)
    workspace.add_person("Mina Sandoval")
    page = row(workspace, create(workspace, "Things", {}), "One")
    person = Person(workspace)
    person.edit(page, "Name", {"value": "Two"})
    workspace.close()
    again = Workspace(clock=clock, data=kept)
    assert again.state.title_of(again.state.pages[page]) == "Two"
    again.close()
