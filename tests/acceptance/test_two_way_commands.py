"""The commands of two-way work, as processes in one world, one after the other.

Every command that docs/commands.md shows is run here; the test fails for one that is not.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import httpx2
import psycopg
import pytest

from tests.acceptance.conftest import ROOT, Done, LocalNotion, command

PAGES = "select notion_page_id::text from contacts_profiles order by id"


class Place:
    """Both sides, with a round behind them, and the words of the documents for what is in it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.run_lines: set[str] = set()
        self.names: dict[str, str] = {}

    def sql(self, statement: str, *values: Any) -> list[Any]:
        with psycopg.connect(self.environment["SUPABASE_DB_URL"], autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values)
            return [row[0] for row in cursor.fetchall()] if cursor.description else []

    def in_notion(self, page_id: str, title: str, words: str | None = None) -> str:
        """What a text property says, after writing it if words are given."""
        url = f"{self.environment['NOTION_API_URL']}/v1/pages/{page_id}"
        token = self.environment["NOTION_API_TOKEN"]
        headers = {"Authorization": f"Bearer {token}", "Notion-Version": "2025-09-03"}
        if words is None:
            answer = httpx2.get(url, headers=headers)
        else:
            text = {"rich_text": [{"text": {"content": words}}]}
            answer = httpx2.patch(url, headers=headers, json={"properties": {title: text}})
        assert answer.status_code == 200, answer.text
        return "".join(p["plain_text"] for p in answer.json()["properties"][title]["rich_text"])

    def run(self, line: str, expected: int = 0, *, width: str = "200") -> Done:
        """Run a line of the documents, with the real names in the place of theirs."""
        self.run_lines.add(line)
        for name, value in self.names.items():
            line = line.replace(name, value)
        words = shlex.split(line)
        words = words[2:] if words[:2] == ["python", "-m"] else words
        done = command(*words, env={**self.environment, "COLUMNS": width})
        assert done.code == expected, f"{line}: {done.said}"
        assert "Traceback" not in done.said
        return done

    def json(self, line: str, expected: int = 0) -> Any:
        return json.loads(self.run(line, expected).out)


@pytest.fixture
def place(postgres_url: str) -> Iterator[Place]:
    notion = LocalNotion("--sample")
    place = Place(
        {
            **notion.environment,
            "SUPABASE_DB_URL": postgres_url,
            "NOTION_REQUESTS_PER_MINUTE": "0",
        }
    )
    yield place
    notion.stop()


def documented() -> set[str]:
    """The commands of docs/commands.md: the indented lines that call accord or a tool."""
    text = (ROOT / "docs" / "commands.md").read_text()
    found = re.findall(r"^ {4}((?:accord|python -m) .*)$", text, re.MULTILINE)
    return {" ".join(line.split("  ")[0].split()) for line in found}


def test_the_commands_of_two_way_work_do_what_the_documents_say(place: Place) -> None:
    assert command("accord", "setup", env=place.environment).code == 0
    never = place.json("accord status --json", 1)
    assert {each["state"] for each in never["collections"]} == {"never read"}
    loaded = place.run("accord sync --no-stamps")
    assert "95 rows in Supabase" in loaded.said
    assert place.json("accord status --json")["in_step"]
    first, second = place.sql(PAGES)[:2]
    place.names = {"PAGE": first}
    sync_both_ways(place, first)
    decide_a_conflict(place, second)
    take_back(place, first)
    refuse_and_retry(place, first)
    assert place.run("accord status").said.endswith("Everything is in step.")
    assert "export type Database" in place.run("accord types --lang typescript").out
    assert "TypedDict" in place.run("accord types --lang python").out
    assert "create role" in place.run("accord migrate worker-role").out
    assert documented() <= place.run_lines


def sync_both_ways(place: Place, page: str) -> None:
    place.sql("update contacts_profiles set city = 'Rome' where notion_page_id = %s", page)
    waiting = place.json("accord status --json", 1)
    assert sum(each["waiting"] for each in waiting["collections"]) == 1
    told = place.json("accord explain PAGE --json", 1)
    assert [each["property"] for each in told["differences"]] == ["City"]
    assert "edited in Supabase" in place.run("accord explain PAGE", 1, width="80").said
    planned = place.run("accord sync --dry-run")
    assert "It would write 1 page in Notion" in planned.said
    done = place.run("python -m tools.sync_databases")
    assert "in step" in done.said
    assert place.in_notion(page, "City") == "Rome"
    assert "There was nothing to write" in place.run("accord sync").said
    assert place.json("accord explain PAGE --json")["in_step"]


