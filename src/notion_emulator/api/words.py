"""The words that the body of a request may hold, by endpoint.

The rule: a word that an endpoint does not know is refused, as observed, unless the switch
`unknown_body_key` lets it pass; endpoints that are not named here look at their bodies themselves.
"""

from __future__ import annotations

from typing import Any

from notion_emulator.errors import bad_body

Json = dict[str, Any]

_CONTAINER = frozenset({"parent", "title", "description", "icon", "cover", "properties"})
WORDS: dict[tuple[str, str], frozenset[str]] = {
    ("POST", "/v1/pages"): frozenset(
        {
            *("parent", "properties", "icon", "cover", "content", "children", "markdown"),
            *("template", "position", "allow_async"),
        }
    ),
    ("PATCH", "/v1/pages/{page_id}"): frozenset(
        {
            *("properties", "icon", "cover", "in_trash", "is_archived", "is_locked"),
            *("template", "erase_content"),
        }
    ),
    ("POST", "/v1/pages/{page_id}/move"): frozenset({"parent"}),
    ("POST", "/v1/databases"): _CONTAINER | {"is_inline", "initial_data_source"},
    ("PATCH", "/v1/databases/{database_id}"): _CONTAINER | {"is_inline", "in_trash", "is_locked"},
    ("POST", "/v1/data_sources"): _CONTAINER,
    ("PATCH", "/v1/data_sources/{data_source_id}"): _CONTAINER | {"in_trash"},
    ("POST", "/v1/search"): frozenset({"query", "filter", "sort", "start_cursor", "page_size"}),
    ("PATCH", "/v1/blocks/{block_id}/children"): frozenset({"children", "position", "after"}),
    ("POST", "/v1/file_uploads"): frozenset(
        {"mode", "filename", "content_type", "number_of_parts", "external_url"}
    ),
}


def refuse_unknown(body: Json, known: frozenset[str]) -> None:
    """Refuse the first word of a body that is not known.

    Raises:
        ApiError: 400.
    """
    for key, value in body.items():
        if key not in known:
            raise bad_body(f"body.{key}", "not present", value)
