"""Round people to whole people, the same way everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from locator.geo import IntArray

_TOLERANCE = 1e-6


def whole(people: npt.NDArray[Any] | float) -> IntArray:
    """Return whole people, halves up.

    A sum that is a half but for the last digits of its arithmetic still counts as a half, so that
    the same people added in another order give the same number.
    """
    rounded: IntArray = np.floor(np.asarray(people) + 0.5 + _TOLERANCE).astype(np.int64)
    return rounded
