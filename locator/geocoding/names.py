"""Bring street names and house numbers to one form, so that every way to write them agrees.

The words treated here (kinds of street, titles) are Polish; names in other languages pass
through with their letters folded and nothing else changed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

STREET = "ulica"
"""The kind of a street whose name carries no other kind."""

KINDS = {
    "ul": STREET,
    "ulica": STREET,
    "ulicy": STREET,
    "wul": STREET,
    "wulycja": STREET,
    "os": "osiedle",
    "osiedle": "osiedle",
    "osiedlu": "osiedle",
    "al": "aleja",
    "aleja": "aleja",
    "alei": "aleja",
    "aleje": "aleja",
    "pl": "plac",
    "plac": "plac",
    "placu": "plac",
    "ploszcza": "plac",
    "dzielnica": "dzielnica",
    "dzielnicy": "dzielnica",
    "przystanek": "przystanek",
}
"""Words that say what kind of place a name stands for (folded; some are Ukrainian)."""

TITLES = {
    "gen": "gen",
    "generala": "gen",
    "ks": "ks",
    "ksiedza": "ks",
    "dr": "dr",
    "doktora": "dr",
    "prof": "prof",
    "profesora": "prof",
    "plk": "plk",
    "pulkownika": "plk",
    "pplk": "pplk",
    "podpulkownika": "pplk",
    "mjr": "mjr",
    "majora": "mjr",
    "kpt": "kpt",
    "kapitana": "kpt",
    "por": "por",
    "porucznika": "por",
    "rtm": "rtm",
    "rotmistrza": "rtm",
    "ppor": "ppor",
    "podporucznika": "ppor",
    "pil": "pil",
    "pilota": "pil",
    "bp": "bp",
    "bpa": "bp",
    "biskupa": "bp",
    "abp": "abp",
    "arcybiskupa": "abp",
    "kard": "kard",
    "kardynala": "kard",
    "prymasa": "prymas",
    "marsz": "marsz",
    "marszalka": "marsz",
    "hm": "hm",
    "harcmistrza": "hm",
    "inz": "inz",
    "inzyniera": "inz",
    "insp": "insp",
    "inspektora": "insp",
    "hetmana": "hetman",
    "im": "im",
    "imienia": "im",
}
"""Titles that are often left out; told apart from the name proper."""

SAINTS = {"sw": "sw", "swietego": "sw", "swietej": "sw", "swietych": "sw"}
"""Never left out: św. Jana is another street than Jana."""

_IGNORED = {"i", "nr", "numer", "blok", "bl"}
_LETTERS = (
    "а:a б:b в:w г:h ґ:g д:d е:e є:je ж:z з:z и:y і:i ї:i й:j к:k л:l м:m н:n о:o п:p р:r с:s т:t "
    "у:u ф:f х:ch ц:c ч:cz ш:sz щ:szcz ь: ю:ju я:ja ъ: ы:y э:e ё:jo"
)
"""As a Polish name is heard and written in Ukrainian: Кармеліцька for Karmelicka."""

_PLAIN = str.maketrans(
    dict(zip("ąćęłńóśźż", "acelnoszz", strict=True))
    | {"ß": "ss", "đ": "d", "ø": "o", "æ": "ae", "’": "", "'": ""}
    | {pair[0]: pair[2:] for pair in _LETTERS.split()}
)


_WORDS = re.compile(r"[^\W_]+")


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Return `text` in small ASCII-like letters, every run of other signs as one space.

    Parameters
    ----------
    text : str
        In Latin or Cyrillic letters.

    Returns
    -------
    str
        Cyrillic written in Latin letters; empty where there is no letter and no digit.
    """
    composed = unicodedata.normalize("NFC", text.casefold())
    plain = unicodedata.normalize("NFKD", composed.translate(_PLAIN))
    if not plain.isascii():
        plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(_WORDS.findall(plain))


@dataclass(frozen=True)
class Name:
    """A name taken apart.

    Attributes
    ----------
    kind : str or None
        One of the values of `KINDS`; None where none is written.
    titles : tuple of str
        Titles in their short form.
    core : tuple of str
        The words that remain, folded.
    """

    kind: str | None
    titles: tuple[str, ...]
    core: tuple[str, ...]


