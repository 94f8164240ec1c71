"""Round people to whole people, the same way everywhere."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from locator.base.geo import IntArray

_TOLERANCE = 1e-6


def whole(people: npt.NDArray[Any] | float) -> IntArray:
    """Return whole people, halves up.

    A sum that is a half but for the last digits of its arithmetic still counts as a half, so that
    the same people added in another order give the same number.

    Parameters
    ----------
    people : array of float, or float
        Of any shape.

    Returns
    -------
    array of int64
        Of the same shape; nought-dimensional for a single number.
    """
    rounded: IntArray = np.floor(np.asarray(people) + 0.5 + _TOLERANCE).astype(np.int64)
    return rounded


def lost_and_gained(
    change: npt.NDArray[Any] | int,
    lost: npt.NDArray[Any] | float,
    gained: npt.NDArray[Any] | float,
) -> tuple[IntArray, IntArray]:
    """Return people lost and gained as whole people whose difference is `change`.

    Parameters
    ----------
    change : int, or array of int
        People served after less those served before, in each district. The city is the sum of
        its districts.
    lost, gained : float, or array of float
        People who cease to be served, and who come to be.

    Returns
    -------
    tuple of int arrays
        Lost and gained, all 0 or more, of the same shape.
    """
    falls = np.where(np.asarray(gained) > 0, np.rint(lost), 0).astype(np.int64)
    fewer: IntArray = np.maximum(np.maximum(falls, -np.asarray(change)), 0)
    more: IntArray = np.asarray(change) + fewer
    return fewer, more


def upwards(share: float, *, digits: int) -> float:
    """Return a share rounded up to `digits` decimals, so that "at most" stays true.

    Parameters
    ----------
    share : float
        0 or more. What exceeds a step by the last digits of its arithmetic alone is that step.
    digits : int
        Decimals that are kept.

    Returns
    -------
    float
    """
    tenth = 10.0**-digits
    return round(math.ceil(share / tenth - _TOLERANCE) * tenth, digits)


def downwards(share: float, *, digits: int) -> float:
    """Return a share rounded down to `digits` decimals, so that "at least" stays true.

    Parameters
    ----------
    share : float
        0 or more. What falls short of a step by the last digits of its arithmetic alone is that
        step.
    digits : int
        Decimals that are kept.

    Returns
    -------
    float
    """
    tenth = 10.0**-digits
    return round(math.floor(share / tenth + _TOLERANCE) * tenth, digits)
