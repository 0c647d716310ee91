"""Made-up words: the same shape as the true ones, and nothing of what they say.

The rule: no run of letters or digits stays, whatever stands between them does; the same word
becomes the same word for one key, and nobody without the key can tell which it was. No
made-up word holds a true one of four characters or more.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from hashlib import sha256
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_RUN = re.compile(r"\w+")
_VOWELS = "aeiou"
_CONSONANTS = "bdfgklmnprstvz"
_SUFFIX = re.compile(
    r"\.(?:pdf|png|jpe?g|gif|svg|webp|docx?|xlsx?|pptx?|csv|txt|md|zip|mp3|mp4|mov|json|html)\Z",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(https?)://([^/?#]*)([^?#]*)", re.IGNORECASE)
TELLING = 4  # from so many characters on a word says something
TRIES = 1000


def words(text: str) -> Iterable[str]:
    """Give the words of a text that say something, in lower case."""
    return (run.casefold() for run in _RUN.findall(text) if len(run) >= TELLING)


class MadeUp:
    """Makes words up.

    Args:
        key: Decides which; keep it to yourself.
        true: The true words, in lower case: no made-up word may hold one.
    """

    def __init__(self, key: bytes, true: Iterable[str]) -> None:
        self._key = key
        self._true = frozenset(true)
        self._lengths = sorted({len(word) for word in self._true})
        self._known: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Return a text of the same length and punctuation."""
        if not text:
            return text
        made = _RUN.sub(lambda run: self._word(run.group()), text)
        made = "".join(_plain(one) for one in made)
        # A text of nothing but signs says something as well.
        return self._word("x" * len(text)) if made == text else made

    def line(self, text: str) -> str:
        """Return the like of one line that may be an e-mail or web address."""
        if _ADDRESS.match(text):
            return self.address(text)
        local, at, domain = text.rpartition("@")
        if at:
            return f"{self.text(local)}@{self._word(domain.partition('.')[0] or 'mail')}.example"
        return self.text(text)

    def address(self, address: str) -> str:
        """Return the like of a web address, without its query."""
        parts = _ADDRESS.match(address)
        if parts is None:
            return self.text(address)
        host = self._word(re.sub(r"\W", "", parts[2]) or "host").lower()
        path = self.file_name(parts[3]) if parts[3].strip("/") else parts[3]
        return f"https://{host}.example{path}"

    def file_name(self, name: str) -> str:
        """Return the like of a file's name; a usual ending stays."""
        ending = _SUFFIX.search(name)
        if ending is None:
            return self.text(name)
        return self.text(name[: ending.start()]) + ending.group()

    def number(self, text: str, low: float, high: float) -> float:
        """Return a number between two others, to four places."""
        return round(self._source(text, 0).uniform(low, high), 4)

    # ---- words

    def _source(self, text: str, attempt: int) -> Random:
        said = f"{attempt}:{text}".encode("utf-8", "surrogatepass")
        return Random(hmac.digest(self._key, said, sha256))  # noqa: S311 - the key is the secret

    def _word(self, word: str) -> str:
        folded = word.casefold()
        made = self._known.get(folded)
        if made is None or len(made) != len(word):
            fitting = (one for one in self._drawn(word) if one != folded and not self._tells(one))
            made = next(fitting, "x" * len(word))
            self._known[folded] = made
        if word.isupper():
            return made.upper()
        return made[:1].upper() + made[1:] if word[:1].isupper() else made

    def _drawn(self, word: str) -> Iterable[str]:
        for attempt in range(TRIES):
            source = self._source(word.casefold(), attempt)
            vowel = source.random() < 1 / 3
            made = []
            for one in word:
                if one.isdigit():
                    made.append(source.choice("0123456789"))
                elif one == "_":
                    made.append(one)
                else:
                    made.append(source.choice(_VOWELS if vowel else _CONSONANTS))
                    vowel = not vowel
            yield "".join(made)

    def _tells(self, made: str) -> bool:
        """Tell whether a made-up word holds a true one."""
        return any(
            made[start : start + length] in self._true
            for length in self._lengths
            for start in range(len(made) - length + 1)
        )


def _plain(one: str) -> str:
    """Return a character as it may stay: signs and pictures become dots."""
    if one.isascii() or unicodedata.category(one)[0] in "PZ":
        return one
    return "·"
