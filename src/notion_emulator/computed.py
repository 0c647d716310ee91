"""Formulas and rollups: values that exist only while they are read.

The rule: nothing here is ever stored and no stamp ever moves because of it. A formula that the
evaluator does not know shows as ``unsupported``, as Notion shows one that it cannot compute.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from statistics import median
from typing import TYPE_CHECKING, Any

import orjson

from notion_emulator.formula import Kind, Malformed, Unsupported, evaluate, kind_of, tidied
from notion_emulator.ids import decoded, encoded
from notion_emulator.richtext import plain_text
from notion_emulator.stamps import DAY, MINUTE, from_ms, instant_ms, render_date

if TYPE_CHECKING:
    from collections.abc import Callable

    from notion_emulator.model import DataSource, Page, Property
    from notion_emulator.render import Renderer
    from notion_emulator.state import State

Json = dict[str, Any]

_REFERENCE = re.compile(r"\{\{notion:block_property:([^:}]+):[^}]*\}\}")
_HIDDEN = re.compile(r'prop\("\{\{(\d+)\}\}"\)')
_PROP = re.compile(r'prop\(\s*"((?:[^"\\]|\\.)*)"\s*\)')
MAX_DEPTH = 10
REFERENCES_SEEN = 25


# ---- formulas


def bind_expression(expression: str, source: DataSource, space_id: str) -> str:
    """Return a written formula as Notion keeps it: tidied, its properties named by id."""
    expression = _tidied(expression)

    def reference(match: re.Match[str]) -> str:
        prop = source.find(match.group(1).replace('\\"', '"'))
        if prop is None:
            return match.group(0)
        return f"{{{{notion:block_property:{encoded(prop.id)}:{source.id}:{space_id}}}}}"

    return _PROP.sub(reference, expression)


def _tidied(expression: str) -> str:
    """Return a formula tidied, its references untouched; what is none stays as it is written."""
    kept: list[str] = []

    def hide(match: re.Match[str]) -> str:
        kept.append(match.group(0))
        return f'prop("{{{{{len(kept) - 1}}}}}")'

    try:
        spelled_out = tidied(_REFERENCE.sub(hide, expression))
    except Unsupported:
        return expression
    return _HIDDEN.sub(lambda match: kept[int(match.group(1))], spelled_out)


def spell_expression(expression: str, source: DataSource) -> str:
    """Return a kept formula with its properties called by their present names."""

    def call(match: re.Match[str]) -> str:
        prop = source.properties.get(decoded(match.group(1)))
        name = "" if prop is None else prop.name.replace('"', '\\"')
        return f'prop("{name}")'

    return _REFERENCE.sub(call, expression)


def spelled(prop: Property, source: DataSource) -> str:
    """Return a formula as `spell_expression` does; the schema's epoch says how long it holds."""
    if prop.spelled is None or prop.spelled[0] != source.epoch:
        text = spell_expression(prop.config["expression"], source)
        prop.spelled = (source.epoch, text)
    return prop.spelled[1]


def _moment(text: str) -> date | datetime:
    return date.fromisoformat(text) if DAY.match(text) else datetime.fromisoformat(text)


def plain_value(
    state: State, renderer: Renderer, page: Page, prop: Property, depth: int = 0
) -> object:
    """Return a value as formulas and filters see it: plain Python data."""
    value = page.values.get(prop.id)
    match prop.kind:
        case "title" | "rich_text":
            return plain_text(value)
        case "checkbox":
            return bool(value)
        case "select" | "status":
            option = prop.option(value) if value else None
            return None if option is None else option.name
        case "multi_select":
            found = [prop.option(one) for one in value or ()]
            return [one.name for one in found if one]
        case "date":
            return None if value is None else _moment(value[0])
        case "relation":
            return renderer.references(prop, value)[:REFERENCES_SEEN]
        case "people":
            return [state.users[one].name for one in value or () if one in state.users]
        case "files":
            return [one["name"] for one in value or ()]
        case "created_time":
            return from_ms(page.created - page.created % MINUTE)
        case "last_edited_time":
            return from_ms(page.edited - page.edited % MINUTE)
        case "created_by" | "last_edited_by":
            user = state.users.get(getattr(page, prop.kind.replace("last_", "")))
            return None if user is None else user.name
        case "unique_id":
            prefix = prop.config.get("prefix")
            return None if value is None else f"{prefix}-{value}" if prefix else str(value)
        case "formula":
            return formula_value(state, renderer, page, prop, depth + 1)
        case "rollup":
            body = rollup_json(state, renderer, page, prop)
            inner = body[body["type"]]
            return (
                _moment(inner["start"]) if isinstance(inner, dict) and "start" in inner else inner
            )
        case _:
            return float(value) if isinstance(value, int) else value


