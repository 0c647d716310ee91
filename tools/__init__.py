"""The guide's commands, each one screen: they call accord.cli.

Rule: no code of their own.
"""
