"""The claims of Kraków, counted anew from the raw files with plain NumPy and a linear programme."""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from locator.analysis.access.claims import ClaimAnswer, answer_claim
from locator.city.model import City
from locator.walking.choose import choose_model
from locator.walking.reach_matrix import reach
from locator.walking.walkable_city import WalkableCity, walkable


@pytest.fixture(scope="module")
def walked(krakow: City) -> WalkableCity:
    return walkable(krakow, choose_model(krakow))


def raw(city: City, layer: str) -> list[tuple[dict[str, Any], list[float] | None]]:
    text = (city.folder / f"{layer}.geojson").read_text(encoding="utf-8")
    return [
        (one["properties"], (one["geometry"] or {}).get("coordinates"))
        for one in json.loads(text)["features"]
    ]


def covered(walked: WalkableCity, points: list[list[float]], minutes: float, pace: float) -> Any:
    """Return who walks at most so long to each of some points."""
    xy = walked.city.projection.to_metric(np.array(points))
    limit_m = (minutes * 60 + 1e-6) * pace
    return reach(walked.model, walked.demand, walked.model.snap(xy), limit_m=limit_m).toarray() > 0


def counted(city: City, group: str, served: Any) -> np.ndarray:
    """Return whole people in each district, halves up."""
    sums = [
        (city.demand.people[group] * served)[city.demand.district == number].sum()
        for number in city.districts.index
    ]
    return np.floor(np.array(sums) + 0.5 + 1e-6).astype(int)


def check_gains(found: ClaimAnswer, before: np.ndarray, after: np.ndarray) -> None:
    assert (found.before_low, found.before_high) == (before.sum(), before.sum())
    assert (found.after_low, found.after_high) == (after.sum(), after.sum())
    assert found.districts["gained_low"].tolist() == (after - before).tolist()
    assert found.gained_high == found.gained_low == (after - before).sum()


def test_the_nurseries_on_the_way(walked: WalkableCity):
    city, found = walked.city, answer_claim(walked, "nurseries")
    rows = raw(city, "nurseries")
    barred = ("no", "private")
    is_open = [
        at for one, at in rows if one["status"] == "open" and at and one.get("access") not in barred
    ]
    coming = [(one, at) for one, at in rows if one["status"] == "under_construction"]
    assert len(coming) == 11 == found.claim.coming
    assert (found.places, found.places_unknown) == (
        sum(one.get("places") or 0 for one, _ in coming),
        sum(not one.get("places") for one, _ in coming),
    )
    covers = covered(walked, is_open + [at for _, at in coming], 15, 1.1)
    now, later = covers[:, : len(is_open)].any(axis=1), covers.any(axis=1)
    check_gains(found, counted(city, "age_0_2", now), counted(city, "age_0_2", later))
    for place, (one, _) in enumerate(coming):
        alone = covers[:, len(is_open) + place]
        row = found.named.loc[one["id"]]
        assert row["reached"] == counted(city, "age_0_2", alone).sum()
        assert row["gained"] == counted(city, "age_0_2", alone & ~now).sum()
        assert row["opens"] == one["expected_opening"]
    costs = tomllib.loads((city.folder / "claims.toml").read_text(encoding="utf-8"))["costs"]
    priced = found.named.dropna(subset="cost")
    assert set(priced.index) == set(costs)
    for name, row in priced.iterrows():
        assert row["per_person"] == costs[name]["amount"] / row["gained"]
        assert row["per_place"] == costs[name]["amount"] / row["places"]


def test_the_new_day_homes(walked: WalkableCity):
    city, found = walked.city, answer_claim(walked, "day_care_homes")
    rows = [(one, at) for one, at in raw(city, "day_care_homes") if one["status"] == "open" and at]
    new = np.array([bool(one.get("is_new")) for one, _ in rows])
    assert (new.sum(), found.places, found.places_unknown) == (3, 3 * 20, 0)
    covers = covered(walked, [at for _, at in rows], 15, 0.9)
    before, after = covers[:, ~new].any(axis=1), covers.any(axis=1)
    check_gains(found, counted(city, "age_60_plus", before), counted(city, "age_60_plus", after))


def test_which_eleven_centres_are_new_leaves_exactly_this_range(walked: WalkableCity):
    city, found = walked.city, answer_claim(walked, "senior_activity_centres")
    rows = [
        (one, at)
        for one, at in raw(city, "senior_activity_centres")
        if one["status"] == "open" and at
    ]
    covers = covered(walked, [at for _, at in rows], 15, 0.9)
    sites = defaultdict(list)
    for place, (one, _) in enumerate(rows):
        sites[one.get("centre") or one["id"]].append(place)
    of_centre = {name: covers[:, places].any(axis=1) for name, places in sites.items()}
    named = {one["centre"] for one, _ in rows if one.get("is_new")}
    assert (len(named), found.unnamed) == (1, 10)
    sure = {one.get("centre") or one["id"] for one, _ in rows if one["status_basis"] == "confirmed"}
    assert found.off_map == min(10, 62 - len(sure)) == 10  # so all ten may be off the map
    after = counted(city, "age_60_plus", np.any(list(of_centre.values()), axis=0))
    rest = np.stack([one for name, one in of_centre.items() if name not in named], axis=1)
    best = counted(city, "age_60_plus", rest.any(axis=1))
    assert (found.after_low, found.after_high) == (after.sum(), after.sum())
    assert (found.before_high, found.gained_low) == (best.sum(), (after - best).sum())

    # The worst ten: no choice can lose more than the linear programme, and one loses as much.
    people = city.demand.people["age_60_plus"]
    patterns, which = np.unique(rest[rest.any(axis=1)], axis=0, return_inverse=True)
    weight = np.bincount(which.ravel(), weights=people[rest.any(axis=1)])
    (p, m), (row, column) = patterns.shape, np.nonzero(patterns)
    pairs = np.arange(len(row))
    lose = sparse.csr_array(
        (
            np.r_[np.ones(len(row)), -np.ones(len(row))],
            (np.r_[pairs, pairs], np.r_[m + row, column]),
        ),
        shape=(len(row), m + p),
    )
    budget = sparse.csr_array(np.r_[np.ones(m), np.zeros(p)][np.newaxis, :])
    most = linprog(
        np.r_[np.zeros(m), -weight],
        A_ub=sparse.vstack([lose, budget]),
        b_ub=np.r_[np.zeros(len(row)), 10],
        bounds=(0, 1),
    )
    in_all = float(people @ np.any(list(of_centre.values()), axis=0))
    bound = in_all - float(people @ rest.any(axis=1)) - most.fun
    assert found.gained_high <= bound + 9  # halves of eighteen districts
    greedy: list[int] = []
    for _ in range(10):
        worth = [
            float(
                people @ (rest.any(axis=1) & ~np.delete(rest, [*greedy, one], axis=1).any(axis=1))
            )
            for one in range(m)
        ]
        greedy.append(int(np.argmax(worth)))
    assert found.gained_high >= max(worth) - 9
    assert found.before_low == found.after_low - found.gained_high
