"""A start is taken only when it is certain; everything else is asked for."""

from __future__ import annotations

import random
from functools import cache

import pandas as pd
import pytest

from locator.base.errors import NotFoundError
from locator.city.model import City, default_folder
from locator.curation.numbering.asking import asked, counted
from locator.geocoding.gazetteer import Gazetteer, build_gazetteer
from locator.geocoding.names import fold, name_fits, parse_name, spelt
from locator.geocoding.place import Place
from locator.geocoding.resolving import AmbiguousPlaceError, resolve
from tests.geocoding.smalltown import (
    STOPS,
    frame,
    small_districts,
    small_facilities,
    small_gazetteer,
)

HOUSES = [
    ("Gdyńska", "26A", 19.910, 50.088, "address"),
    ("Szczepana Humberta", "3", 19.900, 50.050, "address"),
    ("Jakuba", "3", 19.945, 50.052, "address"),
    ("Jakuba Majora", "3", 19.965, 50.092, "address"),
    ("Jakuba Majora", "20", 19.966, 50.093, "house number"),
    ("Sadowa", "5", 19.905, 50.030, "house number"),
    ("Sądowa", "3", 19.955, 50.061, "address"),
    ("Jana Nowaka", "7", 19.930, 50.020, "address"),
    ("Piotra Nowaka", "7", 19.990, 50.080, "address"),
    ("Karmelicka", "10", 19.932, 50.064, "address"),
    ("Karmelicka", "14", 19.931, 50.0645, "address"),
    ("Karmelicka", "40", 19.929, 50.067, "address"),
    ("Karmelicka", "21", 19.9312, 50.0644, "possible"),
    ("Karmelicka", "33", 19.9300, 50.0650, "possible"),
    ("Karmelicka", "33", 19.9310, 50.0655, "possible"),
    ("Rynek Główny", "1", 19.938, 50.061, "address"),
    ("Osiedle Wandy", "4", 20.000, 50.070, "house number"),
]
NAMES = [
    ("Gdyńska", 19.910, 50.088, ""),
    ("Jakuba", 19.945, 50.052, ""),
    ("Jakuba Majora", 19.965, 50.092, ""),
    ("Zbigniewa Herberta", 19.944, 50.009, ""),
    ("Cyprysów", float("nan"), float("nan"), ""),
    ("Walerego Eliasza Radzikowskiego", 19.90, 50.085, "Eljasza-Radzikowskiego"),
]
LANDMARKS = [
    ("Wawel", "landmark", 19.9354, 50.0541),
    ("Galeria Krakowska", "landmark", 19.946, 50.0675),
    ("Kazimierz", "quarter", 19.947, 50.0516),
]
ALIASES = [("Main Square", "Rynek Główny"), ("площа Ринок", "Rynek Główny")]


@cache
def gazetteer() -> Gazetteer:
    """Return the small gazetteer with streets that are easily taken for one another."""
    small = small_gazetteer()
    addresses = frame(HOUSES, "street number lon lat basis")
    return build_gazetteer(
        addresses=addresses,
        stops=frame(STOPS, "name lon lat"),
        districts=small_districts(),
        facilities=small_facilities(),
        boundary=small.boundary,
        street_names=frame(NAMES, "street lon lat other_names"),
        landmarks=frame(LANDMARKS, "name kind lon lat"),
        aliases=frame(ALIASES, "typed name"),
    )


def taken(query: str) -> tuple[str, str | None]:
    place = resolve(gazetteer(), query)[0]
    return place.label, place.basis


