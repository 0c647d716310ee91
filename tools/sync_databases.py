"""`python -m tools.sync_databases [--direction notion_to_supabase ...]`: runs one round.

Rule: the same as `accord sync`.
"""

import sys

from accord.cli import main

if __name__ == "__main__":
    main(["sync", *sys.argv[1:]])
