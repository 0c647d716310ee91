"""Run the measurements: ``python -m tests.bench [NAME ...]``.

Rule: a measurement is a module ``bench_*.py`` here with ``measure()``, which yields lines
of what was measured, the figure and its unit. Nothing is asserted: figures are for people.
"""

import importlib
import sys
from pathlib import Path


def main() -> int:
    here = Path(__file__).parent
    names = sorted(path.stem.removeprefix("bench_") for path in here.glob("bench_*.py"))
    wanted = sys.argv[1:] or names
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        print(f"no measurement {', '.join(unknown)}; there are: {', '.join(names)}")
        return 2
    for name in wanted:
        print(name)
        for what, figure, unit in importlib.import_module(f"tests.bench.bench_{name}").measure():
            print(f"  {what:<44}{figure:>12,.1f} {unit}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
