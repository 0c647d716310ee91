"""Why Postgres refused a record, in words for people.

Rule: pure. A refusal names the property as staff see it, and what to do; where there are no better
words, Postgres's own sentence stands.
"""

from __future__ import annotations

from accord.core.ports import Problem, RowEdit, RowWrite
from accord.core.record import Record, title_of
from accord.core.schema import Collection, Field
from accord.core.values import Json, Value

CORRECT_IT = "Correct it in Notion; it is saved at the next round."
CHOOSE_ANOTHER = "Choose another value."


def refusal(
    collection: Collection,
    write: RowWrite | RowEdit,
    page_id: str | None,
    reason: str,
    remedy: str,
    prop: str = "",
) -> Problem:
    """The problem of a write that is not done."""
    base = write.base.record if isinstance(write, RowWrite) and write.base else Record({})
    return Problem(
        table=collection.table,
        reason=reason,
        remedy=remedy,
        page_id=page_id,
        record=title_of(collection, base.updated(write.changes)),
        property=prop,
        row_id=write.row_id if page_id is None else None,
    )


def refused_by_postgres(
    collection: Collection, write: RowWrite | RowEdit, page_id: str | None, answer: Json
) -> Problem:
    """The problem of a write that Postgres refused.

    ``answer`` is what ``sync.commit_v1`` or ``sync.edit_v1`` says of it: sqlstate, message,
    column, constraint.
    """
    field = _field_of(collection, str(answer["column"]), str(answer["constraint"]))
    sentence = str(answer["message"])
    if field is None:
        reason = f"Supabase answered: {sentence}"
        remedy = "Correct the record in Notion, or the rule."
        return refusal(collection, write, page_id, reason, remedy)
    reason = _reason(field, write.changes.get(field.name), str(answer["sqlstate"]), sentence)
    remedy = CORRECT_IT if isinstance(write, RowWrite) else CHOOSE_ANOTHER
    return refusal(collection, write, page_id, reason, remedy, field.title)


def _reason(field: Field, value: Value, state: str, sentence: str) -> str:
    match state:
        case "23514" if field.bounds is not None and isinstance(value, int | float):
            low, high = (_number(bound) for bound in field.bounds)
            return f"{field.title} is {_number(value)}, but must be between {low} and {high}"
        case "23502":
            return f"{field.title} is empty, but Supabase needs a value"
        case "23505":
            return f"{field.title} is the same as in another record, but must differ"
        case "22003":
            return f"{field.title} is a larger number than its column can hold"
        case _:
            return f"{field.title}: Supabase answered: {sentence}"


def _number(number: float) -> str:
    return f"{number:.15g}"


def _field_of(collection: Collection, column: str, constraint: str) -> Field | None:
    """The field of a column, or of the column that a constraint is named after."""
    fields = [field for field in collection.carried if field.column is not None]
    for field in fields:
        if field.column == column:
            return field
    named = [f for f in fields if constraint.startswith(f"{collection.table}_{f.column}_")]
    return max(named, key=lambda field: len(field.column or ""), default=None)
