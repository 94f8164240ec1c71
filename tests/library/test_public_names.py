"""The names that programs rely on are these, and importing them costs nothing."""

from __future__ import annotations

import doctest
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import locator
from locator.library import answers, city, opening

OPEN_CITY = {
    "attribution": None,
    "coverage": "layer, *, minutes, group, pace, people, at, profile, **which",
    "demand": None,
    "districts": None,
    "facilities": None,
    "id": None,
    "isochrone": "origins, *, minutes, layer, pace, profile, at_night",
    "layers": None,
    "locate": "places",
    "map": "layer, *, closest_zoom",
    "name": None,
    "nearest": "origins, layer, *, k, walk, pace, open_now, at, status, profile, at_night, "
    "errors, **whose",
    "scenario": "layer, *, close, open, add, move, planned, minutes, group, pace, profile, name, "
    "**which",
    "sites": "layer, *, n, minutes, objective, planned, district, profile, **more",
    "to_networkx": "*, profile, at_night, lines",
    "units": None,
}
COVERAGE = {
    *(
        "by_transit",
        "caveats",
        "curve",
        "districts",
        "gaps",
        "minutes",
        "people",
        "range",
        "served",
        "share",
        "units",
    ),
    "unserved",
}
TRANSIT = {"districts", "gained", "gaps", "range", "served", "share"}
SCENARIO = {"after", "areas", "before", "changes", "districts", "gained", "gaps", "lost", "range"}


def parameters(function: object) -> str:
    """Return the parameters of a method in short: names, and what may only be said by name."""
    said, starred = [], False
    for one in list(inspect.signature(function).parameters.values())[1:]:  # type: ignore[arg-type]
        if one.kind is one.KEYWORD_ONLY and not starred:
            said.append("*")
            starred = True
        said.append(f"**{one.name}" if one.kind is one.VAR_KEYWORD else one.name)
    return ", ".join(said)


def public(kind: type) -> set[str]:
    return {name for name in vars(kind) if not name.startswith("_")} - {"state", "language"}


def test_the_public_names_and_parameters_are_these() -> None:
    assert set(locator.__all__) == {
        *("CoverageFrames", "LocatorError", "OpenCity", "ScenarioFrames", "TransitFrames"),
        *("__version__", "open"),
    }
    assert set(locator.__all__) <= set(dir(locator))
    assert public(locator.CoverageFrames) == COVERAGE
    assert public(locator.ScenarioFrames) == SCENARIO
    assert public(locator.TransitFrames) == TRANSIT
    found = {name: getattr(locator.OpenCity, name) for name in public(locator.OpenCity)}
    assert {
        name: None if isinstance(one, property) else parameters(one) for name, one in found.items()
    } == OPEN_CITY
    with pytest.raises(AttributeError, match="no attribute 'opened'"):
        locator.opened  # noqa: B018


def test_importing_it_imports_nothing_else() -> None:
    program = (
        "import sys; before = set(sys.modules); import locator; print(*set(sys.modules)-before)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["locator"], done.stderr


def test_opening_a_city_imports_neither_flask_nor_folium(city_folder: Path) -> None:
    program = (
        "import sys, locator; locator.open(sys.argv[1]).coverage('nurseries'); "
        "print(*{'flask', 'folium', 'click', 'networkx', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, city_folder], capture_output=True, text=True
    )
    assert done.stdout.split() == [], done.stderr


@pytest.mark.parametrize("module", [opening, city, answers], ids=lambda one: one.__name__)
def test_the_examples_of_the_docstrings_hold(
    module: object, opened: locator.OpenCity, city_folder: Path
) -> None:
    given = {"city": opened, "folder": city_folder}
    options = doctest.NORMALIZE_WHITESPACE | doctest.FAIL_FAST
    found = doctest.testmod(module, extraglobs=given, optionflags=options)  # type: ignore[arg-type]
    assert found.attempted > 0
    assert found.failed == 0
