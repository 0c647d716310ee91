"""Replays recorded scenarios of the real Notion API against the local Notion.

The rule: each scenario gets a workspace of its own, seeded with what existed before, and a clock
that stands where the recorded answers say it stood; a request that cannot be replayed is
counted, with its reason, and never stops the rest.

    python -m tests.contract.replay FILE... [--differences] [--report FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import orjson

from notion_emulator import Switches, Workspace, create_app
from tests.contract.comparison import Comparison
from tests.contract.recording import (
    MISFITS,
    UUID,
    Interaction,
    Unreadable,
    dashed,
    load,
    moment,
    objects,
)
from tests.contract.seeding import UNFIT, Seeder, merged
from tests.contract.sightings import Sightings, look
from tests.contract.translation import Translation

VERSIONS = frozenset({"2025-09-03", "2026-03-11"})
START = datetime(2026, 6, 27, 17, 1, tzinfo=UTC)
_YOURS = re.compile(r'with your integration "([^"]*)"')
#: Families of endpoints that the local Notion leaves out, and why.
LEFT_OUT = {
    "oauth": "tokens are given out by the web site, not by a workspace",
    "agents": "assistants are no data of a workspace",
    "meeting_notes": "transcripts are no data of a workspace",
    "external_agents": "assistants are no data of a workspace",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one interaction.

    Attributes:
        scenario: File and recorded scenario.
        left_out: Why it does not count, None when it does.
        reason: Why it did not match, None when it did.
        differences: Each with its place.
        lagging: Search results that were left out of the comparison, see `Comparison.current`.
    """

    scenario: str
    one: Interaction
    left_out: str | None = None
    reason: str | None = None
    differences: list[str] = field(default_factory=list)
    lagging: int = 0

    @property
    def matched(self) -> bool:
        """Tell whether the answer was the recorded one."""
        return self.left_out is None and self.reason is None


def left_out(one: Interaction) -> str | None:
    """Return why an interaction does not count, None when it does."""
    family = one.parts[0] if one.parts else ""
    if family in LEFT_OUT:
        return f"/v1/{family}: {LEFT_OUT[family]}"
    if one.version is not None and one.version not in VERSIONS and one.status < 400:
        return f"version {one.version} is older than what the local Notion speaks"
    if one.status == 429 or one.status >= 500:
        return f"{one.status} is weather, not behaviour: it is asked for by tests that need it"
    if one.status == 0:
        return "the recording holds no answer"
    return None


