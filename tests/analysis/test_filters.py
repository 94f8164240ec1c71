"""Which facilities count: the rule by hand, and twenty random questions counted a second time."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from locator.analysis.access.as_of import as_of
from locator.analysis.access.combined import CombinedQuery, combined
from locator.analysis.access.coverage import CoverageQuery, coverage
from locator.analysis.access.filter_words import filter_said, filter_words
from locator.analysis.access.ranges import ranges
from locator.analysis.access.supply import supply
from locator.analysis.scenario.change import NewSite, Scenario
from locator.analysis.scenario.compare import compare
from locator.analysis.siting.closures import closures
from locator.analysis.siting.query import candidate_places, completed, existing_rows
from locator.analysis.siting.solve import SitingQuery, where_next
from locator.base.i18n import speaking
from locator.city.facility_filter import EVERYTHING, FacilityFilter, fit
from locator.city.model import load_city
from locator.walking.estimate import EstimateModel
from locator.walking.walkable_city import WalkableCity, walkable
from tests.analysis.naive_coverage import count, reached, served, standing
from tests.tinycity import facility, point, write_json, write_tiny_city

PUBLIC = FacilityFilter(ownership="public")
KINDS = ("samorządowy", "na zlecenie", "prywatny")
OPERATORS = ("Gmina Małe Miasto", "Fundacja Łąka", "GMINA MAŁE MIASTO")
HOURS = ("24/7", "Mo-Fr 07:00-17:00", "Sa-Su 10:00-14:00", "Tu-We 06:30-12:30", "po uzgodnieniu")


def changed(walkable_city: WalkableCity, **columns: dict[str, Any]) -> WalkableCity:
    """Return the tiny city with other values of some facilities."""
    frame = walkable_city.city.facilities.copy()
    for column, values in columns.items():
        for name, value in values.items():
            frame.at[name, column] = value
    return walkable(replace(walkable_city.city, facilities=frame), walkable_city.model)


def fitting(walkable_city: WalkableCity, which: FacilityFilter) -> tuple[set[str], set[str]]:
    """Return the ids of which it is known that they fit, and of which nobody knows."""
    found, ids = fit(walkable_city.city, which), walkable_city.city.facilities.index
    return set(ids[found.known]), set(ids[found.unknown])


def test_without_a_filter_everything_counts(walkable_city: WalkableCity) -> None:
    assert not EVERYTHING
    assert walkable_city.choosing(EVERYTHING) is walkable_city
    chosen = walkable_city.choosing(PUBLIC)
    assert chosen.choosing(EVERYTHING) is walkable_city
    assert chosen.choosing(FacilityFilter(step_free=True)).which.ownership is None
    assert chosen.demand is walkable_city.demand


def test_what_nobody_knows_never_fits(walkable_city: WalkableCity) -> None:
    nobody_says = {f"aeds-{one}" for one in (1, 2)} | {"vehicles-1"}
    public = {"nurseries-1", "nurseries-3", "nurseries-4", "nurseries-5"}
    assert fitting(walkable_city, PUBLIC) == (public, nobody_says)
    private = FacilityFilter(ownership="private")
    assert fitting(walkable_city, private) == ({"nurseries-2"}, nobody_says)
    step_free = FacilityFilter(step_free=True)
    others = set(walkable_city.city.facilities.index) - {"aeds-2"}
    assert fitting(walkable_city, step_free) == ({"aeds-2"}, others)
    both = FacilityFilter(ownership="private", step_free=True)
    assert fitting(walkable_city, both) == (set(), {*nobody_says, "nurseries-2"})


def test_a_place_of_which_it_is_known_that_it_has_a_step_does_not_fit(
    walkable_city: WalkableCity,
) -> None:
    limited = changed(walkable_city, wheelchair={"nurseries-1": "limited", "nurseries-2": "no"})
    known, unknown = fitting(limited, FacilityFilter(step_free=True))
    assert not {"nurseries-1", "nurseries-2"} & (known | unknown)


def test_only_a_layer_that_tells_municipal_ones_apart_has_some(walkable_city: WalkableCity) -> None:
    municipal = FacilityFilter(ownership="municipal")
    known, unknown = fitting(walkable_city, municipal)
    assert known == set()
    assert "nurseries-2" not in unknown and "nurseries-1" in unknown  # a private one is none
    layers = dict(walkable_city.city.catalogue.layers)
    layers["nurseries"] = replace(layers["nurseries"], municipal_where={"operator": ("Gmina",)})
    catalogue = replace(walkable_city.city.catalogue, layers=layers)
    city = replace(walkable_city.city, catalogue=catalogue)
    said = changed(
        walkable(city, walkable_city.model),
        operator={"nurseries-1": "Gmina", "nurseries-3": "Fundacja"},
    )
    known, unknown = fitting(said, municipal)
    assert known == {"nurseries-1"}
    assert {"nurseries-4", "nurseries-5"} <= unknown and "nurseries-3" not in unknown


def test_hours_are_those_of_the_moment_and_unknown_ones_are_not_open(
    walkable_city: WalkableCity,
) -> None:
    tuesday, night = datetime(2026, 12, 1, 10), datetime(2026, 12, 1, 22)
    known, unknown = fitting(walkable_city, FacilityFilter(open_at=tuesday))
    assert known == {"nurseries-1", "aeds-1", "aeds-2"}
    assert {"nurseries-2", "nurseries-3"} <= unknown
    assert fitting(walkable_city, FacilityFilter(open_at=night))[0] == {"aeds-1"}
    doorless = changed(walkable_city, opening_hours={"aeds-1": None, "aeds-2": None})
    known, unknown = fitting(doorless, FacilityFilter(open_at=night))
    assert known == {"aeds-1"}  # it hangs outdoors for everyone
    assert "aeds-2" in unknown


def test_an_operator_is_found_however_it_is_written(walkable_city: WalkableCity) -> None:
    said = changed(
        walkable_city, operator={"nurseries-1": "Urząd Miasta", "aeds-1": "urzad miasta"}
    )
    found = fitting(said, FacilityFilter(operators=("URZĄD MIASTA",)))[0]
    assert found == {"nurseries-1", "aeds-1"}


def test_a_coverage_says_how_many_it_leaves_out(walkable_city: WalkableCity) -> None:
    """Of four open ones, three are public; one of these is not on the map."""
    found = coverage(walkable_city, CoverageQuery("nurseries", which=PUBLIC))
    assert (found.counted, found.chosen.barred, found.chosen.undetermined) == (2, 1, 0)
    unsure = changed(walkable_city, public={"nurseries-3": None, "nurseries-5": None})
    found = coverage(unsure, CoverageQuery("nurseries", which=PUBLIC))
    assert (found.counted, found.chosen.barred, found.chosen.undetermined) == (1, 1, 2)
    with speaking("en"):
        assert filter_words(unsure.city, found.chosen) == (
            "Only these count: public (run by the city or commissioned by it). On the map: 1. "
            "2 more do not count, because nobody knows whether they fit. "
            "1 is known not to fit."
        )
        assert filter_words(unsure.city, coverage(unsure, CoverageQuery("nurseries")).chosen) == ""


def test_the_range_runs_to_what_it_would_be_if_they_fitted(walkable_city: WalkableCity) -> None:
    unsure = changed(walkable_city, public={"nurseries-2": None, "nurseries-5": False})
    expected = replace(unsure.city.catalogue.layers["nurseries"], expected=None)
    layers = unsure.city.catalogue.layers | {"nurseries": expected}
    catalogue = replace(unsure.city.catalogue, layers=layers)
    city = walkable(replace(unsure.city, catalogue=catalogue), unsure.model)
    found = coverage(city, CoverageQuery("nurseries", which=PUBLIC))
    within = ranges(city, found)
    every = coverage(city, CoverageQuery("nurseries"))
    assert within.highest == pytest.approx(every.share, abs=0.01)  # people are whole
    assert within.lowest < found.share < every.share
    assert within.low < found.share < within.high == pytest.approx(within.highest, abs=0.01)
    assert ranges(city, every).highest == pytest.approx(every.share, abs=0.01)
    assert found.share == coverage(city, CoverageQuery("nurseries", which=PUBLIC)).share


def test_every_question_counts_the_same_facilities(walkable_city: WalkableCity) -> None:
    """A private nursery is as if it were not there; one that is chosen is as it was."""
    gone = changed(walkable_city, status={"nurseries-2": "closed"})
    ask = {"layer": "nurseries", "minutes": 10.0, "group": "all", "pace_m_s": 1.0}
    siting = SitingQuery(**ask, count=2, method="exact", which=PUBLIC)
    mine = where_next(walkable_city, siting)
    other = where_next(gone, replace(siting, which=EVERYTHING))
    assert_frame_equal(mine.sites, other.sites)
    least = replace(siting, which=EVERYTHING)
    assert_frame_equal(closures(walkable_city, siting), closures(gone, least))
    private = replace(siting, which=FacilityFilter(ownership="private"))
    with_planned = existing_rows(walkable_city, replace(private, planned=True))
    assert with_planned == existing_rows(walkable_city, private)  # the planned one is public
    change = Scenario(**ask, planned=True, close=("nurseries-1",), which=PUBLIC)
    after, there = compare(walkable_city, change), compare(gone, replace(change, which=EVERYTHING))
    assert (after.before.served, after.after.served) == (there.before.served, there.after.served)
    assert after.not_chosen == ()
    assert np.allclose(
        supply(walkable_city.choosing(PUBLIC), "nurseries").per_100,
        supply(gone, "nurseries").per_100,
    )
    pair = CombinedQuery(layers=("nurseries", "aeds"), need="any", which=PUBLIC)
    assert combined(walkable_city, pair).single["aeds"] == 0  # nobody says who runs them


def test_what_opens_and_is_not_chosen_is_named(walkable_city: WalkableCity) -> None:
    private = FacilityFilter(ownership="private")
    change = Scenario(layer="nurseries", open=("nurseries-4",), which=private)
    found = compare(walkable_city, change)
    assert (found.opened, found.not_chosen) == (("nurseries-4",), ("nurseries-4",))
    assert found.after.served == found.before.served
    closed = compare(walkable_city, replace(change, open=(), close=("nurseries-1",)))
    assert closed.after.served == closed.before.served


def test_a_filter_is_named_in_every_language(walkable_city: WalkableCity) -> None:
    which = FacilityFilter(
        ownership="private",
        operators=("Fundacja",),
        open_at=datetime(2026, 12, 1, 18),
        step_free=True,
    )
    said = {}
    for language in ("pl", "en", "uk"):
        with speaking(language):
            said[language] = filter_said(walkable_city.city, which)
    assert said == {
        "pl": "prywatne; prowadzący: Fundacja; czynne: wtorek, 1 grudnia 2026, 18:00; "
        "z wejściem bez schodów",
        "en": "private; run by Fundacja; open on Tuesday, 1 December 2026, 18:00; "
        "with an entrance without steps",
        "uk": "приватні; хто веде: Fundacja; відчинені: вівторок, 1 грудня 2026\u202fр., 18:00; "
        "зі входом без сходів",
    }


# Twenty random questions --------------------------------------------------------------------


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, WalkableCity]:
    """The tiny city with forty nurseries of every kind."""
    folder = write_tiny_city(tmp_path_factory.mktemp("filters") / "tiny")
    draw = random.Random(5)
    said = {
        "public": (True, False, None),
        "kind": (*KINDS, None),
        "operator": (*OPERATORS, None),
        "wheelchair": ("yes", "limited", "no", None),
        "opening_hours": (*HOURS, None),
        "access": (None, None, None, "yes", "private"),
        "opened": (None, "2024-03-09", "2025-05", "2025"),
        "closed": (None, None, "2026-02", "2025-12-24"),
        "expected_opening": (None, "2026-12", "2027"),
        "verified_on": (None, "2026-10-15"),
    }
    rows = []
    for one in range(40):
        place = point(draw.randrange(100, 3400), draw.randrange(100, 3900))
        if draw.random() < 0.1:
            place = None
        row = {name: draw.choice(values) for name, values in said.items()}
        status = draw.choice(("open", "open", "open", "closed", "under_construction"))
        dates = {"open": ["opened"], "closed": ["opened", "closed"]}
        for name in ("opened", "closed", "expected_opening"):
            if name not in dates.get(status, ["expected_opening"]):
                row[name] = None
        rows.append(facility(place, id=f"nurseries-{one}", status=status, **row))
    write_json(folder / "nurseries.geojson", rows)
    named = "".join(f'"{one}" = {{ pl = "{one}", en = "{one}", uk = "{one}" }}\n' for one in KINDS)
    (folder / "kinds.toml").write_text(named, encoding="utf-8")
    catalogue = folder / "catalogue.toml"
    text = catalogue.read_text(encoding="utf-8")
    told = 'expected_where = { public = [true], status = ["open"] }\n'
    assert told in text
    text = text.replace(told, told + f'municipal_where = {{ kind = ["{KINDS[0]}"] }}\n')
    catalogue.write_text(text, encoding="utf-8")
    city = load_city(folder)
    return folder, walkable(city, EstimateModel.from_city(city))


def questions() -> list[CoverageQuery]:
    """Return twenty questions; each has some of a filter, every third a day."""
    draw = random.Random(12)
    asked = []
    for turn in range(20):
        which = FacilityFilter(
            ownership=draw.choice((None, None, "public", "municipal", "private")),
            kinds=draw.choice(((), (), KINDS[:2], KINDS[2:])),
            operators=draw.choice(((), (), ("gmina male miasto",), OPERATORS[1:2])),
            open_at=draw.choice(
                (None, datetime(2026, 12, draw.randrange(1, 20), draw.randrange(24), 30))
            ),
            step_free=draw.random() < 0.25,
        )
        day = date(draw.randrange(2024, 2028), draw.randrange(1, 13), 17) if turn % 3 == 0 else None
        asked.append(
            CoverageQuery(
                "nurseries",
                draw.choice((5.0, 10.0, 15.0)),
                "all",
                draw.choice((0.9, 1.1, 1.3)),
                at=day,
                which=which,
            )
        )
    return asked


@pytest.mark.parametrize("query", questions())
def test_a_random_question_is_counted_the_same_by_hand(
    many: tuple[Path, WalkableCity], query: CoverageQuery
) -> None:
    folder, walkable_city = many
    naive = count(folder, walkable_city.city, query, KINDS[0])
    found = coverage(walkable_city, query)
    assert found.districts["served"].astype(int).to_dict() == naive.served
    assert (found.counted, found.chosen.undetermined, found.chosen.barred) == (
        naive.counted,
        naive.undetermined,
        naive.barred,
    )
    if query.at is not None:
        then = as_of(walkable_city, found, query.at)
        assert then.served_low == sum(naive.sure.values())


def test_the_random_questions_differ(many: tuple[Path, WalkableCity]) -> None:
    """So that the twenty above could tell a wrong answer."""
    found = [coverage(many[1], query) for query in questions()]
    assert len({(one.served, one.counted, one.chosen.undetermined) for one in found}) >= 15
    assert sum(one.chosen.undetermined > 0 for one in found) >= 8
    assert sum(one.counted > 0 for one in found) >= 12


def changes(folder: Path, walkable_city: WalkableCity) -> list[Scenario]:
    """Return a change beside each of the twenty questions: closed, opened, added, another limit."""
    draw = random.Random(31)
    rows = walkable_city.city.facilities
    mine = rows[(rows["layer"] == "nurseries") & ~rows["access"].eq("private") & rows["x"].notna()]
    closable = list(mine.index[mine["status"] == "open"])
    openable = list(mine.index[mine["status"] == "under_construction"])
    found = []
    for query in questions():
        place = point(draw.randrange(100, 3400), draw.choice((900, 1500, 2600, 3400)))
        lon, lat = place["coordinates"]
        found.append(
            Scenario(
                layer="nurseries",
                close=tuple(sorted(draw.sample(closable, draw.randrange(0, 7)))),
                open=tuple(sorted(draw.sample(openable, draw.randrange(0, 4)))),
                add=(NewSite(lon=lon, lat=lat, name="nowy"),) if draw.random() < 0.5 else (),
                minutes=draw.choice((None, None, 6.0, 20.0)),
                pace_m_s=draw.choice((None, None, 0.8)),
                group="all",
                which=query.which,
            )
        )
    return found


@pytest.mark.parametrize("number", range(20))
def test_a_random_change_is_counted_the_same_by_hand(
    many: tuple[Path, WalkableCity], number: int
) -> None:
    folder, walkable_city = many
    change = changes(folder, walkable_city)[number]
    found = compare(walkable_city, change)
    now = standing(folder, "nurseries", change.which, KINDS[0])
    then = standing(
        folder, "nurseries", change.which, KINDS[0], close=change.close, open_=change.open
    )
    then += [{"geometry": {"coordinates": [one.lon, one.lat]}} for one in change.add]
    for side, places, told in (("before", now, found.before), ("after", then, found.after)):
        query = CoverageQuery("nurseries", told.minutes, "all", told.pace_m_s)
        by_district = served(walkable_city.city, places, query)
        assert found.districts[f"served_{side}"].round().astype(int).to_dict() == by_district
    if change.minutes is None and change.pace_m_s is None:
        assert found.districts["gained"].sum() - found.districts["lost"].sum() == (
            found.after.served - found.before.served
        )


def test_the_random_changes_differ(many: tuple[Path, WalkableCity]) -> None:
    found = [compare(many[1], change) for change in changes(*many)]
    assert len({(one.before.served, one.after.served) for one in found}) >= 12
    assert sum(one.people_gained > 0 for one in found) >= 5
    assert sum(one.people_lost > 0 for one in found) >= 5


@pytest.mark.parametrize("number", range(20))
def test_a_random_site_is_the_best_of_all_by_hand(
    many: tuple[Path, WalkableCity], number: int
) -> None:
    folder, walkable_city = many
    asked = questions()[number]
    query = SitingQuery(
        layer="nurseries",
        count=1 + number % 2,
        minutes=asked.minutes,
        group="all",
        pace_m_s=asked.pace_m_s,
        method="exact",
        avoid=() if number % 4 else (1,),
        which=asked.which,
    )
    city = walkable_city.city
    assert asked.minutes is not None and asked.pace_m_s is not None
    limit_m = asked.minutes * 60 * asked.pace_m_s
    people = city.demand.people["all"]
    there = np.zeros(len(people), dtype=bool)
    for place in standing(folder, "nurseries", asked.which, KINDS[0]):
        (xy,) = city.projection.to_metric([place["geometry"]["coordinates"]])
        there |= reached(city, xy, limit_m)
    places = candidate_places(walkable_city, completed(walkable_city, query))
    gains = [
        np.array(reached(city, xy, limit_m)) & ~there
        for xy in city.projection.to_metric(places[["lon", "lat"]].to_numpy())
    ]
    best = max(
        people[gains[one] | gains[other]].sum()
        for one in range(len(gains))
        for other in (range(one, len(gains)) if query.count == 2 else (one,))
    )
    answer = where_next(walkable_city, query)
    assert answer.unserved_before == pytest.approx(people[~there].sum())
    assert answer.sites["gained"].sum() == pytest.approx(best)
