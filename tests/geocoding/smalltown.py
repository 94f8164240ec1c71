"""A few streets of which every answer of the gazetteer is known."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from locator.geocoding.gazetteer import Gazetteer, build_gazetteer

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
