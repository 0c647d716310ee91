"""Rollups: whatever they gather, and however, they have a value."""

import pytest

from notion_emulator import Workspace
from notion_emulator.schema import FUNCTIONS
from tests.emulator.client import create, row

KINDS = {
    "Score": {"number": {}},
    "When": {"date": {}},
    "Done": {"checkbox": {}},
    "Link": {"url": {}},
    "Tags": {"multi_select": {}},
    "Born": {"created_time": {}},
    "Double": {"formula": {"expression": 'prop("Name") + "!"'}},
}


@pytest.mark.parametrize("column", ["Name", *KINDS])
def test_every_function_gives_a_value_over_every_kind_of_property(
    workspace: Workspace, column: str
) -> None:
    items = create(workspace, "Items", KINDS)
    leads = {"data_source_id": items, "type": "single_property", "single_property": {}}
    rollups = {
        function: {
            "rollup": {
                "relation_property_name": "Items",
                "rollup_property_name": column,
                "function": function,
            }
        }
        for function in sorted(FUNCTIONS)
    }
    orders = create(workspace, "Orders", {"Items": {"relation": leads}, **rollups})
    item = row(workspace, items, "Item 1")
    page = workspace.page(row(workspace, orders, "Order", Items={"relation": [{"id": item}]}))
    for function in FUNCTIONS:
        shown = page["properties"][function]["rollup"]
        assert shown.keys() == {"type", shown["type"], "function"}
    born = page["properties"]["earliest_date"]["rollup"]["date"]
    assert (born is not None) is (column == "Born")
