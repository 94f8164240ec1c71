"""Put what a scenario changes on a map: districts, areas gained and lost, facilities and sites."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from locator.analysis.scenario.compare import ScenarioComparison
from locator.base.geo import WGS84
from locator.city.model import City
from locator.reports.scenario_maps import rows_of_ids


def scenario_layers(city: City, found: ScenarioComparison) -> dict[str, gpd.GeoDataFrame]:
    """Return what the report of a scenario can put on a map, by name, in WGS84.

    Parameters
    ----------
    city : City
    found : ScenarioComparison
        Of the same city.

    Returns
    -------
    dict of str to GeoDataFrame
        ``districts`` with people before and after, ``areas`` gained and lost, and ``changes``:
        what opens, closes and is added.
    """
    numbers = found.districts.drop(columns="name")
    districts = city.districts.join(numbers).reset_index(names="number")
    return {
        "districts": districts,
        "areas": found.areas.reset_index(drop=True),
        "changes": _changed_places(city, found),
    }


def _changed_places(city: City, found: ScenarioComparison) -> gpd.GeoDataFrame:
    rows = []
    for change, ids in (("opens", found.opened), ("closes", found.closed)):
        some = city.facilities.iloc[rows_of_ids(city, ids)]
        for key, row in some[["name", "address", "places", "expected_opening"]].iterrows():
            opens = row["expected_opening"] if change == "opens" else ""
            known = opens if isinstance(opens, str) else ""
            rows.append((change, key, row["name"], row["address"] or "", row["places"], known))
    points = list(city.facilities.loc[[row[1] for row in rows], "geometry"])
    for site in found.scenario.add:
        rows.append(("added", "", site.name, "", site.places, site.opens))
    points += list(
        gpd.points_from_xy(
            [site.lon for site in found.scenario.add], [site.lat for site in found.scenario.add]
        )
    )
    frame = pd.DataFrame(rows, columns=["change", "id", "name", "address", "places", "opens"])
    frame["places"] = pd.to_numeric(frame["places"])
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(points, crs=WGS84), crs=WGS84)
