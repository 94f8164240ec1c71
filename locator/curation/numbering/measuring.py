"""Measure the rule on addresses that are known and were kept from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from locator.base.geo import FloatArray, Projection
from locator.curation.numbering.choosing import believe
from locator.curation.numbering.material import Material, Progress
from locator.curation.numbering.outcome import outcome
from locator.curation.numbering.pairs import Setting

LEARNT_FROM, KEPT_APART = 0.15, 0.15
"""Shares of the known addresses that the rule learns from, and that it is measured on."""

SEED = 2026

NEAR_M, WRONG_M = 50.0, 150.0


@dataclass(frozen=True)
class Measured:
    """What came out.

    Attributes
    ----------
    table : DataFrame
        Index: which addresses. Columns: ``asked``, ``within 50 m``, ``50 to 150 m``, ``wrong``,
        ``offered``, ``not found``.
    worth : tuple of (f,) float arrays
        What the evidence was worth, to be used for all.
    kept : DataFrame
        The addresses kept apart: ``street``, ``number``, ``lon``, ``lat``.
    rows : DataFrame
        The addresses as they came out without these.
    """

    table: pd.DataFrame
    worth: tuple[FloatArray, ...]
    kept: pd.DataFrame
    rows: pd.DataFrame


def measure(
    material: Material, *, projection: Projection, progress: Progress, seed: int = SEED
) -> Measured:
    """Return how often the rule is right for addresses that it has not seen.

    Parameters
    ----------
    material : Material
    projection : Projection
        To the city's metres.
    progress : callable
        Told of each step; see `locator.walking.graph.osm.Progress`.
    seed : int
        Of the draw that hides addresses.

    Returns
    -------
    Measured
    """
    draw = np.random.default_rng(seed).random(len(material.xy))
    known = material.known >= 0
    kept = known & (draw < KEPT_APART)
    learn = known & material.observed & ~kept & (draw < KEPT_APART + LEARNT_FROM)
    # A known address without a house number of its own is not there where it is not given.
    setting = Setting(material, known & ~kept & ~learn)
    belief = believe(setting, learn_from=learn, progress=progress)
    rows = outcome(setting, belief, projection=projection)
    asked = _asked(material, kept, projection)
    answers = _answers(asked, rows, material)
    beside = belief.pairs.street == material.known[belief.pairs.point]
    nearest = np.zeros(len(material.xy), dtype=bool)
    nearest[belief.pairs.point[beside & (belief.pairs.away_m <= belief.pairs.nearest_m + 0.01)]] = (
        True
    )
    groups: dict[str, npt.ArrayLike] = {
        "its number is a house number": asked["observed"],
        "and its street is the nearest": asked["observed"] & nearest[asked["point"]],
        "and another street is nearer": asked["observed"] & ~nearest[asked["point"]],
        "its number is no house number (built since, or numbered otherwise)": ~asked["observed"],
        "all": np.ones(len(asked), dtype=bool),
    }
    return Measured(_table(answers, groups), belief.worth, asked, rows)


def _asked(m: Material, kept: npt.NDArray[np.bool_], projection: Projection) -> pd.DataFrame:
    point = np.flatnonzero(kept)
    lon, lat = projection.to_lonlat(m.exact_xy[point]).T
    return pd.DataFrame(
        {
            "street": np.array(m.labels, dtype=object)[m.known[point]],
            "number": m.number[point],
            "lon": lon,
            "lat": lat,
            "point": point,
            "x": m.exact_xy[point, 0],
            "y": m.exact_xy[point, 1],
            "key": m.key[point],
            "observed": m.observed[point],
        }
    )


def _answers(asked: pd.DataFrame, rows: pd.DataFrame, m: Material) -> pd.Series:
    first = rows.assign(
        key=m.key[rows["point"]], px=m.xy[rows["point"], 0], py=m.xy[rows["point"], 1]
    )
    first = first.sort_values("share", ascending=False).drop_duplicates(["street", "key"])
    found = asked.merge(first, on=["street", "key"], how="left", suffixes=("", "_found"))
    away = np.hypot(found["px"] - found["x"], found["py"] - found["y"])
    return pd.Series(
        np.select(
            [found["basis"].isna(), found["basis"] == "possible", away <= NEAR_M, away <= WRONG_M],
            ["not found", "offered", "within 50 m", "50 to 150 m"],
            "wrong",
        )
    )


def _table(answers: pd.Series, groups: Mapping[str, npt.ArrayLike]) -> pd.DataFrame:
    outcomes = ("within 50 m", "50 to 150 m", "wrong", "offered", "not found")
    rows = {}
    for name, mask in groups.items():
        part = answers[np.asarray(mask)]
        rows[name] = {"asked": len(part)} | {o: int((part == o).sum()) for o in outcomes}
    return pd.DataFrame.from_dict(rows, orient="index")
