"""Replays recorded scenarios of the real API against the local Notion.

The rule: requests go out as they were recorded, only ids are exchanged for those that the
local Notion gave at the same place of an earlier answer; what is compared is everything that
the caller does not choose to call a matter of chance (ids, times, addresses).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDINGS = Path(__file__).parent.parent / "recordings"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
BARE = re.compile(r"[0-9a-f]{32}")
#: Values that depend on who and when: only their type is compared.
CHANCE = frozenset(
    {
        "request_id",
        "id",
        "url",
        "href",
        "created_time",
        "last_edited_time",
        "page_id",
        "database_id",
        "data_source_id",
        "block_id",
        "synced_property_id",
        "relation_property_id",
        "next_cursor",
        "expression",
        "workspace_id",
        "workspace_name",
        "integration_id",
        "message",
        "email",
        "rollup_property_id",
    }
)


@cache
def scenarios() -> dict[str, list[dict[str, Any]]]:
    """Return the recorded interactions by scenario."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(RECORDINGS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            found.setdefault(f"{path.stem}/{one['src']}", []).append(one)
    return found


@dataclass
class Translation:
    """Recorded ids and what they are called here."""

    ids: dict[str, str] = field(default_factory=dict)

    def learn(self, recorded: object, ours: object) -> None:
        """Take the ids that stand at the same place of two answers for the same."""
        if isinstance(recorded, dict) and isinstance(ours, dict):
            for key, value in recorded.items():
                if key not in ours:
                    continue
                other = ours[key]
                is_id = key == "id" or key.endswith("_id") or key == "next_cursor"
                if is_id and isinstance(value, str) and isinstance(other, str):
                    self.ids.setdefault(value, other)
                    self.ids.setdefault(unquote(value), unquote(other))
                else:
                    self.learn(value, other)
        elif isinstance(recorded, list) and isinstance(ours, list):
            for one, another in zip(recorded, ours, strict=False):
                self.learn(one, another)

    def text(self, text: str) -> str:
        """Return a text in which a recorded id stands by our own."""
        if text in self.ids:
            return self.ids[text]
        if text.startswith("s:"):
            return self.ids.get(text, text)
        return text

    def body(self, value: Any) -> Any:
        """Return a request body with our ids."""
        if isinstance(value, dict):
            return {self.text(key): self.body(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.body(one) for one in value]
        return self.text(value) if isinstance(value, str) else value

    def uri(self, uri: str) -> str:
        """Return a path and query with our ids."""
        path = uri.removeprefix("https://api.notion.com")
        for recorded, ours in self.ids.items():
            if UUID.match(recorded):
                path = path.replace(recorded, ours)
                path = path.replace(recorded.replace("-", ""), ours)
            elif recorded in path and recorded.startswith("s:"):
                path = path.replace(recorded, quote(ours))
        return path


def differences(recorded: Any, ours: Any, path: str = "") -> Iterator[str]:
    """Give every place at which two answers differ in keys, order, type or value."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        if list(recorded) != list(ours) and not path.endswith(".properties"):
            yield f"{path}: keys {list(recorded)} but ours {list(ours)}"
            return
        if path.endswith(".properties") and recorded.keys() != ours.keys():
            yield f"{path}: properties {sorted(recorded)} but ours {sorted(ours)}"
            return
        for key, value in recorded.items():
            if key in CHANCE:
                if type(value) is not type(ours[key]):
                    yield f"{path}.{key}: {value!r} but ours {ours[key]!r}"
            else:
                yield from differences(value, ours[key], f"{path}.{key}")
    elif isinstance(recorded, list) and isinstance(ours, list):
        if len(recorded) != len(ours):
            yield f"{path}: {len(recorded)} items but ours {len(ours)}"
            return
        for index, (one, another) in enumerate(zip(recorded, ours, strict=True)):
            yield from differences(one, another, f"{path}[{index}]")
    elif recorded != ours:
        yield f"{path}: {recorded!r} but ours {ours!r}"
