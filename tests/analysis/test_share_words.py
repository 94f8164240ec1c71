"""A share stands in its range as both are written, in every language."""

import math

from hypothesis import example, given
from hypothesis import strategies as st

from locator.analysis.access.words import between, ends_said, share_said
from locator.base.i18n import percent, speaking
from locator.base.rounding import downwards, upwards

SHARES = st.floats(0, 1)


def number_of(said: str) -> float:
    """Return what a percentage says, in any language."""
    return float(said.rstrip("%").strip().replace(",", "."))


@given(
    st.lists(SHARES, min_size=3, max_size=3).map(sorted),
    st.sampled_from(("en", "pl", "uk")),
    st.sampled_from((0, 1)),
)
@example([0.76, 0.783, 0.783], "pl", 1)
@example([0.7834999, 0.7835, 0.7835001], "en", 1)
@example([0.29, 0.29 + 1e-12, 0.29 + 2e-12], "en", 1)
@example([0.0, 0.0, 1.0], "uk", 0)
def test_a_share_stands_in_its_range_as_both_are_written(shares, language, digits):
    low, share, high = shares
    with speaking(language):
        first, last = (number_of(one) for one in ends_said(low, high, digits=digits))
        said = number_of(percent(share, digits))
        assert first <= said <= last
        assert first >= 0
        assert last <= 100
        step = 10.0**-digits  # no wider than a step at either end
        assert first > 100 * low - step - 1e-6
        assert last < 100 * high + step + 1e-6


@given(st.lists(SHARES, min_size=3, max_size=3).map(sorted))
def test_a_share_with_a_decimal_has_a_range_with_one(shares):
    low, share, high = shares
    with speaking("en"):
        first, *rest = share_said(share, low, high).replace("; ", " to ").split(" to ")
    assert all("." in one for one in (first, *rest))
    assert 1 <= len(rest) <= 2


def test_a_range_is_rounded_outwards_with_the_decimals_of_its_share():
    with speaking("pl"):
        assert share_said(0.783, 0.7604, 0.7831) == "78,3%; od 76,0% do 78,4%"
    with speaking("en"):
        assert share_said(0.783, 0.7604, 0.7831) == "78.3%; 76.0% to 78.4%"
        assert between(0.7604, 0.7831, digits=0) == "76% to 79%"


def test_a_share_that_nothing_is_in_doubt_of_is_its_range():
    with speaking("en"):
        assert between(0.7836, 0.7836) == "78.4%"
        assert between(0.7836, 0.7836 + 1e-15) == "78.4%"
        assert share_said(1.0, 1.0, 1.0) == "100.0%; 100.0%"


def test_what_nobody_lives_in_has_neither():
    with speaking("en"):
        assert share_said(math.nan, math.nan, math.nan) == "–; –"


def test_ends_are_steps_but_for_the_last_digits_of_their_arithmetic():
    assert downwards(0.1 + 0.2, digits=3) == 0.3
    assert downwards(0.29, digits=2) == 0.29  # 0.29 / 0.01 is less than 29
    assert downwards(0.2999, digits=3) == 0.299
    assert downwards(0.0, digits=3) == 0.0
    assert upwards(0.29, digits=2) == 0.29
