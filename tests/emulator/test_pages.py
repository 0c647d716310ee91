"""What happens to the values and stamps of a page."""

from datetime import UTC, datetime
from typing import Any

import pytest

from notion_emulator import ApiError, Switches, Workspace
from tests.emulator.client import Api, Clock, create, row, text, titled

Json = dict[str, Any]


def value(page: Json, name: str) -> Any:
    prop = page["properties"][name]
    return prop[prop["type"]]


def refusal(workspace: Workspace, source: str, properties: Json) -> ApiError:
    with pytest.raises(ApiError) as caught:
        row(workspace, source, **properties)
    return caught.value


# ---- stamps


def test_stamps_are_floored_to_the_minute_and_edits_within_it_leave_them(
    api: Api, clock: Clock, workspace: Workspace
) -> None:
    source = create(workspace, "Things", {})
    page = api.get(f"/v1/pages/{row(workspace, source, 'One')}")
    assert page["created_time"] == page["last_edited_time"] == "2026-11-22T10:04:00.000Z"
    clock.pass_(seconds=20)
    page = api.patch(f"/v1/pages/{page['id']}", {"properties": {"Name": titled("Two")}})
    assert page["last_edited_time"] == "2026-11-22T10:04:00.000Z"
    clock.pass_(seconds=20)
    page = api.patch(f"/v1/pages/{page['id']}", {"properties": {"Name": titled("Three")}})
    assert page["created_time"] == "2026-11-22T10:04:00.000Z"
    assert page["last_edited_time"] == "2026-11-22T10:05:00.000Z"


def test_a_database_shows_milliseconds_and_its_data_source_minutes(
    api: Api, workspace: Workspace
) -> None:
    source = api.get(f"/v1/data_sources/{create(workspace, 'Things', {})}")
    database = api.get(f"/v1/databases/{source['parent']['database_id']}")
    assert source["created_time"] == "2026-11-22T10:04:00.000Z"
    assert database["created_time"] == "2026-11-22T10:04:30.250+00:00"


def test_own_writes_are_signed_by_the_bot_and_a_persons_by_the_person(
    api: Api, workspace: Workspace
) -> None:
    person = workspace.add_person("Ada", "ada@example.org")
    source = create(workspace, "Things", {})
    page = row(workspace, source, "One")
    assert api.get(f"/v1/pages/{page}")["last_edited_by"]["id"] == workspace.bot_id
    workspace.update_page(page, {"properties": {"Name": titled("Two")}}, by=person)
    shown = api.get(f"/v1/pages/{page}")
    assert shown["created_by"]["id"] == workspace.bot_id
    assert shown["last_edited_by"]["id"] == person


# ---- dates


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ({"start": "2026-07-21"}, "2026-07-21"),
        ({"start": "2026-07-21T18:58:04.659200"}, "2026-07-21T18:58:00.000+00:00"),
        ({"start": "2026-07-21T18:58:04Z"}, "2026-07-21T18:58:00.000+00:00"),
        ({"start": "2026-07-21T18:58:59-04:30"}, "2026-07-21T18:58:00.000-04:30"),
        (
            {"start": "2026-07-21T18:58:04.6592", "time_zone": "Europe/Berlin"},
            "2026-07-21T18:58:00.000+02:00",
        ),
        (
            {"start": "2026-01-21T18:58:04.6592", "time_zone": "Europe/Berlin"},
            "2026-01-21T18:58:00.000+01:00",
        ),
    ],
)
def test_a_date_loses_its_seconds_and_the_name_of_its_zone(
    workspace: Workspace, written: Json, kept: str
) -> None:
    source = create(workspace, "Things", {"When": {"date": {}}})
    page = workspace.page(row(workspace, source, When={"date": written}))
    assert value(page, "When") == {"start": kept, "end": None, "time_zone": None}


def test_a_date_with_an_end_keeps_it(workspace: Workspace) -> None:
    source = create(workspace, "Things", {"When": {"date": {}}})
    written = {"start": "2026-07-21", "end": "2026-07-22T10:00:30Z"}
    page = workspace.page(row(workspace, source, When={"date": written}))
    assert value(page, "When")["end"] == "2026-07-22T10:00:00.000+00:00"


# ---- trash and archive


