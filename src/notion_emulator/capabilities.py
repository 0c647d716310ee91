"""What a token may do: the capabilities that an integration was given.

The rule: without a capability an endpoint is refused; who may write but not read is told of a
write only the id; of users a token sees what its level shows, wherever they stand.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

Json = dict[str, Any]

LEVELS = ("none", "without_email", "with_email")
#: Objects of which a token without ``read_content`` is told the id alone.
_CONTENT = frozenset({"page", "database", "data_source", "block", "view", "page_markdown"})


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a token may do; unsaid, everything.

    Attributes:
        read_content: Read pages, databases, blocks; query and search.
        update_content: Change what is there, trash and move it.
        insert_content: Create pages, databases, blocks and views.
        read_comments: Read comments.
        insert_comments: Write, change and remove comments.
        users: What is shown of users: ``none``, ``without_email`` or ``with_email``.
    """

    read_content: bool = True
    update_content: bool = True
    insert_content: bool = True
    read_comments: bool = True
    insert_comments: bool = True
    users: Literal["none", "without_email", "with_email"] = "with_email"

    def __post_init__(self) -> None:
        """Refuse what is no capability.

        Raises:
            ValueError: A value is of the wrong kind.
        """
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name == "users" and value not in LEVELS:
                raise ValueError(f"users: {value!r} is none of {', '.join(LEVELS)}")
            if one.name != "users" and not isinstance(value, bool):
                raise ValueError(f"{one.name}: {value!r} is neither true nor false")

    def allow(self, method: str, path: str) -> bool:
        """Tell whether an endpoint may be called."""
        need = _need(method, [one for one in path.split("/") if one][1:])
        if need == "users":
            return self.users != "none"
        return need is None or bool(getattr(self, need))

    @property
    def see_everything(self) -> bool:
        """Whether answers are shown as they are."""
        return self.read_content and self.users == "with_email"

    def shown(self, answer: Any, *, wrote: bool) -> Any:
        """Return an answer as a token sees it.

        Args:
            answer: A JSON value.
            wrote: The request wrote something.
        """
        if isinstance(answer, list):
            return [self.shown(one, wrote=wrote) for one in answer]
        if not isinstance(answer, dict):
            return answer
        kind = answer.get("object")
        if wrote and not self.read_content and kind in _CONTENT:
            return {"object": kind, "id": answer["id"]}
        if kind == "user" and "type" in answer:
            return self._user(answer)
        return {key: self.shown(one, wrote=wrote) for key, one in answer.items()}

    def _user(self, user: Json) -> Json:
        if self.users == "none" and "workspace_name" not in (user.get("bot") or {}):
            return {"object": "user", "id": user["id"]}
        if self.users != "with_email" and "person" in user:
            return {**user, "person": {}}
        return user


def _need(method: str, parts: list[str]) -> str | None:
    """Return the capability that an endpoint asks for, None when it asks for none."""
    family, last = parts[0] if parts else "", parts[-1] if parts else ""
    if family == "users":
        return None if last == "me" else "users"
    if family == "comments":
        return "read_comments" if method == "GET" else "insert_comments"
    if family in {"file_uploads", "async_tasks"}:
        return None
    if method == "GET" or last in {"query", "search"} or "queries" in parts:
        return "read_content"
    if (method == "POST" and len(parts) == 1) or (method == "PATCH" and last == "children"):
        return "insert_content"
    return "update_content"
