from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from locator.analysis.aed.nearest import AedAnswer, AedQuery, _beside, _ranked, nearest_aed
from locator.analysis.aed.onboard import catch
from locator.analysis.aed.option import HORIZON, AedOption
from locator.base.errors import InvalidParameterError, OutsideCityError
from locator.city.likely_open import LikelyRule
from locator.city.model import City
from locator.vehicles.positions import Fleet, load_fleet
from locator.walking.choose import choose_model
from locator.walking.walkable_city import WalkableCity, walkable
from tests.tinycity import at as lonlat
from tests.vehicles.test_fleet import alive, report, with_number

WARSAW = ZoneInfo("Europe/Warsaw")
TUESDAY = date(2026, 11, 24)


def instant(hour: int, minute: int = 0, *, day: date = TUESDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=WARSAW)


def unnamed(fleet: Fleet) -> Fleet:
    """The same tram, as long as nobody has named it."""
    assumed = replace(fleet.vehicles[0], fleet_number=None, assignment="assumed")
    return replace(fleet, vehicles=(assumed,))


def with_aeds(walkable_city: WalkableCity, **columns: object) -> WalkableCity:
    """The same ground with other properties of ``aeds-1``."""
    frame = walkable_city.city.facilities.copy()
    for name, value in columns.items():
        frame.at["aeds-1", name] = value
    city = replace(walkable_city.city, facilities=frame)
    return walkable(city, walkable_city.model)


def ask(
    walkable_city: WalkableCity, fleet: Fleet, x: float, y: float, at: datetime, **more: object
) -> AedAnswer:
    lon, lat = lonlat(x, y)
    return nearest_aed(walkable_city, fleet, AedQuery(lon, lat, at, **more))  # type: ignore[arg-type]


def met(answer: AedAnswer) -> AedOption | None:
    return next((option for option in answer.options if option.kind == "vehicle"), None)


def test_a_fixed_aed_takes_the_walk_there_and_back(toy: WalkableCity, fleet: Fleet) -> None:
    option = ask(toy, fleet, 500, 3000, instant(14)).options[0]
    # 500 m straight x 1.25 = 625 m; at 2 m/s 312.5 s, and back.
    assert (option.id, option.kind, option.evidence) == ("aeds-1", "fixed", "hours")
    assert option.walk_m == pytest.approx(625, abs=0.1)
    assert option.total_s == pytest.approx(625, abs=0.1)


@pytest.mark.parametrize(
    ("minute", "wait_s", "total_s"),
    [
        # 400 m straight x 1.25 = 500 m = 250 s to the stop.
        (55, 50.0, 550.0),  # there at 5:59:10, the tram leaves at 6:00, back at 6:04:10
        (50, 350.0, 850.0),
        (46, None, None),  # met at 6:00, back 18:10 min later: that is within 20
    ],
)
def test_the_catch_on_foot_is_the_one_worked_out_by_hand(
    toy: WalkableCity, fleet: Fleet, minute: int, wait_s: float | None, total_s: float | None
) -> None:
    option = met(ask(toy, fleet, 500, 3000, instant(5, minute)))
    assert option is not None and option.position is not None
    assert (option.stop, option.evidence, option.line) == ("Lipowa", "timetable", "1")
    assert option.position.vehicle.assignment == "confirmed"
    assert option.meet_at == instant(6)
    assert option.walk_s == pytest.approx(250, abs=0.1)
    expected = (14 * 60 - 250.0, 14 * 60 + 250.0) if wait_s is None else (wait_s, total_s)
    assert (option.wait_s, option.total_s) == pytest.approx(expected, abs=0.1)


def test_an_assumed_vehicle_stands_apart_with_the_same_meeting_and_is_not_counted(
    toy: WalkableCity, fleet: Fleet
) -> None:
    named = ask(toy, fleet, 500, 3000, instant(5, 55))
    assumed = ask(toy, unnamed(fleet), 500, 3000, instant(5, 55))
    assert [option.id for option in named.options] == ["aeds-1", "vehicles-1"]
    assert named.unconfirmed == ()
    assert [option.id for option in assumed.options] == ["aeds-1"]
    (apart,) = assumed.unconfirmed
    assert (apart.stop, apart.total_s) == (named.options[1].stop, named.options[1].total_s)
    assert (ask(toy, unnamed(fleet), 500, 3300, instant(3)).off_service) == 0


