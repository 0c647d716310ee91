"""`python -m accord` is the command `accord`.

Rule: no code of its own.
"""

from accord.cli import main

if __name__ == "__main__":
    main()
