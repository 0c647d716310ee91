"""Recordings in another order, in pieces, or without what goes with them are replayed as well."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.contract.replay import RECORDINGS, Replay, main, replay

Lines = list[dict[str, Any]]
#: Of scenarios that begin in the middle: what made their blocks is not known.
ENOUGH_FROM_THE_MIDDLE = 0.94


@pytest.fixture(scope="module")
def scenarios() -> dict[str, Lines]:
    found: dict[str, Lines] = {}
    for path in RECORDINGS:
        for line in path.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            found.setdefault(f"{path.stem}: {one['src']}", []).append({**one, "src": one["src"]})
    return found


def _written(path: Path, lines: Lines) -> Path:
    path.write_text("\n".join(json.dumps(one) for one in lines), encoding="utf-8")
    return path


def _missed(result: Replay) -> list[Any]:
    return [
        (one.scenario, one.one.number, one.reason, one.differences[:1])
        for one in result.counted
        if not one.matched
    ]


def test_a_scenario_alone_in_a_file_gets_the_recorded_answers(
    tmp_path: Path, scenarios: dict[str, Lines]
) -> None:
    some = Random(1).sample(sorted(scenarios), 25)
    some += [one for one in scenarios if one.endswith(("to_polars.yaml", "move_ds.yaml"))]
    for at, name in enumerate(some):
        assert _missed(replay([_written(tmp_path / f"{at}.jsonl", scenarios[name])])) == []


def test_a_scenario_may_begin_in_the_middle(tmp_path: Path, scenarios: dict[str, Lines]) -> None:
    matched = total = 0
    for at, lines in enumerate(scenarios.values()):
        later = lines[len(lines) // 2 :]
        result = replay([_written(tmp_path / f"{at}.jsonl", later)])
        matched += sum(one.matched for one in result.counted)
        total += len(result.counted)
    assert total > 500
    assert matched / total >= ENOUGH_FROM_THE_MIDDLE


def test_scenarios_may_stand_in_any_order_and_between_each_other(
    tmp_path: Path, scenarios: dict[str, Lines]
) -> None:
    random = Random(2)
    some = [scenarios[name] for name in random.sample(sorted(scenarios), 12)]
    turns = [lines for lines in some for _ in lines]
    random.shuffle(turns)
    rest = {id(lines): iter(lines) for lines in some}
    mixed = [next(rest[id(lines)]) for lines in turns]
    assert _missed(replay([_written(tmp_path / "mixed.jsonl", mixed)])) == []


def test_files_of_one_name_are_kept_apart_and_a_file_named_twice_is_read_once(
    tmp_path: Path, scenarios: dict[str, Lines]
) -> None:
    name = next(one for one in scenarios if one.endswith("test_two_way_prop.yaml"))
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = _written(tmp_path / "a" / "same.jsonl", scenarios[name])
    second = _written(tmp_path / "b" / "same.jsonl", scenarios[name])
    result = replay([first, second, first])
    assert len(result.counted) == 2 * len(scenarios[name])
    assert _missed(result) == []


def test_bodies_recorded_as_text_are_read_as_the_json_that_they_are(
    tmp_path: Path, scenarios: dict[str, Lines]
) -> None:
    name = next(one for one in scenarios if one.endswith("test_pages_update.yaml"))
    lines = [
        {
            **one,
            "method": one["method"].lower(),
            "status": str(one["status"]),
            "request": None if one["request"] is None else json.dumps(one["request"]),
            "response": json.dumps(one["response"]),
        }
        for one in scenarios[name]
    ]
    assert _missed(replay([_written(tmp_path / "text.jsonl", lines)])) == []


@pytest.mark.parametrize("body", [None, "--x\r\n\ufffd\ufffd\r\n--x--\r\n", "<bytes>"])
def test_a_file_that_the_recording_does_not_hold_is_made_up_in_its_length(
    tmp_path: Path, scenarios: dict[str, Lines], body: str | None
) -> None:
    name = next(one for one in scenarios if one.endswith("test_file_uploads_send.yaml"))
    lines = [
        {**one, "request": body} if one["uri"].endswith("/send") else one for one in scenarios[name]
    ]
    assert _missed(replay([_written(tmp_path / "sent.jsonl", lines)])) == []


def test_a_formula_that_no_answer_explains_is_compared_by_form_and_counted(
    tmp_path: Path, scenarios: dict[str, Lines], capsys: pytest.CaptureFixture[str]
) -> None:
    name = next(one for one in scenarios if one.endswith("test_to_polars.yaml"))
    path = _written(tmp_path / "rows.jsonl", scenarios[name])
    assert main([str(path), "--alone"]) == 0
    assert "computed values, of which no answer tells how, taken by form" in capsys.readouterr().out
    spoiled = json.loads(json.dumps(scenarios[name]))
    for row in spoiled[1]["response"]["results"]:
        row["properties"]["Formula"]["type"] = "rollup"
    assert _missed(replay([_written(tmp_path / "spoiled.jsonl", spoiled)]))


def test_recordings_that_are_kept_tell_what_else_there_was(
    tmp_path: Path, scenarios: dict[str, Lines], capsys: pytest.CaptureFixture[str]
) -> None:
    name = next(one for one in scenarios if one.endswith("test_to_polars.yaml"))
    path = _written(tmp_path / "rows.jsonl", scenarios[name])
    assert main([str(path)]) == 0
    printed = capsys.readouterr().out
    assert "other recorded scenarios told what else there was" in printed
    assert "taken by form" not in printed