def offered(query: str) -> list[str]:
    with pytest.raises(AmbiguousPlaceError) as raised:
        resolve(gazetteer(), query)
    assert (raised.value.parameter, raised.value.code) == ("q", "ambiguous_place")
    return [place.label for place in raised.value.candidates]


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("Karmelicka 10", ("Karmelicka 10", "address")),
        ("karmelicka10", ("Karmelicka 10", "address")),
        ("ul. Karmelicka 10 m. 3", ("Karmelicka 10", "address")),
        ("przy Karmelickiej 10", ("Karmelicka 10", "address")),
        ("вул. Кармеліцька 10", ("Karmelicka 10", "address")),
        ("вул. Кармелицька 10", ("Karmelicka 10", "address")),
        ("Karmelicka 12", ("Karmelicka 12", "neighbour")),
        ("Majora 20", ("Jakuba Majora 20", "house number")),
        ("Jakuba Majora 3", ("Jakuba Majora 3", "address")),
        ("Jakuba 3", ("Jakuba 3", "address")),
        ("Sądowa 3", ("Sądowa 3", "address")),
        ("sadowa 5", ("Sadowa 5", "house number")),
        ("os. Wandy 4", ("Osiedle Wandy 4", "house number")),
        ("Jana Nowaka 7", ("Jana Nowaka 7", "address")),
        ("J. Nowaka 7", ("Jana Nowaka 7", "address")),
        ("na Rynku Głównym 1", ("Rynek Główny 1", "address")),
        ("na Rynku Głównym", ("Rynek Główny", "address")),
        ("Main Square", ("Rynek Główny", "address")),
        ("площа Ринок", ("Rynek Główny", "address")),
        ("Wawel", ("Wawel", "landmark")),
        ("galeria krakowska", ("Galeria Krakowska", "landmark")),
        ("na Kazimierzu", ("Kazimierz", "quarter")),
        ("Radzikowskiego", ("Walerego Eliasza Radzikowskiego", "street")),
        ("Eljasza-Radzikowskiego", ("Walerego Eliasza Radzikowskiego", "street")),
        ("50.06, 19.94", ("50.06000, 19.94000", "coordinate")),
        ("Rondo Mogilskie", ("Rondo Mogilskie", "stop")),
    ],
)
def test_what_was_typed_is_taken(query: str, answer: tuple[str, str]) -> None:
    assert taken(query) == answer


@pytest.mark.parametrize(
    ("query", "candidates"),
    [
        ("Gdańska 5", ["Gdyńska"]),  # another street
        ("Herberta 10", ["Zbigniewa Herberta"]),  # known, but none of its houses
        ("Karmelcka 10", ["Karmelicka 10"]),  # a likely spelling
        ("Kármelicka 10", ["Karmelicka 10"]),  # an accent that the name does not have
        ("Karmelicka 999", ["Karmelicka"]),  # no such number, and no near one
        ("Karmelicka 21", ["Karmelicka 21"]),  # perhaps another street's
        ("Karmelicka 33", ["Karmelicka 33", "Karmelicka 33"]),  # in one of two places
        ("Nowaka 7", ["Jana Nowaka 7", "Piotra Nowaka 7"]),  # two streets
        ("Sądowa 99", ["Sądowa"]),
        ("pl. Karmelicka 10", ["Karmelicka 10"]),  # another kind of street
        ("Wawel 5", ["Wawel"]),
        ("Turowicza 5", ["Turowicza"]),  # a stop, and the number is lost
    ],
)
def test_what_is_not_certain_is_offered(query: str, candidates: list[str]) -> None:
    assert offered(query)[: len(candidates)] == candidates


def test_accents_that_were_typed_tell_sądowa_from_sadowa() -> None:
    assert offered("Sądowa 55") == ["Sądowa", "Sadowa"]
    assert taken("Sądowa 5") == ("Sądowa 3", "neighbour")  # though Sadowa has a number 5
    assert taken("Sadowa 3") == ("Sądowa 3", "address")  # accents may be missing


def test_a_street_without_any_known_place_is_said_to_be_one() -> None:
    with pytest.raises(AmbiguousPlaceError, match="“Cyprysów” is a street of this city"):
        resolve(gazetteer(), "ul. Cyprysów 5")


