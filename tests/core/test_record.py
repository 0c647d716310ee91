"""Records: immutable, and read back from the ledger as they were."""

import json
from typing import Any

import pytest
from hypothesis import given

from accord.core.record import UNDECLARED, Record, title_of, title_of_field
from accord.core.values import Opaque, Text, Value
from accord.testing.strategies import records
from tests.core.things import THINGS, VALUES


@given(records(THINGS))
def test_the_ledger_reads_back_the_record_that_it_keeps(values: dict[str, Value]) -> None:
    record = Record(values)
    stored = json.loads(json.dumps(record.to_json()))
    assert Record.from_json(THINGS, stored) == record


@pytest.mark.parametrize("undeclared", [None, Opaque.of({"Colour": {"type": "select"}})])
def test_undeclared_properties_are_kept_too(undeclared: Opaque | None) -> None:
    record = Record({**VALUES, UNDECLARED: undeclared})
    assert Record.from_json(THINGS, record.to_json()) == record


def test_a_field_that_is_declared_no_more_is_left_out() -> None:
    stored = {"name": "Lamp", "weight": 3, "part_of": ["p9"], "sync_status": "In step"}
    assert Record.from_json(THINGS, stored) == Record({"name": Text("Lamp")})


def test_a_record_does_not_change() -> None:
    values = dict(VALUES)
    record = Record(values)
    values["stage"] = "Sold"
    changed = record.updated({"stage": "Sold"})
    assert record.values["stage"] == "New"
    assert changed.values["stage"] == "Sold"
    held: Any = record.values
    with pytest.raises(TypeError):
        held["stage"] = "Sold"


def test_a_record_goes_by_its_title_and_a_field_by_its_propertys() -> None:
    assert title_of(THINGS, Record({"name": Text("Lamp")})) == "Lamp"
    assert title_of(THINGS, Record({})) == ""
    assert title_of_field(THINGS, "stage") == "Stage"
    assert title_of_field(THINGS, "deleted_at") == "deleted_at"
