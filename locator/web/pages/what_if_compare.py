"""Show two or three changes to a layer side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request

from locator.analysis.scenario.compare import ScenarioComparison
from locator.analysis.scenario.words import changes_said
from locator.api.planning_queries import scenario_texts
from locator.api.scenario import supply_change_of
from locator.api.scenarios import MOST, one_compared
from locator.base.errors import N_, InvalidParameterError, LocatorError
from locator.web.errors import status_of
from locator.web.i18n import error_text, gettext, text, url
from locator.web.lenient import Problem
from locator.web.planning import standing_layer
from locator.web.security import expensive
from locator.web.state import state
from locator.web.words.model_words import model_line

blueprint = Blueprint("what_if_compare", __name__)

LETTERS = "ABC"


@dataclass(frozen=True)
class Variant:
    """One column of the page."""

    letter: str
    name: str
    found: ScenarioComparison
    supply: Any
    changes: tuple[str, ...]
    change_url: str
    report_url: str


@blueprint.get("/what-if/<layer_id>/compare")
@expensive
def page(layer_id: str) -> tuple[str, int]:
    """Show what each of two or three changes would do, and the form that takes another.

    What is wrong with one of them is said, and the others are shown.
    """
    layer = standing_layer(layer_id)
    given = [one.strip() for one in request.args.getlist("scenario") if one.strip()]
    found, errors = _compared(layer_id, given[:MOST])
    if len(given) > MOST:
        errors.append(
            InvalidParameterError(
                N_("At most {most} scenarios are shown beside each other."), most=MOST
            )
        )
    variants = [_variant(layer_id, place, one) for place, one in enumerate(found)]
    shown = render_template(
        "pages/what_if_compare.html",
        layer=layer,
        variants=variants,
        group=text(state().catalogue.groups[found[0].before.group].names) if found else "",
        districts=_districts(found),
        most=MOST,
        problems=tuple(Problem("scenario", error_text(one)) for one in errors),
        again={"scenario": [_query(layer_id, one) for one in found]},
        model_line=model_line(state().walkable_city),
    )
    return shown, status_of(errors[0]) if errors else 200


def _compared(
    layer_id: str, given: list[str]
) -> tuple[list[ScenarioComparison], list[LocatorError]]:
    found: list[ScenarioComparison] = []
    errors: list[LocatorError] = []
    for one in given:
        try:
            new = one_compared(state(), layer_id, one)
            if found and new.before.group != found[0].before.group:
                raise InvalidParameterError(
                    N_("Scenarios are compared for the same group of people only.")
                )
            found.append(new)
        except LocatorError as error:
            errors.append(error)
    return found, errors


def _query(layer_id: str, found: ScenarioComparison) -> str:
    address = url("what_if.page", scenario_texts(found.scenario), layer_id=layer_id)
    return address.partition("?")[2] or "planned="


def _variant(layer_id: str, place: int, found: ScenarioComparison) -> Variant:
    same = scenario_texts(found.scenario)
    return Variant(
        letter=LETTERS[place],
        name=found.scenario.name or gettext("Variant {letter}", letter=LETTERS[place]),
        found=found,
        supply=supply_change_of(state(), found),
        changes=tuple(one.words for one in changes_said(state().city, found)),
        change_url=url("what_if.page", same, layer_id=layer_id),
        report_url=url("what_if_report.page", same, layer_id=layer_id),
    )


def _districts(found: list[ScenarioComparison]) -> list[dict[str, Any]]:
    """Return the districts that any of the changes changes."""
    if not found:
        return []
    return [
        {
            "name": str(row["name"]),
            "before": row["served_before"],
            "after": [one.districts.at[number, "served_after"] for one in found],
            "change": [one.districts.at[number, "difference"] for one in found],
        }
        for number, row in found[0].districts.iterrows()
        if any(one.districts.at[number, "difference"] for one in found)
    ]
