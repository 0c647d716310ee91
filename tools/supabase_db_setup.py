"""`python -m tools.supabase_db_setup [--dry-run] [--print]`: creates or upgrades the tables.

Rule: the same as `accord setup`.
"""

import sys

from accord.cli import main

if __name__ == "__main__":
    main(["setup", *sys.argv[1:]])