def decide_a_conflict(place: Place, page: str) -> None:
    place.sql("update contacts_profiles set city = 'Bonn' where notion_page_id = %s", page)
    place.in_notion(page, "City", "Oslo")
    place.run("accord sync")
    assert place.run("accord conflicts").said == "No conflict waits for a person."
    (conflict,) = place.json("accord conflicts --all --json")["conflicts"]
    assert (conflict["winner"], conflict["notion"], conflict["supabase"]) == (
        "notion",
        "Oslo",
        "Bonn",
    )
    assert "Notion won" in place.run("accord conflicts --all", width="80").said
    place.names["ID"] = str(conflict["id"])
    assert "Bonn" in place.run("accord conflicts show ID").said
    wrong = place.run("accord conflicts resolve 99 ID --take notion --value 1", 2)
    assert "one of them" in wrong.said
    assert "no JSON" in place.run("accord conflicts resolve ID --value Łódź", 2).said
    assert (
        "there is no conflict 99" in place.run("accord conflicts resolve 99 --take notion", 2).said
    )
    place.run("accord conflicts resolve ID --take supabase")
    assert place.in_notion(page, "City") == "Bonn"
    place.run("""accord conflicts resolve ID --value '"Łódź"'""")
    assert place.in_notion(page, "City") == "Łódź"
    assert place.sql("select city from contacts_profiles where notion_page_id = %s", page) == [
        "Łódź"
    ]


def take_back(place: Place, page: str) -> None:
    changes = place.json("accord history PAGE --json")["changes"]
    (number,) = {each["round"] for each in changes if each["property"] == "City"}
    place.names["NUMBER"] = str(number)
    assert "Rome" in place.run("accord history PAGE", width="80").said
    planned = place.json("accord undo --round NUMBER --dry-run --json")
    assert [(each["property"], each["now"]) for each in planned["plan"]] == [("City", "Rome")]
    assert "Nothing was changed" in place.run("accord undo --round NUMBER --dry-run").said
    nobody = place.run("accord undo --round NUMBER", 2)
    assert "no terminal" in nobody.said
    assert place.in_notion(page, "City") == "Rome"
    place.run("accord undo --round NUMBER --yes")
    assert place.in_notion(page, "City") != "Rome"
    place.run("accord undo --record PAGE --yes")
    assert place.in_notion(page, "City") == "Rome"
    assert "nothing is remembered" in place.run("accord undo --round 999 --yes", 2).said
    both = place.run("accord undo --since soon", 2).said
    assert "--round N or --record" in both
    assert "soon" in both
    place.run("accord undo --record PAGE --since 2020-01-01 --dry-run", 0)


def refuse_and_retry(place: Place, page: str) -> None:
    place.sql("alter table contacts_profiles add constraint no_oslo check (city <> 'Oslo')")
    place.in_notion(page, "City", "Oslo")
    assert "no_oslo" in place.run("accord sync --no-stamps", 1).said
    told = place.json("accord status --json", 1)
    (problem,) = told["problems"]
    assert problem["remedy"]
    place.run("accord status", 1, width="80")
    place.run("accord ignore PAGE")
    assert place.json("accord status --json")["problems"][0]["ignored"]
    place.run("accord ignore PAGE --undo")
    place.sql("alter table contacts_profiles drop constraint no_oslo")
    assert "1 record was looked at again" in place.run("accord retry").said
    place.run("accord retry PAGE")
    assert "no problem to ignore" in place.run("accord ignore PAGE", 2).said
    assert "there is no record" in place.run("accord retry Nobody", 2).said
    name = place.sql("select full_name from contacts_profiles where notion_page_id = %s", page)[0]
    place.names["TITLE"] = shlex.quote(name)
    place.run("accord explain TITLE")
    place.sql(
        "update sync.lease set owner = 'elsewhere/1/ab', fence = fence + 1,"
        " until = clock_timestamp() + interval '8 seconds'"
    )
    waited = place.run("accord sync")
    assert "Another run is at work (elsewhere/1/ab); waiting for it" in waited.err
