"""The local Notion answers recordings of the real one as the real one did."""

import json
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.contract.replay import RECORDINGS, Replay, main, replay, report, table

ENOUGH = 0.98
#: Every recorded interaction that is answered otherwise, and why.
REMAINING: dict[str, str] = {}


@pytest.fixture(scope="module")
def result() -> Replay:
    return replay(RECORDINGS)


def test_the_recorded_requests_get_the_recorded_answers(result: Replay) -> None:
    unexplained = [
        (one.scenario, one.one.number, one.one.endpoint, one.reason, one.differences[:2])
        for one in result.counted
        if not one.matched and one.scenario not in REMAINING
    ]
    assert unexplained == []
    assert result.share >= ENOUGH


def test_the_published_score_is_the_score_of_today(result: Replay) -> None:
    published = (Path(__file__).parents[2] / "docs" / "replay.md").read_text(encoding="utf-8")
    assert published == report(result)


def test_no_recorded_interaction_is_left_out(result: Replay) -> None:
    assert len(result.counted) == len(result.outcomes) == sum(total for *_, total in table(result))


def test_everything_that_existed_before_can_be_seeded(result: Replay) -> None:
    assert result.notes == {}


# ---- the replay sees what differs


def _lines(scenario: str) -> list[dict[str, Any]]:
    found = []
    for path in RECORDINGS:
        for line in path.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            if one["src"] == scenario:
                found.append(one)
    return found


def _written(folder: Path, lines: list[Any]) -> Path:
    path = folder / "made.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in lines), encoding="utf-8")
    return path


def _differences(folder: Path, lines: list[Any]) -> list[str]:
    outcome = replay([_written(folder, lines)])
    return [text for one in outcome.counted for text in one.differences]


PAGE = "obj_api/cassettes/test_endpoints/test_update_page.yaml"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("in_trash",), True),
        (("object",), "database"),
        (("icon",), {"type": "emoji", "emoji": "🐢"}),
        (("created_time",), "2026-06-27T16:47:21.123Z"),
        (("public_url",), ""),
        (("parent", "type"), "page_id"),
        (("created_by", "id"), "11111111-1111-4111-8111-111111111111"),
        (("properties", "Role", "type"), "title"),
        (("properties", "Role", "rich_text"), [{}]),
        (("request_id",), None),
    ],
)
def test_a_change_of_one_recorded_value_is_a_difference(
    tmp_path: Path, place: tuple[str, ...], value: object
) -> None:
    lines = _lines(PAGE)
    assert _differences(tmp_path, lines) == []
    answer = deepcopy(lines[-1]["response"])
    holder = answer
    for key in place[:-1]:
        holder = holder[key]
    assert holder[place[-1]] != value
    holder[place[-1]] = value
    assert _differences(tmp_path, [*lines[:-1], {**lines[-1], "response": answer}])


def test_another_order_of_keys_is_a_difference(tmp_path: Path) -> None:
    lines = _lines(PAGE)
    answer = lines[-1]["response"]
    lines[-1]["response"] = {key: answer[key] for key in reversed(answer)}
    assert any("keys" in one for one in _differences(tmp_path, lines))


def test_another_status_is_a_difference(tmp_path: Path) -> None:
    lines = _lines(PAGE)
    lines[-1]["status"] = 400
    assert any("status 400 but ours 200" in one for one in _differences(tmp_path, lines))


def test_an_id_that_means_two_things_is_a_difference(tmp_path: Path) -> None:
    lines = _lines(PAGE)
    other = "22222222-2222-4222-8222-222222222222"
    lines[-1]["response"]["parent"]["database_id"] = other
    assert any(".parent.database_id" in one for one in _differences(tmp_path, lines))


def test_rows_in_another_order_are_a_difference(tmp_path: Path) -> None:
    lines = _lines("test_query/test_select_query.yaml")
    answer = next(one["response"] for one in lines if len(one["response"].get("results", ())) > 1)
    answer["results"].reverse()
    assert _differences(tmp_path, lines)


# ---- the replay goes on whatever comes