class Scenario:
    """One scenario, its workspace and its clock."""

    def __init__(
        self, name: str, recorded: list[Interaction], own: Sightings, library: Sightings
    ) -> None:
        self.name = name
        self.recorded = recorded
        self.own = own
        self.now = next((at for at in map(moment, recorded) if at is not None), START)
        bot, integration, space = _bot(recorded, own, library)
        people = [one["person"] for one in own.users if one.get("person")]
        self.workspace = Workspace(
            clock=lambda: self.now,
            seed=3,
            integration=integration,
            name=space,
            switches=Switches(email_verified=any("email_verified" in one for one in people)),
        )
        self.translation = Translation()
        if bot is not None:
            self.translation.assume(bot, self.workspace.bot_id)
        self.comparison = Comparison(self.translation)
        self.seeder = Seeder(self.workspace, own, library, self.translation)

    async def run(self) -> list[Outcome]:
        """Seed the workspace, send every request and return what became of each."""
        self.seeder.plant()
        transport = httpx2.ASGITransport(create_app(self.workspace), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://notion") as client:
            return [await self._one(client, one) for one in self.recorded]

    async def _one(self, client: httpx2.AsyncClient, one: Interaction) -> Outcome:
        away = left_out(one)
        if away is not None:
            return Outcome(self.name, one, left_out=away)
        try:
            return await self._answered(client, one)
        except (*UNFIT, httpx2.HTTPError, httpx2.InvalidURL) as error:
            return Outcome(self.name, one, reason=f"it cannot be replayed: {error!r}")

    async def _answered(self, client: httpx2.AsyncClient, one: Interaction) -> Outcome:
        at = moment(one) if one.done else None
        if at is not None and at > self.now:
            self.now = at
        self.comparison.heed(one.request)
        answer = await self._send(client, one)
        ours = _body(answer)
        if answer.status_code != one.status:
            message = ours.get("message") if isinstance(ours, dict) else ours
            found = f"status {one.status} but ours {answer.status_code}: {message}"
            return Outcome(self.name, one, reason=_why(one, ours), differences=[found])
        theirs, lagging = one.response, 0
        if one.is_a("POST", "search") and isinstance(theirs, dict):
            theirs, ours, lagging = self.comparison.current(theirs, ours, self.own.made, self.now)
        found_all = self.comparison.differences(theirs, ours)
        reason = "the answers differ" if found_all else None
        return Outcome(self.name, one, reason=reason, differences=found_all, lagging=lagging)

    async def _send(self, client: httpx2.AsyncClient, one: Interaction) -> httpx2.Response:
        token = "wrong" if one.status == 401 else self.workspace.token
        headers = {"Authorization": f"Bearer {token}"}
        if one.version is not None:
            headers["Notion-Version"] = one.version
        content = None
        if isinstance(one.request, str):
            content = one.request.encode()
            boundary = one.request.removeprefix("--").split("\r\n", 1)[0]
            headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
        elif one.request is not None:
            content = orjson.dumps(self.translation.body(one.request))
            headers["Content-Type"] = "application/json"
        path = self.translation.path(one.path)
        return await client.request(one.method, path, content=content, headers=headers)


def _body(answer: httpx2.Response) -> Any:
    try:
        return orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return answer.text


def _why(one: Interaction, ours: Any) -> str:
    code = ours.get("code") if isinstance(ours, dict) else None
    if code == "invalid_request_url":
        return "the local Notion has no such endpoint"
    if code == "object_not_found" and one.done:
        return "something that it names is not there"
    if one.done:
        return "the local Notion refuses what the real one took"
    return "the local Notion takes what the real one refused" if code is None else "another error"


def _bot(
    recorded: list[Interaction], own: Sightings, library: Sightings
) -> tuple[str | None, str, str]:
    """Return the id of the integration's bot, its name and the name of the workspace."""
    bot_id, name, space = None, "Local integration", "Local workspace"
    for user in [*own.users, *library.users]:
        inner = user.get("bot") or {}
        if "workspace_name" in inner and user["id"] in own.user_ids:
            return user["id"], user["name"], str(inner["workspace_name"])
    for one in recorded:
        for part in objects(one.response):
            said = _YOURS.search(str(part.get("message", "")))
            shown = part.get("display_name")
            if said:
                name = said[1]
            elif isinstance(shown, dict) and shown.get("type") == "integration":
                name = str(shown.get("resolved_name"))
        for part in objects(one.response) if one.done and bot_id is None else ():
            if part.keys() == {"id", "type"} and part["type"] == "bot":
                bot_id = part["id"]
            by = part.get("created_by")
            author = by.get("id") if isinstance(by, dict) else None
            if str(part.get("id")) in own.made and UUID.fullmatch(str(author)):
                bot_id = str(author)
    for user in own.users:
        if bot_id is not None and user["id"] == dashed(bot_id):
            name = user["name"]
    return bot_id, name, space


@dataclass
class Replay:
    """The outcomes of all scenarios, and what could not be seeded."""

    outcomes: list[Outcome] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)

    @property
    def counted(self) -> list[Outcome]:
        """The outcomes that count."""
        return [one for one in self.outcomes if one.left_out is None]

    @property
    def share(self) -> float:
        """The share of matched interactions among those that count."""
        counted = self.counted
        return sum(one.matched for one in counted) / len(counted) if counted else 1.0