def test_a_trashed_row_leaves_queries_but_can_be_read_and_restored(
    api: Api, workspace: Workspace
) -> None:
    source = create(workspace, "Things", {})
    page = row(workspace, source, "One")
    assert api.patch(f"/v1/pages/{page}", {"in_trash": True})["in_trash"] is True
    assert api.query(source)["results"] == []
    assert api.get(f"/v1/pages/{page}")["in_trash"] is True
    error = api.patch(f"/v1/pages/{page}", {"properties": {"Name": titled("Two")}}, 400)
    assert error["message"] == (
        "Can't edit block that is archived. You must unarchive the block before editing."
    )
    assert api.patch(f"/v1/pages/{page}", {"in_trash": False})["id"] == page
    assert [one["id"] for one in api.query(source)["results"]] == [page]


def test_deleting_the_block_of_a_page_trashes_the_page(api: Api, workspace: Workspace) -> None:
    page = row(workspace, create(workspace, "Things", {}), "One")
    block = api.delete(f"/v1/blocks/{page}")
    assert (block["type"], block["child_page"], block["in_trash"]) == (
        "child_page",
        {"title": "One"},
        True,
    )
    assert api.get(f"/v1/pages/{page}")["in_trash"] is True


def test_archived_rows_are_a_list_of_their_own(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {})
    page = row(workspace, source, "One")
    other = row(workspace, source, "Two")
    api.patch(f"/v1/pages/{page}", {"is_archived": True})
    assert [one["id"] for one in api.query(source)["results"]] == [other]
    archived = api.query(source, {"is_archived": True})["results"]
    assert [one["id"] for one in archived] == [page]


@pytest.mark.parametrize("thing", ["data_sources", "databases"])
def test_trashing_what_holds_the_rows_hides_them(
    api: Api, workspace: Workspace, thing: str
) -> None:
    source = create(workspace, "Things", {})
    page = row(workspace, source, "One")
    api.get(f"/v1/pages/{page}")
    database = api.get(f"/v1/data_sources/{source}")["parent"]["database_id"]
    target = source if thing == "data_sources" else database
    api.patch(f"/v1/{thing}/{target}", {"in_trash": True})
    assert api.query(source)["results"] == []
    assert api.get(f"/v1/pages/{page}")["in_trash"] is True
    api.patch(f"/v1/{thing}/{target}", {"in_trash": False})
    assert len(api.query(source)["results"]) == 1


# ---- writes


def test_creating_twice_makes_two_pages(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {})
    body = {"parent": {"data_source_id": source}, "properties": {"Name": titled("One")}}
    assert api.post("/v1/pages", body)["id"] != api.post("/v1/pages", body)["id"]
    assert len(api.query(source)["results"]) == 2


def test_a_patch_leaves_other_properties_and_replaces_lists(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {"Tags": {"multi_select": {}}, "N": {"number": {}}})
    tags = {"multi_select": [{"name": "a"}, {"name": "b"}]}
    page = row(workspace, source, "One", Tags=tags, N={"number": 4})
    only_c = {"properties": {"Tags": {"multi_select": [{"name": "c"}]}}}
    shown = api.patch(f"/v1/pages/{page}", only_c)
    assert [one["name"] for one in value(shown, "Tags")] == ["c"]
    assert value(shown, "N") == 4
    assert value(shown, "Name")[0]["plain_text"] == "One"


def test_a_refused_write_changes_nothing(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {"N": {"number": {}}})
    page = row(workspace, source, "One", N={"number": 4})
    wrong = {"Name": titled("Two"), "N": {"number": "five"}}
    api.patch(f"/v1/pages/{page}", {"properties": wrong}, 400)
    assert value(api.get(f"/v1/pages/{page}"), "Name")[0]["plain_text"] == "One"


def test_properties_are_written_by_name_or_by_id_encoded_or_not(
    api: Api, workspace: Workspace
) -> None:
    source = create(workspace, "Things", {"N": {"number": {}}})
    page = row(workspace, source, "One")
    encoded = api.get(f"/v1/data_sources/{source}")["properties"]["N"]["id"]
    properties = workspace.state.sources[source].properties.values()
    raw = next(one.id for one in properties if one.name == "N")
    for number, key in enumerate(("N", encoded, raw)):
        shown = api.patch(f"/v1/pages/{page}", {"properties": {key: {"number": number}}})
        assert value(shown, "N") == number


