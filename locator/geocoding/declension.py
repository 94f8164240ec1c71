"""Bring declined Polish words back to the form in which a name is written.

"na Rynku Głównym" asks for "Rynek Główny", "przy Karmelickiej" for "Karmelicka". Only a form that
occurs in the names of the city is taken, and only for a word that does not occur itself: no word
is ever changed that may have been meant as it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

PREPOSITIONS = frozenset(
    [
        "na",
        "przy",
        "w",
        "we",
        "kolo",
        "obok",
        "u",
        "pod",
        "od",
        "do",
        "blisko",
        "okolice",
        "near",
        "at",
        "the",
        "on",
        "in",
        "bilja",
        "bilia",
    ]
)
"""Words before a name that only say where ("біля" is read as "bilja")."""

_ENDINGS = (
    ("iego", ("i", "ie", "")),
    ("ego", ("y", "e", "")),
    ("iej", ("ia", "a")),
    ("ej", ("a",)),
    ("ych", ("e", "y")),
    ("ich", ("ie", "i")),
    ("ach", ("y", "i", "e", "a")),
    ("iu", ("", "ie")),
    ("ku", ("ek", "k")),
    ("cu", ("ec", "c")),
    ("owie", ("ow", "owo")),
    ("icy", ("ica",)),
    ("ym", ("y", "e")),
    ("im", ("i", "ie")),
    ("cie", ("t", "ta", "to")),
    ("dzie", ("d", "da")),
    ("rze", ("r", "ra")),
    ("ce", ("ka",)),
    ("dze", ("ga",)),
    ("lu", ("l", "le")),
    ("u", ("", "o", "e")),
    ("ie", ("", "a", "o")),
    ("i", ("", "a")),
    ("y", ("a", "")),
    ("e", ("a", "")),
)
"""Endings of the cases after a preposition, folded, and what they may have been before."""

_IRREGULAR = {"dworcu": "dworzec", "dworca": "dworzec", "gorze": "gora", "gory": "gora"}

SHORTEST = 2
"""Letters that have to remain."""


def nominative(word: str, known: Collection[str]) -> str | None:
    """Return the word of `known` that the folded `word` is a declined form of, or None."""
    if not word.isalpha() or not set(word) - set("ivxlcm"):  # a Roman number
        return None
    if _IRREGULAR.get(word) in known:
        return _IRREGULAR[word]
    for ending, forms in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= SHORTEST:
            found = next((stem + form for form in forms if stem + form in known), None)
            if found is not None:
                return found
    return None


def nominatives(words: Sequence[str], known: Collection[str]) -> tuple[str, ...] | None:
    """Return the words as a name has them, where that is another form and all of it is known."""
    found = [nominative(word, known) or word for word in words]
    if found == list(words) or any(word not in known for word in found):
        return None
    return tuple(found)
