"""Say how different the street network is from the estimate, for one layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from locator.analysis.access.counted import counted_rows
from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.base.errors import N_, NotComputableError
from locator.base.geo import FloatArray
from locator.walking.estimate import EstimateModel
from locator.walking.network.model import NetworkModel
from locator.walking.walkable_city import WalkableCity, nearest_facilities, walkable

RATIO_EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.5, 2.0, np.inf)
"""Bands of the ratio network / estimate."""

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)

NEAR_M = 1.0
"""An estimated walk shorter than this has no sensible ratio."""


@dataclass(frozen=True)
class ModelComparison:
    """The two models side by side, for the demand points where somebody of the group lives.

    Attributes
    ----------
    layer, group : str
    minutes, pace_m_s : float
    points : int
    people : float
    changed_points, changed_people : float
        Shares of the points and of the people whose nearest facility is another one.
    ratio : mapping of str to float
        Quantiles ``p10`` ... ``p90`` of network / estimate over points, and ``mean``.
    bands : DataFrame
        ``from``, ``to``, ``points``: how many points have a ratio of at least ``from`` and less
        than ``to``.
    served_estimate, served_network : float
        People within the standard by each model.
    lost, gained : float
        People whom the estimate serves and the network does not, and the other way round.
    unreachable_points : int
        Points that the network reaches no facility from.
    off_network_points : int
        Points more than 300 m from every street.
    """

    layer: str
    group: str
    minutes: float
    pace_m_s: float
    points: int
    people: float
    changed_points: float
    changed_people: float
    ratio: dict[str, float]
    bands: pd.DataFrame
    served_estimate: float
    served_network: float
    lost: float
    gained: float
    unreachable_points: int
    off_network_points: int


def both_models(walkable_city: WalkableCity) -> tuple[WalkableCity, WalkableCity]:
    """Return the city on the estimate and on the network.

    Parameters
    ----------
    walkable_city : WalkableCity
        On the network.

    Returns
    -------
    tuple of WalkableCity
        The same city on the estimate, then as it was given.

    Raises
    ------
    NotComputableError
        The city has no street graph, so there is nothing to compare.
    """
    if walkable_city.model.name != "network":
        raise NotComputableError(
            N_(
                "This city has no street graph to compare the estimate with: make one with "
                "`locator network build`."
            )
        )
    return walkable(walkable_city.city, EstimateModel.from_city(walkable_city.city)), walkable_city


def compare(estimate: WalkableCity, network: WalkableCity, query: CoverageQuery) -> ModelComparison:
    """Return how the two models differ for the layer, standard, group and pace of `query`.

    Parameters
    ----------
    estimate, network : WalkableCity
        One city on either model, as `both_models` returns it.
    query : CoverageQuery

    Returns
    -------
    ModelComparison

    Raises
    ------
    NotFoundError, InvalidParameterError, NotComputableError
        As `locator.analysis.access.coverage.coverage`; also for a layer without any facility to
        walk to.
    """
    asked = coverage(network, query)
    rows = counted_rows(network, query.layer)
    people = network.city.demand.people[asked.group]
    lived = people > 0
    (by_estimate_m, first), (by_network_m, second) = (
        nearest_facilities(walkable_city, rows) for walkable_city in (estimate, network)
    )
    limit_m = asked.minutes * 60.0 * asked.pace_m_s + 1e-6
    both = lived & np.isfinite(by_estimate_m) & np.isfinite(by_network_m)
    if not both.any():
        raise NotComputableError(
            N_("Nobody can walk to a facility of this layer, so there is nothing to compare."),
            parameter="layer",
        )
    moved = both & (first != second)
    in_estimate, in_network = by_estimate_m <= limit_m, by_network_m <= limit_m
    sensible = both & (by_estimate_m >= NEAR_M)
    ratio = by_network_m[sensible] / by_estimate_m[sensible]
    return ModelComparison(
        layer=asked.layer,
        group=asked.group,
        minutes=asked.minutes,
        pace_m_s=asked.pace_m_s,
        points=int(lived.sum()),
        people=float(people.sum()),
        changed_points=float(moved.sum() / both.sum()),
        changed_people=float(people[moved].sum() / people[both].sum()),
        ratio=_quantiles(ratio),
        bands=_bands(ratio),
        served_estimate=float(people[in_estimate].sum()),
        served_network=float(people[in_network].sum()),
        lost=float(people[in_estimate & ~in_network].sum()),
        gained=float(people[in_network & ~in_estimate].sum()),
        unreachable_points=int((lived & ~np.isfinite(by_network_m)).sum()),
        off_network_points=int((lived & (NetworkModel.off_network(network.demand))).sum()),
    )


def comparable_layers(walkable_city: WalkableCity) -> list[str]:
    """Return the layers that can be compared: fixed, with facilities and people of their group.

    Parameters
    ----------
    walkable_city : WalkableCity

    Returns
    -------
    list of str
        Ids in the order of the catalogue.
    """
    return [
        layer.id
        for layer in walkable_city.city.catalogue.layers.values()
        if not layer.moves
        and len(walkable_city.usable_rows[layer.id])
        and walkable_city.city.demand.people[layer.group].sum() >= 0.5
    ]


def comparison_rows(found: ModelComparison) -> list[tuple[str, str]]:
    """Return the comparison as pairs of words and figures, for a table.

    Parameters
    ----------
    found : ModelComparison

    Returns
    -------
    list of (str, str)
        In English.
    """
    percent = "{:.1%}".format
    rows = [
        ("standard, minutes", f"{found.minutes:g}"),
        ("pace, m/s", f"{found.pace_m_s:g}"),
        ("group", found.group),
        ("demand points with people", f"{found.points:,}"),
        ("points with another nearest facility", percent(found.changed_points)),
        ("people with another nearest facility", percent(found.changed_people)),
    ]
    rows += [(f"network / estimate, {name}", f"{value:.2f}") for name, value in found.ratio.items()]
    return [
        *rows,
        ("people within the standard, estimate", f"{found.served_estimate:,.0f}"),
        ("people within the standard, network", f"{found.served_network:,.0f}"),
        ("people served by the estimate only", f"{found.lost:,.0f}"),
        ("people served by the network only", f"{found.gained:,.0f}"),
        ("points that cannot walk to any", f"{found.unreachable_points:,}"),
        ("points more than 300 m from every street", f"{found.off_network_points:,}"),
    ]


def _quantiles(ratio: FloatArray) -> dict[str, float]:
    if not len(ratio):
        return {}
    found = {f"p{q * 100:.0f}": float(np.quantile(ratio, q)) for q in QUANTILES}
    return found | {"mean": float(ratio.mean())}


def _bands(ratio: FloatArray) -> pd.DataFrame:
    counts = np.histogram(ratio, bins=np.array(RATIO_EDGES))[0]
    return pd.DataFrame({"from": RATIO_EDGES[:-1], "to": RATIO_EDGES[1:], "points": counts})