def test_who_comes_too_late_meets_the_next_call(toy: WalkableCity, fleet: Fleet) -> None:
    # At 5:57 one is at Lipowa at 6:01:10: missed. The next there is 6:16, back at 6:20:10,
    # which is beyond 20 minutes; at 6:01 it is 19:10.
    assert met(ask(toy, fleet, 500, 3000, instant(5, 57))) is None
    option = met(ask(toy, fleet, 500, 3000, instant(6, 1)))
    assert option is not None
    assert option.meet_at == instant(6, 16)
    assert option.total_s == pytest.approx(19 * 60 + 10, abs=0.1)


def test_a_vehicle_that_waits_is_met_at_once(toy: WalkableCity, fleet: Fleet) -> None:
    # (2000, 2200) is 125 m = 62.5 s from Most Środkowy, where it stands from 6:07 to 6:10.
    option = met(ask(toy, fleet, 2000, 2200, instant(6, 7)))
    assert option is not None
    assert (option.stop, option.wait_s) == ("Most Środkowy", 0.0)
    assert option.total_s == pytest.approx(125, abs=0.1)


def test_a_vehicle_off_service_is_not_offered(toy: WalkableCity, fleet: Fleet) -> None:
    answer = ask(toy, fleet, 500, 3300, instant(3))
    assert met(answer) is None
    assert answer.off_service == 1


def test_the_same_address_differs_between_day_and_night_for_the_right_reason(
    toy: WalkableCity, fleet: Fleet
) -> None:
    day = ask(toy, fleet, 2000, 1000, instant(14))
    night = ask(toy, fleet, 2000, 1000, instant(3))
    assert [option.id for option in day.options] == ["aeds-2", "aeds-1"]
    assert day.options[0].next_change == instant(16)
    assert [option.id for option in night.options] == ["aeds-1"]
    assert [(option.id, option.next_change) for option in night.closed] == [("aeds-2", instant(8))]


def test_a_door_that_closes_on_the_way_is_closed(toy: WalkableCity, fleet: Fleet) -> None:
    # 500 m straight, 625 m, 312.5 s: from 15:54 one is there at 15:59:12, from 15:55 too late.
    assert "aeds-2" in [o.id for o in ask(toy, fleet, 2000, 1000, instant(15, 54)).options]
    late = ask(toy, fleet, 2000, 1000, instant(15, 55))
    assert "aeds-2" not in [o.id for o in late.options]
    assert [o.id for o in late.closed] == ["aeds-2"]


def test_a_door_that_opens_on_the_way_is_open(toy: WalkableCity, fleet: Fleet) -> None:
    early = ask(toy, fleet, 2000, 1000, instant(7, 55))
    assert early.options[0].id == "aeds-2"


@pytest.mark.parametrize(
    ("columns", "group"),
    [
        ({"opening_hours": None, "indoor": None}, "unknown"),
        ({"opening_hours": None, "indoor": True}, "unknown"),
        ({"opening_hours": None, "indoor": False}, "options"),
        ({"opening_hours": None, "indoor": False, "access": "customers"}, "unknown"),
        ({"opening_hours": "when we feel like it"}, "unknown"),
        ({"opening_hours": "Mo-Fr 08:00-16:00", "indoor": False}, "closed"),
        ({"access": "customers"}, "options"),
        ({"access": "permit"}, "options"),
        ({"access": None}, "options"),
        ({"access": "private"}, None),
        ({"access": "no"}, None),
        ({"status": "modernisation"}, None),
    ],
)
def test_hours_access_and_place_decide(
    toy: WalkableCity, fleet: Fleet, columns: dict[str, object], group: str | None
) -> None:
    answer = ask(with_aeds(toy, **columns), fleet, 1000, 3000, instant(3))
    found = [
        name
        for name in ("options", "unknown", "closed")
        if "aeds-1" in [option.id for option in getattr(answer, name)]
    ]
    assert found == ([group] if group else [])


