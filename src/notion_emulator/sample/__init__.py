"""What a local Notion holds: the sixteen databases, with records made by hand or by number.

Rule: it speaks to the workspace as a client speaks to Notion, in bodies of the HTTP API;
the same clock and seed give the same workspace.
"""

from notion_emulator.sample.generator import generate
from notion_emulator.sample.people import add_staff
from notion_emulator.sample.records import add_records
from notion_emulator.sample.schema import create_databases
from notion_emulator.workspace import Workspace

__all__ = ["Environment", "build_generated", "build_sample", "generate"]

#: Environment variable -> its value, for a program that is to use the workspace.
Environment = dict[str, str]


def build_sample(workspace: Workspace) -> Environment:
    """Fill an empty workspace with the sixteen databases and the records made by hand."""
    environment = _foundation(workspace)
    add_records(workspace)
    return environment


def build_generated(workspace: Workspace, pages: int, seed: int) -> Environment:
    """Fill an empty workspace with the sixteen databases and `pages` generated records."""
    environment = _foundation(workspace)
    generate(workspace, pages, seed)
    return environment


def _foundation(workspace: Workspace) -> Environment:
    add_staff(workspace)
    workspace.environment = create_databases(workspace)
    return {"NOTION_API_TOKEN": workspace.token, **workspace.environment}
