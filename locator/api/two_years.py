"""Answer machines what a city says that it has changed, with people."""

from __future__ import annotations

from typing import Any

import pandas as pd

from locator.analysis.access.claims import ClaimAnswer, answer_claim, openings
from locator.api.context import AppState
from locator.api.operations import CACHE_S, operation
from locator.api.queries import NoParams
from locator.api.schemas_claims import ClaimShape, MeantFacility, TwoYearsAnswer
from locator.base.i18n import text


def answers_of(app: AppState) -> tuple[ClaimAnswer, ...]:
    """Return what each claim of the city means for people, in the order of its file.

    Parameters
    ----------
    app : AppState

    Returns
    -------
    tuple of ClaimAnswer
    """
    return tuple(answer_claim(app.walkable_city, name) for name in app.city.claims.claims)


@operation(
    "/api/two-years",
    NoParams,
    TwoYearsAnswer,
    summary="What two years changed",
    tag="coverage",
    cache_s=CACHE_S,
    bounds="expensive",
)
def two_years(app: AppState, asked: NoParams) -> TwoYearsAnswer:
    """Each claim of the city answered with people: within reach before and after, gained, in which
    district, at what cost where a sum was published. What is not known leaves a range.
    """
    period = app.city.claims.period
    rows: Any = openings(app.city).reset_index().to_dict("records")
    return {
        "period": None
        if period is None
        else {"since": period.since, "until": period.until, "basis": text(period.basis)},
        "model": app.walkable_city.model.name,
        "claims": [_claim(one) for one in answers_of(app)],
        "openings": [
            {
                "id": row["id"],
                "name": row["name"],
                "layer": row["layer"],
                "district": None if pd.isna(row["district"]) else int(row["district"]),
                "date": row["date"],
                "is_expected": bool(row["is_expected"]),
            }
            for row in rows
        ],
    }


def _claim(found: ClaimAnswer) -> ClaimShape:
    claim = found.claim
    named: Any = found.named.reset_index(names="id").to_dict("records")
    districts: Any = found.districts.reset_index(names="number").to_dict("records")
    return {
        "id": claim.id,
        "layer": claim.layer,
        "name": text(claim.names),
        "said": text(claim.said),
        "source": claim.source,
        "kind": found.kind,
        "group": found.group,
        "minutes": found.minutes,
        "pace_m_s": found.pace_m_s,
        "people": found.people,
        "before_low": found.before_low,
        "before_high": found.before_high,
        "after_low": found.after_low,
        "after_high": found.after_high,
        "gained_low": found.gained_low,
        "gained_high": found.gained_high,
        "unnamed": found.unnamed,
        "off_map": found.off_map,
        "places": found.places,
        "places_unknown": found.places_unknown,
        "places_claimed": claim.places,
        "missing": text(claim.missing) or None,
        "facilities": [_facility(row) for row in named],
        "districts": [
            {
                "number": int(row["number"]),
                "name": str(row["name"]),
                "people": int(row["people"]),
                "gained_low": int(row["gained_low"]),
                "gained_high": int(row["gained_high"]),
            }
            for row in districts
        ],
    }


def _facility(row: dict[str, Any]) -> MeantFacility:
    def whole(key: str) -> int | None:
        return None if pd.isna(row[key]) else int(row[key])

    def money(key: str) -> float | None:
        return None if pd.isna(row[key]) else round(float(row[key]), 2)

    return {
        "id": row["id"],
        "name": row["name"],
        "district": whole("district"),
        "opens": row["opens"],
        "places": whole("places"),
        "location_precision": row["precision"],
        "reached": whole("reached"),
        "gained": whole("gained"),
        "cost": money("cost"),
        "currency": row["currency"] or None,
        "cost_per_person": money("per_person"),
        "cost_per_place": money("per_place"),
    }
