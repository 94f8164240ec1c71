"""What a claim means for people: by hand in the tiny city, whose nurseries serve a cell each.

Children aged 0-2: nursery 1 serves 25 (district 1), nursery 2 10 (district 1), nursery 3 15
(district 2), nursery 4, which is being built, the half cell with 2.5 of them (district 2).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from locator.analysis.access.claim_gains import most_at_once
from locator.analysis.access.claims import ClaimAnswer, answer_claim, openings
from locator.analysis.access.extremes import least_lost, most_lost
from locator.city.claims import Claim
from locator.city.model import City, load_city
from locator.walking.choose import choose_model
from locator.walking.walkable_city import WalkableCity, walkable
from tests.breaking import edit_feature
from tests.city.test_history import CLAIMS
from tests.tinycity import point


def walked(folder: Path, **change: object) -> WalkableCity:
    """Return the city of a folder with one claim, changed."""
    (folder / "claims.toml").write_text(CLAIMS, encoding="utf-8")
    city: City = load_city(folder)
    claim: Claim = replace(city.claims.claims["nurseries"], **change)
    claims = replace(city.claims, claims={"nurseries": claim})
    return walkable(replace(city, claims=claims), choose_model(city))


def answered(folder: Path, **change: object) -> ClaimAnswer:
    return answer_claim(walked(folder, **change), "nurseries")


def numbers(found: ClaimAnswer) -> list[int]:
    names = ("before_low", "before_high", "after_low", "after_high", "gained_low", "gained_high")
    return [getattr(found, name) for name in names]


def test_nobody_says_which_two_of_them_are_new(tiny_folder: Path):
    # Of three that count (the public ones) two are on the map: so one of the two new ones is, too.
    found = answered(tiny_folder, total=3)
    assert (found.kind, found.unnamed, found.off_map) == ("new", 2, 1)
    # At least nursery 2 (10 children) is new, at most 1 and 3.
    assert numbers(found) == [10, 40, 50, 50, 10, 40]
    # In its own right no district need have a new one.
    assert found.districts[["gained_low", "gained_high"]].to_numpy().tolist() == [[0, 35], [0, 15]]


def test_those_that_are_named_are_new_for_certain(tiny_folder: Path):
    edit_feature(tiny_folder, position=1, is_new=True)
    found = answered(tiny_folder, new=1)
    assert (found.unnamed, found.off_map, found.named.index.tolist()) == (0, 0, ["nurseries-2"])
    assert numbers(found) == [40, 40, 50, 50, 10, 10]
    assert found.named[["reached", "gained", "places"]].to_numpy().tolist() == [[10, 10, 30]]
    assert (found.places, found.places_unknown) == (30, 0)


def test_one_that_was_there_before_is_not_new(tiny_folder: Path):
    edit_feature(tiny_folder, position=0, opened="2020")
    edit_feature(tiny_folder, position=2, opened="2024-04-30")
    found = answered(tiny_folder, total=4, new=1)
    assert numbers(found) == [40, 50, 50, 50, 0, 10]


def test_what_is_on_the_way_gains_once_it_opens(tiny_folder: Path):
    edit_feature(tiny_folder, position=3, geometry=point(3250, 1500))
    found = answered(tiny_folder, coming=2, new=None, places=100)
    assert (found.kind, found.unnamed, found.named.index.tolist()) == ("coming", 1, ["nurseries-4"])
    assert found.before_low == found.before_high == 50
    assert found.after_low - 50 == found.gained_low == found.gained_high == 3
    assert found.districts["gained_high"].tolist() == [0, 3]
    # One without a point gains nobody.
    edit_feature(tiny_folder, position=3, geometry=None, location_precision=None)
    assert answered(tiny_folder, coming=2, new=None).gained_high == 0


def test_a_sum_is_told_for_each_person_and_place(tiny_folder: Path):
    edit_feature(tiny_folder, position=0, is_new=True)
    (row,) = answered(tiny_folder, new=1).named.to_dict("records")
    assert (row["gained"], row["per_person"], row["per_place"]) == (25, 1000 / 25, 1000 / 40)
    assert row["currency"] == "PLN"


def test_vehicles_are_nowhere_for_sure(tiny_folder: Path):
    found = answered(tiny_folder, layer="vehicles", new=1, total=None)
    assert (found.kind, found.unnamed, len(found.named)) == ("moving", 1, 0)
    assert found.before_low == found.before_high == found.after_low
    # One vehicle can stand at one stop: the best alone, by hand the one in the largest cell.
    walks = found.after_high - found.before_low
    assert (found.gained_low, found.gained_high) == (0, walks)
    assert 0 < walks <= found.people


def test_openings_are_told_in_time(tiny_folder: Path):
    edit_feature(tiny_folder, position=0, opened="2025-12")
    edit_feature(tiny_folder, position=1, opened="2019")
    rows = openings(walked(tiny_folder).city)
    assert rows[["date", "is_expected"]].to_dict("index") == {
        "nurseries-1": {"date": "2025-12", "is_expected": False},
        "nurseries-4": {"date": "2027", "is_expected": True},
    }


@pytest.mark.parametrize("seed", range(12))
def test_the_extremes_are_those_of_all_choices(seed: int):
    draw = np.random.default_rng(seed)
    covers = draw.random((40, 7)) < draw.choice([0.1, 0.3, 0.5])
    people = draw.integers(0, 20, 40).astype(float)
    count = int(draw.integers(0, 6))

    def lost(gone: tuple[int, ...]) -> float:
        stays = np.delete(covers, gone, axis=1).any(axis=1)
        return float(people[covers.any(axis=1) & ~stays].sum())

    every = [lost(gone) for gone in combinations(range(7), count)]
    assert people[most_lost(covers, people, count)].sum() == max(every)
    assert people[least_lost(covers, people, count)].sum() == min(every)


@pytest.mark.parametrize("seed", range(8))
def test_no_places_serve_more_at_once_than_the_bound(seed: int):
    draw = np.random.default_rng(seed)
    covers = draw.random((60, 8)) < 0.2
    people = draw.integers(0, 20, 60).astype(float)
    best = max(
        float(people[covers[:, some].any(axis=1)].sum()) for some in combinations(range(8), 3)
    )
    bound = most_at_once(sparse.csc_array(covers.astype(float)), people, 3)
    assert best <= bound <= people.sum() + 1e-3
    assert bound <= best / (1 - np.exp(-1)) + 1e-3


def test_places_that_serve_different_people_reach_the_bound_exactly():
    covers = sparse.csc_array(np.eye(5)[[0, 1, 1, 2, 3, 4]])
    people = np.array([10.0, 4, 4, 7, 0, 1])
    for count, most in enumerate((0, 10, 18, 25, 26, 26)):
        assert most_at_once(covers, people, count) == pytest.approx(most, abs=1e-3)
    assert most_at_once(covers, np.zeros(6), 3) == 0.0
