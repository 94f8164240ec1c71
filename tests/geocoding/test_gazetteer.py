"""The gazetteer, on a few streets whose every answer is known."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locator.base.errors import InvalidParameterError, OutsideCityError
from locator.city.model import City
from locator.geocoding.gazetteer import build_gazetteer
from locator.geocoding.names import fold
from tests.geocoding.smalltown import (
    ADDRESSES,
    EAST,
    GAZETTEER,
    NORTH,
    SOUTH,
    STOPS,
    WEST,
    frame,
    small_districts,
    small_facilities,
)


def first(query: str) -> tuple[str, str, str]:
    place = GAZETTEER.search(query)[0]
    return place.label, place.kind, place.precision


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("Rynek Główny 1", "Rynek Główny 1"),
        ("rynek glowny 1", "Rynek Główny 1"),
        ("RYNEK GŁÓWNY 1", "Rynek Główny 1"),
        ("Główny Rynek 1", "Rynek Główny 1"),
        ("1 Rynek Główny", "Rynek Główny 1"),
        ("ul. Rynek Główny 1, 31-042 Kraków", "Rynek Główny 1"),
        ("Rynek Główny 1 Kraków", "Rynek Główny 1"),
        ("Kraków, Rynek Główny 1", "Rynek Główny 1"),
        ("Stare Miasto, Rynek Główny 1", "Rynek Główny 1"),
        ("Rynek Gówny 1", "Rynek Główny 1"),
        ("Kurczaba 25", "Jana Kurczaba 25"),
        ("Kurcaba 25", "Jana Kurczaba 25"),
        ("gen. Okulickiego 51", "Generała Leopolda Okulickiego 51"),
        ("ul. Generała Okulickiego 51", "Generała Leopolda Okulickiego 51"),
        ("al. Aleja Pokoju 83", "Aleja Pokoju 83"),
        ("al. Pokoju 83", "Aleja Pokoju 83"),
        ("os. Osiedle Dywizjonu 303 34", "Osiedle Dywizjonu 303 34"),
        ("Dywizjonu 303 34", "Osiedle Dywizjonu 303 34"),
        ("os. Dywizjonu 303 bl. 34", "Osiedle Dywizjonu 303 34"),
        ("28 lipca 1943 17A", "28 Lipca 1943 17A"),
        ("św. Jana 18", "Świętego Jana 18"),
        ("sw jana 18", "Świętego Jana 18"),
        ("Batorego 3/5", "Stefana Batorego 3/5"),
        ("Długa 42/1A", "Długa 42/1A"),
        ("Długa 42 m. 5", "Długa 42"),
        ("Długa 42 lok 12", "Długa 42"),
        ("Długa 50", "Długa 50"),
        ("Kalwaryjska 9-15", "Kalwaryjska 9-15"),
        ("pl. Nowy 4/5", "Plac Nowy 4/5"),
        ("Smolki 8", "Stanisława Smolki 8"),
        ("вул. Калварийська 9", "Kalwaryjska 9"),
        ("Длуга 42, Краків", "Długa 42"),
        ("Józefa 12", "Józefa 12"),
        ("al. Daszyńskiego 19", "al. Daszyńskiego 19"),
    ],
)
def test_an_address_is_found_however_it_is_written(query: str, label: str) -> None:
    assert first(query) == (label, "address", "exact")


@pytest.mark.parametrize(
    ("query", "label", "asked", "used"),
    [
        ("Wysłouchów 22a", "Marii i Bolesława Wysłouchów 22", "22a", "22"),
        ("Rynek Główny 34", "Rynek Główny 35", "34", "35"),
        ("os. Dywizjonu 303 bl. 33", "Osiedle Dywizjonu 303 34", "33", "34"),
    ],
)
def test_a_missing_number_falls_back_to_the_nearest_one_and_says_so(
    query: str, label: str, asked: str, used: str
) -> None:
    place = GAZETTEER.search(query)[0]
    assert (place.label, place.kind, place.precision) == (label, "address", "street")
    assert (place.basis, place.sure) == ("neighbour", True)
    assert place.note is not None
    said = place.note.format(**dict(place.note_values))
    assert said.startswith(f"Number {asked} is not on file; {used} is the nearest on this street.")


def test_a_missing_number_between_two_lies_as_far_along_as_it_is() -> None:
    known = {row[1]: row[2:] for row in ADDRESSES if row[0] == "Rynek Główny"}
    place = GAZETTEER.search("Rynek Główny 15")[0]
    assert (place.label, place.precision) == ("Rynek Główny 15", "street")
    assert (place.basis, place.sure) == ("neighbour", True)
    assert place.note is not None
    assert place.note.format(**dict(place.note_values)) == (
        "Number 15 is not on file. The place is between 13 and 35, which are 145 m apart."
    )
    (west, south), (east, north) = known["13"], known["35"]
    part = 1 / 11  # 15 is the first of the eleven steps from 13 to 35
    assert place.lon == pytest.approx(west + part * (east - west))
    assert place.lat == pytest.approx(south + part * (north - south))


@pytest.mark.parametrize(
    ("number", "used"), [("14b", "14A"), ("14d", "14C"), ("14f", "14C"), ("16", "14")]
)
def test_a_missing_letter_falls_back_to_the_nearest_letter(number: str, used: str) -> None:
    houses = [("14C", 19.951), ("14", 19.950), ("14A", 19.952), ("12", 19.960)]
    districts = small_districts()
    found = build_gazetteer(
        addresses=frame(
            [("Nowa", text, lon, 50.061) for text, lon in houses], "street number lon lat"
        ),
        stops=frame(STOPS, "name lon lat"),
        districts=districts,
        facilities=small_facilities(),
        boundary=districts.union_all(),
    ).search(f"Nowa {number}")[0]
    assert (found.label, found.basis) == (f"Nowa {used}", "neighbour")
    assert found.lon == dict(houses)[used]


@pytest.mark.parametrize(
    "typed",
    [
        "Kurczaba 25, 30-868 Kraków",
        "30-868 Kurczaba 25",
        "Kurczaba 25 30-868",
        "30-868 Kraków, ul. Kurczaba 25",
        "Kurczaba 25, 30868 Kraków",
    ],
)
def test_a_postcode_does_not_disturb_the_search(typed: str) -> None:
    assert GAZETTEER.search(typed)[0] == GAZETTEER.search("Kurczaba 25")[0]


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("Rynek Główny", ("Rynek Główny", "street", "street")),
        ("Dywizjonu 303", ("Osiedle Dywizjonu 303", "street", "street")),
        ("28 Lipca 1943", ("28 Lipca 1943", "street", "street")),
        ("Dietla", ("Józefa Dietla", "street", "street")),
        ("Wielick", ("Wielicka", "street", "street")),
        ("rynek gł", ("Rynek Główny", "street", "street")),
        ("ul. dł", ("Długa", "street", "street")),
        ("rondo mogilskie", ("Rondo Mogilskie", "stop", "exact")),
        ("przystanek Turowicza", ("Turowicza", "stop", "exact")),
        ("Dzielnica IV", ("IV Prądnik Biały", "district", "area")),
        ("dzielnica 4", ("IV Prądnik Biały", "district", "area")),
        ("Prądnik Biały", ("IV Prądnik Biały", "district", "area")),
        ("IV", ("IV Prądnik Biały", "district", "area")),
        ("biuro rady seniorów", ("Biuro Rady Krakowskich Seniorów", "facility", "exact")),
        ("żłobek nr 33", ("Żłobek Samorządowy nr 33", "facility", "street")),
        ("Turowicza 5", ("Turowicza", "stop", "area")),
    ],
)
def test_streets_stops_districts_and_facilities_are_found_by_name(
    query: str, answer: tuple[str, str, str]
) -> None:
    assert first(query) == answer


def test_a_street_is_its_address_point_nearest_to_the_middle() -> None:
    place = GAZETTEER.search("Rynek Główny")[0]
    assert (place.lon, place.lat) == (19.9380, 50.0610)


def test_all_streets_of_a_surname_are_listed() -> None:
    labels = [place.label for place in GAZETTEER.search("Dąbrowskiego 9")]
    assert labels[0] == "Jana Henryka Dąbrowskiego 9"
    assert "Henryka Dąbrowskiego 1" in labels


def test_a_name_in_full_comes_before_longer_ones() -> None:
    labels = [place.label for place in GAZETTEER.search("Józefa")]
    assert labels[0] == "Józefa"
    assert {"Józefa Dietla", "Księcia Józefa"} <= set(labels)


def test_one_word_is_rather_the_start_of_a_name_and_the_place_with_most_houses(
    krakow: City,
) -> None:
    labels = [place.label for place in krakow.gazetteer.search("rynek")]
    assert labels[0] == "Rynek Główny"
    assert labels.index("Mały Rynek") > 0


def test_a_street_that_has_the_number_comes_before_a_namesake_that_has_no_near_one() -> None:
    assert [place.label for place in GAZETTEER.search("Józefa 20")[:2]] == [
        "Józefa 12",
        "Księcia Józefa 20",
    ]
    assert GAZETTEER.search("Księcia Józefa 20")[0].label == "Księcia Józefa 20"
    assert GAZETTEER.search("Dąbrowskiego 9")[0].label == "Jana Henryka Dąbrowskiego 9"


def test_streets_of_one_name_in_two_places_are_two() -> None:
    found = GAZETTEER.search("Wiejska 1")
    assert [(place.label, place.lon, place.precision) for place in found[:2]] == [
        ("Wiejska (Prądnik Biały) 1", 19.9500, "exact"),
        ("Wiejska (Stare Miasto) 1", 19.9200, "exact"),
    ]
    assert GAZETTEER.search("Wiejska 1, Stare Miasto")[0].lon == 19.9200
    assert GAZETTEER.locate("Wiejska", "1") is None


def test_a_number_that_contradicts_keeps_similar_names_apart() -> None:
    found = GAZETTEER.search("Droga 1")
    assert [(place.label, place.lon) for place in found[:2]] == [
        ("Droga 1", 19.9300),
        ("Stara Droga 1", 19.9330),
    ]


def test_platforms_of_one_name_are_one_place_unless_far_apart() -> None:
    place = GAZETTEER.search("Rondo Mogilskie")[0]
    assert (place.lon, place.lat) == pytest.approx((19.9592, 50.0652))
    assert [p.label for p in GAZETTEER.search("Wieś") if p.kind == "stop"] == ["Wieś"] * 2


def test_a_stop_outside_the_city_is_not_offered() -> None:
    assert GAZETTEER.search("Za Miastem") == []


@pytest.mark.parametrize(
    "query",
    [
        "Warszawa, Marszałkowska 1",
        "Gdańsk, Długa 1",
        "Długa 42, Wrocław",
        "asdfghjkl",
        "!!!",
        "<script>alert(1)</script>",
        "Bez punktu",
        "\x00",
    ],
)
def test_no_answer_is_better_than_a_wild_one(query: str) -> None:
    assert GAZETTEER.search(query) == []


@pytest.mark.parametrize(
    "query",
    [
        "50.06, 19.94",
        "50,06 19,94",
        "50,06, 19,94",
        "50,06,19,94",
        "(50.06; 19.94)",
        "N50.06 E19.94",
        "50.06N 19.94E",
        "50.06° N, 19.94° E",
        "19.94 E 50.06 N",
        "19.94, 50.06",
        "geo:50.06,19.94",
        "50°03'36\"N 19°56'24\"E",
        "50°03′36.0″N, 19°56′24.0″E",
    ],
)
def test_pasted_coordinates_are_read_in_every_usual_form(query: str) -> None:
    (place,) = GAZETTEER.search(query)
    assert (place.lat, place.lon) == pytest.approx((50.06, 19.94))
    assert (place.kind, place.precision) == ("coordinate", "exact")


def test_coordinates_turned_round_say_so() -> None:
    (place,) = GAZETTEER.search("19.94, 50.06")
    assert place.note is not None
    assert GAZETTEER.search("50.06, 19.94")[0].note is None


@pytest.mark.parametrize("query", ["52.2297, 21.0122", "0.0, 0.0", "-50.06, 19.94", "99.9 400.5"])
def test_a_point_outside_the_city_is_told_so(query: str) -> None:
    with pytest.raises(OutsideCityError, match="lies outside the city"):
        GAZETTEER.search(query)


@pytest.mark.parametrize("query", ["", "   ", "a" * 201, "Długa " * 2000])
def test_empty_and_over_long_queries_are_refused(query: str) -> None:
    with pytest.raises(InvalidParameterError) as raised:
        GAZETTEER.search(query)
    assert raised.value.parameter == "q"


@pytest.mark.parametrize("limit", [0, -1, 51])
def test_a_limit_out_of_range_is_refused(limit: int) -> None:
    with pytest.raises(InvalidParameterError):
        GAZETTEER.search("Długa", limit=limit)


def test_the_limit_is_kept() -> None:
    assert len(GAZETTEER.search("Józefa", limit=2)) == 2


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=1, max_size=200))
def test_any_text_gets_an_answer_or_a_clear_error(text: str) -> None:
    try:
        places = GAZETTEER.search(text)
    except (InvalidParameterError, OutsideCityError):
        return
    assert [place.score for place in places] == sorted(
        (place.score for place in places), key=lambda score: -round(score, 1)
    )
    assert all(WEST <= place.lon <= EAST and SOUTH <= place.lat <= NORTH for place in places)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([row for row in ADDRESSES if row[0] != "Wiejska"]), st.booleans(), st.booleans()
)
def test_every_address_on_file_is_found_at_its_own_point(
    address: tuple[str, str, float, float], plain: bool, small: bool
) -> None:
    query = f"{address[0]} {address[1]}"
    query = fold(address[0]) + " " + address[1] if plain else query
    place = GAZETTEER.search(query.lower() if small else query)[0]
    assert (place.lon, place.lat) == address[2:]


@pytest.mark.parametrize("typed", ["Turowicza 5", "Turowicza"])
def test_an_address_comes_before_a_stop_of_the_same_name(typed: str) -> None:
    districts = small_districts()
    both = build_gazetteer(
        addresses=frame([("Turowicza", "5", 19.9650, 50.0250)], "street number lon lat"),
        stops=frame(STOPS, "name lon lat"),
        districts=districts,
        facilities=small_facilities(),
        boundary=districts.union_all(),
    )
    found = both.search(typed)
    assert (found[0].lon, found[0].lat) == (19.9650, 50.0250)
    if typed == "Turowicza":
        assert [place.kind for place in found] == ["street", "stop"]
    located = both.locate(*typed.split()) if " " in typed else both.locate(typed, None)
    assert located is not None and (located.lon, located.lat) == (19.9650, 50.0250)
    alone = GAZETTEER.locate("Turowicza", "5")
    assert alone is not None and alone.basis == "stop"
