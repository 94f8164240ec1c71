"""Draw what a report shows: the map, the bars of the districts, the curve of walks."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from locator.analysis.district_report import DistrictReport
from locator.base.i18n import gettext, number, percent
from locator.city.model import City
from locator.geocoding.names import district_title
from locator.reports.charts import Bars, draw_bars
from locator.reports.document import Drawing
from locator.reports.mapdrawing import MapFigure, draw_map, map_ratio

CLASSES = (0.2, 0.4, 0.6, 0.8)
ROW_UNITS = 18.0
PLANNED_MARK, OPEN_MARK, SITE_MARK = "cross", "circle", "site"


def report_map(city: City, found: DistrictReport) -> Drawing:
    """Return the map: districts shaded by share served, gaps, facilities, suggested sites."""
    crs = city.projection.crs
    areas = gpd.GeoDataFrame(
        {
            "label": city.districts["roman"].where(
                city.districts["roman"] != "", city.districts["name"]
            ),
            "value": found.coverage.districts["share"].reindex(city.districts.index),
        },
        geometry=city.districts.geometry.to_crs(crs).to_numpy(),
    )
    areas.index = city.districts.index
    focus = areas if found.query.district is None else areas.loc[[found.query.district]]
    bounds = focus.total_bounds
    pad = 0.03 * (bounds[2] - bounds[0])
    frame = (bounds[0] - pad, bounds[1] - pad, bounds[2] + pad, bounds[3] + pad)
    if found.query.district is not None:
        areas = _with_neighbours(areas, found.query.district, frame)
    gaps = found.gaps.to_crs(crs) if len(found.gaps) else found.gaps
    outlines = gpd.GeoDataFrame(
        {"label": [str(rank) for rank in range(1, len(gaps) + 1)]},
        geometry=gaps.geometry.to_numpy(),
    )
    figure = MapFigure(
        areas=areas,
        classes=CLASSES,
        legend=tuple(
            f"{number(100 * low)}–{percent(high)}"
            for low, high in zip((0, *CLASSES), (*CLASSES, 1), strict=True)
        ),
        outlines=outlines,
        marks=_marks(found, city, shapely.box(*frame)),
        sites=_sites(found, city),
        mark_legend=(
            ("outline", gettext("gap")),
            (OPEN_MARK, gettext("open")),
            (PLANNED_MARK, gettext("under way")),
            (SITE_MARK, gettext("suggested")),
        ),
        backdrop=lambda: city.backdrop,
        frame=frame,
    )
    return Drawing(
        title=gettext("Share of people within the standard, by district"),
        description=gettext(
            "The darker, the more people are served. Outlined and numbered: the largest gaps. "
            "Diamonds: suggested sites. The same numbers stand in the tables."
        ),
        ratio=map_ratio(figure),
        draw=lambda canvas: draw_map(canvas, figure),
        said=_map_said(city, found, figure),
    )


def _map_said(city: City, found: DistrictReport, figure: MapFigure) -> str:
    signs = gettext(
        "Gaps outlined: {gaps}. Suggested sites: {sites}.",
        gaps=number(0 if figure.outlines is None else len(figure.outlines)),
        sites=number(len(figure.sites)),
    )
    district = found.query.district
    if district is None:
        return " ".join((_shares_said(city, found), signs)).strip()
    row = city.districts.loc[district]
    title = district_title(row["roman"], row["name"])
    return " ".join((f"{title}: {percent(found.scope.share)}.", signs))


def _shares_said(city: City, found: DistrictReport) -> str:
    """Return the districts at both ends of the map or of the bars."""
    rows = found.coverage.districts.dropna(subset="share").sort_values("share", kind="stable")
    if rows.empty:
        return ""
    titles = [
        district_title(city.districts.at[one, "roman"], rows.at[one, "name"]) for one in rows.index
    ]
    return gettext(
        "From {least} ({least_share}) to {most} ({most_share}); the whole city: {share}.",
        least=titles[0],
        least_share=percent(rows["share"].iloc[0]),
        most=titles[-1],
        most_share=percent(rows["share"].iloc[-1]),
        share=percent(found.coverage.share),
    )


def _marks(
    found: DistrictReport, city: City, frame: shapely.Geometry
) -> list[tuple[float, float, str]]:
    """Return the layer's facilities inside the frame, neighbouring districts' as well."""
    marks = []
    layer = city.facilities[city.facilities["layer"] == found.query.layer]
    for x, y, status in layer[["x", "y", "status"]].itertuples(index=False):
        if np.isfinite(x) and status != "closed":
            marks.append((x, y, OPEN_MARK if status == "open" else PLANNED_MARK))
    return [mark for mark in marks if shapely.contains_xy(frame, mark[0], mark[1])]


def _sites(found: DistrictReport, city: City) -> list[tuple[float, float, str]]:
    if found.siting is None or found.siting.sites.empty:
        return []
    sites = found.siting.sites
    xy = city.projection.to_metric(sites[["lon", "lat"]].to_numpy())
    return [(x, y, str(rank)) for (x, y), rank in zip(xy, sites["rank"], strict=True)]


def _with_neighbours(
    areas: gpd.GeoDataFrame, district: int, frame: tuple[float, float, float, float]
) -> gpd.GeoDataFrame:
    """Return the districts inside the frame; only the one that is meant keeps its shade."""
    inside = areas.assign(value=areas["value"].where(areas.index == district))
    inside = inside.set_geometry(shapely.clip_by_rect(areas.geometry.to_numpy(), *frame))
    return inside[~inside.geometry.is_empty]


def district_bars(city: City, found: DistrictReport) -> Drawing:
    """Return the share served in each district, the least served first."""
    rows = found.coverage.districts.dropna(subset="share").sort_values("share", kind="stable")
    bars = Bars(
        title=gettext("Share served"),
        labels=tuple(
            district_title(city.districts.at[one, "roman"], name)
            for one, name in rows["name"].items()
        ),
        values=tuple(rows["share"]),
        texts=tuple(percent(share) for share in rows["share"]),
        mark=found.coverage.share,
        mark_label=gettext("city {share}", share=percent(found.coverage.share)),
    )
    high = 14 + ROW_UNITS * len(rows)
    return Drawing(
        title=gettext("Share of people within the standard, least served district first"),
        description=gettext("The dashed line is the whole city."),
        ratio=high / 560,
        draw=lambda canvas: draw_bars(canvas, bars),
        said=_shares_said(city, found),
    )
