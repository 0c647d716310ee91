"""Two answers held against each other: keys, their order, types, and every value.

The rule: only what the real API itself draws at random or takes from its clock is compared by
its form (times, request ids, signed URLs, colours that nobody asked for); ids must mean the
same thing wherever they stand; everything else must be equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from tests.contract.recording import UUID, Json, instant, objects
from tests.contract.translation import Translation

#: How far the real index of search may be behind.
LAG = timedelta(minutes=5)
_TIMES = frozenset({"created_time", "last_edited_time", "expiry_time", "expires_at"})
_FLOORED = frozenset({"created_time", "last_edited_time"})
_PROPERTY_ID = re.compile(r"(?:^id|_property_id)\Z")
_REFERENCE = re.compile(r"(block_property:)([^:]+)(:)")
_MINUTE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z\Z")
_EXACT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|\+00:00)\Z")
#: Addresses that differ on every read or with the cursor in them.
_HOST = re.compile(r"https://(?:www\.notion\.so|app\.notion\.com/p)/")
_ADDRESSES = frozenset({"upload_url", "status_url", "next_url", "request_id"})


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "array"
    return "object" if isinstance(value, dict) else "null"


def _form(stamp: str) -> str:
    """Return how a stamp is written: the sign of its zone."""
    exact = _EXACT.match(stamp)
    return exact[1] if exact else "other"


class Comparison:
    """Compares the answers of one scenario and learns ids on the way.

    Args:
        translation: The ids that are known.
        untold: Raw ids of properties whose values cannot be known, only their form.

    Attributes:
        by_form: How many values were compared by their form because of that.
    """

    def __init__(self, translation: Translation, untold: set[str]) -> None:
        self.translation = translation
        self.untold = untold
        self.by_form = 0
        self.wished: set[tuple[str, str]] = set()

    def heed(self, request: Any) -> None:
        """Note which colours a request asks for: those are no matter of chance."""
        for part in objects(request):
            if isinstance(part.get("name"), str) and isinstance(part.get("color"), str):
                self.wished.add((part["name"], part["color"]))

    def differences(self, theirs: Any, ours: Any) -> list[str]:
        """Return every difference of an answer, each with its place."""
        return list(self._any(theirs, ours, "", ""))

    def current(
        self, theirs: Json, ours: Json, made: set[str], now: datetime
    ) -> tuple[Json, Json, int]:
        """Return two answers to a search without what its index need not show yet.

        The index follows after minutes (it is documented so, and the recordings show it): what
        was made by the scenario or lies in the trash, and what was changed a short time ago, may
        stand in one answer and not in the other. Also returns how many results were left out.
        """
        wanted, found = theirs.get("results"), ours.get("results")
        if not isinstance(wanted, list) or not isinstance(found, list):
            return theirs, ours, 0
        local = {self.translation.local(str(it.get("id"))) for it in wanted}
        there = {str(it.get("id")) for it in found}
        fresh = {self.translation.local(one) for one in made}

        def due(it: Json, other: set[str]) -> bool:
            ours_id = self.translation.local(str(it.get("id")))
            edited = instant(it.get("last_edited_time"))
            late = edited is not None and now - edited < LAG
            return ours_id in other or not (ours_id in fresh or it.get("in_trash") or late)

        theirs = {**theirs, "results": [it for it in wanted if due(it, there)]}
        ours = {**ours, "results": [it for it in found if due(it, local)]}
        left_out = len(wanted) + len(found) - len(theirs["results"]) - len(ours["results"])
        return theirs, self._in_their_order(theirs, ours), left_out

    def _in_their_order(self, theirs: Json, ours: Json) -> Json:
        """Return a search's answer in the recorded order, where that differs only in ties."""
        wanted, found = theirs.get("results"), ours.get("results")
        if not isinstance(wanted, list) or not isinstance(found, list):
            return ours
        place = {self.translation.local(str(it.get("id"))): at for at, it in enumerate(wanted)}
        ids = [it.get("id") for it in found]
        if len(place) != len(wanted) or set(ids) != set(place):
            return ours
        again = sorted(found, key=lambda it: place[it["id"]])
        edited = [str(it.get("last_edited_time")) for it in found]
        if edited != [str(it.get("last_edited_time")) for it in again]:
            return ours
        return {**ours, "results": again}

    # ---- the walk

    def _any(self, theirs: Any, ours: Any, path: str, key: str) -> Iterator[str]:
        if isinstance(theirs, dict) and isinstance(ours, dict):
            yield from self._object(theirs, ours, path, key)
        elif isinstance(theirs, list) and isinstance(ours, list):
            if len(theirs) != len(ours):
                yield f"{path}: {len(theirs)} items but ours {len(ours)}"
            for at, (one, another) in enumerate(zip(theirs, ours, strict=False)):
                yield from self._any(one, another, f"{path}[{at}]", key)
        elif isinstance(theirs, str) and isinstance(ours, str):
            if not self._same_text(theirs, ours, key):
                yield f"{path}: {theirs!r} but ours {ours!r}"
        elif _kind(theirs) != _kind(ours) or theirs != ours:
            yield f"{path}: {_short(theirs)} but ours {_short(ours)}"

    def _object(self, theirs: Json, ours: Json, path: str, key: str) -> Iterator[str]:
        if key == "properties":
            yield from self._properties(theirs, ours, path)
            return
        if list(theirs) != list(ours):
            yield f"{path}: keys {list(theirs)} but ours {list(ours)}"
        for name, value in theirs.items():
            if name not in ours:
                continue
            other = ours[name]
            if name == "color" and self._random_color(theirs, ours):
                continue
            if name == "url" and "expiry_time" in theirs and isinstance(other, str):
                continue  # signed anew on every read
            yield from self._any(value, other, f"{path}.{name}", name)

    def _properties(self, theirs: Json, ours: Json, path: str) -> Iterator[str]:
        """Compare by name: the order depends on ids that are drawn at random."""
        if theirs.keys() != ours.keys():
            missing = sorted(theirs.keys() - ours.keys())
            more = sorted(ours.keys() - theirs.keys())
            yield f"{path}: ours lacks {missing} and has {more} beyond"
        for name in theirs:
            if name in ours and self._untold(ours[name]):
                self.by_form += 1
                yield from self._any(
                    _bare(theirs[name]), _bare(ours[name]), f"{path}[{name!r}]", ""
                )
            elif name in ours:
                yield from self._any(theirs[name], ours[name], f"{path}[{name!r}]", "")
        if _ordered(theirs) and not _ordered(ours):
            yield f"{path}: ours do not stand in the order of their ids"

    def _untold(self, ours: Any) -> bool:
        """Tell whether a value is computed in a way that no recorded answer tells."""
        raw = ours.get("id") if isinstance(ours, dict) else None
        return isinstance(raw, str) and unquote(raw) in self.untold

    def _random_color(self, theirs: Json, ours: Json) -> bool:
        """Tell whether a colour was drawn; it must then stay what it was at first sight."""
        option, name, color = theirs.get("id"), theirs.get("name"), theirs.get("color")
        mine = ours.get("color")
        if not all(isinstance(one, str) for one in (option, name, color, mine)):
            return False
        if (str(name), str(color)) in self.wished:
            return False
        return self.translation.colors.setdefault(str(option), str(mine)) == mine

    # ---- texts

    def _same_text(self, theirs: str, ours: str, key: str) -> bool:
        if key in _ADDRESSES:
            return True
        if key in _TIMES:
            whole = bool(_MINUTE.match(theirs)) == bool(_MINUTE.match(ours))
            return _form(theirs) == _form(ours) and (whole or key not in _FLOORED)
        if key == "expression":
            theirs, ours = self._bound(theirs, ours)
        theirs, ours = _HOST.sub("https://notion/", theirs), _HOST.sub("https://notion/", ours)
        if UUID.search(theirs) or UUID.search(ours):
            return self._same_ids(theirs, ours)
        if theirs == ours:
            return True
        if _PROPERTY_ID.search(key):
            return self.translation.learn_property(theirs, ours)
        return False

    def _bound(self, theirs: str, ours: str) -> tuple[str, str]:
        """Take the property ids out of two formulas, where they mean the same."""
        one, other = _REFERENCE.findall(theirs), _REFERENCE.findall(ours)
        if len(one) != len(other):
            return theirs, ours
        for (_, recorded, _), (_, mine, _) in zip(one, other, strict=True):
            if not self.translation.learn_property(recorded, mine):
                return theirs, ours
        return _REFERENCE.sub(r"\1\3", theirs), _REFERENCE.sub(r"\1\3", ours)

    def _same_ids(self, theirs: str, ours: str) -> bool:
        """Compare two texts by what their UUIDs mean and by all that stands between them."""
        one, other = UUID.findall(theirs), UUID.findall(ours)
        if UUID.sub("", theirs) != UUID.sub("", ours) or len(one) != len(other):
            return False
        learned = [self.translation.learn(*pair) for pair in zip(one, other, strict=True)]
        return all(learned)


def _bare(value: Any) -> Any:
    """Return a computed value without what was computed."""
    if not isinstance(value, dict):
        return value
    return {key: None if key == value.get("type") else one for key, one in value.items()}


def _ordered(properties: Json) -> bool:
    """Tell whether a map of properties stands in the order of length and raw id."""
    raw = [
        unquote(one["id"])
        for one in properties.values()
        if isinstance(one, dict) and isinstance(one.get("id"), str)
    ]
    return raw == sorted(raw, key=lambda text: (len(text), text))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 160 else text[:157] + "..."