def test_a_live_vehicle_on_an_unknown_trip_is_given_apart(toy: WalkableCity, fleet: Fleet) -> None:
    numbered = with_number(fleet, "RF302")
    lon, lat = lonlat(1000, 3000)
    at = instant(6, 10)
    answer = nearest_aed(
        toy, numbered, AedQuery(lon, lat, at), feeds=[alive(report(1000, 2800, age=20))]
    )
    assert met(answer) is None
    (option,) = answer.way_unknown
    assert option.position is not None
    assert (option.position.basis, option.position.age_s, option.state) == ("live", 20.0, "unknown")
    assert option.walk_s == pytest.approx(125, abs=0.1)
    # Nobody knows when it could be had: a walk to where it was is no such time.
    assert np.isnan([option.wait_s, option.total_s]).all()


def test_a_time_that_the_clocks_skip_has_an_answer(toy: WalkableCity, fleet: Fleet) -> None:
    skipped = datetime(2027, 3, 28, 2, 30)
    assert ask(toy, fleet, 500, 3000, skipped).at == datetime(2027, 3, 28, 3, 30, tzinfo=WARSAW)


def test_options_are_sorted_and_no_more_than_asked_for(toy: WalkableCity, fleet: Fleet) -> None:
    answer = ask(toy, fleet, 2000, 2200, instant(14), k=1)
    assert len(answer.options) == 1
    both = ask(toy, fleet, 2000, 2200, instant(14), k=5)
    assert [o.rank_s for o in both.options] == sorted(o.rank_s for o in both.options)


@pytest.mark.parametrize(
    ("columns", "at", "sureness"),
    [
        ({}, instant(14), "sure"),
        ({"access": "customers"}, instant(14), "sure"),
        ({"access": None}, instant(14), "sure"),
        ({"access": "permit"}, instant(14), "less_sure"),
        ({"opening_hours": None, "indoor": False}, instant(14), "sure"),
        # One is there at once; ten minutes are the limit.
        ({"opening_hours": "Mo-Fr 08:00-16:00"}, instant(15, 49), "sure"),
        ({"opening_hours": "Mo-Fr 08:00-16:00"}, instant(15, 50), "less_sure"),
        ({"opening_hours": "Mo-Fr 08:00-16:00"}, instant(16), None),
        ({"opening_hours": None, "indoor": True}, instant(14), "unknown"),
        ({"opening_hours": None, "name": "Hotel Mały"}, instant(14), "likely"),
        ({"opening_hours": None, "name": "Hotel, w dniach roboczych"}, instant(14), "unknown"),
    ],
)
def test_how_sure_an_aed_is_follows_the_written_rule(
    toy: WalkableCity, fleet: Fleet, columns: dict[str, object], at: datetime, sureness: str | None
) -> None:
    words = {"pl": "x", "en": "x", "uk": "x"}
    rules = (
        LikelyRule("office", False, ("w dniach roboczych",), words),
        LikelyRule("hotel", True, ("hotel",), words),
    )
    changed = with_aeds(toy, **({"indoor": True} | columns))
    walkable_city = walkable(replace(changed.city, likely_open=rules), toy.model)
    answer = ask(walkable_city, fleet, 1000, 3000, at)
    found = [*answer.options, *answer.unknown, *answer.closed]
    (option,) = [option for option in found if option.id == "aeds-1"]
    assert option.sureness == sureness
    said = None if option.because is None else option.because.id
    name = str(columns.get("name", ""))
    assert said == ("office" if "roboczych" in name else "hotel" if name else None)


@pytest.mark.parametrize(
    ("total_s", "first"),
    [(299, "less"), (300, "less"), (301, "sure")],
)
def test_what_is_less_sure_comes_first_only_in_half_the_time(total_s: float, first: str) -> None:
    def option(name: str, sureness: str, total_s: float) -> AedOption:
        made = AedOption(name, "aeds", name, "fixed", 0, 0, 0, 0, 0, total_s, "open")
        return replace(made, sureness=sureness)  # type: ignore[arg-type]

    ranked = _ranked([option("sure", "sure", 600), option("less", "less_sure", total_s)], 2)
    assert ranked[0].id == first


