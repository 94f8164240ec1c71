"""Tell which facilities a person can use, by one written rule.

A facility is usable when its status is ``open`` (also when only an older list says so) and its
``access`` is not ``no`` or ``private``. Opening hours are another question: see
`locator.base.opening_hours.state`.

What rides on a vehicle that nobody has named is in the list and nowhere else: the tour is assumed,
so there is no place to walk to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from locator.base.geo import IntArray

BARRED = ("no", "private")
"""Values of ``access`` that keep everyone out whom the owner does not know."""
DOORLESS_ACCESS = ("yes", "permissive", None)
"""Values of ``access`` that let everyone take what stands outdoors."""


def is_usable(facilities: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return, for each facility, whether a person can use it.

    Parameters
    ----------
    facilities : DataFrame
        Columns ``status`` and ``access``.

    Returns
    -------
    array of bool, shape (n,)
        True where it is open for good (whatever the hour) and nobody is kept out.
    """
    usable = facilities["status"].eq("open") & ~facilities["access"].isin(BARRED)
    return usable.to_numpy(dtype=np.bool_)


def is_assumed(vehicle: object) -> bool:
    """Tell whether a facility's ``vehicle`` is assumed: the city has not put its number in.

    Parameters
    ----------
    vehicle : object
        What a facility says of its vehicle; None where it stands still.

    Returns
    -------
    bool
        False for what stands still.
    """
    if not isinstance(vehicle, Mapping):
        return False
    return not vehicle.get("fleet_number") or vehicle.get("assignment") == "assumed"


def is_doorless(facility: pd.Series[Any]) -> bool:
    """Tell whether a facility, such as an AED, stands outdoors for everyone: it needs no hours.

    Parameters
    ----------
    facility : Series
        ``indoor`` and ``access`` of it.

    Returns
    -------
    bool
    """
    outdoors = facility["indoor"]
    return (
        pd.notna(outdoors) and not outdoors and text_or_none(facility["access"]) in DOORLESS_ACCESS
    )


def text_or_none(value: object) -> str | None:
    """Return a text of a frame; None for what is missing.

    Parameters
    ----------
    value : object

    Returns
    -------
    str or None
    """
    return value if isinstance(value, str) and value.strip() else None


def centre_codes(facilities: pd.DataFrame) -> IntArray:
    """Return a number for each facility that is the same for all sites of one centre.

    Parameters
    ----------
    facilities : DataFrame
        Its column ``centre`` names the centre of those that are one site of several.

    Returns
    -------
    array of int64, shape (n,)
        From 0, in the order in which the centres come.
    """
    own: pd.Series[Any] = facilities.index.to_series()
    return pd.factorize(facilities["centre"].fillna(own))[0].astype(np.int64)
