"""A scenario's file: what is read, and every fault of it in one go."""

import json
from pathlib import Path

import pytest

from locator.analysis.scenario.change import NewSite, Scenario
from locator.analysis.scenario.file import (
    ScenarioFileError,
    check_scenario,
    parse_scenario,
    read_scenario,
)
from locator.base.errors import NotComputableError
from locator.walking.walkable_city import WalkableCity
from locator.web.words.what_if import scenario_json
from tests.tinycity import at

WHOLE = Scenario(
    layer="nurseries",
    open=("nurseries-4",),
    close=("nurseries-1",),
    planned=True,
    add=(NewSite(19.9, 50.05, 60, "Żółta 1"), NewSite(19.91, 50.06)),
    minutes=12.5,
    pace_m_s=1,
    group="all",
)


def faults(text: str) -> list[str]:
    with pytest.raises(ScenarioFileError) as raised:
        parse_scenario(text, file="s.json")
    return [f"{one.feature} {one.field} {one.problem}" for one in raised.value.faults]


@pytest.mark.parametrize("change", [WHOLE, Scenario(layer="nurseries")])
def test_what_the_page_saves_is_read_as_it_was(change: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(scenario_json(change), encoding="utf-8")
    assert read_scenario(path) == change


def test_only_the_layer_is_needed_and_ids_count_once() -> None:
    assert parse_scenario('{"layer": "aeds"}', file="s.json") == Scenario(layer="aeds")
    twice = parse_scenario('{"layer": "aeds", "open": ["a", "b", "a"]}', file="s.json")
    assert twice.open == ("a", "b")


def test_a_file_of_before_says_planned_in_its_own_word() -> None:
    old = parse_scenario('{"layer": "aeds", "open_planned": true}', file="s.json")
    assert old == Scenario(layer="aeds", planned=True)
    both = '{"layer": "aeds", "planned": false, "open_planned": true}'
    assert faults(both) == ["- open_planned is unknown"]


def test_every_fault_is_told_at_once() -> None:
    text = json.dumps(
        {
            "open": "nurseries-1",
            "close": [1],
            "planned": "yes",
            "add": [{"lon": "x", "lat": 91, "places": -3}, {"lon": 19.9, "zip": 1}],
            "minutes": 0,
            "pace_m_s": True,
            "speed": 1,
        }
    )
    assert faults(text) == [
        "- layer is missing",
        '- open does not fit: "nurseries-1"',
        "close[0] - does not fit: 1",
        '- planned does not fit: "yes"',
        'add[0] lon does not fit: "x"',
        "add[0] lat does not fit: 91",
        "add[0] places does not fit: -3",
        "add[1] lat is missing",
        "add[1] zip is unknown",
        "- minutes does not fit: 0",
        "- pace_m_s does not fit: true",
        "- speed is unknown",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is not JSON (line 1, column 1"),
        ('{"layer": "aeds",}', "is not JSON"),
        ("[]", "is not a JSON object"),
        ("[" * 100_000, "too deep"),
        ('{"layer": "aeds", "minutes": ' + "9" * 5000 + "}", "too deep or too long"),
        ('{"layer": "aeds", "minutes": NaN}', "does not fit: NaN"),
        ('{"layer": "aeds", "minutes": 1e999}', "does not fit: Infinity"),
        ('{"layer": "aeds", "layer": "nurseries"}', "is given twice"),
        ('{"layer": "aeds", "add": [' + ",".join(['{"lon": 1, "lat": 2}'] * 21) + "]}", "add"),
    ],
)
def test_what_is_no_scenario_is_told(text: str, problem: str) -> None:
    (said,) = faults(text)
    assert problem in said


def test_a_file_of_another_kind_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(ScenarioFileError, match="not text in UTF-8"):
        read_scenario(path)
    path.write_bytes(b" " * 200_001)
    with pytest.raises(ScenarioFileError, match="too large"):
        read_scenario(path)
    path.write_bytes(b'\xef\xbb\xbf{"layer": "aeds"}')
    assert read_scenario(path).layer == "aeds", "a byte order mark does no harm"


def test_names_and_places_are_looked_up_in_the_city_all_at_once(
    walkable_city: WalkableCity,
) -> None:
    lon, lat = at(500, 3000)
    river_lon, river_lat = at(1000, 2010)
    change = Scenario(
        layer="nurseries",
        open=("nurseries-99", "nurseries-1"),
        close=("nurseries-4", "aeds-1"),
        add=(NewSite(lon, lat), NewSite(lat, lon), NewSite(river_lon, river_lat), NewSite(0, 0)),
    )
    with pytest.raises(ScenarioFileError) as raised:
        check_scenario(walkable_city, change, file="s.json")
    said = [(one.feature, one.problem, one.allowed) for one in raised.value.faults]
    assert [feature for feature, _, _ in said] == [
        "open[0]",
        "open[1]",
        "close[0]",
        "close[1]",
        "add[1]",
        "add[2]",
        "add[3]",
    ]
    assert "no facility nurseries-99" in said[0][1]
    assert "open already" in said[1][1]
    assert said[4][2] == "lon before lat", "swapped, and the message says so"
    assert "in the river" in said[5][1]
    assert said[6][2] == "a place of the city, on land"


def test_a_layer_or_group_that_is_not_there_is_told_first(walkable_city: WalkableCity) -> None:
    for change, words in (
        (Scenario(layer="zoo", open=("x",)), "no layer “zoo”"),
        (Scenario(layer="nurseries", group="giants"), "group has to be one of"),
    ):
        with pytest.raises(ScenarioFileError, match=words) as raised:
            check_scenario(walkable_city, change, file="s.json")
        assert len(raised.value.faults) == 1
    with pytest.raises(NotComputableError, match="move"):
        check_scenario(walkable_city, Scenario(layer="vehicles"), file="s.json")