STRANGE: list[Any] = [
    {},
    {"src": "a", "method": "GET", "uri": "https://api.notion.com/v1/pages/x", "status": 200},
    {
        "src": "a",
        "method": "POST",
        "uri": "https://api.notion.com/v1/unheard_of",
        "version": "2026-03-11",
        "request": {"parent": {"page_id": 7}, "children": None},
        "status": 200,
        "response": {"object": "novelty", "id": 7, "parent": {"type": "space", "space": 1}},
    },
    {
        "src": "a",
        "method": "GET",
        "uri": "https://api.notion.com/v1/blocks/11111111-1111-4111-8111-111111111111/children",
        "version": "2026-03-11",
        "request": None,
        "status": 200,
        "response": {
            "object": "list",
            "results": [
                {
                    "object": "block",
                    "id": "33333333-3333-4333-8333-333333333333",
                    "type": "hologram",
                },
                {"object": "page", "id": "x", "properties": {"A": {"type": "aura"}}},
                {"object": "data_source", "id": "y", "properties": {"A": {"type": None}}},
            ],
        },
    },
    {
        "src": "a",
        "method": "GET",
        "uri": "https://api.notion.com/v1/users",
        "version": "2026-03-11",
        "status": 502,
        "response": "<html>Bad gateway</html>",
    },
    {
        "src": "b",
        "method": "POST",
        "uri": "https://api.notion.com/v1/oauth/token",
        "version": "2026-03-11",
        "request": {},
        "status": 200,
        "response": {},
    },
    {
        "src": "b",
        "method": "GET",
        "uri": "https://api.notion.com/v1/databases/11111111-1111-4111-8111-111111111111",
        "version": "2022-06-28",
        "status": 200,
        "response": {"object": "database"},
    },
]


def test_strange_lines_are_counted_and_stop_nothing(tmp_path: Path) -> None:
    outcome = replay([_written(tmp_path, STRANGE)])
    assert len(outcome.outcomes) == len(STRANGE)
    assert all(not one.matched for one in outcome.outcomes)
    away = [one.left_out for one in outcome.outcomes if one.left_out]
    assert [text.split(" ")[0] for text in away] == ["the", "502", "/v1/oauth:", "version"]


def test_a_file_that_is_no_recording_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text('{"src": "a"}\nno json\n', encoding="utf-8")
    assert main([str(path)]) == 2
    assert f"{path}, line 2" in capsys.readouterr().err
    assert main([str(tmp_path / "nowhere.jsonl")]) == 2


def test_the_command_prints_counts_and_writes_a_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = _lines(PAGE)
    lines[-1]["response"]["in_trash"] = True
    path, document = _written(tmp_path, lines), tmp_path / "report.md"
    assert main([str(path), "--differences", "--report", str(document)]) == 0
    printed = capsys.readouterr().out
    assert f"{len(lines) - 1} / {len(lines)}" in printed.replace("  ", "")
    assert ".in_trash: True but ours False" in printed
    assert "| PATCH /v1/pages/{id} | 2 | 3 |" in document.read_text(encoding="utf-8")


JUNK: list[Any] = [None, 7, "x", [], {}, [None], {"id": 3}, True, "0" * 32]


def _spoiled(value: Any, random: Random, share: float) -> Any:
    if random.random() < share:
        return random.choice(JUNK)
    if isinstance(value, dict):
        kept = {key: one for key, one in value.items() if random.random() > share}
        return {key: _spoiled(one, random, share) for key, one in kept.items()}
    if isinstance(value, list):
        return [_spoiled(one, random, share) for one in value]
    return value


@pytest.mark.parametrize("seed", range(12))
def test_spoiled_recordings_stop_nothing(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    by_name: dict[str, list[Any]] = {}
    for path in RECORDINGS:
        for line in path.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            by_name.setdefault(one["src"], []).append(one)
    lines = []
    for name in random.sample(sorted(by_name), 3):
        for one in by_name[name][:15]:
            if not isinstance(one["request"], str):
                spoiled = _spoiled(one, random, random.choice([0.002, 0.01, 0.05]))
                lines.append(spoiled if isinstance(spoiled, dict) else {})
    assert len(replay([_written(tmp_path, lines)]).outcomes) == len(lines)
