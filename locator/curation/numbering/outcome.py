"""Decide which assigned numbers are certain enough to be answered with, and which are offered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from locator.base.geo import Projection
from locator.curation.numbering.choosing import Belief
from locator.curation.numbering.material import Material
from locator.curation.numbering.pairs import Setting

SURE = 0.6
"""A house number is taken for that of a street which it belongs to with this probability."""

POSSIBLE = 0.1
"""Less likely ones are offered, down to this."""

ONE_HOUSE_M = 100.0
"""The same number of a street further apart than this is two claims, of which none is certain."""

COLUMNS = ("street", "number", "lon", "lat", "basis", "source")


def outcome(setting: Setting, belief: Belief, *, projection: Projection) -> pd.DataFrame:
    """Return the addresses: `COLUMNS`, ``share`` and ``point`` (row of the material).

    ``basis`` is ``address`` (known with street and number), ``house number`` (the number is known,
    its street by the rule) or ``possible`` (as well another street's).

    Parameters
    ----------
    setting : Setting
    belief : Belief
    projection : Projection
        To the city's metres.

    Returns
    -------
    DataFrame
        ``share`` is how much of the belief the street has, from 0 to 1.
    """
    m = setting.material
    rows = pd.concat([_known(setting), _assigned(setting, belief)], ignore_index=True)
    rows["key"] = m.key[rows["point"]]
    rows = _without_rivals(m, rows)
    rows["lon"], rows["lat"] = projection.to_lonlat(rows[["x", "y"]].to_numpy()).T
    rows["number"] = m.number[rows["point"]]
    rows["street"] = np.array(m.labels, dtype=object)[rows["row"]]
    ranked = rows.sort_values(["street", "basis", "key", "lon", "lat"], kind="stable")
    return ranked[[*COLUMNS, "share", "point"]].reset_index(drop=True)


def _known(setting: Setting) -> pd.DataFrame:
    m, given = setting.material, np.flatnonzero(setting.given)
    return pd.DataFrame(
        {
            "row": m.known[given],
            "point": given,
            "x": m.exact_xy[given, 0],
            "y": m.exact_xy[given, 1],
            "basis": "address",
            "source": m.source[given],
            "share": 1.0,
        }
    )


def _assigned(setting: Setting, belief: Belief) -> pd.DataFrame:
    m, pairs, share = setting.material, belief.pairs, belief.weight
    asked = (m.observed & ~setting.given)[pairs.point]
    taken = np.flatnonzero(asked & (share >= POSSIBLE))
    point = pairs.point[taken]
    return pd.DataFrame(
        {
            "row": pairs.street[taken],
            "point": point,
            "x": m.xy[point, 0],
            "y": m.xy[point, 1],
            "basis": np.where(share[taken] >= SURE, "house number", "possible"),
            "source": None,
            "share": share[taken],
        }
    )


def _without_rivals(m: Material, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with each number of a street once, or with its rivals as possible ones.

    An address that is known has no rivals: another house of its number belongs elsewhere.
    """
    key = ["row", "key"]
    known = rows[rows["basis"] == "address"].drop_duplicates(key)
    others = rows[rows["basis"] != "address"]
    settled = pd.MultiIndex.from_frame(others[key]).isin(pd.MultiIndex.from_frame(known[key]))
    others = others[~settled].sort_values("share", ascending=False, kind="stable")
    sure = others[others["basis"] == "house number"]
    best = sure.groupby(key)[["x", "y"]].transform("first")
    far = np.hypot(sure["x"] - best["x"], sure["y"] - best["y"]) > ONE_HOUSE_M
    doubtful = sure[far].set_index(key).index
    claims = pd.MultiIndex.from_frame(others[key]).isin(doubtful)
    others.loc[claims, "basis"] = "possible"
    certain = others["basis"] == "house number"
    answered = others[certain].drop_duplicates(key)
    left = others[~certain]
    done = pd.MultiIndex.from_frame(left[key]).isin(pd.MultiIndex.from_frame(answered[key]))
    return pd.concat([known, answered, left[~done]], ignore_index=True)
