"""Answer machines how unequal the walks to a service are: between people, groups and paces."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from locator.analysis.access.coverage import Coverage, CoverageQuery
from locator.analysis.access.equity import EquityRanges, equity_ranges
from locator.api.context import AppState
from locator.api.filtering import filter_answer
from locator.api.geojson import SHARE_DIGITS, decimal, whole
from locator.api.operations import CACHE_S, operation
from locator.api.queries import CoverageParams, described, filter_of, frozen
from locator.api.schemas import FilterAnswer, Model, closed
from locator.city.lookup import known_layer
from locator.city.register import PeopleFrom
from locator.walking.network.profile import Profile

PACES_M_S = (0.7, 0.9, 1.1, 1.3)
"""Paces that a coverage is counted at beside its own: from slow to brisk."""

DIGITS = 3


@frozen
class EquityParams(CoverageParams):
    """A layer, a standard, whose needs count, whose ways are walked, and who counts people."""

    profile: Profile = described(
        "`pram` and `wheelchair` avoid steps; they need the street network.", default="foot"
    )
    people: PeopleFrom = described(
        "Whose count of the people holds: the census, or the city's register of residents.",
        default="census",
    )


@closed
class Measure(TypedDict):
    """A number and its range; null where nobody can walk there."""

    value: float | None
    low: float | None
    high: float | None


@closed
class Measures(TypedDict):
    """How long walks are, in seconds, and how unequal.

    `gini`: 0 where all walk equally long, towards 1 where a few do all the walking. `palma`: how
    many times what the four tenths with the shortest walks walk together the tenth with the
    longest does. `theil`: 0 where all walk equally long, without a bound. `concentration`: below
    0, walks are longer where few people live, above 0 where many do.
    """

    mean_s: Measure
    median_s: Measure
    p90_s: Measure
    gini: Measure
    palma: Measure
    theil: Measure
    concentration: Measure


@closed
class GroupEquity(TypedDict):
    """An age group at the same standard and pace."""

    group: str
    people: int
    served: int
    share: float | None
    low: float | None
    high: float | None
    mean_s: int | None
    p90_s: int | None
    gini: float | None


@closed
class PaceEquity(TypedDict):
    """The group of the question at another pace."""

    pace_m_s: float
    served: int
    share: float
    low: float
    high: float
    mean_s: int | None


@closed
class EquityAnswer(TypedDict):
    """How unequal the walks to a service are; nine in ten runs lie between `low` and `high`."""

    layer: str
    group: str
    minutes: float
    pace_m_s: float
    people_from: Literal["census", "register"]
    model: Model
    profile: Profile
    filter: FilterAnswer | None
    runs: int
    seed: int
    measures: Measures
    groups: list[GroupEquity]
    paces: list[PaceEquity]


def equity_of(app: AppState, found: Coverage, *, profile: Profile = "foot") -> EquityRanges:
    """Return how unequal the walks of a coverage are, computed once for the same question.

    Parameters
    ----------
    app : AppState
    found : Coverage
        Of today's facilities.
    profile : str
        Whose ways are walked.

    Returns
    -------
    EquityRanges
    """
    return equity_ranges(app.walkable_city_for(profile), found, paces_m_s=PACES_M_S)


@operation(
    "/api/equity/<layer>",
    EquityParams,
    EquityAnswer,
    summary="How unequal the walks to a service are",
    tag="coverage",
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
)
def equity(app: AppState, asked: EquityParams) -> EquityAnswer:
    """Walks and measures of inequality of the group; every age group at the same standard and
    pace; the group at other paces. Each with its range.
    """
    layer = known_layer(app.catalogue, asked.layer)
    query = CoverageQuery(
        layer.id,
        asked.minutes,
        asked.group,
        asked.pace,
        asked.people,
        which=filter_of(asked),
    )
    found = app.coverage(query, profile=asked.profile)
    said = equity_of(app, found, profile=asked.profile)
    measures: Any = {
        str(name): {key: decimal(row[key], DIGITS) for key in ("value", "low", "high")}
        for name, row in said.measures.iterrows()
    }
    return {
        "layer": found.layer,
        "group": found.group,
        "minutes": found.minutes,
        "pace_m_s": found.pace_m_s,
        "people_from": found.people_from,
        "model": found.model,
        "profile": asked.profile,
        "filter": filter_answer(app.city, found.chosen),
        "runs": said.runs,
        "seed": said.seed,
        "measures": measures,
        "groups": [
            {
                "group": str(group),
                "people": int(row["people"]),
                "served": int(row["served"]),
                "share": decimal(row["share"], SHARE_DIGITS),
                "low": decimal(row["low"], SHARE_DIGITS),
                "high": decimal(row["high"], SHARE_DIGITS),
                "mean_s": whole(row["mean_s"]),
                "p90_s": whole(row["p90_s"]),
                "gini": decimal(row["gini"], DIGITS),
            }
            for group, row in said.groups.iterrows()
        ],
        "paces": [
            {
                "pace_m_s": round(float(str(pace_m_s)), 2),
                "served": int(row["served"]),
                "share": round(float(row["share"]), SHARE_DIGITS),
                "low": round(float(row["low"]), SHARE_DIGITS),
                "high": round(float(row["high"]), SHARE_DIGITS),
                "mean_s": whole(row["mean_s"]),
            }
            for pace_m_s, row in said.paces.iterrows()
        ],
    }