def test_a_facility_never_beats_an_address() -> None:
    assert taken("al. Daszyńskiego 19") == ("al. Daszyńskiego 19", "facility")
    found = gazetteer().search("Majora 33")
    assert [place.label for place in found] == ["Jakuba Majora", "Żłobek Samorządowy nr 33"]


def test_a_neighbour_says_between_which_numbers_it_lies() -> None:
    place = resolve(gazetteer(), "Karmelicka 12")[0]
    assert place.note is not None
    assert place.note.format(**dict(place.note_values)) == (
        "Number 12 is not on file. The place is between 10 and 14, which are 91 m apart."
    )


def test_a_house_that_may_be_of_another_street_says_so() -> None:
    with pytest.raises(AmbiguousPlaceError) as raised:
        resolve(gazetteer(), "Karmelicka 21")
    place = raised.value.candidates[0]
    assert (place.basis, place.sure, place.precision) == ("possible", False, "street")
    assert "may belong to another street" in str(place.note)


@pytest.mark.parametrize(
    ("street", "number", "answer"),
    [
        ("Karmelicka", "10", ("exact", "address")),
        ("ul. Jakuba Majora", "20", ("street", "house number")),
        ("Majora", "20", ("street", "house number")),
        ("Karmelicka", "12", ("street", "address")),
        ("Zbigniewa Herberta", "10", None),  # the street is known, none of its houses
        ("Karmelicka", "33", ("street", "address")),  # doubtful ones are never used
    ],
)
def test_a_facility_is_located_by_what_is_certain(
    street: str, number: str, answer: tuple[str, str] | None
) -> None:
    place = gazetteer().locate(street, number)
    assert (place and (place.precision, place.basis)) == answer


def test_words_of_no_place_are_not_found() -> None:
    with pytest.raises(NotFoundError, match="We did not find “xyzzy”"):
        resolve(gazetteer(), "xyzzy")


@pytest.mark.parametrize("query", ["30-059", "30059", "30-059 Kraków", "Krakow", "Kraków, 30-059"])
def test_a_postcode_or_the_city_alone_says_no_place(krakow: City, query: str) -> None:
    with pytest.raises(NotFoundError, match="where in the city"):
        resolve(krakow.gazetteer, query)


def test_answers_to_known_addresses_are_counted_by_how_they_are_known() -> None:
    rows = frame(
        [
            ("Karmelicka", "10", 19.932, 50.064),
            ("Jakuba Majora", "20", 19.966, 50.095),  # 220 m from where it is said to be
            ("Karmelicka", "12", 19.9315, 50.0642),
            ("Karmelicka", "21", 19.93, 50.06),
            ("Nieznana", "1", 19.93, 50.06),
        ],
        "street number lon lat",
    )
    assert counted(asked(gazetteer(), rows)) == {
        "asked": 5,
        "exact": 1,
        "house number": 1,
        "neighbour": 1,
        "other": 0,
        "offered": 1,
        "not found": 1,
        "within 50 m": 2,
        "wrong as fact": 1,
    }


# Kraków -------------------------------------------------------------------------------------


def is_fact(place: Place) -> bool:
    """Tell whether an answer claims to be the very place that was asked for."""
    return place.basis != "neighbour"


def wrong_streets(city: City, count: int) -> list[str]:
    """Return addresses on streets that do not exist: names with one or two letters changed."""
    draw = random.Random(8)
    labels = sorted({street.label for street in city.gazetteer.streets if len(street.rows) > 5})
    cores = [parse_name(street.label).core for street in city.gazetteer.streets]
    made: list[str] = []
    while len(made) < count:
        words = list(draw.choice(labels))
        for _ in range(draw.choice((1, 2))):
            at = draw.randrange(1, len(words))
            if words[at].isalpha():
                words[at] = draw.choice("abcdefghijklmnoprstuwyz")
        name = "".join(words)
        core = parse_name(name).core
        if core and not any(
            name_fits(core, other) or sorted(core) == sorted(other) for other in cores
        ):
            made.append(f"{name} {draw.randrange(1, 60)}")
    return made