def formula_value(
    state: State, renderer: Renderer, page: Page, prop: Property, depth: int = 0
) -> object:
    """Return what a formula yields for a page.

    Raises:
        Unsupported: The formula is beyond the evaluator, or too deep.
    """
    if depth > MAX_DEPTH:
        raise Unsupported("formulas refer to each other too deeply")
    source = state.schema_of(page)

    def lookup(name: str) -> object:
        found = source.find(name)
        if found is None:
            raise KeyError(name)
        return plain_value(state, renderer, page, found, depth)

    return evaluate(spelled(prop, source), lookup, state.clock())


_KINDS: dict[str, Kind] = {
    "number": "number",
    "checkbox": "boolean",
    "date": "date",
    "created_time": "date",
    "last_edited_time": "date",
    "multi_select": "list",
    "relation": "list",
    "people": "list",
    "files": "list",
}


def formula_kind(source: DataSource, prop: Property, depth: int = 0) -> Kind:
    """Return the kind of value that a formula yields, whatever it yields for a page.

    Raises:
        Unsupported: The formula is beyond the evaluator, or too deep.
    """
    if depth > MAX_DEPTH:
        raise Unsupported("formulas refer to each other too deeply")

    def kind_of_property(name: str) -> Kind:
        found = source.find(name)
        if found is None:
            raise KeyError(name)
        if found.kind == "formula":
            return formula_kind(source, found, depth + 1)
        return _KINDS.get(found.kind, "string")

    return kind_of(spelled(prop, source), kind_of_property)


def _empty(state: State, page: Page, prop: Property) -> Json:
    """Return the empty result of a formula; it has a type as well."""
    kind = formula_kind(state.schema_of(page), prop)
    shown = "string" if kind == "list" else kind
    return {"type": shown, shown: None}


def formula_json(state: State, renderer: Renderer, page: Page, prop: Property) -> Json:
    """Return a formula's value as the API shows it."""
    try:
        value = formula_value(state, renderer, page, prop)
    except Malformed:
        return {"type": "string", "string": None}
    except Unsupported:
        return {"type": "unsupported", "unsupported": {}}
    match value:
        case bool():
            return {"type": "boolean", "boolean": value}
        case int() | float():
            number = int(value) if float(value).is_integer() else value
            return {"type": "number", "number": number}
        case datetime():
            offset = value.strftime("%z")
            zone = f"{offset[:3]}:{offset[3:5]}" if offset else "+00:00"
            start = f"{value:%Y-%m-%dT%H:%M}:00.000{zone}"
            return {"type": "date", "date": render_date((start, None))}
        case date():
            return {"type": "date", "date": render_date((value.isoformat(), None))}
        case list():
            return {"type": "string", "string": ",".join(str(one) for one in value)}
        case None:
            return _empty(state, page, prop)
        case _:
            return {"type": "string", "string": str(value)}


#: Kinds whose kept value alone decides what a formula sees of them.
_OWN = frozenset(
    {
        "title",
        "rich_text",
        "number",
        "checkbox",
        "select",
        "status",
        "multi_select",
        "date",
        "url",
        "email",
        "phone_number",
        "unique_id",
    }
)
_CLOCKED = re.compile(r"\b(now|today)\s*\(")
MEMO = 10_000


def _named(source: DataSource, prop: Property) -> list[Property | None]:
    """Return the properties that a formula names."""
    found = _REFERENCE.findall(prop.config["expression"])
    return [source.properties.get(decoded(raw)) for raw in found]


def asks_the_time(source: DataSource, prop: Property, depth: int = 0) -> bool:
    """Tell whether a formula, or one that it names, changes with the time alone."""
    if depth > MAX_DEPTH or _CLOCKED.search(prop.config["expression"]):
        return True
    return any(
        one is not None and one.kind == "formula" and asks_the_time(source, one, depth + 1)
        for one in _named(source, prop)
    )


