"""Generated records: as many as asked, the same for a seed, and within the limits."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_emulator.sample.generator import SPAN, Generation, shares
from notion_emulator.sample.recipes import Draw
from notion_emulator.sample.schema import tables
from tests.sample.reading import NOW, Contents, Json, generate


@given(st.integers(0, 1_000_000))
def test_the_shares_come_to_what_was_asked(pages: int) -> None:
    counts = shares(pages)
    assert set(counts) == set(tables())
    assert sum(counts.values()) == pages
    assert min(counts.values()) >= (3 if pages >= 48 else pages // 16)


@pytest.mark.parametrize("pages", [0, 5, 48, 333])
def test_as_many_pages_appear_as_were_asked(pages: int) -> None:
    assert sum(1 for _ in generate(pages, seed=1).all_pages()) == pages


def test_the_same_seed_gives_the_same_workspace_and_another_seed_another() -> None:
    assert generate(300, seed=3) == generate(300, seed=3)
    ids = [{page["id"] for page in generate(300, seed=seed).all_pages()} for seed in (3, 4)]
    assert not ids[0] & ids[1]


@given(st.integers(0, 2**31), st.lists(st.integers(0, 10**6), unique=True, max_size=20))
def test_every_record_has_its_own_valid_id(seed: int, numbers: list[int]) -> None:
    generation = Generation({}, seed, NOW)
    ids = [generation.page_id(key, number) for key in tables() for number in numbers]
    assert len(set(ids)) == len(ids)
    assert all(UUID(one).variant == RFC_4122 and str(UUID(one)) == one for one in ids)


def test_times_are_spread_over_two_years_and_leave_the_last_hour_out(generated: Contents) -> None:
    months: Counter[tuple[int, int]] = Counter()
    for page in generated.all_pages():
        created = datetime.fromisoformat(page["created_time"])
        edited = datetime.fromisoformat(page["last_edited_time"])
        assert NOW - SPAN - timedelta(days=1) < created <= edited < NOW - timedelta(hours=1)
        months[created.year, created.month] += 1
    assert len(months) >= 24
    assert min(months.values()) > 10


def test_not_even_the_luckiest_draw_lies_in_the_last_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Draw, "random", lambda _: 0.0)
    generation = Generation(shares(48), 1, NOW)
    for table in tables().values():
        assert all(at < NOW - timedelta(hours=1) for _, _, at, _ in generation.rows(table))


def test_only_what_is_planned_lies_in_the_future(generated: Contents) -> None:
    planned = {"End Date", "Due Date", "Target Implementation Date"}
    tomorrow = (NOW + timedelta(days=1)).date().isoformat()
    ahead = {
        name
        for page in generated.all_pages()
        for name, value in page["properties"].items()
        if value["type"] == "date" and value["date"] and value["date"]["start"] > tomorrow
    }
    assert {"Due Date"} <= ahead <= planned


def relations(contents: Contents) -> list[tuple[str, Json]]:
    return [
        (page["id"], value)
        for page in contents.all_pages()
        for value in page["properties"].values()
        if value["type"] == "relation"
    ]


def test_few_pages_have_more_targets_than_a_page_shows(generated: Contents) -> None:
    large = {page for page, value in relations(generated) if value["has_more"]}
    assert 1 <= len(large) <= 3


def test_the_far_side_of_a_two_way_relation_fills_up_and_no_further() -> None:
    generation = Generation({**shares(48), "tasks": 400, "workflow_instances": 2}, 1, NOW)
    targets = Counter(
        target["id"]
        for _, properties, _, _ in generation.rows(tables()["tasks"])
        for target in properties.get("Related Workflow Instance", {"relation": []})["relation"]
    )
    assert list(targets.values()) == [25, 25]


def test_every_target_is_a_page_of_the_workspace(generated: Contents) -> None:
    known = {page["id"] for page in generated.all_pages()}
    for _, value in relations(generated):
        assert {one["id"] for one in value["relation"]} <= known


def test_engagement_scores_stay_between_0_and_100(generated: Contents) -> None:
    scores = [
        page["properties"]["Engagement Score"]["number"]
        for page in generated.pages["NOTION_COMMUNITY_HUB_DB"]
    ]
    assert len(scores) > 100
    assert all(0 <= score <= 100 for score in scores)


def test_a_tenth_of_the_texts_is_formatted(generated: Contents) -> None:
    filled = [value for value in generated.all_values() if value.get("rich_text")]
    formatted = [
        value
        for value in filled
        if any(
            item["type"] != "text"
            or item["href"]
            or set(item["annotations"].values()) != {False, "default"}
            for item in value["rich_text"]
        )
    ]
    assert 0.05 < len(formatted) / len(filled) < 0.15


def test_ranges_offsets_long_texts_and_unknown_options_occur(generated: Contents) -> None:
    values = list(generated.all_values())
    dates = [value["date"] for value in values if value.get("date")]
    assert any(one["end"] for one in dates)
    assert any(one["start"].endswith("+05:30") for one in dates)
    assert any(len(one["start"]) == 10 for one in dates)
    lengths = [
        sum(len(item["plain_text"]) for item in value.get("rich_text") or ()) for value in values
    ]
    assert max(lengths) > 2000
    assert any((value.get("select") or {}).get("name") == "Imported" for value in values)


def test_only_tasks_that_are_done_have_been_completed(generated: Contents) -> None:
    tasks = [page["properties"] for page in generated.pages["NOTION_TASKS_DB"]]
    completed = [task for task in tasks if task["Completed Date"]["date"]]
    assert len(completed) > 20
    assert {task["Status"]["select"]["name"] for task in completed} == {"Done"}
