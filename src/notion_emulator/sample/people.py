"""The people of the sample workspace: five members of staff, invented.

Rule: their addresses are at example.org, their ids come from their keys.
"""

from notion_emulator.sample.schema import fixed_id
from notion_emulator.workspace import Workspace

STAFF = {
    "robin": "Robin Hale",
    "mina": "Mina Sandoval",
    "noor": "Noor Haddad",
    "sam": "Sam Okafor",
    "alex": "Alex Lindqvist",
}


def person_id(key: str) -> str:
    """Return the user id of a member of staff."""
    return fixed_id("person", key)


def add_staff(workspace: Workspace) -> None:
    """Make the staff members of the workspace."""
    for key, name in STAFF.items():
        workspace.add_person(name, f"{key}@example.org", id=person_id(key))
