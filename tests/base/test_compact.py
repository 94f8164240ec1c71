"""JSON is written as the standard library writes it, and never what is no number."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from locator.base.compact import compact_json

WORDS = st.text(st.characters(codec="utf-8"), max_size=8)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(value=VALUES)
def test_what_is_written_is_read_as_it_was(value: object) -> None:
    text = compact_json(value)
    assert json.loads(text) == value


@given(value=st.recursive(WORDS | st.integers(-(2**70), 2**70), st.lists, max_leaves=9))
def test_texts_and_whole_numbers_are_written_as_the_library_writes_them(value: object) -> None:
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert compact_json(value) == written.encode()


def test_coordinates_and_tuples_and_the_order_of_names() -> None:
    value = {"z": (19.9449, 50.0614), "a": np.float64(0.1), 7: None, "ś": [True, 1e21]}
    assert (
        compact_json(value) == '{"z":[19.9449,50.0614],"a":0.1,"7":null,"ś":[true,1e+21]}'.encode()
    )


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, np.float64("nan")])
def test_what_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        compact_json({"properties": [{"walk_s": number}]})


def test_a_name_may_look_like_what_is_no_number() -> None:
    assert compact_json(["Klub NaN", "Infinity", 0.5]) == b'["Klub NaN","Infinity",0.5]'


@pytest.mark.parametrize("value", ["\ud800", np.int64(3), object()])
def test_what_json_does_not_hold_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        compact_json([value])
