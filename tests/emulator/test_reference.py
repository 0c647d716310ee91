"""docs/local-notion.md says what the code does."""

import re
from dataclasses import fields
from pathlib import Path

from notion_emulator.__main__ import _parser
from notion_emulator.faults import Rule
from notion_emulator.reference import written
from notion_emulator.webhooks import Disturbance, Pace

PATH = Path(__file__).parents[2] / "docs" / "local-notion.md"
PAGE = PATH.read_text()


def test_the_tables_are_those_of_the_code() -> None:
    assert written(PAGE) == PAGE, "run python -m notion_emulator.reference docs/local-notion.md"


def test_a_table_that_is_out_of_date_is_seen() -> None:
    assert written(PAGE.replace("`null_start_cursor`", "`another`")) == PAGE


def test_every_word_of_a_rule_and_of_webhooks_is_there() -> None:
    words = [one.name for kind in (Rule, Pace, Disturbance) for one in fields(kind)]
    assert [word for word in words if f"`{word}`" not in PAGE] == []


def test_every_option_on_the_page_is_one_of_the_program() -> None:
    known = {text for action in _parser()._actions for text in action.option_strings}
    named = set(re.findall(r"--[a-z][a-z-]+", PAGE))
    assert named
    assert named <= known