def test_empty_values_read_back_as_notion_shows_them(workspace: Workspace) -> None:
    kinds = ("rich_text", "number", "select", "multi_select", "date", "people", "files")
    more = ("checkbox", "url", "email", "phone_number")
    source = create(workspace, "Things", {kind: {kind: {}} for kind in (*kinds, *more)})
    page = workspace.page(row(workspace, source))
    lists = {"rich_text", "multi_select", "people", "files"}
    for kind in (*kinds, *more):
        expected: object = [] if kind in lists else False if kind == "checkbox" else None
        assert value(page, kind) == expected


def test_an_empty_line_is_no_value(workspace: Workspace) -> None:
    source = create(workspace, "Things", {"Site": {"url": {}}, "Note": {"rich_text": {}}})
    page = workspace.page(row(workspace, source, Site={"url": ""}, Note={"rich_text": text("")}))
    assert value(page, "Site") is None
    assert value(page, "Note") == []


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"Nix": {"number": 1}}, "Nix is not a property that exists."),
        ({"N": {"rich_text": []}}, "N is expected to be number."),
        (
            {"N": {"number": "1"}},
            (
                "body failed validation: body.properties.N.number should be a number or `null`, "
                'instead was `"1"`.'
            ),
        ),
        (
            {"T": {"rich_text": text("x" * 2001)}},
            (
                "body failed validation: body.properties.T.rich_text[0].text.content.length should "
                "be ≤ `2000`, instead was `2001`."
            ),
        ),
        (
            {"T": {"rich_text": text("x") * 101}},
            (
                "body failed validation: body.properties.T.rich_text.length should be ≤ `100`, "
                "instead was `101`."
            ),
        ),
        (
            {"M": {"multi_select": [{"name": str(one)} for one in range(101)]}},
            (
                "body failed validation: body.properties.M.multi_select.length should be ≤ `100`, "
                "instead was `101`."
            ),
        ),
        (
            {"U": {"url": "x" * 2001}},
            (
                "body failed validation: body.properties.U.url.length should be ≤ `2000`, "
                "instead was `2001`."
            ),
        ),
        (
            {"E": {"email": "x" * 201}},
            (
                "body failed validation: body.properties.E.email.length should be ≤ `200`, "
                "instead was `201`."
            ),
        ),
        ({"S": {"select": {"name": "a,b"}}}, "Invalid select option, commas not allowed: a,b"),
        (
            {"St": {"status": {"name": "Nix"}}},
            'Invalid status option. Status option "Nix" does not exist".',
        ),
    ],
)
def test_a_wrong_value_is_refused_in_notions_words(
    workspace: Workspace, properties: Json, message: str
) -> None:
    source = create(
        workspace,
        "Things",
        {
            "N": {"number": {}},
            "T": {"rich_text": {}},
            "M": {"multi_select": {}},
            "U": {"url": {}},
            "E": {"email": {}},
            "S": {"select": {}},
            "St": {"status": {}},
        },
    )
    error = refusal(workspace, source, properties)
    assert (error.status, error.code, error.message) == (400, "validation_error", message)


@pytest.mark.parametrize("kind", ["formula", "created_time", "last_edited_by", "unique_id"])
def test_what_is_computed_cannot_be_written(workspace: Workspace, kind: str) -> None:
    config: Json = {"expression": "1"} if kind == "formula" else {}
    source = create(workspace, "Things", {"X": {kind: config}})
    assert refusal(workspace, source, {"X": {kind: None}}).status == 400


def test_the_limit_of_a_text_counts_utf16_units_unless_switched(clock: Clock) -> None:
    for switches, fits in (
        (Switches(text_unit="utf16"), False),
        (Switches(text_unit="code_points"), True),
    ):
        workspace = Workspace(clock=clock, switches=switches)
        source = create(workspace, "Things", {"T": {"rich_text": {}}})
        long = {"rich_text": text("🐍" * 1500)}
        if fits:
            row(workspace, source, T=long)
        else:
            assert refusal(workspace, source, {"T": long}).status == 400


def test_an_unknown_property_can_be_ignored_by_switch(clock: Clock) -> None:
    workspace = Workspace(clock=clock, switches=Switches(unknown_property="ignore"))
    source = create(workspace, "Things", {})
    assert workspace.page(row(workspace, source, Nix={"number": 1}))["properties"].keys() == {
        "Name"
    }


