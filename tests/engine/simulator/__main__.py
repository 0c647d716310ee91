"""Run histories: ``python -m tests.engine.simulator --histories 100000 --seed 1``.

Rule: one seed is one history on every machine: hashing is fixed, by a second process. The
exit code is 0 only if no history failed; of one that fails, the smallest form of it is told.
"""

import argparse
import os
import subprocess
import sys

from tests.engine.simulator.climates import CLIMATES
from tests.engine.simulator.program import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.engine.simulator")
    parser.add_argument("--histories", type=int, default=1_000, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="of the first one")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="at a time")
    parser.add_argument("--postgres", action="store_true", help="a real Postgres, not dicts")
    parser.add_argument("--shrink", action="store_true", help="make the one of --seed small")
    parser.add_argument("--mutants", action="store_true", help="which rule is missed how soon")
    parser.add_argument("--mutant", help="run without this rule")
    parser.add_argument("--climate", choices=CLIMATES, help="histories of one sort alone")
    asked = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") == "0":
        return run(asked)
    command = [sys.executable, "-m", "tests.engine.simulator", *sys.argv[1:]]
    fixed = {**os.environ, "PYTHONHASHSEED": "0"}
    with subprocess.Popen(command, env=fixed) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # it has heard that too, and tells how far it came


if __name__ == "__main__":
    sys.exit(main())