def formula_reader(
    state: State, renderer: Renderer, source: DataSource, prop: Property
) -> Callable[[Page], bytes]:
    """Return what gives a formula's JSON for a page of a data source as its schema is now.

    A formula is a function of the values that it names: equal values are computed once.
    """
    named = _named(source, prop)
    if not all(one is not None and one.kind in _OWN for one in named):
        return lambda page: orjson.dumps(formula_json(state, renderer, page, prop))
    raws = tuple(dict.fromkeys(one.id for one in named if one is not None))
    clocked = asks_the_time(source, prop)
    memo: dict[object, bytes] = {}

    def read(page: Page) -> bytes:
        values = page.values
        key: tuple[object, ...] = tuple([_frozen(values.get(raw)) for raw in raws])
        if clocked:
            key = (state.now() // MINUTE, *key)
        found = memo.get(key)
        if found is None:
            if len(memo) >= MEMO:
                memo.clear()
            found = memo[key] = orjson.dumps(formula_json(state, renderer, page, prop))
        return found

    return read


def _frozen(value: Any) -> object:
    """Return a kept value as something that can stand in a key; 1 and True stay apart."""
    if isinstance(value, list):
        return tuple(value) if isinstance(value[0], str) else ("text", plain_text(value))
    return value if value is not True else "True"


# ---- rollups


def related_schema(
    state: State, source: DataSource, prop: Property
) -> tuple[Property | None, Property | None]:
    """Return the relation that a rollup follows and the property that it gathers there."""
    relation = source.properties.get(prop.config["relation_property_id"])
    if relation is None or relation.target not in state.sources:
        return relation, None
    target = state.sources[relation.target].properties.get(prop.config["rollup_property_id"])
    return relation, target


def related(
    state: State, renderer: Renderer, page: Page, prop: Property
) -> tuple[list[Page], Property | None]:
    """Return the pages that a rollup gathers and the property that it gathers of them."""
    relation, target = related_schema(state, state.schema_of(page), prop)
    if relation is None or target is None:
        return [], None
    ids = renderer.references(relation, page.values.get(relation.id))
    return [state.pages[one] for one in ids if one in state.pages], target


def rollup_json(state: State, renderer: Renderer, page: Page, prop: Property) -> Json:
    """Return a rollup's value as the API shows it."""
    function = prop.config["function"]
    pages, target = related(state, renderer, page, prop)
    if target is None:
        return {"type": "unsupported", "unsupported": {}, "function": function}
    if function in {"show_original", "show_unique"}:
        items = [_item(renderer, one, target) for one in pages]
        if function == "show_unique":
            items = [item for at, item in enumerate(items) if item not in items[:at]]
        return {"type": "array", "array": items, "function": function}
    plain = [plain_value(state, renderer, one, target) for one in pages]
    if function in {"earliest_date", "latest_date", "date_range"}:
        return {
            "type": "date",
            "date": _dates(function, pages, target, renderer),
            "function": function,
        }
    return {"type": "number", "number": _number(function, plain), "function": function}


def _item(renderer: Renderer, page: Page, target: Property) -> Json:
    value = page.values.get(target.id)
    if target.kind in {"title", "rich_text"}:
        shown = orjson.loads(renderer.text(value))
    elif target.kind == "relation":
        shown = [{"id": one} for one in renderer.references(target, value)[:REFERENCES_SEEN]]
    elif target.kind == "checkbox":
        shown = bool(value)
    else:
        shown = renderer.value(target, page, value)
    return {"type": target.kind, target.kind: shown}


def _dates(function: str, pages: list[Page], target: Property, renderer: Renderer) -> Json | None:
    dates = []
    for page in pages:
        shown = renderer.value(target, page, page.values.get(target.id))
        if target.kind in {"created_time", "last_edited_time"}:
            shown = {"start": shown, "end": None}
        if isinstance(shown, dict) and shown.get("type") == "date":
            shown = shown["date"]
        if isinstance(shown, dict) and shown.get("start"):
            dates.append((shown["start"], shown["end"]))
    if not dates:
        return None
    first = min((start for start, _ in dates), key=instant_ms)
    last = max((end or start for start, end in dates), key=instant_ms)
    if function == "date_range":
        return render_date((first, last))
    return render_date((first if function == "earliest_date" else last, None))


def _number(function: str, values: list[object]) -> float | None:
    filled = [one for one in values if one not in (None, "", [], False)]
    numbers = [float(one) for one in values if isinstance(one, (int, float)) and one is not True]
    share = 100 / len(values) if values else None
    flat = [part for one in filled for part in (one if isinstance(one, list) else [one])]
    match function:
        case "count":
            result: float | None = len(values)
        case "count_values":
            result = len(flat)
        case "unique":
            result = len({repr(one) for one in flat})
        case "empty" | "unchecked":
            result = len(values) - len(filled)
        case "not_empty" | "checked":
            result = len(filled)
        case "percent_empty" | "percent_unchecked":
            result = None if share is None else (len(values) - len(filled)) * share / 100
        case "percent_not_empty" | "percent_checked":
            result = None if share is None else len(filled) * share / 100
        case _:
            result = _statistic(function, numbers)
    return int(result) if isinstance(result, float) and result.is_integer() else result


def _statistic(function: str, numbers: list[float]) -> float | None:
    if not numbers:
        return 0 if function == "sum" else None
    match function:
        case "sum":
            return sum(numbers)
        case "average":
            return sum(numbers) / len(numbers)
        case "median":
            return median(numbers)
        case "min":
            return min(numbers)
        case "max":
            return max(numbers)
        case "range":
            return max(numbers) - min(numbers)
        case _:
            return None