# ---- options


def test_an_unknown_choice_is_added_to_the_schema(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {"S": {"select": {}}, "M": {"multi_select": {}}})
    page = row(
        workspace, source, S={"select": {"name": "New"}}, M={"multi_select": [{"name": "A"}]}
    )
    options = api.get(f"/v1/data_sources/{source}")["properties"]["S"]["select"]["options"]
    chosen = value(api.get(f"/v1/pages/{page}"), "S")
    assert [{key: one[key] for key in ("id", "name", "color")} for one in options] == [chosen]


def test_choices_are_matched_without_regard_to_case(workspace: Workspace) -> None:
    source = create(workspace, "Things", {"S": {"select": {"options": [{"name": "Done"}]}}})
    page = workspace.page(row(workspace, source, S={"select": {"name": "dONE"}}))
    assert value(page, "S")["name"] == "Done"


def test_another_colour_for_a_choice_is_refused(workspace: Workspace) -> None:
    config = {"select": {"options": [{"name": "Done", "color": "green"}]}}
    source = create(workspace, "Things", {"S": config})
    row(workspace, source, S={"select": {"name": "Done", "color": "green"}})
    error = refusal(workspace, source, {"S": {"select": {"name": "Done", "color": "red"}}})
    assert error.message.startswith("Select option color doesn't match existing")


def test_a_new_row_has_the_default_status_and_null_resets_to_it(workspace: Workspace) -> None:
    source = create(workspace, "Things", {"St": {"status": {}}})
    page = row(workspace, source)
    assert value(workspace.page(page), "St")["name"] == "Not started"
    done = workspace.update_page(page, {"properties": {"St": {"status": {"name": "Done"}}}})
    assert value(done, "St")["name"] == "Done"
    reset = workspace.update_page(page, {"properties": {"St": {"status": None}}})
    assert value(reset, "St")["name"] == "Not started"


# ---- other kinds


def test_numbers_of_a_kind_are_given_once_and_never_again(workspace: Workspace) -> None:
    source = create(workspace, "Things", {"No": {"unique_id": {"prefix": "T"}}})
    first, second = (row(workspace, source) for _ in range(2))
    assert value(workspace.page(second), "No") == {"prefix": "T", "number": 2}
    workspace.trash_page(second)
    workspace.trash_page(first)
    assert value(workspace.page(row(workspace, source)), "No")["number"] == 3


def test_a_formula_is_computed_when_read_and_moves_no_stamp(clock: Clock) -> None:
    workspace = Workspace(clock=clock)
    source = create(
        workspace,
        "Things",
        {"N": {"number": {}}, "Twice": {"formula": {"expression": 'prop("N") * 2'}}},
    )
    page = row(workspace, source, N={"number": 4})
    assert value(workspace.page(page), "Twice") == {"type": "number", "number": 8}
    clock.pass_(hours=1)
    workspace.update_data_source(
        source, {"properties": {"Twice": {"formula": {"expression": 'prop("N") * 3'}}}}
    )
    shown = workspace.page(page)
    assert value(shown, "Twice") == {"type": "number", "number": 12}
    assert shown["last_edited_time"] == "2026-11-22T10:04:00.000Z"


def test_a_formula_that_asks_the_time_follows_the_clock(clock: Clock) -> None:
    workspace = Workspace(clock=clock)
    schema = {
        "T": {"formula": {"expression": 'formatDate(now(), "HH:mm")'}},
        "Via": {"formula": {"expression": 'prop("T")'}},
    }
    page = row(workspace, create(workspace, "Things", schema))
    before = workspace.page(page)
    clock.pass_(minutes=1)
    after = workspace.page(page)
    for name in schema:
        assert value(before, name) == {"type": "string", "string": "10:04"}
        assert value(after, name) == {"type": "string", "string": "10:05"}


def test_a_formula_beyond_the_evaluator_is_unsupported(workspace: Workspace) -> None:
    source = create(workspace, "Things", {"F": {"formula": {"expression": "nosuch(1)"}}})
    assert value(workspace.page(row(workspace, source)), "F")["type"] == "unsupported"


