"""House numbers without a street, on two streets and an estate whose every house is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from locator.base.geo import Projection
from locator.curation.numbering.choosing import believe
from locator.curation.numbering.evidence import evidence
from locator.curation.numbering.material import Material
from locator.curation.numbering.outcome import POSSIBLE, SURE, outcome
from locator.curation.numbering.pairs import Setting, first_pairs, more_pairs
from locator.curation.numbering.streets import (
    is_estate,
    official_form,
    one_label,
    street_of_addresses,
)

PROJECTION = Projection("EPSG:2178")
CORNER = PROJECTION.to_metric([(19.94, 50.06)])[0]


def quiet(step: str, done: int, total: int | None) -> None:
    """Report to nobody."""


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([CORNER + point for point in points])


def material(houses: list[tuple[str, float, float, int]], *, streets: tuple[str, ...]) -> Material:
    """Return houses (number, east, north, known street or -1) beside streets 200 m apart."""
    lines = [line((0, 200.0 * row), (400, 200.0 * row)) for row in range(len(streets))]
    estates = [is_estate(name) for name in streets]
    number = np.array([house[0] for house in houses], dtype=object)
    base = np.array([float("".join(s for s in text if s.isdigit())) for text in number])
    xy = np.array([CORNER + (east, north) for _, east, north, _ in houses])
    on = [row for row in range(len(streets)) if not estates[row]]
    return Material(
        labels=streets,
        aliases={},
        lines=np.array([lines[row] for row in on], dtype=object),
        line_street=np.array(on),
        geometry=np.array(
            [
                shapely.MultiLineString() if estates[row] else shapely.MultiLineString([lines[row]])
                for row in range(len(streets))
            ],
            dtype=object,
        ),
        middles={},
        xy=xy,
        number=number,
        key=pd.factorize(number)[0],
        base=base,
        known=np.array([known for *_, known in houses]),
        observed=np.ones(len(houses), dtype=bool),
        source=np.array(["" if known >= 0 else None for *_, known in houses], dtype=object),
        exact_xy=xy,
        official={},
    )


def two_streets() -> Material:
    """Return 20 houses on each street, every third one known; odd numbers to the north."""
    houses = [
        (str(first + i), 10.0 + 18 * i, 200.0 * row + (15 if i % 2 == 0 else -15), known)
        for row, first in ((0, 1), (1, 101))
        for i in range(20)
        for known in [row if i % 3 == 0 else -1]
    ]
    # Nearer to the second street, but with a number and neighbours of the first.
    houses.append(("21", 375.0, 90.0, -1))
    houses.append(("20a", 352.0, 60.0, -1))
    return material(houses, streets=("Długa", "Krótka"))


def setting_of(m: Material) -> Setting:
    return Setting(m, m.known >= 0)


def learnt(m: Material) -> tuple[Any, ...]:
    """Return the worth of the evidence, learnt on the very material with half of it given."""
    half = (m.known >= 0) & (np.arange(len(m.xy)) % 2 == 0)
    other = (m.known >= 0) & ~half
    return believe(Setting(m, half), learn_from=other, progress=quiet).worth


def test_every_street_in_reach_is_considered_with_its_distance() -> None:
    m = two_streets()
    pairs = first_pairs(setting_of(m))
    row, there = pairs.find(np.array([0, 0]), np.array([0, 1]))
    assert there.tolist() == [True, False]  # 15 m and 185 m
    assert pairs.away_m[row[0]] == pytest.approx(15, abs=0.1)
    assert np.allclose(pairs.foot[row[0]] - CORNER, (10, 0), atol=0.1)


def test_a_far_street_is_considered_where_a_neighbour_is_its() -> None:
    far = [("31", 200.0, 100.0, 0), ("31a", 200.0, 160.0, -1), ("77", 200.0, 165.0, -1)]
    m = material(far, streets=("Długa",))
    setting = setting_of(m)
    pairs = first_pairs(setting)
    assert not pairs.find(np.array([1]), np.array([0]))[1].any()
    weight = (pairs.street == m.known[pairs.point]).astype(float)
    wider = more_pairs(setting, pairs, weight)
    assert wider.find(np.array([1, 2]), np.array([0, 0]))[1].tolist() == [True, False]


def test_a_house_says_nothing_about_itself() -> None:
    m = two_streets()
    setting = setting_of(m)
    pairs = first_pairs(setting)
    house = int(np.flatnonzero(m.number == "21")[0])
    mine = pairs.point == house
    low, high = (np.where(mine, own, 0.5) for own in (0.0, 1.0))
    first, second = (evidence(setting, pairs, weight)[mine] for weight in (low, high))
    assert np.allclose(first, second)


def test_streets_that_lie_between_are_counted() -> None:
    m = material([("5", 100.0, 210.0, -1)], streets=("Długa", "Krótka"))
    pairs = first_pairs(Setting(m, np.array([False])))
    assert dict(zip(pairs.street.tolist(), pairs.crossed.tolist(), strict=True)) == {1: 0.0}


def test_order_sides_and_neighbours_find_the_street_of_each_house() -> None:
    m = two_streets()
    belief = believe(setting_of(m), worth=learnt(m), progress=quiet)
    rows = outcome(setting_of(m), belief, projection=PROJECTION)
    found = rows[rows["basis"] != "possible"].set_index("point")["street"]
    expected = {i: "Długa" if i < 20 else "Krótka" for i in range(40)}
    assert {i: found.get(i) for i in range(40)} == expected
    assert set(rows.loc[rows["point"] == 41, "street"]) == {"Długa"}


def test_what_is_known_keeps_its_own_point_and_basis() -> None:
    m = two_streets()
    rows = outcome(
        setting_of(m),
        believe(setting_of(m), worth=learnt(m), progress=quiet),
        projection=PROJECTION,
    )
    known = rows[rows["point"] == 0].iloc[0]
    assert (known["street"], known["number"], known["basis"]) == ("Długa", "1", "address")
    there = PROJECTION.to_metric([(known["lon"], known["lat"])])[0] - CORNER
    assert there == pytest.approx((10, 15), abs=0.01)


def belief_of(m: Material, shares: list[tuple[int, int, float]]) -> Any:
    """Return a belief of (point, street, share) and nothing else."""
    from types import SimpleNamespace

    point, street, share = (np.array(column) for column in zip(*shares, strict=True))
    return SimpleNamespace(pairs=SimpleNamespace(point=point, street=street), weight=share)


def bases(m: Material, shares: list[tuple[int, int, float]]) -> list[tuple[str, int, str]]:
    rows = outcome(setting_of(m), belief_of(m, shares), projection=PROJECTION)
    return [(row.street, row.point, row.basis) for row in rows.itertuples()]


def test_less_likely_ones_are_offered_and_unlikely_ones_left_out() -> None:
    m = material([("5", 0, 0, -1)], streets=("Długa", "Krótka", "Wąska"))
    assert bases(m, [(0, 0, SURE - 0.01), (0, 1, POSSIBLE), (0, 2, POSSIBLE - 0.01)]) == [
        ("Długa", 0, "possible"),
        ("Krótka", 0, "possible"),
    ]
    assert bases(m, [(0, 0, SURE), (0, 1, 1 - SURE)]) == [
        ("Długa", 0, "house number"),
        ("Krótka", 0, "possible"),
    ]


def test_one_number_in_two_places_of_a_street_is_certain_in_none() -> None:
    m = material([("5", 0, 0, -1), ("5", 350, 0, -1)], streets=("Długa",))
    assert bases(m, [(0, 0, 0.9), (1, 0, 0.8)]) == [
        ("Długa", 0, "possible"),
        ("Długa", 1, "possible"),
    ]
    near = material([("5", 0, 0, -1), ("5", 60, 0, -1)], streets=("Długa",))
    assert bases(near, [(0, 0, 0.9), (1, 0, 0.8)]) == [("Długa", 0, "house number")]


def test_a_known_address_has_no_rival() -> None:
    m = material([("5", 0, 0, 0), ("5", 350, 0, -1)], streets=("Długa",))
    assert bases(m, [(0, 0, 1.0), (1, 0, 0.99)]) == [("Długa", 0, "address")]


def test_names_of_different_letters_are_different_streets() -> None:
    lines = np.array([line((0, 0), (100, 0)), line((0, 10), (100, 10))], dtype=object)
    assert one_label(["Sadowa", "Sądowa"], lines) == {"Sadowa": "Sadowa", "Sądowa": "Sądowa"}
    assert one_label(["Aleja generała Bema", "Generała Bema"], lines) == {
        "Aleja generała Bema": "Aleja generała Bema",
        "Generała Bema": "Aleja generała Bema",
    }
    far = np.array([line((0, 0), (100, 0)), line((0, 900), (100, 900))], dtype=object)
    assert one_label(["Generała Bema", "gen. Bema"], far)["gen. Bema"] == "gen. Bema"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Józefa Bema", "Józefa Bema"),
        ("Bema", "Józefa Bema"),
        ("Józefa Bemma", "Józefa Bema"),
        ("Bema Józefa", "Józefa Bema"),
        ("Nowa", "Nowa"),
        ("Osiedle Osiedle Wandy", "Osiedle Wandy"),
    ],
)
def test_the_names_of_addresses_are_brought_to_those_of_the_ways(name: str, label: str) -> None:
    here = np.zeros((1, 2))
    found = street_of_addresses({name: here}, ["Józefa Bema", "Długa"], lambda *_: 10.0)
    assert found == {name: label}


def test_a_name_far_from_its_like_is_a_street_of_its_own() -> None:
    found = street_of_addresses({"Bema": np.zeros((1, 2))}, ["Józefa Bema"], lambda *_: 900.0)
    assert found == {"Bema": "Bema"}


def test_an_official_name_gives_the_surname_with_its_very_letters() -> None:
    labels = ["Henryka Sienkiewicza", "Sądowa", "Sadowa"]
    assert official_form(["Sienkiewicza", "Sadowa", "Nowa"], labels) == {
        "Sienkiewicza": ["Henryka Sienkiewicza"],
        "Sadowa": ["Sadowa"],
        "Nowa": [],
    }
