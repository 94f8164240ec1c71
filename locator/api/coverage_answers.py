"""Turn what was found of who is served into what is published."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pandas as pd

from locator.analysis.access.as_of import AsOf
from locator.analysis.access.coverage import Coverage, coverage_by_unit
from locator.analysis.access.part_ranges import gap_ranges
from locator.analysis.access.ranges import Ranges
from locator.analysis.access.words import leaves_out
from locator.api.context import AppState
from locator.api.coverage_found import parts_of, ranges_of
from locator.api.filtering import filter_answer, filter_columns
from locator.api.geojson import SHARE_DIGITS, area_json, decimal, whole
from locator.api.queries import ReachParams
from locator.api.schemas import Area
from locator.api.schemas_coverage import (
    AsOfDay,
    CoverageTotals,
    DistrictCoverage,
    GapProperties,
    RangesAnswer,
    UnitCoverage,
)
from locator.city.units import unit_names
from locator.walking.network.profile import Profile
from locator.walking.walkable_city import WalkableCity


def question_columns(app: AppState, asked: ReachParams, found: Coverage) -> dict[str, object]:
    """Return the columns that say which question a table answers.

    Parameters
    ----------
    app : AppState
    asked : ReachParams
    found : Coverage

    Returns
    -------
    dict
        Name to value, the same in every row.
    """
    return {
        "layer": found.layer,
        "group": found.group,
        "minutes": f"{found.minutes:g}",
        "pace_m_s": f"{found.pace_m_s:g}",
        "people_from": found.people_from,
        "model": found.model,
        "profile": asked.profile,
        "data_date": app.catalogue.data_date,
        **({} if asked.at is None else {"at": asked.at.isoformat()}),
        **filter_columns(app.city, found.chosen),
    }


def as_of_answer(then: AsOf | None) -> AsOfDay | None:
    """Return a coverage as of a day as it is published.

    Parameters
    ----------
    then : AsOf or None

    Returns
    -------
    AsOfDay or None
    """
    if then is None:
        return None
    return {
        "at": then.at.isoformat(),
        "low": round(then.low, SHARE_DIGITS),
        "high": round(then.high, SHARE_DIGITS),
        "served_low": then.served_low,
        "served_high": then.served_high,
        "counted_low": then.counted_low,
        "counted_high": then.counted_high,
    }


def totals_answer(
    app: AppState, found: Coverage, *, profile: Profile = "foot", today: bool = True
) -> CoverageTotals:
    """Return what holds for the whole city as it is published.

    Parameters
    ----------
    app : AppState
    found : Coverage
    profile : str
        Whose ways are walked.
    today : bool
        Whether it is of today's facilities: of another day ranges and parts are not told.

    Returns
    -------
    CoverageTotals
    """
    row = found.completeness
    return {
        "minutes": found.minutes,
        "group": found.group,
        "pace_m_s": found.pace_m_s,
        "people_from": found.people_from,
        "people": round(found.people),
        "served": round(found.served),
        "unserved": round(found.unserved),
        "share": decimal(found.share, SHARE_DIGITS),
        "filter": filter_answer(app.city, found.chosen),
        "ranges": _ranges(ranges_of(app, found, profile=profile)) if today else None,
        "walk_s": {
            "mean": whole(found.mean_s),
            "median": whole(found.median_s),
            "p90": whole(found.p90_s),
        },
        "completeness": {
            "expected": None if pd.isna(row["expected"]) else int(row["expected"]),
            "listed": int(row["listed"]),
            "located": int(row["located"]),
        },
        "leaves_out": (leaves_out(row) or None) if today else None,
        "parts": [
            {
                "kind": part.kind,
                "counted": part.counted,
                "served": part.served,
                "share": round(part.share, SHARE_DIGITS),
            }
            for part in parts_of(
                app,
                found.layer,
                found.group,
                found.minutes,
                found.pace_m_s,
                found.people_from,
                profile=profile,
                which=found.which,
            )
            if today
        ],
    }


def _ranges(found: Ranges) -> RangesAnswer:
    return {
        "low": round(found.low, SHARE_DIGITS),
        "high": round(found.high, SHARE_DIGITS),
        "lowest": round(found.lowest, SHARE_DIGITS),
        "highest": round(found.highest, SHARE_DIGITS),
        "runs": found.runs,
        "seed": found.seed,
        "causes": [
            {"cause": cause, "moves": round(moves, SHARE_DIGITS)}
            for cause, moves in found.causes.items()
        ],
        "not_measured": list(found.not_measured),
    }


def district_answers(found: Coverage, within: pd.DataFrame) -> list[DistrictCoverage]:
    """Return the coverage of each district as it is published.

    Parameters
    ----------
    found : Coverage
    within : DataFrame
        As `district_ranges` gives it.

    Returns
    -------
    list of DistrictCoverage
        In the order of `found`.
    """
    districts: Any = found.districts.join(within).to_dict("index")
    return [
        {
            "number": int(number),
            "name": str(row["name"]),
            "people": round(row["people"]),
            "served": round(row["served"]),
            "unserved": round(row["unserved"]),
            "share": decimal(row["share"], SHARE_DIGITS),
            "mean_s": whole(row["mean_s"]),
            "p90_s": whole(row["p90_s"]),
            "beyond": decimal(row["beyond"], SHARE_DIGITS),
            "low": decimal(row["low"], SHARE_DIGITS),
            "high": decimal(row["high"], SHARE_DIGITS),
            "rank": _rank(row["rank"]),
            "rank_low": _rank(row["rank_low"]),
            "rank_high": _rank(row["rank_high"]),
        }
        for number, row in districts.items()
    ]


def _rank(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def unit_answers(
    walkable_city: WalkableCity, found: Coverage, within: pd.DataFrame | None
) -> list[UnitCoverage]:
    """Return the neighbourhood units of a coverage as they are answered.

    Parameters
    ----------
    walkable_city : WalkableCity
        That it was counted in.
    found : Coverage
    within : DataFrame or None
        Between which values the shares lie, where that is known.

    Returns
    -------
    list of UnitCoverage
        By code; none where the city has no units.
    """
    frame = coverage_by_unit(walkable_city, found)
    frame = frame.assign(low=np.nan, high=np.nan) if within is None else frame.join(within)
    units: Any = frame.to_dict("index")
    return [
        {
            "code": str(code),
            "name": str(row["name"]),
            "district": int(row["district"]),
            "people": round(row["people"]),
            "served": round(row["served"]),
            "unserved": round(row["unserved"]),
            "share": decimal(row["share"], SHARE_DIGITS),
            "low": decimal(row["low"], SHARE_DIGITS),
            "high": decimal(row["high"], SHARE_DIGITS),
            "mean_s": whole(row["mean_s"]),
            "p90_s": whole(row["p90_s"]),
            "beyond": decimal(row["beyond"], SHARE_DIGITS),
        }
        for code, row in units.items()
    ]


def gap_answers(
    app: AppState, asked: ReachParams, found: Coverage
) -> list[tuple[GapProperties, Area]]:
    """Return the gaps with their people, ranges and names, and their areas.

    Parameters
    ----------
    app : AppState
    asked : ReachParams
    found : Coverage

    Returns
    -------
    list of (GapProperties, Area)
        In the order of `found`.
    """
    within = pd.DataFrame(np.nan, found.gaps.index, ["low", "high"])
    if asked.at is None:
        within = gap_ranges(app.walkable_city_for(asked.profile), found, found.gaps)
    inside = found.gaps.geometry.representative_point()
    units = unit_names(np.column_stack([inside.x, inside.y]).reshape(-1, 2), app.city.units)
    rows: Any = found.gaps.join(within).itertuples()
    return [
        (
            {
                "people": round(row.people),
                "low": whole(row.low),
                "high": whole(row.high),
                "district": int(row.district),
                "district_name": str(row.district_name),
                "unit": unit,
                "place": None if pd.isna(row.place) else str(row.place),
                "walk_s": whole(row.walk_s),
            },
            cast(Area, area_json(row.geometry)),  # a gap is never empty
        )
        for row, unit in zip(rows, units, strict=True)
    ]
