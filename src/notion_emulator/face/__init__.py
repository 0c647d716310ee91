"""The local Notion's face: the workspace as web pages for people.

The rule: people do here what clients do over the API, through the same functions, under their
own names; it needs nothing from outside and speaks only to the browser that it was opened in.
"""

from notion_emulator.face.app import create_face
from notion_emulator.face.guard import LOOPBACK, names_of

__all__ = ["LOOPBACK", "create_face", "names_of"]
