"""A view costs one search of the gazetteer, one computation and one rendering of its map."""

from __future__ import annotations

import html
import re
import sys
from collections import Counter
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

import pytest
from flask.testing import FlaskClient

from locator.analysis.access.coverage import Coverage, CoverageQuery, coverage
from locator.analysis.aed.nearest import nearest_aed
from locator.analysis.nearest import nearest
from locator.geocoding.gazetteer import Gazetteer
from locator.walking.walkable_city import WalkableCity
from locator.web.map.figure import render

COUNTED: dict[Callable[..., Any], str] = {
    Gazetteer.search: "searches",
    nearest: "computations",
    nearest_aed: "computations",
    coverage: "computations",
    render: "renderings",
}
FED = re.compile(r'"url":"(/(?!static/)[^"{]+)"')


def calls_of(act: Callable[[], Any]) -> Counter[str]:
    """Return how often what is `COUNTED` is called while `act` runs."""
    names: dict[CodeType, str] = {one.__code__: name for one, name in COUNTED.items()}
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code in names:
            calls[names[frame.f_code]] += 1

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return calls


def view(client: FlaskClient, address: str) -> None:
    """Load a page, and all that its map fetches."""
    page = html.unescape(client.get(address).text)
    assert "data-map=" in page
    for feed in FED.findall(page.replace(r"\u0026", "&")):
        assert client.get(feed).status_code == 200


@pytest.mark.parametrize(
    ("address", "searches"),
    [
        ("/nearest?q=Lipowa+1", 1),
        ("/en/nearest?q=Lipowa+1&layer=nurseries&k=2", 1),
        ("/aed?q=Lipowa+1", 1),
        ("/coverage/nurseries?minutes=13", 0),
    ],
)
def test_a_view_costs_one_search_one_computation_and_one_rendering(
    client: FlaskClient, address: str, searches: int
) -> None:
    calls = calls_of(lambda: view(client, address))
    assert calls == Counter(searches=searches, computations=1, renderings=1)


def test_a_range_is_of_the_coverage_that_was_computed(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def counted(walkable_city: WalkableCity, query: CoverageQuery) -> Coverage:
        asked.append(query.minutes)
        return coverage(walkable_city, query)

    monkeypatch.setattr("locator.analysis.access.coverage.coverage", counted)
    monkeypatch.setattr("locator.api.context.PATIENCE_S", 20.0)
    for address in ("/en/coverage/nurseries?minutes=13.5", "/api/coverage/nurseries?minutes=12.5"):
        assert client.get(address).status_code == 200
    assert asked == [13.5, 12.5]
