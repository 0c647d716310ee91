"""What a workspace holds, looked at so that its data file does not notice."""

from notion_emulator import Workspace
from notion_emulator.snapshot import snapshot


def held(workspace: Workspace) -> bytes:
    """Return all that a workspace holds.

    What was done without a request is written first. To look at everything hands everything
    out, and that must not lead to its being written.
    """
    workspace.commit()
    content = snapshot(workspace)
    if workspace._file is not None:
        workspace._file.forget()
    return content
