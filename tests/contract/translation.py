"""Recorded ids and what they are called here.

The rule: an id is learned where it first stands at the same place of two answers, and means the
same from then on; a second meaning is a difference.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from tests.contract.recording import UUID, dashed

_PROPERTY_KEYS = re.compile(r"(?:^property|_property_id|^id|^filter_properties(?:\[\])?)\Z")


def spelled(raw: str) -> str:
    """Return a property id as the API spells it in JSON and in paths."""
    return quote(raw, safe="~()*!.'-_")


class Translation:
    """The ids that are known so far.

    Attributes:
        ids: Recorded UUIDs, with dashes, to ours.
        properties: Recorded raw property ids to ours.
        colors: Recorded ids of options to the colours that they have here.
        manifold: Our ids that several recorded ones stand for: that of the workspace, where
            recordings of several workspaces meet.
        ambiguous: Recorded ids that stand for more than one thing: never compared.
    """

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        self._recorded: dict[str, str] = {}
        self.properties: dict[str, str] = {}
        self.colors: dict[str, str] = {}
        self.ambiguous: set[str] = set()
        self.manifold: set[str] = set()

    def assume(self, recorded: str, ours: str) -> None:
        """Take two ids for the same that were put there as the same."""
        theirs, mine = dashed(recorded), dashed(ours)
        self.ids.setdefault(theirs, mine)
        self._recorded.setdefault(mine, theirs)

    def learn(self, recorded: str, ours: str) -> bool:
        """Take two ids for the same; False when one of them means something else already."""
        theirs, mine = dashed(recorded), dashed(ours)
        if theirs in self.ambiguous:
            return True
        if theirs in self.ids:
            return self.ids[theirs] == mine
        if mine in self._recorded and mine not in self.manifold:
            return False
        self.assume(theirs, mine)
        return True

    def learn_property(self, recorded: str, ours: str) -> bool:
        """Take two property ids for the same; False when the recorded one means another."""
        return self.properties.setdefault(unquote(recorded), unquote(ours)) == unquote(ours)

    def known(self, recorded: str) -> bool:
        """Tell whether a UUID has been learned."""
        return dashed(recorded) in self.ids

    def local(self, recorded: str) -> str:
        """Return our UUID for a recorded one, or itself."""
        return self.ids.get(dashed(recorded), dashed(recorded))

    def text(self, text: str) -> str:
        """Return a text with every known UUID in it exchanged, dashes as they were."""

        def exchange(match: re.Match[str]) -> str:
            found = self.ids.get(dashed(match[0]))
            if found is None:
                return match[0]
            return found if "-" in match[0] else found.replace("-", "")

        return UUID.sub(exchange, text)

    def _property(self, text: str) -> str | None:
        raw = self.properties.get(unquote(text))
        return None if raw is None else spelled(raw)

    def body(self, value: Any, key: str = "") -> Any:
        """Return a request body with our ids."""
        if isinstance(value, dict):
            return {self._key(name, key): self.body(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [self.body(one, key) for one in value]
        if not isinstance(value, str):
            return value
        if _PROPERTY_KEYS.search(key):
            return self._property(value) or self.text(value)
        return self.text(value)

    def _key(self, name: str, above: str) -> str:
        if above != "properties":
            return name
        return self._property(name) or name

    def path(self, path: str) -> str:
        """Return path and query string with our ids."""
        parts = urlsplit(path)
        segments = parts.path.split("/")
        for at, segment in enumerate(segments):
            if at and segments[at - 1] == "properties":
                segments[at] = self._property(segment) or segment
            else:
                segments[at] = self.text(segment)
        bare = "/".join(segments)
        if not parts.query:
            return bare
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        return f"{bare}?" + urlencode([(key, self.body(one, key)) for key, one in pairs])
