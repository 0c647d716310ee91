"""Formulas give what Notion gives, and fail only by saying that they are unsupported."""

import math
import string
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notion_emulator import formula

NOW = datetime(2026, 11, 22, 10, 4, 30, tzinfo=UTC)
PAGE: dict[str, object] = {
    "Name": "Sound bath",
    "Empty": None,
    "Price": 120,
    "Ratio": 0.25,
    "Tags": ["New", "Sale"],
    "Done": True,
    "Day": date(2026, 11, 20),
    "Moment": datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=2))),
}


def value(expression: str) -> object:
    return formula.evaluate(expression, PAGE.__getitem__, NOW)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("10 - 4 - 3", 3.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("-2 ^ 2", -4.0),
        ("2 ^ -1", 0.5),
        ("-7 % 3", -1.0),
        ("1 + 1 == 2 and 3 > 2", True),
        ("true or false and false", True),
        ("not true == false", True),
        ("not false and true", True),
        ('1 > 2 ? "a" : 2 > 1 ? "b" : "c"', "b"),
        ("true ? false ? 1 : 2 : 3", 2.0),
        ("and(true, not(false))", True),
        ("true && (false || true)", True),
        ("true and(true)", True),
    ],
)
def test_operators_bind_as_notion_says(expression: str, expected: object) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('prop("Price") / 0', None),
        ("10 ^ 1000", None),
        ("(0 - 8) ^ 0.5", None),
        ('prop("Empty") + 1', 1.0),
        ('prop("Name") + " " + prop("Price")', "Sound bath 120"),
        ('"" + 0.5 + true', "0.5true"),
        ('empty(prop("Empty")) and empty("") and empty(0) and empty([])', True),
        ('empty(prop("Tags"))', False),
        ('prop("Empty") > 3', False),
        ('prop("Empty") == prop("Empty")', True),
        ("true == 1", False),
        ('prop("Name") == "Sound bath"', True),
        ('prop("Name") != "sound bath"', True),
        ('if(prop("Done"), "yes")', "yes"),
        ('if(not prop("Done"), "yes")', None),
        ('ifs(false, "a", true, "b", "c")', "b"),
        ('ifs(false, "a", false, "b", "c")', "c"),
        ('length(prop("Tags")) + length("four") + length(prop("Empty"))', 6.0),
        ("round(2.5)", 3.0),
        ("round(-2.5)", -2.0),
        ("round(3.14159, 2)", 3.14),
        ("floor(-1.5)", -2.0),
        ("ceil(1.2)", 2.0),
        ("abs(-3)", 3.0),
        ("min(3, 1, 2)", 1.0),
        ("max([3, 1], 7)", 7.0),
        ('max(prop("Empty"))', None),
        ("format(12)", "12"),
        ("format(1.5)", "1.5"),
        ('contains(prop("Tags"), "Sale")', True),
        ('contains(prop("Name"), "bath")', True),
        ('prop("Name").lower().length()', 10.0),
        ('concat("a", "b", 3)', "ab3"),
        ('concat(["a"], ["b"])', ["a", "b"]),
        ('upper("straße")', "STRASSE"),
        ('toNumber("12.5") + toNumber(true)', 13.5),
        ('toNumber("twelve")', None),
        (r'"say \"hi\"\n\\"', 'say "hi"\n\\'),
        ("now()", datetime(2026, 11, 22, 10, 4, tzinfo=UTC)),
        ("today()", date(2026, 11, 22)),
        ('formatDate(prop("Day"), "YYYY-MM-DD [at] HH:mm")', "2026-11-20 at 00:00"),
        ('formatDate(prop("Moment"), "dddd, MMMM D h:mm A")', "Sunday, November 22 12:00 PM"),
        ('formatDate(prop("Empty"), "YYYY")', None),
        ('format(prop("Day"))', "November 20, 2026"),
        ('prop("Moment") == prop("Day")', False),
        ('prop("Moment") > prop("Day")', True),
    ],
)
def test_functions_answer_as_notion_does(expression: str, expected: object) -> None:
    result = value(expression)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('dateBetween(now(), prop("Day"), "days")', 2.0),
        ('dateBetween(prop("Day"), now(), "days")', -2.0),
        ('dateBetween(now(), prop("Moment"), "minutes")', 4.0),
        ('dateBetween(now(), prop("Empty"), "days")', None),
        ('dateBetween(dateAdd(today(), 11, "months"), today(), "years")', 0.0),
        ('dateBetween(dateAdd(today(), 12, "months"), today(), "years")', 1.0),
        ('dateBetween(today(), dateAdd(today(), 7, "months"), "quarters")', -2.0),
        ('dateAdd(prop("Day"), 1, "weeks")', date(2026, 11, 27)),
        ('dateSubtract(prop("Moment"), 90, "minutes")', datetime(2026, 11, 22, 8, 30, tzinfo=UTC)),
        ('dateAdd(dateAdd(prop("Day"), 11, "days"), 3, "months")', date(2027, 3, 1)),
        ('dateAdd(dateAdd(prop("Day"), -20, "days"), 4, "months")', date(2027, 2, 28)),
        ('dateAdd(prop("Day"), 1, "hours")', datetime(2026, 11, 20, 1, tzinfo=UTC)),
        ('dateAdd(prop("Day"), 99999999999, "years")', None),
    ],
)
def test_dates_are_counted_in_whole_units_toward_zero(expression: str, expected: object) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "1 +",
        "(1",
        "1 2",
        "now",
        "prop(Name)",
        'prop("Missing")',
        "map([1], current)",
        "round()",
        '"open',
        "1 < true",
        '"a" < 1',
        "[1] * 2",
        'dateBetween(now(), now(), "fortnights")',
        'dateAdd("monday", 1, "days")',
        "§",
        "1e999",
        "(" * 5000 + "1" + ")" * 5000,
        "1" + "+1" * 20000,
    ],
)
def test_what_the_subset_cannot_do_is_said_so(expression: str) -> None:
    with pytest.raises(formula.Unsupported):
        value(expression)


