"""One page: one address, one module, one template, one name; addresses of before still lead on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, template_rendered

from locator.curation.report_store import ReportStore
from locator.web import create_app
from locator.web.pages import PAGES

PAGES_FOLDER = Path(import_module("locator.web.pages").__file__ or "").parent
TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "pages"
VALUES = {"layer_id": "nurseries", "facility_id": "nurseries-1"}
QUERY = {"combined_coverage": "?layer=nurseries&layer=aeds"}
STATUS = {"country": 404}
"""Of a page that the tiny city has nothing for, and that says so."""

OLD = """
/
/about
/accessibility
/aed
/aed/coverage
/aed/coverage.csv
/aed/coverage.geojson
/aed/coverage/hours.csv
/aed/coverage/moves.csv
/aed/listed.geojson?q=Lipowa+1
/aed/offline
/aed/vehicles.geojson
/api
/api/openapi.json
/api/layers
/coverage
/coverage/nurseries
/coverage/nurseries/districts.csv
/coverage/nurseries/gaps.geojson
/coverage/together?layer=nurseries&layer=aeds
/data
/facilities/nurseries-1
/healthz
/layers
/layers/nurseries
/map
/maps/city.js
/maps/layer.js?layer=nurseries
/maps/nearest.js?q=Lipowa+1
/maps/facility.js?id=nurseries-1
/maps/coverage.js?layer=nurseries
/maps/aed.js?q=Lipowa+1
/maps/aed_shares.js
/maps/whatif.js?layer=nurseries
/maps/coverage/nurseries.geojson
/maps/features.geojson
/maps/nearest.geojson?q=Lipowa+1
/maps/walks.geojson?q=Lipowa+1
/nearest
/nearest?q=Lipowa+1
/report/nurseries
/report/nurseries.pdf
/report/nurseries.xlsx
/report/nurseries.gpkg
/static/site.css
/static/aed.css
/static/workbench.css
/static/icon.svg
/sw.js
/what-if
/what-if/nurseries
/what-if/nurseries/areas.geojson
/what-if/nurseries/places.geojson
/what-if/nurseries/scenario.json
/what-if/nurseries/sites.geojson
/where-next/nurseries
"""
"""The addresses of version 0.1, each with a question that it answers."""


@pytest.fixture(scope="module")
def unasked(city_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application of its own: what another test asked for before is not rendered again.

    It has a moderator: without one there is no page for moderators.
    """
    reports = tmp_path_factory.mktemp("reports") / "reports.sqlite"
    ReportStore(reports).set_moderator("Anna", "no hash")
    return create_app({"GEODATA": city_folder, "REPORTS": reports})


def blueprint(name: str) -> Blueprint:
    found: Blueprint = import_module(f"locator.web.pages.{name}").blueprint
    return found


def singular(word: str) -> str:
    return re.sub(r"s$", "", re.sub(r"ies$", "y", word))


def templates_of(app: Flask, address: str, *, status: int = 200) -> Iterator[str]:
    seen: list[str] = []

    def note(sender: Flask, template: Any, **_: Any) -> None:
        seen.append(template.name)

    with template_rendered.connected_to(note, app):
        answer = app.test_client().get(address, headers={"Accept": "text/html"})
        assert answer.status_code == status, address
    # Every language has templates of its own; these are Polish.
    yield from (name for name in seen if name.startswith("pl/pages/"))


def test_every_module_and_every_template_is_a_page() -> None:
    modules = {path.stem for path in PAGES_FOLDER.glob("*.py")} - {"__init__"}
    templates = {path.stem for path in TEMPLATES.glob("*.html")}
    assert modules == set(PAGES)
    assert templates == {*PAGES, "error"}


@pytest.mark.parametrize("name", PAGES)
def test_address_module_and_template_share_one_name(unasked: Flask, name: str) -> None:
    app = unasked
    assert blueprint(name).name == name
    (rule,) = app.url_map.iter_rules(f"{name}.page")
    words = rule.rule.replace("-", "_").strip("/").split("/")
    fixed = [singular(word) for word in words if not word.startswith("<")]
    assert all(word in name for word in fixed), (rule.rule, name)
    assert fixed or name == "home"
    address = re.sub(r"<(\w+)>", lambda found: VALUES[found[1]], rule.rule) + QUERY.get(name, "")
    shown = list(templates_of(app, address, status=STATUS.get(name, 200)))
    assert shown[-1:] == [f"pl/pages/{name}.html"]


@pytest.mark.parametrize("language", ["", "/en", "/uk"])
def test_every_address_of_before_still_answers_or_leads_to_one_that_does(
    app: Flask, language: str
) -> None:
    client = app.test_client()
    wrong = {}
    for address in OLD.split():
        path = address if address.startswith("/static") else language + address
        answer = client.get(path, follow_redirects=True, buffered=True)
        if answer.status_code != 200:
            wrong[path] = answer.status_code
    assert wrong == {}


def test_a_page_that_moved_keeps_its_question(app: Flask) -> None:
    answer = app.test_client().get("/en/coverage/together?layer=nurseries&layer=aeds&minutes=10")
    assert answer.status_code == 308
    assert answer.location == "/en/coverage/combined?layer=nurseries&layer=aeds&minutes=10"
