"""The street network beside the estimate, worked out by hand in the tiny city."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.access.model_comparison import (
    ModelComparison,
    both_models,
    comparable_layers,
    compare,
)
from locator.base.errors import NotComputableError, NotFoundError
from locator.city.model import load_city
from locator.walking.choose import choose_model
from locator.walking.graph.for_city import build_for_city
from locator.walking.walkable_city import WalkableCity, walkable
from tests.osmdata import write_osm

NODES = {
    1: (0.0, 3000.0),
    2: (500.0, 3000.0),
    3: (3400.0, 3000.0),
    4: (500.0, 3900.0),
    5: (500.0, 500.0),
    6: (3400.0, 500.0),
    7: (2500.0, 3000.0),
    8: (2500.0, 2500.0),
}
STREETS = [
    ([1, 2, 7, 3], {"highway": "residential", "name": "Długa"}),
    ([5, 2, 4], {"highway": "residential", "name": "Mostowa"}),
    ([5, 6], {"highway": "residential", "name": "Polna"}),
    ([7, 8], {"highway": "footway"}),
]


@pytest.fixture
def walkable_city(tiny_folder: Path, tmp_path: Path) -> WalkableCity:
    build_for_city(write_osm(tmp_path / "streets.osm.pbf", NODES, STREETS), tiny_folder)
    city = load_city(tiny_folder)
    return walkable(city, choose_model(city))


def naive(
    estimate: WalkableCity, network: WalkableCity, found: ModelComparison
) -> dict[str, float | int]:
    """Go through the points one by one."""
    people = network.city.demand.people[found.group]
    facilities = network.snapped(network.usable_rows[found.layer])
    by_estimate = estimate.snapped(estimate.usable_rows[found.layer])
    changed = lost = gained = 0.0
    points = 0
    limit_m = found.minutes * 60 * found.pace_m_s
    for i in range(len(people)):
        if people[i] <= 0:
            continue
        one_m = estimate.model.walk_m(estimate.demand.take(slice(i, i + 1)), by_estimate)
        two_m = network.model.walk_m(network.demand.take(slice(i, i + 1)), facilities)
        points += 1
        changed += int(np.argmin(one_m)) != int(np.argmin(two_m))
        lost += people[i] * (one_m.min() <= limit_m < two_m.min())
        gained += people[i] * (two_m.min() <= limit_m < one_m.min())
    return {"points": points, "changed": changed / points, "lost": lost, "gained": gained}


@pytest.mark.parametrize("minutes", [10, 20, 35])
def test_a_comparison_is_what_going_through_the_points_gives(
    walkable_city: WalkableCity, minutes: float
) -> None:
    estimate, network = both_models(walkable_city)
    found = compare(estimate, network, CoverageQuery("nurseries", minutes))
    expected = naive(estimate, network, found)
    assert found.points == expected["points"] == 350
    assert found.changed_points == pytest.approx(expected["changed"])
    assert found.lost == pytest.approx(expected["lost"])
    assert found.gained == pytest.approx(expected["gained"])
    assert found.served_estimate - found.lost + found.gained == pytest.approx(found.served_network)
    served = coverage(network, CoverageQuery("nurseries", minutes)).served
    assert found.served_network == pytest.approx(served, abs=1)
    assert found.bands["points"].sum() <= 350
    assert found.ratio["p10"] <= found.ratio["p50"] <= found.ratio["p90"]


def test_without_a_street_graph_there_is_nothing_to_compare(tiny_folder: Path) -> None:
    city = load_city(tiny_folder)
    with pytest.raises(NotComputableError, match="no street graph"):
        both_models(walkable(city, choose_model(city)))


def test_only_fixed_layers_with_facilities_are_compared(walkable_city: WalkableCity) -> None:
    assert comparable_layers(walkable_city) == ["nurseries", "aeds"]
    with pytest.raises(NotComputableError):
        compare(*both_models(walkable_city), CoverageQuery("vehicles"))
    with pytest.raises(NotFoundError):
        compare(*both_models(walkable_city), CoverageQuery("nothing"))


def test_the_command_prints_a_table_and_json(walkable_city: WalkableCity) -> None:
    from locator.cli.commands.walking import command

    arguments = ["compare", "--geodata", str(walkable_city.city.folder), "--layer", "nurseries"]
    shown = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert shown.exit_code == 0
    assert "people served by the estimate only" in shown.output
    machine = CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False)
    said = json.loads(machine.stdout)
    assert said["layer"] == "nurseries"
    assert said["bands"][-1]["to"] is None