def test_beside_the_first_stands_the_likeliest_unknown_one_in_half_the_time() -> None:
    def option(name: str, total_s: float, sureness: str = "unknown") -> AedOption:
        made = AedOption(name, "aeds", name, "fixed", 0, 0, 0, 0, 0, total_s, "unknown")
        return replace(made, sureness=sureness)  # type: ignore[arg-type]

    first = replace(option("first", 600, "sure"), state="open")
    near, far = option("near", 100), option("far", 301, "likely")
    likely, later = option("likely", 300, "likely"), option("later", 300)
    closed = replace(option("closed", 10), state="closed", sureness=None)
    assert _beside([first], [closed, near, later, likely, far]) == likely
    assert _beside([first], [closed, near, later, far]) == near
    assert _beside([first], [closed, far]) is None
    assert _beside([], [near, far]) == far


def test_wrong_questions_are_refused(toy: WalkableCity, fleet: Fleet) -> None:
    with pytest.raises(OutsideCityError):
        nearest_aed(toy, fleet, AedQuery(21.01, 52.23))
    with pytest.raises(InvalidParameterError):
        ask(toy, fleet, 500, 3000, instant(3), pace_m_s=0)
    with pytest.raises(InvalidParameterError):
        ask(toy, fleet, 500, 3000, instant(3), k=0)


def test_a_city_without_vehicles_or_aeds_has_an_answer(toy: WalkableCity, fleet: Fleet) -> None:
    nobody = replace(fleet, vehicles=())
    lon, lat = lonlat(500, 3000)
    assert [o.id for o in nearest_aed(toy, nobody, AedQuery(lon, lat, instant(6))).options] == [
        "aeds-1"
    ]
    frame = toy.city.facilities
    bare = walkable(replace(toy.city, facilities=frame[frame["layer"] != "aeds"]), toy.model)
    answer = nearest_aed(bare, nobody, AedQuery(lon, lat, instant(6)))
    assert (answer.options, answer.unknown, answer.closed, answer.way_unknown) == ((), (), (), ())


def test_catch_is_the_earliest_second_at_which_both_are_there() -> None:
    walk_s = np.array([30.0, 100.0, 100.0, 101.0])
    arrive_s = np.array([50.0, 50.0, 20.0, 20.0])
    depart_s = np.array([50.0, 120.0, 100.0, 100.0])
    met_s, back_s = catch(walk_s, arrive_s, depart_s)
    assert met_s.tolist() == [50.0, 100.0, 100.0, np.inf]
    assert back_s.tolist() == [80.0, 200.0, 200.0, np.inf]
    for walk, arrive, depart, found in zip(walk_s, arrive_s, depart_s, met_s, strict=True):
        both = [s for s in range(200) if s >= walk and arrive <= s <= depart]
        assert found == min(both, default=np.inf)


def test_nothing_found_takes_longer_than_the_horizon(krakow: City) -> None:
    walkable_city, fleet = walkable(krakow, choose_model(krakow)), load_fleet(krakow)
    answer = nearest_aed(walkable_city, fleet, AedQuery(19.9373, 50.0617, instant(14), k=40))
    assert {option.kind for option in answer.options} == {"fixed"}
    assert answer.unconfirmed
    for option in answer.unconfirmed:
        assert option.total_s <= HORIZON.total_seconds()
        assert option.total_s == pytest.approx(2 * option.walk_s + option.wait_s)
        assert option.position is not None and option.position.assignment == "assumed"
    night = nearest_aed(walkable_city, fleet, AedQuery(19.9373, 50.0617, instant(3), k=8))
    assert (night.off_service, night.unconfirmed, len(answer.unknown) > 0) == (0, (), True)
    assert {option.kind for option in night.options} == {"fixed"}


@pytest.mark.parametrize("hour", [3, 8, 14, 23])
def test_in_krakow_no_assumed_vehicle_is_ever_ranked(krakow: City, hour: int) -> None:
    """200 random points of the city, by night, in the morning, by day and late in the evening."""
    walkable_city, fleet = walkable(krakow, choose_model(krakow)), load_fleet(krakow)
    assumed = {one.id for one in fleet.vehicles} - fleet.confirmed
    assert len(assumed) == 17
    rng = np.random.default_rng(hour)
    for lon, lat in krakow.demand.lonlat[rng.choice(len(krakow.demand), 200, replace=False)]:
        answer = nearest_aed(walkable_city, fleet, AedQuery(lon, lat, instant(hour), k=20))
        ranked = [*answer.options, *answer.unknown, *answer.closed, *answer.way_unknown]
        assert assumed.isdisjoint(option.id for option in ranked)
        assert answer.off_service == 0
