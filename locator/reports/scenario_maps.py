"""Draw where people are reached before a change and after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from locator.analysis.scenario.compare import ScenarioComparison
from locator.analysis.scenario.findings import ScenarioFindings
from locator.base.i18n import gettext, number
from locator.city.model import City
from locator.reports.document import Drawing
from locator.reports.mapdrawing import MapFigure, draw_map, map_ratio

CLASSES = (0.2, 0.4, 0.6, 0.8)
BEFORE = {"beyond": 0.3, "gained": 0.3, "kept": 0.7, "lost": 0.7}
AFTER = {"beyond": 0.3, "lost": 0.3, "kept": 0.7, "gained": 0.9}
"""The shade of what becomes of an area: the darker, the better. What is lost has an outline."""

OPEN, CLOSED, OPENED = "circle", "cross", "square"


def before_map(city: City, findings: ScenarioFindings) -> Drawing:
    """Return where people are reached today.

    Parameters
    ----------
    city : City
    findings : ScenarioFindings
        Of the same city.

    Returns
    -------
    Drawing
    """
    found = findings.compared
    legend = ("", gettext("beyond reach"), "", gettext("within reach"))
    figure = MapFigure(
        areas=_areas(city, findings, BEFORE),
        classes=CLASSES,
        legend=legend,
        marks=_marks(city, _rows_before(city, found), OPEN),
        mark_legend=((OPEN, gettext("open")),),
        backdrop=lambda: city.backdrop,
    )
    return Drawing(
        title=gettext("Before: who is within reach today"),
        description=gettext("Shaded: where people of the group live. The dots are open today."),
        ratio=map_ratio(figure),
        draw=lambda canvas: draw_map(canvas, figure),
        said=gettext(
            "Within reach: {served} people; beyond: {unserved}.",
            served=number(found.before.served),
            unserved=number(found.before.unserved),
        ),
    )


def after_map(city: City, findings: ScenarioFindings) -> Drawing:
    """Return where people are reached after the change, and where that is new or ends.

    Parameters
    ----------
    city : City
    findings : ScenarioFindings
        Of the same city.

    Returns
    -------
    Drawing
    """
    found = findings.compared
    there = set(findings.reach["state"])
    legend = (
        "",
        gettext("beyond reach"),
        "",
        gettext("within reach"),
        gettext("newly within reach") if "gained" in there else "",
    )
    opened, closed = rows_of_ids(city, found.opened), rows_of_ids(city, found.closed)
    stay = sorted(set(found.rows_after) - set(opened))
    signs = [("outline", gettext("no longer within reach"))] if "lost" in there else []
    signs += [(OPEN, gettext("open"))]
    signs += [(OPENED, gettext("opens"))] if opened else []
    signs += [(CLOSED, gettext("closes"))] if closed else []
    signs += [("site", gettext("new site"))] if found.scenario.add else []
    figure = MapFigure(
        areas=_areas(city, findings, AFTER),
        classes=CLASSES,
        legend=legend,
        outlines=_lost(city, findings),
        marks=[
            *_marks(city, stay, OPEN),
            *_marks(city, opened, OPENED),
            *_marks(city, closed, CLOSED),
        ],
        sites=_sites(city, found),
        mark_legend=tuple(signs),
        backdrop=lambda: city.backdrop,
    )
    return Drawing(
        title=gettext("After: who would be within reach"),
        description=gettext(
            "The darkest areas are newly within reach. Diamonds with numbers: new sites, as in the "
            "list of changes."
        ),
        ratio=map_ratio(figure),
        draw=lambda canvas: draw_map(canvas, figure),
        said=gettext(
            "Within reach: {served} people; gained: {gained}, lost: {lost}.",
            served=number(found.after.served),
            gained=number(found.people_gained),
            lost=number(found.people_lost),
        ),
    )


def rows_of_ids(city: City, ids: Sequence[str]) -> list[int]:
    """Return the rows of ``city.facilities`` that have some ids.

    Parameters
    ----------
    city : City
    ids : sequence of str

    Returns
    -------
    list of int
    """
    return [int(row) for row in city.facilities.index.get_indexer(list(ids))]


def _rows_before(city: City, found: ScenarioComparison) -> list[int]:
    opened = set(rows_of_ids(city, found.opened))
    return sorted((set(found.rows_after) - opened) | set(rows_of_ids(city, found.closed)))


def _areas(city: City, findings: ScenarioFindings, shade: Mapping[str, float]) -> gpd.GeoDataFrame:
    """Return the areas that are shaded, and the districts over them with their numbers."""
    crs = city.projection.crs
    reach = findings.reach.to_crs(crs)
    labels = city.districts["roman"].where(city.districts["roman"] != "", city.districts["name"])
    shaded = {"label": [""] * len(reach), "value": reach["state"].map(shade).to_numpy(np.float64)}
    named = {"label": labels.to_numpy(), "value": np.full(len(labels), np.nan)}
    outlines = city.districts.geometry.to_crs(crs)
    return gpd.GeoDataFrame(
        pd.concat([pd.DataFrame(shaded), pd.DataFrame(named)], ignore_index=True),
        geometry=[*reach.geometry, *outlines],
    )


def _lost(city: City, findings: ScenarioFindings) -> gpd.GeoDataFrame:
    """Return where nobody is reached any more, to be outlined."""
    lost = findings.reach[findings.reach["state"] == "lost"].to_crs(city.projection.crs)
    return gpd.GeoDataFrame({"label": ["−"] * len(lost)}, geometry=lost.geometry.to_numpy())


def _marks(city: City, rows: Sequence[int], shape: str) -> list[tuple[float, float, str]]:
    places = city.facilities[["x", "y"]].iloc[list(rows)]
    return [(x, y, shape) for x, y in places.itertuples(index=False) if np.isfinite(x)]


def _sites(city: City, found: ScenarioComparison) -> list[tuple[float, float, str]]:
    lonlat = np.array([[site.lon, site.lat] for site in found.scenario.add]).reshape(-1, 2)
    xy = city.projection.to_metric(lonlat)
    return [(float(x), float(y), str(place)) for place, (x, y) in enumerate(xy, start=1)]
