"""One page, from what Notion answers to a whole sighting.

Rule: a value that a page shows only in part (Notion cuts relations and people at 25) is read whole
or not at all; a page that cannot be read is refused by name and stops no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from accord.core.errors import NotionError, ValueRefusedError
from accord.core.ports import Binding, Problem, User
from accord.core.record import Sighting
from accord.core.values import Json, Value
from accord.notion import calls
from accord.notion.client import NotionClient
from accord.notion.codec import Decoded, decode_page, decode_property_items, users_in
from accord.notion.errors import (
    InvalidCursorError,
    ListingError,
    RateLimitedError,
    UnauthorizedError,
    UnreachableError,
)

#: How often a long list is begun again when Notion has forgotten where it was read to.
RESTARTS = 3


@dataclass(frozen=True, slots=True)
class Read:
    """What came of reading a page: a sighting, or the reason why there is none."""

    sighting: Sighting | None = None
    refused: Problem | None = None
    users: tuple[User, ...] = ()
    notes: tuple[Problem, ...] = ()


async def read_page(
    client: NotionClient,
    binding: Binding,
    page: Mapping[str, Json],
    *,
    weak: bool,
    fields: bool = True,
    mirrors: bool = True,
) -> Read:
    """Decode a page and complete what it shows only in part.

    Args:
        client: whom to ask for the rest.
        binding: how the fields are found.
        page: the page object.
        weak: whether it comes from a query, whose index may lag.
        fields: whether to complete the record's own fields; else the cut ones are left out.
        mirrors: the same for mirror fields.

    Raises:
        CallError: Notion does not answer.
    """
    if "properties" not in page:
        reason = "Notion shows no more of the page than its id"
        remedy = "Give the connection the capability to read content, and share the page with it."
        return Read(refused=_problem(binding, page, "", reason, remedy))
    try:
        decoded = decode_page(binding, page, weak=weak)
        return await _complete(client, binding, decoded, fields=fields, mirrors=mirrors)
    except ValueRefusedError as error:
        refused = _problem(binding, page, error.field, error.reason, error.remedy)
        return Read(refused=refused, users=tuple(users_in(page["properties"])))


async def _complete(
    client: NotionClient, binding: Binding, decoded: Decoded, *, fields: bool, mirrors: bool
) -> Read:
    sighting = decoded.sighting
    values: dict[str, Value] = {}
    shown = dict(sighting.mirrors)
    users = dict.fromkeys(decoded.users)
    for name, property_id in decoded.truncated:
        field = binding.collection.field(name)
        if not (fields if field.mirrors is None else mirrors):
            continue
        try:
            items = await read_items(client, sighting.page_id or "", property_id)
        except (UnauthorizedError, UnreachableError, RateLimitedError):
            raise
        except NotionError as error:
            raise ValueRefusedError(
                field.title,
                f"the whole of its long list could not be read ({error.message})",
                "The page or the property may be gone meanwhile; the next round looks again.",
            ) from error
        value = decode_property_items(field, items)
        users.update(dict.fromkeys(users_in(items)))
        if field.mirrors is None:
            values[name] = value
        elif isinstance(value, tuple):
            shown[name] = tuple(id_ for id_ in value if isinstance(id_, str))
    if values or len(shown) > len(sighting.mirrors):
        sighting = replace(sighting, record=sighting.record.updated(values), mirrors=shown)
    return Read(sighting, users=tuple(users), notes=decoded.notes)


async def read_items(client: NotionClient, page_id: str, property_id: str) -> list[Json]:
    """All items of one property of one page.

    Raises:
        CallError: Notion does not answer.
        ListingError: Notion says there is more and does not say how to get it.
    """
    restarts = 0
    items: list[Json] = []
    cursor: str | None = None
    while True:
        try:
            answer = await client.send(calls.get_property(page_id, property_id, cursor))
        except InvalidCursorError:
            restarts += 1
            if restarts > RESTARTS:
                raise
            items, cursor = [], None
            continue
        items.extend(answer.get("results", ()))
        if not answer.get("has_more"):
            return items
        cursor = answer.get("next_cursor")
        if not cursor:
            raise ListingError(
                f"Notion does not show the whole of property {property_id} of page {page_id}",
                remedy="Nothing is lost; the next round tries again.",
            )


def title_of(page: Mapping[str, Json]) -> str:
    """The title of a page, so that a person finds it; "" when there is none to read."""
    for answer in (page.get("properties") or {}).values():
        if isinstance(answer, Mapping) and answer.get("type") == "title":
            parts = answer.get("title") or ()
            return "".join(str(part.get("plain_text", "")) for part in parts)
    return ""


def _problem(
    binding: Binding, page: Mapping[str, Json], title: str, reason: str, remedy: str
) -> Problem:
    table = binding.collection.table
    return Problem(table, reason, remedy, page.get("id"), title_of(page), title)
