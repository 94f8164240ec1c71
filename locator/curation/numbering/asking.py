"""Ask the gazetteer for addresses, and count what it makes of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from locator.base.errors import LocatorError
from locator.geocoding.gazetteer import Gazetteer
from locator.geocoding.place import Place
from locator.geocoding.resolving import AmbiguousPlaceError, resolve
from locator.geocoding.streets import distance_m

OUTCOMES = ("exact", "house number", "neighbour", "other", "offered", "not found")
"""How an address is answered; ``other`` is a stop, a street without its number and the like."""

NEAR_M, WRONG_M = 50.0, 150.0

_OF_BASIS = {"address": "exact", "facility": "exact"}


def asked(gazetteer: Gazetteer, addresses: pd.DataFrame) -> pd.DataFrame:
    """Return what the gazetteer answers to addresses.

    Parameters
    ----------
    gazetteer : Gazetteer
    addresses : DataFrame
        Columns ``street``, ``number``; ``lon``, ``lat`` where the place is known.

    Returns
    -------
    DataFrame
        On the index of `addresses`: ``outcome`` (of `OUTCOMES`), ``label`` of the answer or of
        the first one offered, ``away_m`` to where the address is (NaN where not known, or where
        nothing was answered).
    """
    rows = []
    for address in addresses.itertuples():
        outcome, place = _outcome(gazetteer, f"{address.street} {address.number}")
        away = np.nan
        if place is not None and outcome != "offered" and "lon" in addresses:
            to = np.array([address.lon, address.lat], dtype=np.float64)
            away = float(distance_m(np.array([[place.lon, place.lat]]), to)[0])
        rows.append((outcome, place.label if place else None, away))
    return pd.DataFrame(rows, columns=["outcome", "label", "away_m"], index=addresses.index)


def _outcome(gazetteer: Gazetteer, query: str) -> tuple[str, Place | None]:
    try:
        place = resolve(gazetteer, query)[0]
    except AmbiguousPlaceError as error:
        return ("offered", error.candidates[0]) if error.candidates else ("not found", None)
    except LocatorError:
        return "not found", None
    if place.kind != "address":
        return "other", place
    basis = str(place.basis)
    return _OF_BASIS.get(basis, basis), place


def counted(answers: pd.DataFrame) -> dict[str, int]:
    """Return how many answers there are of each outcome, and how many lie near and far off.

    Parameters
    ----------
    answers : DataFrame
        Columns ``outcome`` and ``away_m``, metres from where the address is known to be.

    Returns
    -------
    dict of str to int
    """
    counts = {outcome: int((answers["outcome"] == outcome).sum()) for outcome in OUTCOMES}
    counts = {"asked": len(answers)} | counts
    if answers["away_m"].isna().all():
        return counts  # nobody said where these addresses are
    far = answers["away_m"] > WRONG_M
    # A neighbour says that it is one; what is left was stated as the address itself.
    stated = answers["outcome"].isin(["exact", "house number", "other"])
    return counts | {
        "within 50 m": int((answers["away_m"] <= NEAR_M).sum()),
        "wrong as fact": int((far & stated).sum()),
    }
