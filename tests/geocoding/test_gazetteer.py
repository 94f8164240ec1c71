"""The gazetteer, on a few streets whose every answer is known."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from locator.base.errors import InvalidParameterError, OutsideCityError
from locator.city.model import City
from locator.geocoding.coordinates import parse_pair
from locator.geocoding.gazetteer import Gazetteer, build_gazetteer
from locator.geocoding.names import HouseNumber, fold, name_fits, parse_name, parse_number

WEST, SOUTH, EAST, NORTH = 19.9, 50.0, 20.0, 50.1

ADDRESSES = [
    ("Rynek Główny", "1", 19.9380, 50.0610),
    ("Rynek Główny", "13", 19.9385, 50.0612),
    ("Rynek Główny", "35", 19.9372, 50.0622),
    ("Mały Rynek", "4", 19.9410, 50.0615),
    ("Marii i Bolesława Wysłouchów", "22", 19.9500, 50.0100),
    ("Jana Kurczaba", "25", 19.9900, 50.0150),
    ("Jana Kurczaba", "2", 19.9910, 50.0155),
    ("Janusza Korczaka", "4", 19.9510, 50.0910),
    ("Henryka Dąbrowskiego", "1", 19.9520, 50.0480),
    ("Marii Dąbrowskiej", "17", 19.9960, 50.0800),
    ("Jana Henryka Dąbrowskiego", "9", 19.9990, 50.0890),
    ("Generała Leopolda Okulickiego", "51", 19.9800, 50.0900),
    ("Aleja Pokoju", "1", 19.9600, 50.0600),
    ("Aleja Pokoju", "83", 19.9900, 50.0640),
    ("Aleja Kasztanowa", "3", 19.9010, 50.0500),
    ("Osiedle Dywizjonu 303", "1", 19.9950, 50.0700),
    ("Osiedle Dywizjonu 303", "34", 19.9960, 50.0710),
    ("28 Lipca 1943", "17a", 19.9050, 50.0630),
    ("Świętego Jana", "2", 19.9390, 50.0620),
    ("Świętego Jana", "18", 19.9395, 50.0640),
    ("Józefa", "12", 19.9450, 50.0500),
    ("Józefa Dietla", "50", 19.9430, 50.0520),
    ("Księcia Józefa", "20", 19.9100, 50.0480),
    ("Smolki", "6", 19.9470, 50.0430),
    ("Stanisława Smolki", "8", 19.9472, 50.0431),
    ("Kalwaryjska", "9", 19.9440, 50.0420),
    ("Długa", "42", 19.9370, 50.0700),
    ("Długa", "48-50", 19.9368, 50.0704),
    ("Stefana Batorego", "3", 19.9310, 50.0670),
    ("Plac Nowy", "4/5", 19.9445, 50.0519),
    ("Wielicka", "20", 19.9600, 50.0400),
    ("Wielicka", "22", 19.9602, 50.0399),
    ("Wielicka", "265", 19.9990, 50.0050),
    ("Droga", "1", 19.9300, 50.0200),
    ("Droga", "2", 19.9302, 50.0202),
    ("Stara Droga", "1", 19.9330, 50.0220),
    ("Wiejska", "1", 19.9200, 50.0300),
    ("Wiejska", "3", 19.9202, 50.0302),
    ("Wiejska", "1", 19.9500, 50.0900),
    ("Wiejska", "5", 19.9502, 50.0902),
]
STOPS = [
    ("Rondo Mogilskie", 19.9590, 50.0650),
    ("Rondo Mogilskie", 19.9594, 50.0654),
    ("Turowicza", 19.9600, 50.0200),
    ("Turowicza", 19.9602, 50.0204),
    ("Prądnik Biały", 19.9300, 50.0950),
    ("ks. Kurzei", 19.9700, 50.0300),
    ("Wieś", 19.9100, 50.0900),
    ("Wieś", 19.9900, 50.0100),
    ("Za Miastem", 20.5000, 50.0500),
]


KRAKOW_QUERIES = {
    "Rynek Główny 1": ("Rynek Główny 1", "exact"),
    "rynek glowny 1, krakow": ("Rynek Główny 1", "exact"),
    "gen. Okulickiego 51": ("Generała Leopolda Okulickiego 51", "exact"),
    "os. Osiedle Na Skarpie 24": ("Osiedle Na Skarpie 24", "exact"),
    "Rondo Mogilskie": ("Rondo Mogilskie", "exact"),
    "Dzielnica XVIII": ("XVIII Nowa Huta", "area"),
    "Karmelcka 5": ("Karmelicka 5", "exact"),
}


def frame(rows: list[tuple[object, ...]], columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


def small_districts() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"roman": ["I", "IV"], "name": ["Stare Miasto", "Prądnik Biały"]},
        index=[1, 4],
        geometry=[shapely.box(WEST, SOUTH, EAST, 50.08), shapely.box(WEST, 50.08, EAST, NORTH)],
        crs="EPSG:4326",
    )


def small_facilities() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "name": ["Biuro Rady Krakowskich Seniorów", "Żłobek Samorządowy nr 33", "Bez punktu"],
            "street": ["al. Daszyńskiego", "ul. Lea", "ul. Nieznana"],
            "housenumber": ["19", "5", "1"],
            "location_precision": ["exact", "street", None],
        },
        index=["civic-1", "nurseries-33", "nurseries-34"],
        geometry=[shapely.Point(19.952, 50.057), shapely.Point(19.92, 50.07), None],
        crs="EPSG:4326",
    )


def small_gazetteer() -> Gazetteer:
    districts = small_districts()
    return build_gazetteer(
        addresses=frame(ADDRESSES, "street number lon lat"),
        stops=frame(STOPS, "name lon lat"),
        districts=districts,
        facilities=small_facilities(),
        boundary=districts.union_all(),
        city_names=["Kraków", "Cracow", "Краків"],
    )


GAZETTEER = small_gazetteer()


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


def place_of(street: str, number: str | None) -> tuple[str, str] | None:
    place = GAZETTEER.locate(street, number)
    return (place.label, place.precision) if place else None


@pytest.mark.parametrize(
    ("street", "number", "answer"),
    [
        ("ul. Rynek Główny", "1", ("Rynek Główny 1", "exact")),
        ("Kurczaba", "25", ("Jana Kurczaba 25", "exact")),
        ("Kurczaba 25", None, ("Jana Kurczaba 25", "exact")),
        ("ul. J. Kurczaba", "25", ("Jana Kurczaba 25", "exact")),
        ("ul. Marii i Bolesława Wysłouchów", "22", ("Marii i Bolesława Wysłouchów 22", "exact")),
        ("os. Osiedle Dywizjonu 303", "34", ("Osiedle Dywizjonu 303 34", "exact")),
        ("os. Dywizjonu 303", None, ("Osiedle Dywizjonu 303", "area")),
        ("Batorego", "3/5", ("Stefana Batorego 3/5", "exact")),
        ("Kalwaryjska", "9-15", ("Kalwaryjska 9-15", "exact")),
        ("Kalwaryjska", "7-9", ("Kalwaryjska 7-9", "exact")),
        ("Rynek Główny", "15", ("Rynek Główny 13", "street")),
        ("Rynek Główny", "115", ("Rynek Główny 35", "street")),  # three points, 150 m in all
        ("Rynek Główny", None, ("Rynek Główny", "street")),
        ("Jana Kurczaba", "99", ("Jana Kurczaba", "area")),
        ("ul. Turowicza", "5", ("Turowicza", "area")),
        ("ul. Jerzego Turowicza", "5", ("Turowicza", "area")),
        ("ks. Kurzei", "4", ("ks. Kurzei", "area")),
        ("Wielicka", "28B", ("Wielicka 22", "street")),
    ],
)
def test_a_published_address_is_located_by_the_rule(
    street: str, number: str | None, answer: tuple[str, str]
) -> None:
    assert place_of(street, number) == answer


@pytest.mark.parametrize(
    ("street", "number"),
    [
        ("Wielicka", "150"),  # 4 km of street, no near number
        ("Wielicka", None),
        ("Dąbrowskiego", "1"),  # two generals
        ("ul. Kasztanowa", "3"),  # only an avenue of that name is on file
        ("ul. Pokoju", "1"),
        ("ks. Józefa", "12"),  # a priest whose surname is missing
        ("Jana Józefa", "12"),
        ("Kurcaba", "25"),  # likeness is not enough here
        ("ul. Wadowska / Wielicka", None),
        ("ul. Długa, przy Batorego", None),
        ("Wieś", "1"),  # two stops of that name
        ("Warszawska", "1"),
        ("", None),
        ("ul.", "5"),
    ],
)
def test_a_doubtful_address_is_not_located(street: str, number: str | None) -> None:
    assert GAZETTEER.locate(street, number) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3/5", HouseNumber(3, last=5)),
        ("12/12U2", HouseNumber(12, last=12)),
        ("14/16", HouseNumber(14, last=16)),
        ("9-15", HouseNumber(9, last=15, ranged=True)),
        ("42/1A", HouseNumber(42, last=1)),
        ("15B", HouseNumber(15, "b")),
        ("2 a", HouseNumber(2, "a")),
        ("51AA", HouseNumber(51, "aa")),
        ("18D/LU5", HouseNumber(18, "d")),
        ("20 bud. A", HouseNumber(20)),
        ("bl. 41", HouseNumber(41)),
        ("LU5", None),
        ("", None),
        (None, None),
    ],
)
def test_house_numbers_are_taken_apart(text: str | None, number: HouseNumber | None) -> None:
    assert parse_number(text) == number


def test_names_are_taken_apart() -> None:
    name = parse_name("ul. gen. M. Karaszewicza-Tokarzewskiego")
    assert (name.kind, name.titles, name.core) == (
        "ulica",
        ("gen",),
        ("m", "karaszewicza", "tokarzewskiego"),
    )
    assert parse_name("Bieńczycki Plac Targowy").core == ("bienczycki", "plac", "targowy")


def test_a_shorter_name_fits_only_with_the_same_end() -> None:
    known = ("jana", "henryka", "dabrowskiego")
    assert name_fits(("j", "dabrowskiego"), known)
    assert name_fits(("henryka", "dabrowskiego"), known)
    assert not name_fits(("henryka", "jana", "dabrowskiego"), known)
    assert not name_fits(("jana", "henryka"), known)


@pytest.mark.parametrize("text", ["12 14", "28 lipca 1943", "Długa 42", "50.06", "1.5 km"])
def test_what_is_no_pair_of_coordinates_is_not_read_as_one(text: str) -> None:
    assert parse_pair(text) is None


def test_in_krakow_every_address_point_is_found_first_under_its_own_name(krakow: City) -> None:
    sample = krakow.addresses.drop_duplicates(["street", "number"]).sample(150, random_state=1)
    missed = []
    for street, number, lon, lat in sample[["street", "number", "lon", "lat"]].itertuples(
        index=False
    ):
        place = krakow.gazetteer.search(f"{street} {number}")[0]
        if (place.lon, place.lat) != (lon, lat):
            missed.append((street, number, place.label))
    assert missed == []


@pytest.mark.parametrize(("query", "answer"), KRAKOW_QUERIES.items())
def test_in_krakow_people_find_what_they_mean(
    krakow: City, query: str, answer: tuple[str, str]
) -> None:
    place = krakow.gazetteer.search(query)[0]
    assert (place.label, place.precision) == answer


@pytest.mark.parametrize("query", ["Warszawa, Marszałkowska 1", "Gdańsk, Długa 1", "London"])
def test_in_krakow_other_cities_are_not_matched_wildly(krakow: City, query: str) -> None:
    assert krakow.gazetteer.search(query) == []


@pytest.mark.parametrize(
    ("number", "used"),
    [("52", "22"), ("53", None), ("235", "265"), ("234", None), ("295", "265"), ("296", None)],
)
def test_a_neighbour_is_at_most_thirty_numbers_away(number: str, used: str | None) -> None:
    place = GAZETTEER.locate("Wielicka", number)  # 4.8 km with three numbers on file
    found = None if place is None else (place.precision, dict(place.note_values)["used"])
    assert found == (None if used is None else ("street", used))


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
