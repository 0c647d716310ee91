"""The hall: what a record is, how two sides are merged, what is to be done.

Rule: standard library only, and no clock, no I/O, no logging, no randomness.
"""