def wrong_numbers(city: City, count: int) -> list[str]:
    """Return numbers far beyond the last one of a street that exists."""
    draw = random.Random(9)
    streets = [street for street in city.gazetteer.streets if len(street.rows) > 5]
    return [
        f"{street.label} {max(p.parsed.base for p in street.points) + draw.randrange(60, 400)}"
        for street in draw.sample(streets, count)
    ]


def other_streets(city: City, count: int) -> list[str]:
    """Return numbers that another street of a similar name has, and this one has not."""
    draw = random.Random(10)
    streets = [street for street in city.gazetteer.streets if len(street.rows) > 3]
    made = []
    while len(made) < count:
        street = draw.choice(streets)
        point = draw.choice(street.points)
        other = draw.choice(streets)
        if other.label[:2] == street.label[:2] and other.label != street.label:
            known = {p.parsed.base for p in other.points}
            if all(abs(point.parsed.base - base) > 12 for base in known):
                made.append(f"{other.label} {point.number}")
    return made


def test_300_addresses_that_are_nowhere_are_never_answered_as_fact(krakow: City) -> None:
    queries = [
        *wrong_streets(krakow, 100),
        *wrong_numbers(krakow, 100),
        *other_streets(krakow, 100),
    ]
    stated = []
    for query in queries:
        try:
            place = resolve(krakow.gazetteer, query)[0]
        except (AmbiguousPlaceError, NotFoundError):
            continue
        if is_fact(place):
            stated.append((query, place.label, place.basis))
    assert stated == []


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("Majora 20", "Jakuba Majora 20"),
        ("Herberta 10", "Zbigniewa Herberta 10"),
        ("Gdańska 5", "Gdańska 5"),
        ("os. Teatralne 24", "Osiedle Teatralne 24"),
        ("Wawel", "Wawel"),
        ("Wawel Castle", "Zamek Królewski na Wawelu"),
        ("Galeria Krakowska", "Galeria Krakowska"),
        ("Szpital Uniwersytecki", "Szpital Uniwersytecki"),
        ("Dworzec Główny", "Dworzec Główny Tunel"),
        ("Main Station", "Dworzec Główny Tunel"),
        ("Головний вокзал", "Dworzec Główny Tunel"),
        ("площа Ринок", "Rynek Główny"),
        ("na Rynku Głównym", "Rynek Główny"),
        ("przy Karmelickiej", "Karmelicka"),
        ("AGH", "Akademia Górniczo-Hutnicza"),
        ("Kazimierz", "Kazimierz"),
        ("Bieńczyce", "Bieńczyce"),
        ("w Nowej Hucie", "Nowa Huta"),
        ("karmelicka10", "Karmelicka 10"),
    ],
)
def test_in_krakow_people_start_where_they_mean(krakow: City, query: str, label: str) -> None:
    assert resolve(krakow.gazetteer, query)[0].label == label


def test_every_alias_of_krakow_leads_to_a_place(krakow: City) -> None:
    labels = {row.place.label for row in krakow.gazetteer.rows}
    aliases = pd.read_csv(default_folder() / "aliases.csv")
    assert sorted(set(aliases["name"]) - labels) == []
    for typed, name in aliases.itertuples(index=False):
        assert resolve(krakow.gazetteer, typed)[0].label == name, typed


def test_official_names_of_krakow_that_differ_are_never_folded_together(krakow: City) -> None:
    by_fold: dict[str, set[tuple[str, ...]]] = {}
    for street in krakow.gazetteer.streets:
        by_fold.setdefault(fold(street.bare_label), set()).add(spelt(street.bare_label))
    twins = {name: words for name, words in by_fold.items() if len(words) > 1}
    assert "sadowa" in twins
    for words in twins.values():
        for spelling in words:
            places = krakow.gazetteer.search(" ".join(spelling))
            assert spelt(places[0].label) == spelling