def test_an_argument_that_is_not_chosen_is_not_computed() -> None:
    assert value('if(true, 1, prop("Missing"))') == 1.0
    assert value('true or prop("Missing")') is True
    assert value('and(false, prop("Missing"))') is False


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("1 + 2", "number"),
        ('"a" + 2', "string"),
        ('prop("n") + prop("n")', "number"),
        ('prop("s") + prop("n")', "string"),
        ('if(empty(prop("n")), "x", "y")', "string"),
        ('prop("n") > 1 ? prop("n") : prop("n")', "number"),
        ('not prop("n")', "boolean"),
        ("-1", "number"),
        ("1 == 2 or false", "boolean"),
        ('dateBetween(now(), now(), "days")', "number"),
        ('dateAdd(now(), 1, "days")', "date"),
        ("[1]", "list"),
    ],
)
def test_the_kind_of_a_result_is_known_without_computing_it(expression: str, kind: str) -> None:
    kinds: dict[str, formula.Kind] = {"n": "number", "s": "string"}
    assert formula.kind_of(expression, kinds.__getitem__) == kind
    with pytest.raises(formula.Unsupported):
        formula.kind_of('prop("Missing")', kinds.__getitem__)


#: A formula and what it comes to, in doubles, left to right as a formula is computed.
Sum = tuple[str, float]


def numbers() -> st.SearchStrategy[Sum]:
    return st.integers(0, 99).map(lambda number: (str(number), float(number)))


def products(factors: st.SearchStrategy[Sum]) -> st.SearchStrategy[Sum]:
    signed = st.tuples(st.booleans(), factors).map(
        lambda one: (f"-{one[1][0]}", -one[1][1]) if one[0] else one[1]
    )
    return st.lists(signed, min_size=1, max_size=3).map(
        lambda some: (" * ".join(text for text, _ in some), math.prod(value for _, value in some))
    )


def _added(parts: tuple[Sum, list[tuple[str, Sum]]]) -> Sum:
    text, value = parts[0]
    for sign, (more, term) in parts[1]:
        text, value = f"{text} {sign} {more}", value + (term if sign == "+" else -term)
    return text, value


def sums(factors: st.SearchStrategy[Sum]) -> st.SearchStrategy[Sum]:
    """Sums of products, with what they come to."""
    terms = st.lists(st.tuples(st.sampled_from("+-"), products(factors)), max_size=2)
    return st.tuples(products(factors), terms).map(_added)


def bracketed(inner: st.SearchStrategy[Sum]) -> st.SearchStrategy[Sum]:
    return sums(inner).map(lambda one: (f"({one[0]})", one[1]))


@given(sums(numbers() | bracketed(numbers() | bracketed(numbers()))))
@example(("54 * 84 * 98765432 * 98765432 + 1", 54.0 * 84 * 98765432 * 98765432 + 1))
def test_sums_and_products_come_to_what_they_are_built_of(built: Sum) -> None:
    expression, expected = built
    assert value(expression) == expected


_PIECES = st.sampled_from(
    [
        *("+", "-", "*", "/", "%", "^", "==", "<", ">=", "and", "or", "not", "?", ":", ".", ","),
        *(
            "(",
            ")",
            "[",
            "]",
            "1",
            "0",
            "2.5",
            '"a"',
            '"days"',
            "true",
            "false",
            "now()",
            "today()",
        ),
        *('prop("Day")', 'prop("Moment")', 'prop("Tags")', 'prop("Empty")', 'prop("Price")'),
        *("if(", "ifs(", "round(", "min(", "concat(", "format(", "dateAdd(", "dateBetween("),
        *("toNumber(", "length(", "contains(", "formatDate(", "1e300", "1e999", "prop("),
    ]
)


@given(st.lists(_PIECES, max_size=14).map(" ".join) | st.text(string.printable, max_size=30))
def test_any_text_is_a_value_or_unsupported(expression: str) -> None:
    try:
        result = value(expression)
    except formula.Unsupported:
        return
    assert result is None or isinstance(result, bool | float | str | date | list)
    assert not isinstance(result, float) or math.isfinite(result)


@given(st.dates(), st.dates(), st.sampled_from(["years", "months", "weeks", "days", "hours"]))
def test_counting_back_is_counting_forth_with_the_sign_turned(a: date, b: date, unit: str) -> None:
    both = {"a": a, "b": b}
    forth = formula.evaluate(f'dateBetween(prop("a"), prop("b"), "{unit}")', both.__getitem__, NOW)
    back = formula.evaluate(f'dateBetween(prop("b"), prop("a"), "{unit}")', both.__getitem__, NOW)
    assert isinstance(forth, float)
    assert forth == -float(str(back))
    assert (forth > 0) <= (a > b)


@given(
    st.integers(-(10**9), 10**9).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    st.integers(-400, 400),
    st.sampled_from(["quarters", "months", "weeks", "days", "hours", "minutes"]),
)
def test_what_was_added_is_counted_again(start: datetime, amount: int, unit: str) -> None:
    moved = formula.evaluate(f'dateAdd(prop("d"), {amount}, "{unit}")', lambda _: start, NOW)
    page: dict[str, object] = {"a": moved, "b": start}
    counted = formula.evaluate(f'dateBetween(prop("a"), prop("b"), "{unit}")', page.get, NOW)
    if amount >= 0 or unit not in {"quarters", "months"}:
        assert counted == amount
