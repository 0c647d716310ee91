"""The local Notion as a program: `python -m notion_emulator --sample`.

Rule: stdout carries the environment a client needs, as `NAME=value` lines, and nothing
else; Ctrl-C leaves with 130.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from notion_emulator.errors import UnusableFileError
from notion_emulator.sample import Environment, build_generated, build_sample
from notion_emulator.server import serve
from notion_emulator.workspace import Workspace


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m notion_emulator",
        description="A Notion workspace in memory, behind Notion's own HTTP API; "
        "and, for people, as web pages.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=int, default=8970, help="port, 0 for a free one (%(default)s)"
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FILE",
        help="keep the workspace in this file; what follows counts only when it is made",
    )
    content = parser.add_mutually_exclusive_group()
    content.add_argument(
        "--sample", action="store_true", help="the 16 databases with records made by hand (default)"
    )
    content.add_argument("--pages", type=int, metavar="N", help="the 16 with N generated records")
    parser.add_argument(
        "--seed", type=int, default=0, help="decides what is generated (%(default)s)"
    )
    parser.add_argument(
        "--requests-per-minute",
        type=int,
        default=0,
        metavar="N",
        help="refuse more than N requests a minute, 0 for no limit (%(default)s)",
    )
    parser.add_argument(
        "--face",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="show the workspace to people as web pages at / (default)",
    )
    parser.add_argument(
        "--control",
        action="store_true",
        help="serve the control below /_control: time, faults, people, webhooks",
    )
    return parser


def _filled(options: argparse.Namespace) -> Workspace:
    """Return the workspace; a data file that holds one already is taken as it is."""
    workspace = Workspace(
        seed=options.seed, requests_per_minute=options.requests_per_minute, data=options.data
    )
    if workspace.is_empty:
        if options.pages is None:
            build_sample(workspace)
        else:
            build_generated(workspace, options.pages, options.seed)
        workspace.commit()
    return workspace


async def _serve(
    workspace: Workspace,
    environment: Environment,
    host: str,
    port: int,
    *,
    face: bool,
    control: bool,
) -> None:
    async with serve(workspace, host=host, port=port, face=face, control=control) as url:
        lines = {"NOTION_API_URL": url, **environment}
        sys.stdout.write("".join(f"{name}={value}\n" for name, value in lines.items()))
        sys.stdout.flush()
        if face:
            sys.stderr.write(f"For people: {url}/\n")
        await asyncio.Event().wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Build a workspace, serve it until Ctrl-C and return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.pages is not None and options.pages < 0:
        parser.error("--pages takes a number from 0 up")
    try:
        workspace = _filled(options)
        environment = {"NOTION_API_TOKEN": workspace.token, **workspace.environment}
        serving = _serve(
            workspace,
            environment,
            options.host,
            options.port,
            face=options.face,
            control=options.control,
        )
        asyncio.run(serving)
    except KeyboardInterrupt:
        return 130
    except UnusableFileError as error:
        parser.error(str(error))
    except OSError as taken:
        parser.error(f"{taken}; choose another --port, or 0 for a free one")
    return 0


if __name__ == "__main__":
    sys.exit(main())
