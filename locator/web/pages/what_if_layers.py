"""Offer the layers that a planner can change."""

from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from locator.analysis.scenario.faults import ScenarioFileError
from locator.analysis.siting.query import PLANNED
from locator.web.scenario_upload import FileFaults, faults_in_words, opened
from locator.web.security import expensive
from locator.web.state import state

blueprint = Blueprint("what_if_layers", __name__)


@blueprint.get("/what-if")
def page() -> str:
    """Offer the layers that a planner can change."""
    return _chooser()


@blueprint.post("/what-if")
@expensive
def open_file() -> Response | tuple[str, int]:
    """Open a scenario file: go to the page that shows it, or say what is wrong with it."""
    try:
        return opened(state())
    except ScenarioFileError as error:
        return _chooser(faults_in_words(error)), 400


def _chooser(faults: FileFaults | None = None) -> str:
    fixed = [layer for layer in state().catalogue.layers.values() if not layer.moves]
    facilities = state().city.facilities
    under_way = facilities["status"].isin(PLANNED)
    counts = facilities[under_way].groupby("layer").size().to_dict()
    return render_template(
        "pages/what_if_layers.html", fixed=fixed, under_way=counts, file_faults=faults
    )
