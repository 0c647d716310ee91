"""Replays recorded scenarios of the real Notion API against the local Notion.

The rule: each scenario gets a workspace of its own, seeded with what existed before, and a clock
that stands where the recorded answers say it stood; a request that cannot be replayed is
counted, with its reason, and never stops the rest.

    python -m tests.contract.replay FILE... [--alone] [--differences] [--report FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from collections.abc import Iterable, Iterator
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
    Json,
    Unreadable,
    dashed,
    load,
    moment,
    objects,
)
from tests.contract.seeding import UNFIT, Seeder, merged
from tests.contract.sending import sent
from tests.contract.sightings import Sightings, look
from tests.contract.translation import Translation

NEWEST = "2026-03-11"
VERSIONS = frozenset({"2025-09-03", NEWEST})
START = datetime(2026, 6, 27, 17, 1, tzinfo=UTC)
_YOURS = re.compile(r'with your integration "([^"]*)"')
#: The recordings that are kept here: they tell of the workspaces that others too were made in.
RECORDINGS = sorted((Path(__file__).parent.parent / "recordings").glob("*.jsonl"))
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
        by_form: Values that were compared by their form, see `Comparison.untold`.
    """

    scenario: str
    one: Interaction
    left_out: str | None = None
    reason: str | None = None
    differences: list[str] = field(default_factory=list)
    lagging: int = 0
    by_form: int = 0

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
        self.version = next((one.version for one in recorded if one.version), NEWEST)
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
        limit = next((one for one in map(_upload_limit, [*own.users, *library.users]) if one), None)
        if limit is not None:
            self.workspace.uploads.max_size = limit
        self.translation = Translation()
        if bot is not None:
            self.translation.assume(bot, self.workspace.bot_id)
        self.seeder = Seeder(self.workspace, own, library, self.translation)
        self.comparison = Comparison(self.translation, self.seeder.untold)

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
        earlier = self.comparison.by_form
        found_all = self.comparison.differences(theirs, ours)
        return Outcome(
            self.name,
            one,
            reason="the answers differ" if found_all else None,
            differences=found_all,
            lagging=lagging,
            by_form=self.comparison.by_form - earlier,
        )

    async def _send(self, client: httpx2.AsyncClient, one: Interaction) -> httpx2.Response:
        token = "wrong" if one.status == 401 else self.workspace.token
        headers = {"Authorization": f"Bearer {token}"}
        version = one.version or (self.version if one.done else None)
        if version is not None:
            headers["Notion-Version"] = version
        content, more = sent(one, self.translation)
        headers |= more
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
        if one.done and bot_id is None:
            bot_id = next((author for author in _authors(one, own)), None)
    if bot_id is None:
        bot_id = next((found for one in recorded for found in _refused(one)), None)
    for user in own.users:
        if bot_id is not None and user["id"] == dashed(bot_id):
            name = user["name"]
    return bot_id, name, space


def _upload_limit(user: Json) -> int | None:
    """Return how large a file may be, as the integration's own user tells."""
    limits = (user.get("bot") or {}).get("workspace_limits") or {}
    found = limits.get("max_file_upload_size_in_bytes")
    return found if isinstance(found, int) else None


def _authors(one: Interaction, own: Sightings) -> Iterator[str]:
    """Give the ids of those of whom an answer says that they wrote through the API."""
    writes = one.method in {"PATCH", "DELETE"}
    for part in objects(one.response):
        if part.keys() == {"id", "type"} and part["type"] == "bot":
            yield str(part["id"])
        made = str(part.get("id")) in own.made
        key = "created_by" if made else "last_edited_by"
        by = part.get(key) if made or (writes and part is one.response) else None
        author = str(by.get("id")) if isinstance(by, dict) else ""
        if UUID.fullmatch(author):
            yield author


def _refused(one: Interaction) -> Iterator[str]:
    """Give the id of the integration that a refusal names."""
    more = one.response.get("additional_data") if isinstance(one.response, dict) else None
    found = more.get("integration_id") if isinstance(more, dict) else None
    if isinstance(found, str) and UUID.fullmatch(found):
        yield found


@dataclass
class Replay:
    """The outcomes of all scenarios, and what could not be seeded.

    Attributes:
        beside: How many other scenarios told what else there was in the workspace.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    beside: int = 0

    @property
    def counted(self) -> list[Outcome]:
        """The outcomes that count."""
        return [one for one in self.outcomes if one.left_out is None]

    @property
    def share(self) -> float:
        """The share of matched interactions among those that count."""
        counted = self.counted
        return sum(one.matched for one in counted) / len(counted) if counted else 1.0


def replay(paths: Iterable[Path], beside: Iterable[Path] = ()) -> Replay:
    """Replay all scenarios of some files.

    Args:
        paths: The files.
        beside: Further recordings: not replayed, they only tell what else there was.

    Raises:
        Unreadable: A file is no recording.
    """
    scenarios = load(paths)
    sights = {name: look(recorded) for name, recorded in scenarios.items()}
    known = {name.split("/", 1)[-1] for name in scenarios}
    further = load(beside).items()
    others = [look(one) for name, one in further if name.split("/", 1)[-1] not in known]
    library = merged([*sights.values(), *others])
    result = Replay(beside=len(others))

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
    by_form = sum(one.by_form for one in counted)
    if by_form:
        lines.append(f"{by_form:5} computed values, of which no answer tells how, taken by form")
    if result.beside:
        lines.append(f"{result.beside:5} other recorded scenarios told what else there was")
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
    ]
    differences = []
    for one in counted:
        if not one.matched:
            where = f"`{one.scenario}` #{one.one.number} {one.one.endpoint}"
            differences.append(f"- {where}: {one.reason}")
            differences += [f"  - `{difference[:400]}`" for difference in one.differences]
    away = sorted({one.left_out for one in result.outcomes if one.left_out is not None})
    notes = [f"- `{n}`: {note[:300]}" for n, found in result.notes.items() for note in found]
    for heading, found in (
        ("Differences", differences),
        ("Left out", [f"- {reason}" for reason in away]),
        ("What could not be seeded", notes),
    ):
        lines += ["", f"## {heading}", "", *(found or ["None."])]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Replay the named files and print the outcome; 2 when a file is no recording."""
    parser = argparse.ArgumentParser(prog="replay", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--differences", action="store_true", help="show every difference")
    parser.add_argument(
        "--alone", action="store_true", help="learn nothing from the recordings kept here"
    )
    parser.add_argument("--report", type=Path, help="write a Markdown report")
    options = parser.parse_args(arguments)
    try:
        result = replay(options.files, [] if options.alone else RECORDINGS)
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(_lines(result, details=options.differences)))
    if options.report is not None:
        options.report.write_text(report(result), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