@lru_cache(maxsize=8192)
def parse_name(text: str) -> Name:
    """Return `text` taken apart: kind, titles and the name proper.

    Of doubled kinds the last one counts ("al. Aleja Pokoju", "ul. Plac Nowy"); a kind is read
    only in front of a name, so that "Bieńczycki Plac Targowy" keeps its word.

    Parameters
    ----------
    text : str
        Name of a street, square or estate, as written or typed.

    Returns
    -------
    Name
    """
    return _taken_apart(fold(text).split())[0]


@lru_cache(maxsize=8192)
def spelt(text: str) -> tuple[str, ...]:
    """Return the name proper as it is spelt: small letters, with every accent.

    What `parse_name` folds together ("Sadowa" and "Sądowa") is told apart by this.

    Parameters
    ----------
    text : str
        Name of a street, as written or typed.

    Returns
    -------
    tuple of str
        Words without kind and titles.
    """
    words = _WORDS.findall(unicodedata.normalize("NFC", text.casefold()))
    folded = [fold(word) for word in words]
    if any(" " in word or not word for word in folded):
        return parse_name(text).core  # signs that folding takes apart or away
    places = _taken_apart(folded)[1]
    return tuple(SAINTS.get(folded[place], words[place]) for place in places)


def _taken_apart(words: list[str]) -> tuple[Name, list[int]]:
    """Return the name of folded words, and the places of those that are the name proper."""
    kind: str | None = None
    titles: list[str] = []
    core: list[int] = []
    for place, word in enumerate(words):
        if word in KINDS and not core:
            kind = KINDS[word]
        elif word in TITLES and place + 1 < len(words):
            titles.append(TITLES[word])  # at the end it is a surname: Jakuba Majora
        elif word not in _IGNORED:
            core.append(place)
    return Name(kind, tuple(titles), tuple(SAINTS.get(words[i], words[i]) for i in core)), core


@dataclass(frozen=True)
class HouseNumber:
    """A house number taken apart.

    Attributes
    ----------
    base : int
        The number itself.
    letter : str
        Letters that belong to it, small: ``"a"`` of 12A.
    last : int or None
        The second number of a written pair: the end of a range (9-15), or a unit (3/5).
    ranged : bool
        True for a dash, where `last` is a number of the same site; False for a slash, where
        it may as well be a flat.
    """

    base: int
    letter: str = ""
    last: int | None = None
    ranged: bool = False

    @property
    def key(self) -> str:
        """The number and its letter, without unit or range."""
        return f"{self.base}{self.letter}"


_NUMBER = re.compile(
    r"^(?:nr\.?|numer|bl\.?|blok)?\s*(?P<base>\d{1,4})\s*(?P<letter>[a-z]{1,2}(?![a-z0-9]))?"
    r"(?:\s*(?P<sign>[-–/\\])\s*(?P<last>\d{1,4})?(?P<rest>[a-z0-9/]*))?"
    r"(?:[\s,]+.*)?$"
)


def parse_number(text: str | None) -> HouseNumber | None:
    """Return the house number that `text` starts with, or None.

    ``"3/5"``, ``"12/12U2"``, ``"18D/LU5"``, ``"39/1A"``, ``"9-15"`` and ``"20 bud. A"`` are
    read as 3, 12, 18d, 39, 9 (to 15) and 20.

    Parameters
    ----------
    text : str or None

    Returns
    -------
    HouseNumber or None
        None where no digit begins it.
    """
    match = _NUMBER.match((text or "").strip().casefold())
    if match is None:
        return None
    last = match["last"]
    return HouseNumber(
        base=int(match["base"]),
        letter=match["letter"] or "",
        last=int(last) if last else None,
        ranged=bool(last) and match["sign"] in "-–",
    )


def name_fits(asked: tuple[str, ...], known: tuple[str, ...]) -> bool:
    """Tell whether `asked` is a shorter way to write `known`.

    True when all words of `asked` occur in `known` in their order and both end in the same
    word; a single letter stands for a word that begins with it ("M. Tokarzewskiego").

    Parameters
    ----------
    asked, known : tuple of str
        Words of two names, as `parse_name` has them in ``core``.

    Returns
    -------
    bool
    """
    if not asked or asked[-1] != known[-1]:
        return False
    words = iter(known[:-1])
    return all(
        any(word == wanted or (len(wanted) == 1 and word.startswith(wanted)) for word in words)
        for wanted in asked[:-1]
    )


def district_title(roman: object, name: object) -> str:
    """Return what a district is called: numeral and name, or the name alone.

    Parameters
    ----------
    roman : object
        Numeral, ``"IV"``; empty for districts without.
    name : object

    Returns
    -------
    str
    """
    return f"{roman} {name}".strip()
