"""Chance that depends on its words alone.

The rule: the same words give the same number, today and tomorrow, whatever else was asked.
"""

from __future__ import annotations

from hashlib import sha256


def chance(*words: object) -> float:
    """Return a number from 0 up to, not including, 1."""
    text = "\x1f".join(map(str, words)).encode()
    return float(int.from_bytes(sha256(text).digest()[:6], "big")) / (1 << 48)
