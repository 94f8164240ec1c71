"""The gazetteer of Kraków finds what people mean."""

from __future__ import annotations

import pytest

from locator.city.model import City

KRAKOW_QUERIES = {
    "Rynek Główny 1": ("Rynek Główny 1", "exact"),
    "rynek glowny 1, krakow": ("Rynek Główny 1", "exact"),
    "gen. Okulickiego 51": ("Generała Leopolda Okulickiego 51", "exact"),
    "os. Osiedle Na Skarpie 24": ("Osiedle Na Skarpie 24", "exact"),
    "Rondo Mogilskie": ("Rondo Mogilskie", "exact"),
    "Dzielnica XVIII": ("XVIII Nowa Huta", "area"),
    "Karmelcka 5": ("Karmelicka 5", "exact"),
}


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
