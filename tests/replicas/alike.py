"""What two places show, told so that it can be compared.

Rule: what is each place's own (a version, a mark, a moment of its clock) is left out; that it is
there is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from accord.core.ports import Known
from tests.replicas.pools import NAMES
from tests.store.store import CREATED, page, row


def unordered(rows: Mapping[str, tuple[str, ...]]) -> dict[str, set[str]]:
    """The rows by table: of one batch they come in any order."""
    return {table: set(ids) for table, ids in rows.items()}


def only_here(ours: Any, theirs: Any) -> Any:
    """What is not alike on the other side."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return {k: only_here(v, theirs.get(k)) for k, v in ours.items() if v != theirs.get(k)}
    if isinstance(ours, list) and isinstance(theirs, list):
        return [entry for entry in ours if entry not in theirs] or ours
    return ours


def named(told: str) -> str:
    """The text with names for ids."""
    for name in (*(n for names in NAMES.values() for n in names), "nowhere", "ann", "bob"):
        told = told.replace(row(name), f"row {name}").replace(page(name), f"page {name}")
    return told


def told(known: Known | None, *, compared: bool) -> dict[str, Any]:
    """What a write says it was planned on."""
    version = known.row.version if known and known.row else 0
    ledger = known.ledger if known else ""
    return {"expected_version": version, "ledger": ledger if compared else None}


def seen(known: Known) -> Known:
    """What is known of a record, without what is each place's own."""
    sighting = known.row
    if sighting is not None:
        made = CREATED if sighting.created_at == CREATED else None
        marked = int(sighting.version != 0)
        sighting = replace(sighting, created_at=made, edited_at=None, version=marked)
    return replace(known, row=sighting, ledger="marked" if known.ledger else "")
