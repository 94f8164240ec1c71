"""Draw what a report shows: the map of walks, the districts, the curve of walks."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely

from locator.analysis.access.aggregate import SAME_TIME_S
from locator.analysis.district_report import DistrictReport
from locator.base.geo import FloatArray
from locator.base.i18n import day, gettext, number, percent, text
from locator.city.model import City
from locator.geocoding.names import district_title
from locator.reports.charts import Bars, draw_bars
from locator.reports.document import Drawing
from locator.reports.mapdrawing import MapFigure, draw_map, map_ratio
from locator.reports.tables import unit_title

ROW_UNITS = 12.5
DISTRICTS_PART = 0.75
PLANNED_MARK, OPEN_MARK, SITE_MARK = "cross", "circle", "site"
WALK_STEPS = (0.5, 1.0, 1.5, 2.0)
"""Where one tone of walks ends and the next begins, in standards."""

MAP_RATIO, PAD = 0.6, 0.03
"""Height by width of the map of walks, and the room at its edges."""

SHADES = 5
ROUND_TO = (0.05, 0.01)

Frame = tuple[float, float, float, float]
Mark = tuple[float, float, str]


def walks_map(city: City, found: DistrictReport) -> Drawing:
    """Return the map of walks from where people live, with gaps, facilities, suggested sites."""
    areas, focus = _districts(city), None
    if found.query.unit is not None:
        unit = city.units.geometry.loc[[found.query.unit]]
        focus = unit.to_crs(city.projection.crs).iloc[0]
    elif found.query.district is not None:
        focus = areas.geometry[found.query.district]
    frame = _frame(areas.total_bounds if focus is None else np.array(focus.bounds))
    areas = areas.set_geometry(shapely.clip_by_rect(areas.geometry.to_numpy(), *frame))
    areas = areas[~areas.geometry.is_empty]
    marks = _marks(found, city, shapely.box(*frame))
    gaps = found.gaps.to_crs(city.projection.crs) if len(found.gaps) else found.gaps
    figure = MapFigure(
        areas=areas.assign(value=np.nan),
        walks=_walks(city, found),
        outlines=gpd.GeoDataFrame(
            {"label": [str(rank) for rank in range(1, len(gaps) + 1)]},
            geometry=gaps.geometry.to_numpy(),
        ),
        marks=marks,
        sites=_sites(found, city),
        mark_legend=_mark_legend(found, marks),
        backdrop=lambda: city.backdrop,
        frame=frame,
        focus=focus,
        source=source_said(city),
    )
    return Drawing(
        title=gettext("Walks to the nearest facility, from where people live"),
        description=gettext(
            "Squares of {size} m where people of the group live, however many; the darker, the "
            "longer the walk. Outlined and numbered: the largest gaps. Diamonds: suggested sites. "
            "The same numbers stand in the tables.",
            size=number(city.demand.size_m),
        ),
        ratio=map_ratio(figure),
        draw=lambda canvas: draw_map(canvas, figure),
        said=_map_said(city, found, figure),
    )


def districts_map(city: City, found: DistrictReport) -> Drawing:
    """Return the map of the share served in each district, the shades as far apart as they are."""
    shares = found.coverage.districts["share"].reindex(city.districts.index)
    known = shares.dropna().to_numpy(dtype=np.float64)
    bounds = shade_bounds(known)
    areas = _districts(city).assign(value=shares)
    areas["label"] = [
        label if np.isnan(share) else f"{label}\n{percent(share)}"
        for label, share in zip(areas["label"], shares, strict=True)
    ]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 1.0)
    figure = MapFigure(
        areas=areas,
        classes=bounds,
        legend=tuple(
            f"{number(100 * first)}–{percent(last)}"
            for first, last in zip((low, *bounds), (*bounds, high), strict=True)
        ),
        backdrop=lambda: city.backdrop,
        source=source_said(city),
    )
    return Drawing(
        title=gettext("Share of people within the standard, by district"),
        description=gettext(
            "The darker, the more people are served. The shades part the districts into groups of "
            "about as many; whether two of them differ for certain, the ranges say."
        ),
        ratio=map_ratio(figure),
        draw=lambda canvas: draw_map(canvas, figure),
        said=_shares_said(city, found),
        part=DISTRICTS_PART,
    )


def shade_bounds(shares: FloatArray) -> tuple[float, ...]:
    """Return bounds of at most five shades of about as many shares each, none of them empty.

    They are whole multiples of five per cent, or of one where the shares are near each other.
    """
    best: tuple[float, ...] = ()
    for step in ROUND_TO:
        parts = np.arange(1, SHADES) / SHADES if len(shares) else np.array([])
        rounded = sorted({round(round(np.quantile(shares, one) / step) * step, 2) for one in parts})
        bounds = tuple(
            one
            for before, one in zip([-1.0, *rounded], rounded, strict=False)
            if ((shares > before) & (shares <= one)).any() and (shares > one).any()
        )
        if len(bounds) > len(best):
            best = bounds
        if len(best) == SHADES - 1:
            break
    return best


def source_said(city: City) -> str:
    """Return whose data a map or a report shows, and of which day."""
    date = gettext("data of {date}", date=day(city.catalogue.data_date))
    return f"{text(city.catalogue.attribution)} · {date}"


def _districts(city: City) -> gpd.GeoDataFrame:
    roman, name = city.districts["roman"], city.districts["name"]
    return gpd.GeoDataFrame(
        {"label": roman.where(roman != "", name)},
        geometry=city.districts.geometry.to_crs(city.projection.crs),
    )


def _frame(bounds: FloatArray) -> Frame:
    """Return bounds of one shape for every map, with room at the edges."""
    left, bottom, right, top = bounds
    wide, high = (right - left) * (1 + 2 * PAD), (top - bottom) * (1 + 2 * PAD)
    wide, high = max(wide, high / MAP_RATIO), max(high, wide * MAP_RATIO)
    x, y = (left + right) / 2, (bottom + top) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def _walks(city: City, found: DistrictReport) -> list[tuple[str, shapely.Geometry]]:
    """Return the inhabited squares of the scope by the length of their walks, and its words."""
    demand, standard = city.demand, found.coverage.minutes
    people = demand.people[found.coverage.group]
    some = np.flatnonzero(found.inside & (people > 0))
    place = np.column_stack([demand.column[some], demand.row[some]])
    _, first, square = np.unique(place, axis=0, return_index=True, return_inverse=True)
    # The points of a square may have walks of their own: that of most of its people stands for it.
    most = np.lexsort((-people[some], square.ravel()))
    longest = found.coverage.walk_s[
        some[most[np.searchsorted(square.ravel()[most], range(len(first)))]]
    ]
    bounds = np.array(WALK_STEPS) * standard * 60 + SAME_TIME_S
    kind = np.searchsorted(bounds, longest)
    limits = [
        number(standard * step, 0 if (standard * step).is_integer() else 1) for step in WALK_STEPS
    ]
    words = [
        gettext("up to {minutes} min", minutes=limits[0]),
        *(
            gettext("{minutes} min", minutes=f"{low}–{high}")
            for low, high in zip(limits, limits[1:], strict=False)
        ),
        gettext("over {minutes} min", minutes=limits[-1]),
    ]
    corners = demand.square_xy[some[first]].round(3)
    return [
        (said, shapely.coverage_union_all(shapely.polygons(corners[kind == place])))
        for place, said in enumerate(words)
    ]


def _mark_legend(found: DistrictReport, marks: Sequence[Mark]) -> tuple[tuple[str, str], ...]:
    """Return the signs that the map has."""
    drawn = {sign for _, _, sign in marks}
    shown = (
        ("outline", gettext("gap"), len(found.gaps) > 0),
        (OPEN_MARK, gettext("open"), OPEN_MARK in drawn),
        (PLANNED_MARK, gettext("under way"), PLANNED_MARK in drawn),
        (SITE_MARK, gettext("suggested"), found.siting is not None and len(found.siting.sites)),
    )
    return tuple((sign, words) for sign, words, is_there in shown if is_there)


def _map_said(city: City, found: DistrictReport, figure: MapFigure) -> str:
    signs = gettext(
        "Gaps outlined: {gaps}. Suggested sites: {sites}.",
        gaps=number(0 if figure.outlines is None else len(figure.outlines)),
        sites=number(len(figure.sites)),
    )
    if found.is_whole or found.district is None:
        return " ".join((_shares_said(city, found), signs)).strip()
    unit = found.query.unit
    title = unit_title(city, unit) if unit else city.district_titles[found.district]
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


def _marks(found: DistrictReport, city: City, frame: shapely.Geometry) -> list[Mark]:
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
