"""Declined words, brought back to names."""

from __future__ import annotations

import pytest

from locator.geocoding.declension import nominative, nominatives

NAMES = (
    "rynek rynku glowny karmelicka dluga nowa huta kazimierz ruczaj bienczyce podgorze wawel"
    " dworzec dietla vii viii"
)
KNOWN = frozenset(NAMES.split())


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("rynku", "rynek"),
        ("glownym", "glowny"),
        ("karmelickiej", "karmelicka"),
        ("dlugiej", "dluga"),
        ("nowej", "nowa"),
        ("hucie", "huta"),
        ("kazimierzu", "kazimierz"),
        ("ruczaju", "ruczaj"),
        ("bienczycach", "bienczyce"),
        ("podgorzu", "podgorze"),
        ("wawelu", "wawel"),
        ("dworcu", "dworzec"),
        ("dietla", None),
        ("warszawskiej", None),
        ("viii", None),
        ("303", None),
    ],
)
def test_a_declined_word_is_read_as_the_name_that_it_is_of(typed: str, name: str | None) -> None:
    assert nominative(typed, KNOWN) == name


def test_all_words_have_to_be_known_and_one_of_them_changed() -> None:
    assert nominatives(("rynku", "glownym"), KNOWN) == ("rynek", "glowny")
    assert nominatives(("rynek", "glowny"), KNOWN) is None
    assert nominatives(("rynku", "malym"), KNOWN) is None
