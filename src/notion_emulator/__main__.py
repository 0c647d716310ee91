"""The local Notion as a program: `python -m notion_emulator --sample`.

Rule: it reads its words and lets `program` do the rest; wrong words leave with 2, Ctrl-C
with 130.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from notion_emulator.errors import UnusableFileError
from notion_emulator.program import PORT, Serving, run


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m notion_emulator",
        description="A Notion workspace on this machine, behind Notion's own HTTP API; "
        "and, for people, as web pages.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=int, default=PORT, help="port, 0 for a free one (%(default)s)"
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FILE",
        help="keep the workspace in this file; --sample, --pages and --seed count only when it "
        "is made",
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve a workspace until Ctrl-C and return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    serving = Serving(
        host=options.host,
        port=options.port,
        data=options.data,
        pages=options.pages,
        seed=options.seed,
        requests_per_minute=options.requests_per_minute,
        face=options.face,
        control=options.control,
    )
    problems = serving.problems()
    if problems:
        parser.error("; ".join(problems))
    try:
        return run(serving)
    except UnusableFileError as error:
        parser.error(str(error))
    except OSError as taken:
        parser.error(f"{taken}; choose another --port, or 0 for a free one")


if __name__ == "__main__":
    sys.exit(main())
