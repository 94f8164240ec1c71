"""Answer machines what two or three changes to one layer would do, side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field

from locator.analysis.scenario.change import Scenario
from locator.analysis.scenario.compare import ScenarioComparison
from locator.analysis.scenario.words import changes_said
from locator.api.context import AppState
from locator.api.operations import CACHE_S, operation
from locator.api.parsing import Pairs, parse
from locator.api.planning_queries import ScenarioParams, scenario_of
from locator.api.queries import LayerId, described, frozen
from locator.api.scenario import comparison_of, places_change, served, supply_change_of
from locator.api.schemas_planning import ComparedScenario, DistrictOfScenarios, ScenariosAnswer
from locator.base.echo import shortened
from locator.base.errors import N_, InvalidParameterError, LocatorError
from locator.city.lookup import known_layer

MOST = 3
"""More than that nobody reads beside each other."""

ADDRESS = re.compile(r"/(?:what-if|api/scenario)/([^/]+)")

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
    return comparable([one_compared(app, layer, text) for text in texts])


def comparable(found: list[ScenarioComparison]) -> list[ScenarioComparison]:
    """Return `found`, or raise where no row of a table could hold them.

    Parameters
    ----------
    found : list of ScenarioComparison

    Returns
    -------
    list of ScenarioComparison

    Raises
    ------
    InvalidParameterError
        They are not about one layer and one group of people.
    """
    for name, message in (
        ("layer", N_("Scenarios are compared for the same layer only.")),
        ("group", N_("Scenarios are compared for the same group of people only.")),
    ):
        if len({getattr(one.before, name) for one in found}) > 1:
            raise InvalidParameterError(message, parameter="scenario")
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
    try:
        return comparison_of(app, _change(app, layer, text))
    except LocatorError as error:
        error.parameter = "scenario"
        raise


def change_of_address(app: AppState, address: str) -> Scenario:
    """Return the change that an address of the page "What if", or of its API, holds.

    Parameters
    ----------
    app : AppState
    address : str
        Whole, or from the path on.

    Returns
    -------
    Scenario

    Raises
    ------
    LocatorError
        It is no such address, or what is wrong with its question.
    """
    found = ADDRESS.search(urlsplit(address).path)
    if found is None:
        raise InvalidParameterError(
            N_("This is no address of a scenario: {given}."),
            parameter="scenario",
            given=shortened(address),
        )
    return _change(app, known_layer(app.catalogue, found[1]).id, address)


def _change(app: AppState, layer: str, text: str) -> Scenario:
    query = text.partition("#")[0].rpartition("?")[2].strip()
    pairs = Pairs(parse_qsl(query, keep_blank_values=True))
    asked = parse(ScenarioParams, pairs, strict=False, names=app.names, layer=layer)
    return scenario_of(asked)


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
