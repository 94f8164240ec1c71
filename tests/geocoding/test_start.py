"""What the start of the server leaves for later, and what it must not change."""

import gc
import subprocess
import sys
import unicodedata

import numpy as np
import pytest

from locator.base import freeing
from locator.geocoding.names import fold
from locator.geocoding.streets import _median

LATER = (
    *("scipy.optimize", "scipy.spatial", "google.protobuf", "osmium", "typst", "openpyxl"),
    *("folium", "requests", "filelock", "babel.messages.pofile"),
)
"""Libraries of dear questions, feeds and files; each takes longer to load than an answer."""


@pytest.mark.slow
def test_the_server_starts_without_the_libraries_of_dear_questions():
    ask = f"import locator.web.serving, sys; print(*{{*{LATER!r}}} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_garbage_is_not_looked_for_while_what_stays_is_made():
    before = gc.get_freeze_count()
    try:
        with freeing.made_to_stay():
            assert not gc.isenabled()
            kept = [[] for _ in range(1000)]
        assert gc.isenabled()
        assert gc.get_freeze_count() >= before + len(kept)
    finally:
        gc.unfreeze()


def test_garbage_is_looked_for_again_after_a_start_that_failed():
    try:
        with pytest.raises(ValueError), freeing.made_to_stay():
            raise ValueError
        assert gc.isenabled()
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 101])
def test_the_middle_of_a_street_is_the_median_of_its_houses(count):
    lonlat = np.random.default_rng(count).random((count, 2))
    assert np.array_equal(_median(lonlat), np.median(lonlat, axis=0))


def test_polish_letters_fold_as_their_decompositions_do():
    letters = "ąćęńóśźżĄĆĘŃÓŚŹŻ"
    stripped = [unicodedata.normalize("NFKD", letter)[0].lower() for letter in letters]
    assert [fold(letter) for letter in letters] == stripped
    assert fold("Żółć") == fold(unicodedata.normalize("NFD", "Żółć")) == "zolc"
