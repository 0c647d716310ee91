"""The records made by hand are believable, and hold every hard case on purpose."""

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from notion_emulator.sample.records import records
from notion_emulator.sample.shorthand import page_id
from tests.sample.reading import NOW, Contents, Json, make_sample


def texts(value: Json) -> list[Json]:
    found: list[Json] = value.get("title") or value.get("rich_text") or []
    return found


def plain(value: Json) -> str:
    return "".join(item["plain_text"] for item in texts(value))


def mention(kind: str) -> Callable[[Json], bool]:
    return lambda value: any(
        item["type"] == "mention" and item["mention"]["type"] == kind for item in texts(value)
    )


def styled(style: str) -> Callable[[Json], bool]:
    return lambda value: any(
        item["annotations"][style] not in (False, "default") for item in texts(value)
    )


def date(value: Json) -> Json:
    return value.get("date") or {"start": "", "end": None}


def number(value: Json) -> float:
    return value.get("number") or 0


CASES: dict[str, Callable[[Json], Any]] = {
    "bold": styled("bold"),
    "italic": styled("italic"),
    "code": styled("code"),
    "colour": styled("color"),
    "a link in a text": lambda value: any(item["href"] for item in texts(value)),
    "a mention of a person": mention("user"),
    "a mention of a page": mention("page"),
    "a mention of a day": mention("date"),
    "an equation": lambda value: any(item["type"] == "equation" for item in texts(value)),
    "a text in several parts": lambda value: len(texts(value)) > 1 and len(plain(value)) > 2000,
    "a text of several lines": lambda value: "\n" in plain(value),
    "spaces at the end": lambda value: plain(value).endswith("  "),
    "an empty title": lambda value: value.get("title") == [],
    "combining characters": lambda value: (
        unicodedata.normalize("NFC", plain(value)) != plain(value)
    ),
    "a right-to-left script": lambda value: re.search("[\u0600-\u06ff]", plain(value)),
    "a script without spaces": lambda value: re.search(
        "[\u3040-\u30ff\u4e00-\u9fff]", plain(value)
    ),
    "a joined emoji": lambda value: "\U0001f469\u200d" in plain(value),
    "a day": lambda value: len(date(value)["start"]) == 10,
    "a moment with an offset": lambda value: re.search(r"T.*[+-]0[1-9]:", date(value)["start"]),
    "a range of days": lambda value: date(value)["end"] and len(date(value)["end"]) == 10,
    "a range of moments": lambda value: date(value)["end"] and "T" in date(value)["end"],
    "a relation that is shown in part": lambda value: value.get("has_more"),
    "several people": lambda value: len(value.get("people") or []) > 1,
    "several files": lambda value: len(value.get("files") or []) > 1,
    "a very large number": lambda value: number(value) > 1e14,
    "a tiny number": lambda value: 0 < number(value) < 1e-6,
    "a negative number": lambda value: number(value) < 0,
    "a number with many digits": lambda value: len(str(number(value))) > 16,
    "several options, not in the order of the schema": lambda value: (
        [one["name"] for one in value.get("multi_select") or []] == ["Mentor", "Early Adopter"]
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_somewhere_there_is(case: str, sample: Contents) -> None:
    assert any(CASES[case](value) for value in sample.all_values())


def test_there_are_a_few_dozen_and_three_or_more_in_every_database(sample: Contents) -> None:
    assert 60 <= sum(1 for _ in sample.all_pages()) <= 100
    assert min(len(pages) for pages in sample.pages.values()) >= 3


def test_some_lie_in_the_trash_and_some_have_icon_and_cover(sample: Contents) -> None:
    shown = {page["id"] for page in sample.all_pages()}
    trashed = {page_id(record.key) for _, record in records() if record.trashed}
    assert len(trashed) >= 2
    assert not shown & trashed
    assert any(page["icon"] and page["cover"] for page in sample.all_pages())


def test_a_select_may_have_an_option_that_the_dictionary_does_not_know(
    sample: Contents, databases: list[Json]
) -> None:
    unknown = [
        page["properties"][fact["name"]]["select"]["name"]
        for database in databases
        for fact in database["properties"]
        if fact["type"] == "select" and fact["options"]
        for page in sample.pages[database["env"]]
        if page["properties"][fact["name"]]["select"]
        and page["properties"][fact["name"]]["select"]["name"] not in fact["options"]
    ]
    assert len(unknown) >= 5


def test_texts_that_hold_json_are_mostly_valid_and_once_not(
    sample: Contents, databases: list[Json]
) -> None:
    valid, invalid = 0, 0
    for database in databases:
        for fact in database["properties"]:
            for page in sample.pages[database["env"]] if fact.get("holds") == "json" else ():
                text = plain(page["properties"][fact["name"]])
                if text:
                    try:
                        json.loads(text)
                        valid += 1
                    except ValueError:
                        invalid += 1
    assert valid > invalid >= 1


def test_a_relation_that_the_business_treats_as_single_has_two_targets_once(
    sample: Contents, databases: list[Json]
) -> None:
    doubles = [
        page["id"]
        for database in databases
        for fact in database["properties"]
        if fact["type"] == "relation" and not fact["many"]
        for page in sample.pages[database["env"]]
        if len(page["properties"][fact["name"]]["relation"]) > 1
    ]
    assert doubles == [page_id("ct-two-houses")]


def test_relations_run_in_circles_and_mirrors_agree(sample: Contents) -> None:
    pages = {page["id"]: page["properties"] for page in sample.all_pages()}

    def targets(key: str, name: str) -> set[str]:
        return {one["id"] for one in pages[page_id(key)][name]["relation"]}

    assert page_id("tk-welcome") in targets("tk-agreement", "Dependencies")
    assert page_id("tk-call") in targets("tk-welcome", "Dependencies")
    assert page_id("tk-agreement") in targets("tk-call", "Dependencies")
    assert page_id("tk-self") in targets("tk-self", "Dependencies")
    assert targets("tk-frame", "Related Workflow Instance") == {page_id("wi-order")}
    assert page_id("ag-nyra") in targets("wf-onboarding", "Required Agents")
    assert page_id("wf-onboarding") in targets("uc-onboard", "Related Workflows")


def test_every_page_is_older_than_an_hour_and_edited_after_its_creation(sample: Contents) -> None:
    for page in sample.all_pages():
        created = datetime.fromisoformat(page["created_time"])
        edited = datetime.fromisoformat(page["last_edited_time"])
        assert created <= edited < NOW - timedelta(hours=1)
        assert UUID(page["id"]).version == 5


def test_people_and_addresses_are_plainly_invented(sample: Contents) -> None:
    for value in sample.all_values():
        if value["type"] == "email" and value["email"]:
            assert value["email"].endswith((".example", "example.org"))
        if value["type"] == "phone_number" and value["phone_number"]:
            assert "555-01" in value["phone_number"]
        for person in value.get("people") or ():
            address = person.get("person", {}).get("email")
            assert person["type"] == "bot" or address.endswith("@example.org")


def test_the_same_present_gives_the_same_workspace(sample: Contents) -> None:
    assert make_sample() == sample
