"""The tiny city is read as it is written down in `tests.tinycity`."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from locator.city.model import City


def test_tiny_people_add_up(tiny: City) -> None:
    sums = {group: float(people.sum()) for group, people in tiny.demand.people.items()}
    assert sums == pytest.approx(
        {"all": 2100, "age_0_14": 210, "age_65_plus": 420, "age_60_plus": 525, "age_0_2": 52.5}
    )
    assert len(tiny.demand) == 350


def test_tiny_people_by_district(tiny: City) -> None:
    everyone = pd.Series(tiny.demand.people["all"]).groupby(tiny.demand.district).sum()
    old = pd.Series(tiny.demand.people["age_65_plus"]).groupby(tiny.demand.district).sum()
    assert everyone.to_dict() == pytest.approx({1: 1400, 2: 700})
    assert old.to_dict() == pytest.approx({1: 260, 2: 160})


def test_facilities_are_located_in_metres_and_districts(tiny: City) -> None:
    frame = tiny.facilities
    assert list(frame.index) == [
        *(f"nurseries-{n}" for n in range(1, 6)),
        "aeds-1",
        "aeds-2",
        "vehicles-1",
    ]
    assert frame.loc["nurseries-1", ["x", "y"]].to_list() == pytest.approx(
        [7_420_500, 5_553_500], abs=0.01
    )
    assert np.isnan(frame.loc["nurseries-5", "x"])
    assert frame["district"].to_list() == [1, 1, 2, 2, pd.NA, 1, 2, 1]
    assert frame.loc["nurseries-1", "address"] == "ul. Lipowa 1"
    assert frame.loc["aeds-1", "address"] is None


def test_a_city_says_what_it_is_in_one_short_line(tiny: City) -> None:
    """Whoever prints one, a test that fails for instance, does not wait for all that is in it."""
    assert repr(tiny) == f"<City tiny: {len(tiny.facilities)} facilities>"
    assert repr(tiny.gazetteer).startswith("<Gazetteer: ")
