"""Answer machines what two or three changes to one layer would do, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl

from pydantic import Field

from locator.analysis.scenario.compare import ScenarioComparison
from locator.analysis.scenario.words import changes_said
from locator.api.context import AppState
from locator.api.operations import CACHE_S, operation
from locator.api.parsing import Pairs, parse
from locator.api.planning_queries import ScenarioParams, scenario_of
from locator.api.queries import LayerId, described, frozen
from locator.api.scenario import comparison_of, places_change, served, supply_change_of
from locator.api.schemas_planning import ComparedScenario, DistrictOfScenarios, ScenariosAnswer
from locator.base.errors import N_, InvalidParameterError, LocatorError

MOST = 3
"""More than that nobody reads beside each other."""

ScenarioText = Annotated[str, Field(min_length=1, max_length=8000)]


@frozen
class ScenariosParams:
    """Two or three changes to one layer."""

    layer: LayerId = described("Id of a layer.")
    scenario: Annotated[tuple[ScenarioText, ...], Field(min_length=2, max_length=MOST)] = described(
        "A scenario as the query string of `/api/scenario/<layer>` or of its page, encoded, such "
        "as `planned%3D1%26name%3DA`; or the address of that page. Two or three of them."
    )


@operation(
    "/api/scenarios/<layer>",
    ScenariosParams,
    ScenariosAnswer,
    summary="Changes to a layer side by side",
    tag="planning",
    errors=(404, 422),
    cache_s=CACHE_S,
    bounds="expensive",
    example={"scenario": ["planned=1&name=A", "minutes=10&name=B"]},
)
def scenarios(app: AppState, asked: ScenariosParams) -> ScenariosAnswer:
    """Who is served before, and after each of two or three changes, in the city and in each
    district. All have to be about the same group of people.
    """
    return scenarios_answer(app, compared(app, asked.layer, asked.scenario))


def compared(app: AppState, layer: str, texts: Sequence[str]) -> list[ScenarioComparison]:
    """Return what some changes to a layer do, each from its query string or address.

    Parameters
    ----------
    app : AppState
    layer : str
    texts : sequence of str

    Returns
    -------
    list of ScenarioComparison
        In the same order.

    Raises
    ------
    LocatorError
        The first one that is no question, with the parameter ``scenario``; or that they are not
        about the same group of people.
    """
    found = [one_compared(app, layer, text) for text in texts]
    if len({one.before.group for one in found}) > 1:
        raise InvalidParameterError(
            N_("Scenarios are compared for the same group of people only."), parameter="scenario"
        )
    return found


def one_compared(app: AppState, layer: str, text: str) -> ScenarioComparison:
    """Return what one change to a layer does, from its query string or address.

    Parameters
    ----------
    app : AppState
    layer : str
    text : str

    Returns
    -------
    ScenarioComparison

    Raises
    ------
    LocatorError
        As for the scenario alone, but with the parameter ``scenario``.
    """
    query = text.partition("#")[0].rpartition("?")[2].strip()
    pairs = Pairs(parse_qsl(query, keep_blank_values=True))
    try:
        asked = parse(ScenarioParams, pairs, strict=False, names=app.names, layer=layer)
        return comparison_of(app, scenario_of(asked))
    except LocatorError as error:
        error.parameter = "scenario"
        raise


def scenarios_answer(app: AppState, found: Sequence[ScenarioComparison]) -> ScenariosAnswer:
    """Return compared changes as they are answered.

    Parameters
    ----------
    app : AppState
    found : sequence of ScenarioComparison
        Of one layer and one group.

    Returns
    -------
    ScenariosAnswer
    """
    before = found[0].before
    rows: Any = found[0].districts.to_dict("index")
    after: list[dict[Any, Any]] = [one.districts["served_after"].to_dict() for one in found]
    districts: list[DistrictOfScenarios] = [
        {
            "number": int(number),
            "name": str(row["name"]),
            "people": round(row["people"]),
            "served_before": round(row["served_before"]),
            "served": [round(one[number]) for one in after],
        }
        for number, row in rows.items()
    ]
    return {
        "layer": before.layer,
        "group": before.group,
        "model": before.model,
        "before": served(before),
        "scenarios": [_compared(app, one) for one in found],
        "districts": districts,
    }


def _compared(app: AppState, found: ScenarioComparison) -> ComparedScenario:
    return {
        "name": found.scenario.name,
        "note": found.scenario.note,
        "changes": [one.words for one in changes_said(app.city, found)],
        "after": served(found.after),
        "gained": found.people_gained,
        "gained_is_minimum": bool(found.not_located),
        "lost": found.people_lost,
        "places_per_100": places_change(supply_change_of(app, found)),
    }
