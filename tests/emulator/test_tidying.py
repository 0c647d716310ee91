"""Formulas are kept in one form, whatever they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_emulator import Workspace
from notion_emulator.formula import Unsupported, tidied
from notion_emulator.formula.syntax import parse
from tests.emulator.client import Api, create, row


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('if((prop("A")=="x"),(if(empty(prop("A")),1,2)),3)', None),
        ('prop("A")+1', 'prop("A") + 1'),
        ("(1-(2%2))+2", "(1 - (2 % 2)) + 2"),
        ("((1+2))", "1 + 2"),
        ("(now())>(3)", "now() > 3"),
        ("-1*(2)", "-1 * 2"),
        ('prop("A") . length()', 'prop("A").length()'),
        ("not(true)", "not(true)"),
        ("(true)?1:2", "true ? 1 : 2"),
        ("[ 1,(2) ]", "[1, 2]"),
        ('"a  (b)"', '"a  (b)"'),
        ("(1 + 2).round()", "(1 + 2).round()"),
        ("-(1 + 2)", "-(1 + 2)"),
        ("(-1) ^ 2", "(-1) ^ 2"),
    ],
)
def test_formulas_are_kept_with_one_spacing_and_no_idle_parentheses(
    written: str, kept: str | None
) -> None:
    if kept is None:
        kept = 'if(prop("A") == "x", if(empty(prop("A")), 1, 2), 3)'
    assert tidied(written) == kept
    assert tidied(kept) == kept


def test_a_formula_that_is_none_is_kept_as_written_and_shows_as_an_empty_text(
    api: Api, workspace: Workspace
) -> None:
    with pytest.raises(Unsupported):
        tidied('=prop("A") * 2')
    source = create(workspace, "Things", {"F": {"formula": {"expression": "=1* 2"}}})
    page = row(workspace, source, "A")
    shown = api.get(f"/v1/data_sources/{source}")["properties"]["F"]
    assert shown["formula"]["expression"] == "=1* 2"
    assert api.get(f"/v1/pages/{page}")["properties"]["F"]["formula"] == {
        "type": "string",
        "string": None,
    }


_OPERANDS = st.sampled_from(["1", '"a)"', 'prop("A")', "true", "now()"])


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*", "/", "%", "^", "==", ">", " and ", " or "])
    return st.one_of(
        st.tuples(inner, operators, inner).map("".join),
        inner.map("({})".format),
        inner.map("-({})".format),
        inner.map("not({})".format),
        st.tuples(inner, inner).map(lambda pair: f"max({pair[0]},{pair[1]})"),
        st.tuples(inner, inner, inner).map(lambda trio: f"({trio[0]})?{trio[1]}:({trio[2]})"),
        inner.map("[{}]".format),
        inner.map("({}).length()".format),
    )


@given(st.recursive(_OPERANDS, _joined, max_leaves=8))
def test_tidying_a_formula_never_changes_what_it_means(expression: str) -> None:
    assert parse(tidied(expression)) == parse(expression)
