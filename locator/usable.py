"""Tell which facilities a person can use, by one written rule.

A facility is usable when its status is ``open`` (also when only an older list says so) and its
``access`` is not ``no`` or ``private``. Opening hours are another question: see `locator.hours`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from locator.geo import IntArray

BARRED = ("no", "private")
"""Values of ``access`` that keep everyone out whom the owner does not know."""


def is_usable(facilities: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return, for each facility, whether a person can use it."""
    usable = facilities["status"].eq("open") & ~facilities["access"].isin(BARRED)
    return usable.to_numpy(dtype=np.bool_)


def centre_codes(facilities: pd.DataFrame) -> IntArray:
    """Return a number for each facility that is the same for all sites of one centre."""
    own: pd.Series[Any] = facilities.index.to_series()
    return pd.factorize(facilities["centre"].fillna(own))[0].astype(np.int64)
