"""The official types as JSON Schemas, and answers held against them.

Rule: no shape is written down here; what an answer may be is read off the types that Notion
ships with its own client, when the test runs.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.clients import node

Json = dict[str, Any]


@dataclass
class Answers:
    """Answers and the names of the types that they claim to be.

    Attributes:
        old: They speak version 2025-09-03.
    """

    old: bool
    noted: list[Json] = field(default_factory=list)

    def note(self, kind: str, name: str, body: Json) -> Json:
        """Take an answer in; ``request_id`` stands on every one and in no type."""
        shown = {key: value for key, value in body.items() if key != "request_id"}
        self.noted.append({"type": kind, "name": name, "body": self._typed(shown)})
        return body

    def _typed(self, value: Any) -> Any:
        """Return a value as the types tell of it, which recordings prove to differ.

        ``archived`` is gone since version 2026-03-11, ``has_more`` stands beside the targets of
        a relation, and a person has ``email_verified``.
        """
        if isinstance(value, list):
            return [self._typed(one) for one in value]
        if not isinstance(value, dict):
            return value
        found = {key: self._typed(one) for key, one in value.items()}
        if "in_trash" in found:
            assert ("archived" in found) is self.old
            found.setdefault("archived", found["in_trash"])
        if isinstance(found.get("relation"), list):
            assert isinstance(found.pop("has_more"), bool)
        if "email" in found:
            found.pop("email_verified", None)
        return found

    def wrong(self) -> list[str]:
        """Return those that do not fit, each with what is wrong in it."""
        found: list[Json] = json.loads(node.run("shapes.js", {}, stdin=json.dumps(self.noted)))
        return [
            f"{one['type']} {one['name']}:\n    " + "\n    ".join(one["errors"]) for one in found
        ]

    def hold(self) -> None:
        """Fail with those that do not fit."""
        wrong = self.wrong()
        assert not wrong, "\n".join(wrong)
