"""Nothing is handed out unnoticed, and packed values come back as they were."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_emulator.kept_values import packed, unpacked
from notion_emulator.tracking import Tracked

Deed = Callable[[Tracked[int]], Any]
ONE: dict[str, Deed] = {
    "__getitem__": lambda things: things["b"],
    "__setitem__": lambda things: things.__setitem__("b", 9),
    "__delitem__": lambda things: things.__delitem__("b"),
    "get": lambda things: things.get("b"),
    "pop": lambda things: things.pop("b"),
    "popitem": lambda things: things.popitem(),
    "setdefault": lambda things: things.setdefault("b", 9),
    "update": lambda things: things.update({"b": 9}),
    "__ior__": lambda things: things.__ior__({"b": 9}),
}
ALL: dict[str, Deed] = {
    "values": lambda things: list(things.values()),
    "items": lambda things: list(things.items()),
    "copy": lambda things: things.copy(),
    "clear": lambda things: things.clear(),
}
#: Methods of a dictionary that hand out keys at most, or that nobody calls on one that is tracked.
HARMLESS = {"keys", "fromkeys", "__contains__", "__len__", "__iter__", "__reversed__", "__or__"}


@pytest.mark.parametrize("name", ONE)
def test_what_is_handed_out_or_put_in_is_noted(name: str) -> None:
    things = Tracked({"a": 1, "b": 2})
    plain = {"a": 1, "b": 2}
    ONE[name](things)
    ONE[name](plain)  # type: ignore[arg-type]
    assert list(things.touched) == ["b"]
    assert things == plain


@pytest.mark.parametrize("name", ALL)
def test_whoever_gets_everything_may_have_changed_everything(name: str) -> None:
    things = Tracked({"a": 1, "b": 2})
    ALL[name](things)
    assert list(things.touched) == ["a", "b"]


def test_to_look_whether_something_is_there_touches_nothing() -> None:
    things = Tracked({"a": 1})
    assert "a" in things
    assert list(things) == ["a"]
    assert len(things) == 1
    assert things.touched == {}


def test_every_way_into_a_dictionary_is_known() -> None:
    ways = {name for name in vars(dict) if not name.startswith("__")} | {
        "__getitem__",
        "__setitem__",
        "__delitem__",
        "__ior__",
    }
    assert ways - HARMLESS == ONE.keys() | ALL.keys()
    assert {name for name in ways - HARMLESS if name not in vars(Tracked)} == set()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.one_of(
    TEXTS,
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.just(True),
    st.lists(TEXTS),
    st.tuples(TEXTS, st.none() | TEXTS),
    st.dictionaries(TEXTS.filter(bool), TEXTS),
)


@given(st.dictionaries(TEXTS, VALUES))
def test_packed_values_come_back_as_they_were(values: dict[str, Any]) -> None:
    again = unpacked(packed(values))
    assert again == values
    assert {key: type(one) for key, one in again.items()} == {
        key: type(one) for key, one in values.items()
    }
