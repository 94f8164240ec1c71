"""The nearest facilities: worked out by hand in the tiny city, compared with a naive reading."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locator.analysis.nearest import NearestQuery, nearest
from locator.analysis.walks import walk_line, walk_to
from locator.base.errors import (
    InvalidParameterError,
    NotComputableError,
    NotFoundError,
    OutsideCityError,
)
from locator.city.facility_filter import FacilityFilter
from locator.city.model import City
from locator.walking import SnappedPoints, WalkingModel
from locator.walking.choose import choose_model
from locator.walking.walkable_city import WalkableCity, walkable
from tests.breaking import changed
from tests.tinycity import at

WARSAW = ZoneInfo("Europe/Warsaw")
MONDAY_NOON = datetime(2026, 11, 2, 12, 0, tzinfo=WARSAW)
MONDAY_NIGHT = datetime(2026, 11, 2, 23, 0, tzinfo=WARSAW)


def ask(walkable_city: WalkableCity, x: float, y: float, *layers: str, **options):
    lon, lat = at(x, y)
    query = NearestQuery(layers=layers, lon=lon, lat=lat, at=MONDAY_NOON, **options)
    return nearest(walkable_city, query)


def test_the_open_nurseries_come_by_walking_time(walkable_city: WalkableCity):
    rows = ask(walkable_city, 500, 3000, "nurseries").rows
    assert rows.index.tolist() == ["nurseries-1", "nurseries-2", "nurseries-3"]
    assert rows["walk_m"].tolist() == pytest.approx([625, 2576.9410, 5886.1439], abs=0.01)
    assert rows["walk_s"].tolist() == pytest.approx(rows["walk_m"].tolist())
    assert rows["via"].tolist() == [(), (), ("Most Środkowy",)]
    assert rows["open_state"].tolist() == ["open", "unknown", "unknown"]


def test_k_counts_for_each_layer_and_paces_decide_the_order(walkable_city: WalkableCity):
    rows = ask(walkable_city, 500, 3000, "nurseries", "aeds", k=1).rows
    # The AED is as far as the nursery stands near, but is fetched at twice the pace.
    assert rows.index.tolist() == ["aeds-1", "nurseries-1"]
    assert rows["walk_m"].tolist() == pytest.approx([625, 625], abs=0.01)
    assert rows["walk_s"].tolist() == pytest.approx([312.5, 625], abs=0.01)
    assert rows["pace_m_s"].tolist() == [2.0, 1.0]


def test_a_given_pace_counts_for_every_layer(walkable_city: WalkableCity):
    rows = ask(walkable_city, 500, 3000, "nurseries", "aeds", k=1, pace_m_s=0.5).rows
    assert rows["walk_s"].tolist() == pytest.approx([1250, 1250], abs=0.01)


def test_a_time_that_the_clocks_skip_is_the_one_an_hour_later(walkable_city: WalkableCity):
    lon, lat = at(500, 3000)
    asked = NearestQuery(("nurseries",), lon, lat, at=datetime(2027, 3, 28, 2, 30))
    assert str(nearest(walkable_city, asked).at) == "2027-03-28 03:30:00+02:00"


def test_naming_a_layer_twice_changes_nothing(walkable_city: WalkableCity):
    once, twice = (ask(walkable_city, 500, 3000, *["nurseries"] * n, k=2).rows for n in (1, 2))
    assert once.equals(twice)


def test_open_now_walks_on_until_an_open_one_and_never_takes_unknown_hours(
    walkable_city: WalkableCity,
):
    rows = ask(walkable_city, 2500, 2600, "nurseries", k=1, open_now=True).rows
    assert rows.index.tolist() == ["nurseries-1"]
    rows = ask(walkable_city, 2500, 2600, "nurseries", k=1).rows
    assert rows.index.tolist() == ["nurseries-2"]


@dataclass(frozen=True)
class Sparing:
    """A walking model that tells of the k nearest and not of one more, as the streets may."""

    model: WalkingModel

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    def k_nearest_m(self, origin: SnappedPoints, targets: SnappedPoints, *, k: int) -> np.ndarray:
        walk_m = self.model.walk_m(origin, targets)
        walk_m[np.argsort(walk_m, kind="stable")[k:]] = np.inf
        return walk_m


def test_open_now_asks_for_more_than_k_until_enough_are_open(walkable_city: WalkableCity):
    sparing = replace(walkable_city, model=Sparing(walkable_city.model))
    for k in (1, 2, 3):
        for x, y in ((2500, 2600), (500, 3000), (3500, 500)):
            options = {"k": k, "open_now": True}
            rows = ask(sparing, x, y, "nurseries", "aeds", **options).rows
            assert rows.equals(ask(walkable_city, x, y, "nurseries", "aeds", **options).rows)
    assert ask(sparing, 2500, 2600, "nurseries", k=1).rows.index.tolist() == ["nurseries-2"]
    rows = ask(sparing, 2500, 2600, "nurseries", k=1, open_now=True).rows
    assert rows.index.tolist() == ["nurseries-1"]  # the second by distance


def test_at_night_only_what_is_open_at_night_is_found(walkable_city: WalkableCity):
    lon, lat = at(2000, 1600)
    query = NearestQuery(("aeds", "nurseries"), lon, lat, open_now=True, at=MONDAY_NIGHT)
    assert nearest(walkable_city, query).rows.index.tolist() == ["aeds-1"]


def test_a_time_without_a_zone_is_the_citys_clock(walkable_city: WalkableCity):
    lon, lat = at(500, 3000)
    query = NearestQuery(("nurseries",), lon, lat, at=datetime(2026, 11, 2, 12, 0))
    assert nearest(walkable_city, query).at == MONDAY_NOON


def test_planned_ones_are_found_only_when_all_are_asked_for_and_are_not_open(
    walkable_city: WalkableCity,
):
    rows = ask(walkable_city, 3000, 400, "nurseries", status="all").rows
    assert rows.index[0] == "nurseries-4"
    assert rows.loc["nurseries-4", "open_state"] == "closed"
    assert "nurseries-4" not in ask(walkable_city, 3000, 400, "nurseries").rows.index


def test_one_that_is_not_located_is_never_near(walkable_city: WalkableCity):
    assert "nurseries-5" not in ask(walkable_city, 500, 3000, "nurseries", status="all").rows.index


@pytest.mark.parametrize("access", ["no", "private"])
def test_an_aed_that_nobody_may_take_is_not_usable(tiny: City, access: str):
    walkable_city = changed(tiny, "aeds-1", "access", access)
    assert ask(walkable_city, 1000, 3000, "aeds").rows.index.tolist() == ["aeds-2"]
    assert ask(walkable_city, 1000, 3000, "aeds", status="all").rows.index[0] == "aeds-1"


def test_of_a_centre_with_two_sites_the_nearer_is_given(tiny: City):
    walkable_city = changed(tiny, ["nurseries-1", "nurseries-2"], "centre", "centre-a")
    assert ask(walkable_city, 500, 3000, "nurseries").rows.index.tolist() == [
        "nurseries-1",
        "nurseries-3",
    ]
    assert ask(walkable_city, 2500, 2600, "nurseries").rows.index[0] == "nurseries-2"


def test_of_a_centre_the_open_site_is_given_when_it_must_be_open(tiny: City):
    walkable_city = changed(tiny, ["nurseries-1", "nurseries-2"], "centre", "centre-a")
    rows = ask(walkable_city, 2500, 2600, "nurseries", open_now=True).rows
    assert rows.index.tolist() == ["nurseries-1"]


def test_a_layer_with_nothing_to_find_gives_an_empty_answer(tiny: City):
    walkable_city = changed(tiny, ["aeds-1", "aeds-2"], "status", "closed")
    rows = ask(walkable_city, 500, 3000, "aeds").rows
    assert rows.empty
    assert rows.columns.tolist() == ask(walkable_city, 500, 3000, "nurseries").rows.columns.tolist()


def test_what_cannot_be_walked_to_is_left_out(tiny: City):
    city = replace(tiny, crossings=tiny.crossings.iloc[:0])
    walkable_city = walkable(city, choose_model(city))
    rows = ask(walkable_city, 500, 3000, "nurseries").rows
    assert rows.index.tolist() == ["nurseries-1", "nurseries-2"]


def test_a_walk_is_drawn_over_the_bridge(walkable_city: WalkableCity):
    lon, lat = at(2000, 2500)
    line = walk_line(walkable_city, lon, lat, "nurseries-3")
    expected = [at(2000, 2500), at(2000, 2000), at(500, 500)]
    assert np.array(line.coords) == pytest.approx(np.array(expected), abs=1e-7)
    assert walk_to(walkable_city, lon, lat, "nurseries-3").walk_m == pytest.approx(
        3931.9805, abs=0.01
    )


def test_the_walk_drawn_is_the_walk_counted(walkable_city: WalkableCity):
    lon, lat = at(700, 2900)
    rows = ask(walkable_city, 700, 2900, "nurseries", "aeds").rows
    for facility_id, row in rows.iterrows():
        walk = walk_to(walkable_city, lon, lat, str(facility_id))
        assert (walk.walk_m, walk.via) == (pytest.approx(row["walk_m"]), row["via"])


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"layers": ("libraries",)}, NotFoundError),
        ({"layers": ()}, InvalidParameterError),
        ({"k": 0}, InvalidParameterError),
        ({"pace_m_s": 0.0}, InvalidParameterError),
        ({"pace_m_s": float("nan")}, InvalidParameterError),
        ({"lon": 21.0122, "lat": 52.2297}, OutsideCityError),  # Warsaw
        ({"lon": float("nan")}, OutsideCityError),
    ],
)
def test_a_question_without_an_answer_says_why(
    walkable_city: WalkableCity, options: dict, error: type
):
    lon, lat = at(500, 3000)
    sound = {"layers": ("nurseries",), "lon": lon, "lat": lat}
    with pytest.raises(error) as raised:
        nearest(walkable_city, NearestQuery(**(sound | options)))
    assert raised.value.message


def test_a_walk_to_nowhere_says_why(walkable_city: WalkableCity):
    with pytest.raises(NotFoundError):
        walk_to(walkable_city, *at(500, 3000), "nurseries-99")
    with pytest.raises(NotComputableError):
        walk_to(walkable_city, *at(500, 3000), "nurseries-5")


@given(st.floats(10, 3490), st.floats(10, 3990), st.integers(1, 5))
@settings(max_examples=40)
def test_the_answer_equals_sorting_everything(tiny: City, x: float, y: float, k: int):
    walkable_city = walkable(tiny, choose_model(tiny))
    lon, lat = at(x, y)
    rows = nearest(
        walkable_city, NearestQuery(("nurseries", "aeds"), lon, lat, k=k, at=MONDAY_NOON)
    ).rows
    naive = []
    for layer in ("nurseries", "aeds"):
        pace = tiny.catalogue.layers[layer].pace_m_s
        usable = tiny.facilities[
            (tiny.facilities["layer"] == layer)
            & (tiny.facilities["status"] == "open")
            & tiny.facilities["x"].notna()
        ]
        walks = [walk_to(walkable_city, lon, lat, str(name)).walk_m / pace for name in usable.index]
        naive += sorted(walks)[:k]
    assert rows["walk_s"].tolist() == pytest.approx(sorted(naive))


def test_in_krakow_every_layer_answers_from_the_main_square(krakow: City):
    walkable_city = walkable(krakow, choose_model(krakow))
    for layer, declared in krakow.catalogue.layers.items():
        rows = nearest(walkable_city, NearestQuery((layer,), 19.9373, 50.0617, k=3)).rows
        if declared.moves:  # assumed vehicles have no place to walk to
            assert rows.empty
            continue
        assert 1 <= len(rows) <= 3
        assert rows["walk_s"].is_monotonic_increasing
        assert np.isfinite(rows["walk_s"]).all()


def test_in_krakow_a_walk_from_podgorska_street_to_podgorze_goes_by_a_bridge(krakow: City):
    walkable_city = walkable(krakow, choose_model(krakow))
    lon, lat = 19.9502, 50.0492
    query = NearestQuery(tuple(krakow.catalogue.layers), lon, lat, k=20)
    rows = nearest(walkable_city, query).rows
    over = rows[rows["via"].map(bool)]
    assert len(over) > 0
    start = krakow.projection.to_metric([(lon, lat)])[0]
    ends = krakow.facilities.loc[over.index, ["x", "y"]].to_numpy(float)
    straight_m = np.hypot(*(ends - start).T)
    assert (over["walk_m"].to_numpy() >= straight_m).all()
    assert not np.isclose(over["walk_m"].to_numpy(), straight_m * 1.26, rtol=0.001).any()


def test_only_what_is_chosen_is_near(walkable_city: WalkableCity) -> None:
    def found(**chosen: Any) -> list[str]:
        which = FacilityFilter(**chosen)
        status = "all" if chosen.get("ownership") == "public" else "open"
        result = ask(walkable_city, 500, 3000, "nurseries", "aeds", which=which, status=status)
        return result.rows.index.tolist()

    assert found(ownership="private") == ["nurseries-2"]
    assert found(step_free=True) == ["aeds-2"]
    assert found(step_free=True, ownership="private") == []
    every = ask(walkable_city, 500, 3000, "nurseries", status="all").rows.index.tolist()
    assert found(ownership="public") == [one for one in every if one != "nurseries-2"]
