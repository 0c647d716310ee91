"""A local Notion: a stand-in for the Notion API, faithful to recordings of the real one.

The rule: it knows no client. What recordings show it does; what they leave open is a named
switch in `Switches`. It speaks Notion-Version 2026-03-11 and 2025-09-03.
"""

from notion_emulator.adopting import Original, adopt
from notion_emulator.api.app import create_app
from notion_emulator.capabilities import Capabilities
from notion_emulator.disguise import disguised
from notion_emulator.errors import ApiError
from notion_emulator.server import serve
from notion_emulator.switches import Switches
from notion_emulator.workspace import Workspace

__all__ = [
    "ApiError",
    "Capabilities",
    "Original",
    "Switches",
    "Workspace",
    "adopt",
    "create_app",
    "disguised",
    "serve",
]
