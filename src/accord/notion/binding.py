"""Which property of a data source is which field: the part of a survey that asks nobody.

Rule: pure. A property is known by its id, so that a rename in Notion keeps its column; what is
gone, has another type or points elsewhere is reported and stays unbound, which freezes it on both
sides. Nothing is guessed.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeAlias

from accord.core.ports import Binding, Problem, SourceState
from accord.core.schema import Collection, Field, PropertyType

Json: TypeAlias = Any

_ID_IN_TEXT = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{32}(?![0-9a-fA-F])")


def dashed(text: str) -> str | None:
    """An id as Notion writes it: lower case, with dashes; None when it is none."""
    bare = text.strip().replace("-", "")
    if not re.fullmatch("[0-9a-fA-F]{32}", bare):
        return None
    return str(uuid.UUID(bare))


def id_in(text: str) -> str | None:
    """The one id in a text, such as a copied link; None when there is none or more than one."""
    found = set(_ID_IN_TEXT.findall(text.partition("?")[0]))
    return dashed(found.pop()) if len(found) == 1 else None


def properties_of(source: Json) -> dict[str, tuple[str, str]]:
    """Property id -> (title, type) of a data source object."""
    return {
        each["id"]: (title, each["type"])
        for title, each in (source.get("properties") or {}).items()
    }


def bind(
    collection: Collection, source: Json, known: SourceState | None
) -> tuple[Binding, tuple[Problem, ...]]:
    """Find the properties of all declared fields.

    Args:
        collection: what is declared.
        source: the data source object, with its properties.
        known: what the ledger remembers of it. Its ``properties`` give the ids that once had the
            declared titles; an id wins over a title.
    """
    properties = properties_of(source)
    anchors = _anchors(collection, properties, source, known)
    declared = {f.title for f in collection.fields}
    by_title = {title: pid for pid, (title, _) in properties.items()}
    fields: dict[str, str] = {}
    problems: list[Problem] = []
    for field in collection.fields:
        candidates = _candidates(field, declared, by_title, anchors)
        right = [pid for pid in candidates if properties[pid][1] == field.type]
        if right:
            fields[field.name] = right[0]
        elif field.managed is None:
            problems.append(_missing(collection, field, properties, candidates))
    named, usurped = _under_declared_titles(collection, properties, {**anchors, **fields})
    binding = Binding(
        collection=collection,
        database_id=database_of(source),
        data_source_id=source["id"],
        fields=fields,
        properties=named,
        statuses=_statuses(collection, fields, source),
    )
    return binding, (*problems, *usurped)


def database_of(source: Json) -> str:
    """The database that a data source belongs to; "" when it does not say."""
    return str((source.get("parent") or {}).get("database_id", ""))


def relation_target(source: Json, property_id: str) -> str | None:
    """The data source that a relation points to; None when the schema does not say."""
    for each in (source.get("properties") or {}).values():
        if each["id"] == property_id:
            target = (each.get("relation") or {}).get("data_source_id")
            return str(target) if target else None
    return None


def _statuses(
    collection: Collection, fields: Mapping[str, str], source: Json
) -> dict[str, tuple[str, ...]]:
    """The options of each status, by field name, as far as the schema tells them."""
    by_id = {each["id"]: each for each in (source.get("properties") or {}).values()}
    found = {}
    for field in collection.fields:
        if field.type is PropertyType.STATUS and field.name in fields:
            options = (by_id[fields[field.name]].get("status") or {}).get("options") or ()
            found[field.name] = tuple(str(option["name"]) for option in options)
    return found


def _anchors(
    collection: Collection,
    properties: Mapping[str, tuple[str, str]],
    source: Json,
    known: SourceState | None,
) -> dict[str, str]:
    """Field name -> id of the existing property that was the field's when it was last seen."""
    if known is None or known.data_source_id != source["id"]:
        return {}
    ids = {title: pid for pid, (title, _) in known.properties.items() if pid in properties}
    passed_on = {t for f in collection.fields if f.title not in ids for t in f.former_titles}
    anchors: dict[str, str] = {}
    for field in collection.fields:
        titles = (field.title, *field.former_titles)
        title = next((each for each in titles if each in ids), None)
        if title is not None and (title != field.title or title not in passed_on):
            anchors[field.name] = ids[title]
    return anchors


def _candidates(
    field: Field,
    declared: set[str],
    by_title: Mapping[str, str],
    anchors: Mapping[str, str],
) -> list[str]:
    """Ids of existing properties that may be the field's, the surest first."""
    taken = {pid for name, pid in anchors.items() if name != field.name}
    former = [title for title in field.former_titles if title not in declared]
    titles = [field.title, *former]
    found = (anchors.get(field.name), *(by_title.get(title) for title in titles))
    return [pid for pid in dict.fromkeys(found) if pid is not None and pid not in taken]


def _under_declared_titles(
    collection: Collection,
    properties: Mapping[str, tuple[str, str]],
    meant: Mapping[str, str],
) -> tuple[dict[str, tuple[str, str]], list[Problem]]:
    """The properties as the ledger is to remember them: each field's under its declared title.

    A renamed property is known again by that. Another one that took the title meanwhile is kept
    without it, and told of: two properties for one column need a person's word.
    """
    named = dict(properties)
    problems = []
    by_title = {title: pid for pid, (title, _) in properties.items()}
    for field in collection.fields:
        pid = meant.get(field.name)
        if pid is None:
            continue
        now, type_ = properties[pid]
        named[pid] = (field.title, type_)
        other = by_title.get(field.title, pid)
        if other != pid and other not in meant.values():
            named[other] = ("", properties[other][1])
            reason = (
                f"the property {field.title!r} was renamed to {now!r} and another took its name"
            )
            remedy = f"The column follows {now!r}; delete or rename the one that is not meant."
            problems.append(Problem(collection.table, reason, remedy, property=field.title))
    return named, problems


def _missing(
    collection: Collection,
    field: Field,
    properties: Mapping[str, tuple[str, str]],
    candidates: list[str],
) -> Problem:
    kind = field.type.value.replace("_", " ")
    if candidates:
        title, type_ = properties[candidates[0]]
        now = type_.replace("_", " ")
        reason = f"the property {title!r} in Notion is of type {now}, declared is {kind}"
        remedy = (
            f"Change its type in Notion back to {kind}, or declare the new type in the model "
            f"{collection.model}; until then the field is left as it is on both sides."
        )
        return Problem(collection.table, reason, remedy, property=field.title)
    fitting = [title for title, type_ in properties.values() if type_ == field.type]
    close = get_close_matches(field.title, fitting, n=1, cutoff=0.75)
    hint = f" (it has one named {close[0]!r})" if close else ""
    reason = f"the Notion database has no property {field.title!r} of type {kind}{hint}"
    remedy = (
        f"Add it in Notion, or name the property that took its place {field.title!r}, or take it "
        f"out of the model {collection.model}; until then its column is left as it is."
    )
    return Problem(collection.table, reason, remedy, property=field.title)