def test_an_empty_formula_still_has_its_type(workspace: Workspace) -> None:
    source = create(
        workspace,
        "Things",
        {"N": {"number": {}}, "F": {"formula": {"expression": 'prop("N")'}}},
    )
    assert value(workspace.page(row(workspace, source)), "F") == {"type": "number", "number": None}


def test_rollups_gather_from_related_pages(workspace: Workspace) -> None:
    items = create(workspace, "Items", {"Price": {"number": {}}, "Day": {"date": {}}})
    orders = create(
        workspace,
        "Orders",
        {"Items": {"relation": {"data_source_id": items, "single_property": {}}}},
    )
    rollups = {
        name: {"rollup": {"relation_property_name": "Items", **config}}
        for name, config in {
            "Sum": {"rollup_property_name": "Price", "function": "sum"},
            "First": {"rollup_property_name": "Day", "function": "earliest_date"},
            "Names": {"rollup_property_name": "Name", "function": "show_original"},
        }.items()
    }
    workspace.update_data_source(orders, {"properties": rollups})
    a = row(workspace, items, "a", Price={"number": 1.5}, Day={"date": {"start": "2026-01-02"}})
    b = row(workspace, items, "b", Price={"number": 2.5}, Day={"date": {"start": "2026-01-01"}})
    page = workspace.page(row(workspace, orders, Items={"relation": [{"id": a}, {"id": b}]}))
    assert value(page, "Sum") == {"type": "number", "number": 4, "function": "sum"}
    assert value(page, "First")["date"]["start"] == "2026-01-01"
    assert [one["title"][0]["plain_text"] for one in value(page, "Names")["array"]] == ["a", "b"]


def test_an_uploaded_file_gets_another_signed_url_on_every_read(workspace: Workspace) -> None:
    source = create(workspace, "Things", {"F": {"files": {}}})
    upload = workspace.upload_file("a.pdf", b"%PDF-")
    written = {"files": [{"name": "a.pdf", "file_upload": {"id": upload}}]}
    page = row(workspace, source, F=written)
    first, second = (value(workspace.page(page), "F")[0]["file"] for _ in range(2))
    assert first["url"] != second["url"]
    assert first["expiry_time"] == "2026-11-22T11:04:30.250Z"


def test_segments_of_a_text_are_kept_as_they_were_written(workspace: Workspace) -> None:
    source = create(workspace, "Things", {"T": {"rich_text": {}}})
    bold = {"text": {"content": "b"}, "annotations": {"bold": True}}
    page = workspace.page(row(workspace, source, T={"rich_text": [*text("a"), *text("a"), bold]}))
    shown = value(page, "T")
    assert [one["plain_text"] for one in shown] == ["a", "a", "b"]
    assert shown[2]["annotations"]["bold"] is True
    assert shown[0]["text"] == {"content": "a", "link": None}


def test_a_moved_row_takes_its_values_along_by_name(api: Api, workspace: Workspace) -> None:
    schema: Json = {"N": {"number": {}}, "S": {"select": {}}}
    source = create(workspace, "From", {**schema, "Only": {"number": {}}})
    target = create(workspace, "To", schema)
    page = row(
        workspace, source, "One", N={"number": 4}, S={"select": {"name": "x"}}, Only={"number": 1}
    )
    shown = api.post(f"/v1/pages/{page}/move", {"parent": {"data_source_id": target}})
    assert shown["parent"]["data_source_id"] == target
    assert value(shown, "N") == 4
    assert value(shown, "S")["name"] == "x"
    assert "Only" not in shown["properties"]
    assert api.query(source)["results"] == []
    assert len(api.query(target)["results"]) == 1


def test_pages_made_at_another_time_stand_where_that_time_puts_them(workspace: Workspace) -> None:
    source = create(workspace, "Things", {})
    new = row(workspace, source, "new")
    old = workspace.create_page(
        {"parent": {"data_source_id": source}}, at=datetime(2020, 1, 1, tzinfo=UTC)
    )["id"]
    assert [one["id"] for one in workspace.query(source)] == [new, old]


def test_the_same_seed_gives_the_same_ids(clock: Clock) -> None:
    def build() -> list[Json]:
        workspace = Workspace(clock=clock, seed=5)
        source = create(workspace, "Things", {"S": {"select": {}}})
        row(workspace, source, S={"select": {"name": "x"}})
        return workspace.query(source)

    assert build() == build()
