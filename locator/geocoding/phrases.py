"""Match what a person typed with phrases, whatever the forms of the words and their accents.

A light inflection match for Polish, Ukrainian (as `locator.geocoding.names.fold` writes it in
Latin letters) and English: two words are one when they begin alike and what is left of each is an
ending. That is no stemmer: it need not know what the word is, and a phrase of several words is
fitted only by all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from locator.geocoding.names import fold

LEAST_ALIKE = 3
"""So many letters at least do two forms of a word share."""

MOST_CUT = 2
"""So many letters at most may the shorter form lose: wózek, wózka."""

SPELLING_FROM = 7
"""One letter may be wrong in words from this length."""

_POLISH_ENDINGS = (
    "a e i o u y om em ow owi ami ach mi ie ia iu iom iem iami iach ej ego emu ym im ych ich ymi "
    "imi ek ka ki ku ko ke kiem kom kow kami kach ce cie cia ni nie ze m osc osci oscia j "
    "c ac ec ic yc am asz amy aja aje al ala ali alem alam il ila ili ilem ilam yl yla "
    "l la li lo ly lam lem sz my je ja jemy uje uja"
)
_UKRAINIAN_ENDINGS = (
    "oju eju iju ju ji oho omu yj ij oji iw ewi amy jam jach ti te ty t at jat aty jaty yty yt "
    "ut jut w yw ym"
)
_ENGLISH_ENDINGS = "ting ned ning y s es ies ing ed d er ers"

ENDINGS = tuple(
    frozenset(endings.split()) | {""}
    for endings in (f"{_POLISH_ENDINGS} {_UKRAINIAN_ENDINGS}", _ENGLISH_ENDINGS)
)
"""What a form of a word may end in, folded; English apart: "glow" is no form of "glod"."""

_POLISH_EMPTY = (
    "i a w we z ze na do dla od o u po przy pod nad za ten ta to sie mi mnie mna mam moja moj moje "
    "mojej mojego moim moi mojemu swoja swoj jest sa czy co gdzie jak kto szukam szukac potrzebuje "
    "potrzebna potrzebny potrzebne chce chcialbym chcialabym prosze najblizszy najblizsza "
    "najblizsze blisko obok kolo gdzies jakis jakas jakies jakiegos juz bardzo ktos ma byc dac "
    "znalezc sobie"
)
_ENGLISH_EMPTY = (
    "the an my me am is are in on at for of near nearest find where what who how looking look need "
    "want with some any please help s t has have"
)
_UKRAINIAN_EMPTY = (
    "ja zi iz abo che de jak chto szukaju potriben potribna potribno treba choczu moja mij moho "
    "mojij mene meni najblyzczyj najblyzcza najblyzczi blyzko bilja porucz dlja bud laska je maju "
    "znajty"
)

EMPTY_WORDS = frozenset(f"{_POLISH_EMPTY} {_ENGLISH_EMPTY} {_UKRAINIAN_EMPTY}".split())
"""Words that say nothing of what is needed, folded; a phrase that consists of them keeps them."""

REFLEXIVE = ("tsja", "sja")


@dataclass(frozen=True)
class Phrase:
    """A phrase, ready to be looked for.

    Attributes
    ----------
    words : tuple of str
        The folded words that have to be typed.
    """

    words: tuple[str, ...]


def phrase_of(text: str) -> Phrase:
    """Return the phrase that a text stands for; it has no words where the text has no letters.

    Parameters
    ----------
    text : str
        As a city folder has it.

    Returns
    -------
    Phrase
        Folded, without the words that say nothing, unless it has no others.
    """
    words = tuple(fold(text).split())
    return Phrase(tuple(word for word in words if word not in EMPTY_WORDS) or words)


def fitting(phrase: Phrase, typed: Sequence[str]) -> frozenset[int] | None:
    """Return the places of the folded words of `typed` that a phrase is fitted by, or None.

    Parameters
    ----------
    phrase : Phrase
    typed : sequence of str
        Folded words of what somebody typed.

    Returns
    -------
    frozenset of int, or None
        Positions in `typed`, from 0; None unless each word of the phrase is there in some form.
    """
    places: set[int] = set()
    for wanted in phrase.words:
        found = [i for i, word in enumerate(typed) if same_word(wanted, word)]
        if not found:
            return None
        places.update(found)
    return frozenset(places)


@lru_cache(maxsize=16_384)
def same_word(one: str, other: str) -> bool:
    """Tell whether two folded words are forms of one word, or one of them with a wrong letter."""
    return _alike(one, other) or _alike(_plain(one), _plain(other))


def _alike(one: str, other: str) -> bool:
    """Tell it of words as they stand."""
    if one == other:
        return True
    shorter = min(len(one), len(other))
    alike = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), shorter)
    if alike >= max(LEAST_ALIKE, shorter - MOST_CUT):
        return any(one[alike:] in some and other[alike:] in some for some in ENDINGS)
    return shorter >= SPELLING_FROM and one[0] == other[0] and OSA.distance(one, other) == 1


def _plain(word: str) -> str:
    """Return a word without the reflexive that Ukrainian writes in one with its verb."""
    for ending in REFLEXIVE:
        if word.endswith(ending) and len(word) - len(ending) > LEAST_ALIKE:
            return word.removesuffix(ending)
    return word
