"""Filters: from the JSON of a query to a test on a page.

The rule: a filter is checked and compiled once a query; negative operators hold for empty
values; dates are compared by the minute, or by the day where the filter names a day.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from notion_emulator import computed
from notion_emulator.errors import bad_body, invalid, missing
from notion_emulator.formula import Unsupported
from notion_emulator.ids import normal_id
from notion_emulator.model import TEXT_KINDS
from notion_emulator.periods import moment, period
from notion_emulator.stamps import DAY, MINUTE, from_ms, instant_ms

if TYPE_CHECKING:
    from collections.abc import Callable

    from notion_emulator.model import DataSource, Page, Property
    from notion_emulator.render import Renderer
    from notion_emulator.state import State

    Test = Callable[[Page], bool]
    Get = Callable[[Page], Any]

Json = dict[str, Any]

MAX_CONDITIONS = 100
_TEXT = frozenset(
    {"equals", "does_not_equal", "contains", "does_not_contain", "starts_with", "ends_with"}
)
_DATE = frozenset({"equals", "before", "after", "on_or_before", "on_or_after"})
_NUMBER: dict[str, Callable[[float, float], bool]] = {
    "greater_than": lambda value, wanted: value > wanted,
    "less_than": lambda value, wanted: value < wanted,
    "greater_than_or_equal_to": lambda value, wanted: value >= wanted,
    "less_than_or_equal_to": lambda value, wanted: value <= wanted,
}
_STAMPS = frozenset({"created_time", "last_edited_time"})
_USERS = frozenset({"people", "created_by", "last_edited_by"})


class Filters:
    """Compiles filters for one data source at one moment."""

    def __init__(self, state: State, renderer: Renderer, source: DataSource) -> None:
        self.state = state
        self.renderer = renderer
        self.source = source
        self.now = state.now()
        self.today = from_ms(self.now).date()
        self.step = 1 if state.switches.stamp_filter == "exact" else MINUTE

    # ---- the tree

    def compile(self, written: object, path: str = "body.filter", depth: int = 0) -> Test:
        """Return the test that a written filter stands for.

        Raises:
            ApiError: 400 for a wrong shape, an unknown property or too much nesting.
        """
        if not isinstance(written, dict):
            raise bad_body(path, "an object", written)
        for joint in ("and", "or"):
            if joint in written:
                return self._compound(joint, written[joint], f"{path}.{joint}", depth)
        if "timestamp" in written:
            stamp = written["timestamp"]
            if not isinstance(stamp, str) or stamp not in _STAMPS:
                raise bad_body(
                    f"{path}.timestamp", '`"created_time"` or `"last_edited_time"`', stamp
                )
            return self._date(self._stamp(stamp), written.get(stamp), f"{path}.{stamp}", self.step)
        name = written.get("property")
        if not isinstance(name, str):
            raise missing(f"{path}.or")
        prop = self.source.find(name)
        if prop is None:
            raise invalid(f"Could not find property with name or id: {name}")
        kinds = [key for key in written if key not in {"property", "type"}]
        if len(kinds) != 1:
            raise missing(f"{path}.{prop.kind}")
        return self._property(prop, kinds[0], written[kinds[0]], f"{path}.{kinds[0]}")

    def _compound(self, joint: str, members: object, path: str, depth: int) -> Test:
        if depth >= 2:
            raise invalid(
                f"body failed validation: {path} should be not present, "
                "filters can be nested at most two levels deep."
            )
        if not isinstance(members, list):
            raise bad_body(path, "an array", members)
        if len(members) > MAX_CONDITIONS:
            raise bad_body(f"{path}.length", f"≤ `{MAX_CONDITIONS}`", len(members))
        tests = [
            self.compile(member, f"{path}[{index}]", depth + 1)
            for index, member in enumerate(members)
        ]
        if joint == "and":
            return lambda page: all(test(page) for test in tests)
        return lambda page: any(test(page) for test in tests) if tests else True

    # ---- one property

    def _property(self, prop: Property, kind: str, condition: object, path: str) -> Test:
        if not isinstance(condition, dict) or not condition:
            raise bad_body(path, "an object", condition)
        actual = prop.kind
        if kind in {"rich_text", "text"} and actual in TEXT_KINDS:
            kind = actual
        if kind != actual:
            raise invalid(
                "The property type in the database does not match the property type of the "
                f"filter provided: database property {actual} does not match filter {kind}"
            )
        raw = prop.id
        match kind:
            case "formula":
                return self._formula(prop, condition, path)
            case "rollup":
                return self._rollup(prop, condition, path)
            case "relation":
                references = self.renderer.references
                return self._list(
                    lambda page: references(prop, page.values.get(raw)), condition, path
                )
            case "select" | "status" | "multi_select":
                return self._option(prop, condition, path)
            case "created_time" | "last_edited_time":
                return self._date(self._stamp(kind), condition, path, self.step)
            case "created_by":
                return self._list(lambda page: [page.created_by], condition, path)
            case "last_edited_by":
                return self._list(lambda page: [page.edited_by], condition, path)
            case "verification":
                return self._verification(condition, path)
            case "people" | "files":
                return self._list(lambda page: page.values.get(raw) or [], condition, path)
            case "date":

                def start(page: Page) -> str | None:
                    value = page.values.get(raw)
                    return None if value is None else str(value[0])

                return self._date(start, condition, path)
            case _:
                state, renderer = self.state, self.renderer
                if kind == "unique_id":
                    return self._scalar(
                        "number", lambda page: page.values.get(raw), condition, path
                    )
                return self._scalar(
                    kind,
                    lambda page: computed.plain_value(state, renderer, page, prop),
                    condition,
                    path,
                )

    def _scalar(self, kind: str, get: Get, condition: object, path: str) -> Test:
        """Return the test for a condition on plain values of a kind."""
        if kind in TEXT_KINDS or kind in {"string", "text"}:
            return self._text(get, condition, path)
        if kind == "number":
            return self._number(get, condition, path)
        if kind == "checkbox":
            return self._checkbox(get, condition, path)
        if kind == "date":
            return self._date(lambda page: _iso(get(page)), condition, path)
        raise invalid(f"body failed validation: {path} should be not present.")

    @staticmethod
    def _operator(condition: object, path: str) -> tuple[str, Any]:
        if not isinstance(condition, dict) or len(condition) != 1:
            raise bad_body(path, "an object with one condition", condition)
        operator, wanted = next(iter(condition.items()))
        if operator in {"is_empty", "is_not_empty"} and wanted is not True:
            raise bad_body(f"{path}.{operator}", "`true`", wanted)
        return str(operator), wanted

    @staticmethod
    def _emptiness(get: Get, operator: str) -> Test:
        if operator == "is_empty":
            return lambda page: get(page) in (None, "", [])
        return lambda page: get(page) not in (None, "", [])

    def _text(self, get: Get, condition: object, path: str) -> Test:
        operator, wanted = self._operator(condition, path)
        if operator in {"is_empty", "is_not_empty"}:
            return self._emptiness(get, operator)
        if operator not in _TEXT:
            raise bad_body(path, "a text condition", condition)
        if not isinstance(wanted, str):
            raise bad_body(f"{path}.{operator}", "a string", wanted)
        folded = wanted.casefold()

        def text(page: Page) -> str:
            value = get(page)
            return "" if value is None else str(value).casefold()

        match operator:
            case "equals":
                return lambda page: text(page) == folded
            case "does_not_equal":
                return lambda page: text(page) != folded
            case "contains":
                return lambda page: folded in text(page)
            case "does_not_contain":
                return lambda page: folded not in text(page)
            case "starts_with":
                return lambda page: text(page).startswith(folded)
            case _:
                return lambda page: text(page).endswith(folded)

    def _number(self, get: Get, condition: object, path: str) -> Test:
        operator, wanted = self._operator(condition, path)
        if operator in {"is_empty", "is_not_empty"}:
            return self._emptiness(get, operator)
        if operator not in {"equals", "does_not_equal", *_NUMBER}:
            raise bad_body(path, "a number condition", condition)
        if isinstance(wanted, bool) or not isinstance(wanted, (int, float)):
            raise bad_body(f"{path}.{operator}", "a number", wanted)
        if operator == "equals":
            return lambda page: bool(get(page) == wanted)
        if operator == "does_not_equal":
            return lambda page: bool(get(page) != wanted)
        compare = _NUMBER[operator]

        def test(page: Page) -> bool:
            value = get(page)
            return value is not None and compare(value, wanted)

        return test

    def _checkbox(self, get: Get, condition: object, path: str) -> Test:
        operator, wanted = self._operator(condition, path)
        if operator not in {"equals", "does_not_equal"}:
            raise bad_body(path, "a checkbox condition", condition)
        if not isinstance(wanted, bool):
            raise bad_body(f"{path}.{operator}", "a boolean", wanted)
        sought = wanted if operator == "equals" else not wanted
        return lambda page: bool(get(page)) is sought

    def _list(self, get: Get, condition: object, path: str) -> Test:
        operator, wanted = self._operator(condition, path)
        if operator in {"is_empty", "is_not_empty"}:
            return self._emptiness(get, operator)
        if operator not in {"contains", "does_not_contain"}:
            raise bad_body(path, "a list condition", condition)
        sought = "me" if wanted == "me" else normal_id(wanted)
        if sought is None:
            raise bad_body(f"{path}.{operator}", "a valid uuid", wanted)
        if operator == "contains":
            return lambda page: sought in get(page)
        return lambda page: sought not in get(page)

    def _verification(self, condition: object, path: str) -> Test:
        """Return the test for a state of verification: nothing here is ever verified."""
        operator, wanted = self._operator(condition, path)
        states = ("verified", "expired", "none")
        if operator not in {"status", "does_not_equal"} or wanted not in states:
            raise bad_body(path, "a verification condition", condition)
        holds = (wanted == "none") is (operator == "status")
        return lambda _: holds

    def _option(self, prop: Property, condition: object, path: str) -> Test:
        operator, wanted = self._operator(condition, path)
        raw, several = prop.id, prop.kind == "multi_select"
        if operator in {"is_empty", "is_not_empty"}:
            return self._emptiness(lambda page: page.values.get(raw), operator)
        positive = "contains" if several else "equals"
        negative = "does_not_contain" if several else "does_not_equal"
        if operator not in {positive, negative}:
            raise bad_body(path, f"a {prop.kind} condition", condition)
        names = wanted if isinstance(wanted, list) else [wanted]
        sought: set[str] = set()
        for name in names:
            if not isinstance(name, str):
                raise bad_body(f"{path}.{operator}", "a string or an array of strings", wanted)
            sought |= self._options(prop, name)
        if several:
            if operator == positive:
                return lambda page: not sought.isdisjoint(page.values.get(raw) or ())
            return lambda page: sought.isdisjoint(page.values.get(raw) or ())
        if operator == positive:
            return lambda page: page.values.get(raw) in sought
        return lambda page: page.values.get(raw) not in sought

    def _options(self, prop: Property, name: str) -> set[str]:
        option = prop.named(name, ignore_case=False) or prop.option(name)
        if option is not None:
            return {option.id}
        for group in prop.groups:
            if group.name == name:
                return set(group.option_ids)
        if self.state.switches.unknown_filter_option == "reject":
            raise invalid(f'{prop.kind} option "{name}" not found for property "{prop.name}".')
        return set()

    # ---- dates

    def _stamp(self, name: str) -> Get:
        if self.step == 1:
            return (lambda page: page.created) if name == "created_time" else _edited
        if name == "created_time":
            return lambda page: page.created - page.created % MINUTE
        return lambda page: page.edited - page.edited % MINUTE

    def _date(self, get: Get, condition: object, path: str, step: int = MINUTE) -> Test:
        """Return the test for a condition on ISO texts or instants in milliseconds.

        What is compared is floored to the ``step`` first, or to the day where a day is named.
        """
        operator, wanted = self._operator(condition, path)
        if operator in {"is_empty", "is_not_empty"}:
            return self._emptiness(get, operator)
        if operator not in _DATE:
            return self._period(get, operator, path)
        day, at = moment(wanted, self.today, f"{path}.{operator}", step)

        def test(page: Page) -> bool:
            value = get(page)
            if value is None:
                return False
            instant = value if isinstance(value, int) else instant_ms(value)
            mark = (instant // _DAY_MS * _DAY_MS) if day else instant - instant % step
            match operator:
                case "equals":
                    return bool(mark == at)
                case "before":
                    return bool(mark < at)
                case "after":
                    return bool(mark > at)
                case "on_or_before":
                    return bool(mark <= at)
                case _:
                    return bool(mark >= at)

        return test

    def _period(self, get: Get, operator: str, path: str) -> Test:
        start, end = period(operator, self.today, self.state.switches.week_starts_on, path)

        def test(page: Page) -> bool:
            value = get(page)
            if value is None:
                return False
            instant = value if isinstance(value, int) else instant_ms(value)
            return bool(start <= instant < end)

        return test

    # ---- formulas and rollups

    def _formula(self, prop: Property, condition: Json, path: str) -> Test:
        kind, inner = self._operator(condition, path)
        state, renderer = self.state, self.renderer

        def get(page: Page) -> object:
            try:
                return computed.formula_value(state, renderer, page, prop)
            except Unsupported:
                return None

        return self._scalar(kind, get, inner, f"{path}.{kind}")

    def _rollup(self, prop: Property, condition: Json, path: str) -> Test:
        kind, inner = self._operator(condition, path)
        state, renderer = self.state, self.renderer
        if kind in {"number", "date"}:

            def get(page: Page) -> object:
                return _bare(computed.rollup_json(state, renderer, page, prop))

            return self._scalar(kind, get, inner, f"{path}.{kind}")
        if kind not in {"any", "every", "none"}:
            raise bad_body(path, "a rollup condition", condition)
        _, target = computed.related_schema(state, self.source, prop)
        item_kind, item = self._operator(inner, f"{path}.{kind}")
        if target is None:
            raise invalid(f"Could not find property with name or id: {prop.name}")
        test = self._property(target, item_kind, item, f"{path}.{kind}.{item_kind}")

        def holds(page: Page) -> bool:
            pages, _ = computed.related(state, renderer, page, prop)
            results = [test(one) for one in pages]
            match kind:
                case "any":
                    return any(results)
                case "every":
                    return bool(results) and all(results)
                case _:
                    return not any(results)

        return holds


_DAY_MS = 24 * 60 * MINUTE


def _edited(page: Page) -> int:
    return page.edited


def _iso(value: object) -> str | None:
    return value.isoformat() if isinstance(value, date) else None


def _bare(rollup: Json) -> object:
    inner = rollup[rollup["type"]]
    if isinstance(inner, dict) and "start" in inner:
        return (
            date.fromisoformat(inner["start"])
            if DAY.match(inner["start"])
            else from_ms(instant_ms(inner["start"]))
        )
    return None if isinstance(inner, (dict, list)) else inner