def replay(paths: Iterable[Path]) -> Replay:
    """Replay all scenarios of some files.

    Raises:
        Unreadable: A file is no recording.
    """
    scenarios = load(paths)
    sights = {name: look(recorded) for name, recorded in scenarios.items()}
    library = merged(list(sights.values()))
    result = Replay()

    async def run() -> None:
        for name, recorded in scenarios.items():
            try:
                scenario = Scenario(name, recorded, sights[name], library)
            except MISFITS as error:
                reason = f"the scenario cannot be understood: {error!r}"
                result.outcomes += [Outcome(name, one, reason=reason) for one in recorded]
                continue
            result.outcomes += await scenario.run()
            notes = [*sights[name].puzzling, *scenario.seeder.notes]
            if notes:
                result.notes[name] = notes

    asyncio.run(run())
    return result


def table(result: Replay) -> list[tuple[str, int, int]]:
    """Return matched and total of every endpoint that counts."""
    rows: dict[str, list[bool]] = {}
    for one in result.counted:
        rows.setdefault(one.one.endpoint, []).append(one.matched)
    return [(endpoint, sum(row), len(row)) for endpoint, row in sorted(rows.items())]


def _lines(result: Replay, *, details: bool) -> list[str]:
    counted = result.counted
    matched = sum(one.matched for one in counted)
    lines = [f"{hit:5} / {total:<5} {endpoint}" for endpoint, hit, total in table(result)]
    lines.append(f"{matched:5} / {len(counted):<5} in all ({result.share:.2%})")
    lagging = sum(one.lagging > 0 for one in counted)
    if lagging:
        lines.append(f"{lagging:5} searches in which the index of the real API lagged behind")
    away: dict[str, int] = {}
    for one in result.outcomes:
        if one.left_out is not None:
            away[one.left_out] = away.get(one.left_out, 0) + 1
    lines += [f"{count:5} left out: {reason}" for reason, count in sorted(away.items())]
    for one in counted:
        if one.matched:
            continue
        lines.append(f"- {one.scenario} #{one.one.number} {one.one.endpoint}: {one.reason}")
        shown = one.differences if details else one.differences[:1]
        lines += [f"    {difference[:400]}" for difference in shown]
        if len(one.differences) > len(shown):
            lines.append(f"    and {len(one.differences) - 1} more (--differences)")
    if details:
        for name, notes in result.notes.items():
            lines += [f"- {name}: not seeded: {note[:300]}" for note in notes]
    return lines


def report(result: Replay) -> str:
    """Return the outcome as a Markdown document."""
    counted = result.counted
    matched = sum(one.matched for one in counted)
    lines = [
        "# Replay of recordings of the real Notion API",
        "",
        f"{matched} of {len(counted)} interactions matched ({result.share:.2%}).",
        "",
        "| endpoint | matched | total |",
        "|---|---|---|",
        *[f"| {endpoint} | {hit} | {total} |" for endpoint, hit, total in table(result)],
        "",
        "## Differences",
        "",
    ]
    for one in counted:
        if not one.matched:
            lines.append(f"- `{one.scenario}` #{one.one.number} {one.one.endpoint}: {one.reason}")
            lines += [f"  - `{difference[:400]}`" for difference in one.differences]
    lines += ["", "## Left out", ""]
    away = sorted({one.left_out for one in result.outcomes if one.left_out is not None})
    lines += [f"- {reason}" for reason in away]
    lines += ["", "## What could not be seeded", ""]
    for name, notes in result.notes.items():
        lines += [f"- `{name}`: {note[:300]}" for note in notes]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Replay the named files and print the outcome; 2 when a file is no recording."""
    parser = argparse.ArgumentParser(prog="replay", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--differences", action="store_true", help="show every difference")
    parser.add_argument("--report", type=Path, help="write a Markdown report")
    options = parser.parse_args(arguments)
    try:
        result = replay(options.files)
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(_lines(result, details=options.differences)))
    if options.report is not None:
        options.report.write_text(report(result), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
