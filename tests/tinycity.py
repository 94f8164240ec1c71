"""Write a tiny city folder whose every answer can be worked out by hand.

All offsets below are metres east (x) and north (y) of the origin (7 420 000, 5 550 000) in
EPSG:2178, which is the metric system *and* the system of the census grid of this city.

The city is the rectangle 0 <= x <= 3500, 0 <= y <= 4000. A river runs along y = 2000: district 1
"Północ" (bank a) lies north of it, district 2 "Południe" (bank b) south. The only crossing is
"Most Środkowy" at (2000, 2000). The estimate has round parameters: detour 1.25 on one bank, and
1.5 for each metre of the way through the crossing.

Census cells (1 km; column, row count from the origin)
    (0, 3)  1000 people  100 / 700 / 200   district 1, all inside
    (2, 2)   400 people   40 / 300 /  60   district 1, all inside
    (0, 0)   600 people   60 / 400 / 140   district 2, all inside
    (3, 1)   200 people  without ages      district 2, half inside: 50 of 100 squares, 100 people
    Known ages sum to 200 / 1400 / 400 of 2000: shares 10 / 70 / 20 %, given to the last cell.
    People            2100 in 350 demand points; district 1: 1400, district 2: 700
    0-14               210   district 1: 140   district 2: 70
    65+                420   district 1: 260   district 2: 160
    0-2   (x 0.25)    52.5
    60+   (x 1.25)     525

Facilities (x, y)
    nurseries  nurseries-1 (500, 3500)  Lipowa 1      open, 40 places, Mo-Fr 07:00-17:00
               nurseries-2 (2500, 2500) Rzeczna 2     open, 30 places, hours unknown
               nurseries-3 (500, 500)   Polna 3       open (last known), 20 places
               nurseries-4 (3000, 500)  Polna         under construction, located by street
               nurseries-5 null         Nieznana 9    open, not located
               expected 4 municipal open ones; nurseries-2 is private: listed 3, located 2
    aeds       aeds-1 (1000, 3000)  24/7, access yes
               aeds-2 (2000, 1500)  Mo-Fr 08:00-16:00, customers, indoor
    vehicles   vehicles-1 (500, 3400)   on tram line 1, starts at stop 0 (moves)

Estimated walks (metres; pace of nurseries 1.0 m/s)
    (500, 3000) -> nurseries-1    500 straight  x 1.25 =  625
    (500, 3000) -> nurseries-2   sqrt(2000^2 + 500^2) x 1.25 = 2061.5528 x 1.25 = 2576.9410
    (2000, 2500) -> nurseries-3  across: (500 + sqrt(1500^2 + 1500^2)) x 1.5 = 3931.9805
    (2000, 2500) -> aeds-2       across: (500 + 500) x 1.5 = 1500

Stops  0 Lipowa (500, 3400) | 1 Most Środkowy (2000, 2100) | 2 Polna (500, 600)
       3 Za Miastem (6000, 2000), outside the city | 4 Lipowa (520, 3400), the other platform
Trams  line 1: 0 -> 1 -> 2 in 0, 6, 14 minutes, and back 2 -> 1 -> 4 in 0, 8, 14 minutes;
       working day at 360, 390, 420 and back at 380, 410, 440 (minutes after midnight).
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd

from locator.base.geo import Projection
from locator.vehicles.own import OWN_FILE
from tests.toytimetable import gtfs_of

CRS = "EPSG:2178"
ORIGIN_XY = (7_420_000.0, 5_550_000.0)
BRIDGE = (2000.0, 2000.0)

CATALOGUE = """\
id = "tiny"
country = "PL"
timezone = "Europe/Warsaw"
crs_metric = "EPSG:2178"
crs_export = "EPSG:2180"
crs_grid = "EPSG:2178"
data_date = "2026-11-01"
names = { pl = "Małe Miasto", en = "Tiny City", uk = "Мале Місто" }
attribution = { pl = "Dane wymyślone", en = "Invented data", uk = "Вигадані дані" }

[river]
names = { pl = "Rzeka", en = "River", uk = "Річка" }
bank_a = [1]
bank_b = [2]

[estimate]
detour_one_bank = 1.25
detour_across = 1.5
calibration = { pl = "Okrągłe liczby.", en = "Round numbers.", uk = "Круглі числа." }

[groups.all]
column = "people"
names = { pl = "wszyscy", en = "everyone", uk = "усі" }

[groups.age_0_14]
column = "age_0_14"
names = { pl = "0–14 lat", en = "aged 0–14", uk = "0–14 років" }

[groups.age_65_plus]
column = "age_65_plus"
names = { pl = "65 lat i więcej", en = "aged 65 and over", uk = "65 років і більше" }

[groups.age_60_plus]
column = "age_65_plus"
factor = 1.25
names = { pl = "60 lat i więcej", en = "aged 60 and over", uk = "60 років і більше" }
scaled_from = { pl = "65+ razy 1,25", en = "65+ times 1.25", uk = "65+ помножено на 1,25" }

[groups.age_0_2]
column = "age_0_14"
factor = 0.25
names = { pl = "0–2 lata", en = "aged 0–2", uk = "0–2 роки" }
scaled_from = { pl = "0–14 razy 0,25", en = "0–14 times 0.25", uk = "0–14 помножено на 0,25" }

[layers.nurseries]
names = { pl = "Żłobki", en = "Nurseries", uk = "Ясла" }
descriptions = { pl = "Opieka do lat 3", en = "Care up to age 3", uk = "Догляд до 3 років" }
icon = "Ż"
shape = "square"
colour = "#b45309"
group = "age_0_2"
standard_min = 15
pace_m_s = 1.0
pace_basis = { pl = "okrągłe tempo", en = "a round pace", uk = "кругла швидкість" }
expected = 4
expected_source = "Invented register"
expected_date = "2026-10-01"
expected_note = { pl = "tylko miejskie", en = "municipal ones only", uk = "лише міські" }
expected_where = { public = [true], status = ["open"] }
official_list = "https://example.org/nurseries"

[layers.aeds]
names = { pl = "Defibrylatory AED", en = "AEDs", uk = "Дефібрилятори" }
descriptions = { pl = "Ratują życie", en = "Save lives", uk = "Рятують життя" }
icon = "♥"
shape = "circle"
colour = "#b91c1c"
group = "all"
standard_min = 5
pace_m_s = 2.0
pace_basis = { pl = "szybki krok", en = "a quick pace", uk = "швидкий крок" }

[layers.vehicles]
names = { pl = "AED w tramwajach", en = "AEDs on trams", uk = "AED у трамваях" }
descriptions = { pl = "Jeżdżą po mieście", en = "They move about", uk = "Вони рухаються" }
icon = "T"
shape = "diamond"
colour = "#7c3aed"
group = "all"
standard_min = 5
pace_m_s = 2.0
pace_basis = { pl = "szybki krok", en = "a quick pace", uk = "швидкий крок" }
expected = 1
expected_source = "Invented register"
moves = true
"""

_PROJECTION = Projection(CRS)


def at(x: float, y: float) -> tuple[float, float]:
    """Return lon, lat of a point given in metres from the origin."""
    lon, lat = _PROJECTION.to_lonlat([(ORIGIN_XY[0] + x, ORIGIN_XY[1] + y)])[0]
    return round(float(lon), 9), round(float(lat), 9)


def metric(x: float, y: float) -> tuple[float, float]:
    """Return easting, northing of a point given in metres from the origin."""
    return ORIGIN_XY[0] + x, ORIGIN_XY[1] + y


def _edge(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    # A vertex every 100 m: a straight line in metres is not quite straight in degrees.
    steps = round(max(abs(end[0] - start[0]), abs(end[1] - start[1])) / 100)
    return [
        at(start[0] + (end[0] - start[0]) * i / steps, start[1] + (end[1] - start[1]) * i / steps)
        for i in range(steps)
    ]


def rectangle(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """Return a GeoJSON polygon of a rectangle given in metres, counter-clockwise."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    ring = [p for start, end in zip(corners, corners[1:], strict=False) for p in _edge(start, end)]
    return {"type": "Polygon", "coordinates": [[list(p) for p in [*ring, ring[0]]]]}


def point(x: float, y: float) -> dict[str, Any]:
    """Return a GeoJSON point of a place given in metres."""
    return {"type": "Point", "coordinates": list(at(x, y))}


def feature(geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    """Return a GeoJSON feature."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def facility(geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    """Return a facility with everything that is required, unless said otherwise."""
    sound = {
        "name": f"Placówka {properties['id']}",
        "status": "open",
        "status_basis": "confirmed",
        "source": "Invented register",
        "source_date": "2026-10-01",
        "licence": "CC0-1.0",
        "verified_on": None,
        "location_precision": "exact" if geometry else None,
    }
    return feature(geometry, **(sound | properties))


def write_json(path: Path, features: list[dict[str, Any]]) -> None:
    """Write a feature collection, one feature per line."""
    lines = ",\n".join(json.dumps(item, ensure_ascii=False) for item in features)
    path.write_text(
        '{"type": "FeatureCollection", "features": [\n' + lines + "\n]}\n", encoding="utf-8"
    )


def write_table(path: Path, header: str, rows: list[tuple[Any, ...]]) -> None:
    """Write a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


def nurseries() -> list[dict[str, Any]]:
    """Return the features of the layer ``nurseries``."""
    return [
        facility(
            point(500, 3500),
            id="nurseries-1",
            name="Żłobek Pod Lipą",
            public=True,
            street="ul. Lipowa",
            housenumber="1",
            phone="+48 12 111 22 33",
            opening_hours="Mo-Fr 07:00-17:00",
            places=40,
            places_basis="stated",
            verified_on="2026-10-15",
        ),
        facility(
            point(2500, 2500),
            id="nurseries-2",
            name="Żłobek Nad Rzeką",
            public=False,
            street="ul. Rzeczna",
            housenumber="2",
            places=30,
            places_basis="stated",
        ),
        facility(
            point(500, 500),
            id="nurseries-3",
            name="Żłobek Południowy",
            public=True,
            street="ul. Polna",
            housenumber="3",
            places=20,
            places_basis="stated",
            status_basis="last_known",
            status_note="Nie ma go w nowszym wykazie.",
            source_date="2025",
        ),
        facility(
            point(3000, 500),
            id="nurseries-4",
            name="Żłobek w budowie",
            public=True,
            street="ul. Polna",
            places=50,
            places_basis="approximate",
            status="under_construction",
            expected_opening="2027",
            is_new=True,
            location_precision="street",
        ),
        facility(
            None,
            id="nurseries-5",
            name="Żłobek bez punktu",
            public=True,
            street="ul. Nieznana",
            housenumber="9",
        ),
    ]


def aeds() -> list[dict[str, Any]]:
    """Return the features of the layer ``aeds``."""
    return [
        facility(
            point(1000, 3000),
            id="aeds-1",
            name="AED – Remiza",
            opening_hours="24/7",
            access="yes",
            indoor=False,
            place_note="na ścianie od ulicy",
        ),
        facility(
            point(2000, 1500),
            id="aeds-2",
            name="AED – Urząd",
            opening_hours="Mo-Fr 08:00-16:00",
            access="customers",
            indoor=True,
            level="0",
            wheelchair="yes",
        ),
    ]


def vehicles() -> list[dict[str, Any]]:
    """Return the features of the moving layer ``vehicles``."""
    return [
        facility(
            point(500, 3400),
            id="vehicles-1",
            name="AED w tramwaju 1",
            location_precision="area",
            note="Przydział założony.",
            vehicle={
                "unit": 1,
                "fleet_number": None,
                "assignment": "assumed",
                "line": "1",
                "headsign": "Polna",
                "first_departure": 360,
                "base": {"name": "Lipowa", "stop": 0},
            },
        )
    ]


def timetable() -> dict[str, Any]:
    """Return the tram timetable, in the former form: patterns of stops and minutes."""
    return {
        "source": "Invented timetable",
        "licence": "CC0-1.0",
        "valid_from": "2026-10-01",
        "valid_to": "2027-01-31",
        "note": "Round minutes.",
        "patterns": [
            {
                "line": "1",
                "headsign": "Polna",
                "stops": [0, 1, 2],
                "minutes": [0, 6, 14],
                "working_day": [360, 390, 420],
                "saturday": [480],
                "sunday": [],
            },
            {
                "line": "1",
                "headsign": "Lipowa",
                "stops": [2, 1, 4],
                "minutes": [0, 8, 14],
                "working_day": [380, 410, 440],
                "saturday": [500],
                "sunday": [],
            },
        ],
    }


def write_timetable(folder: Path, table: dict[str, Any]) -> None:
    """Write the GTFS feed of a timetable whose stops are those of ``stops.csv``."""
    feed = gtfs_of(
        table,
        pd.read_csv(folder / "stops.csv", index_col="index"),
        country="PL",
        timezone="Europe/Warsaw",
        publisher_url="https://example.org",
        language="pl",
        version="1",
    )
    (folder / OWN_FILE).write_bytes(feed)


def write_tiny_city(folder: Path) -> Path:
    """Write a complete, valid city folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "catalogue.toml").write_text(CATALOGUE, encoding="utf-8")
    write_json(folder / "nurseries.geojson", nurseries())
    write_json(folder / "aeds.geojson", aeds())
    write_json(folder / "vehicles.geojson", vehicles())
    write_json(
        folder / "districts.geojson",
        [
            feature(
                rectangle(0, 2000, 3500, 4000), number=1, roman="I", name="Północ", residents=1400
            ),
            feature(
                rectangle(0, 0, 3500, 2000), number=2, roman="II", name="Południe", residents=690
            ),
        ],
    )
    write_table(
        folder / "population_grid.csv",
        "east_km,north_km,people,age_0_14,age_15_64,age_65_plus",
        [
            (7420, 5553, 1000, 100, 700, 200),
            (7422, 5552, 400, 40, 300, 60),
            (7420, 5550, 600, 60, 400, 140),
            (7423, 5551, 200, "", "", ""),
        ],
    )
    write_table(
        folder / "addresses.csv",
        "street,number,lon,lat",
        [
            ("Aleja Róż", "1", *at(1500, 3500)),
            ("Generała Józefa Bema", "4", *at(2600, 3600)),
            ("Lipowa", "1", *at(500, 3500)),
            ("Lipowa", "3", *at(600, 3500)),
            ("Lipowa", "5A", *at(700, 3500)),
            ("Lipowa", "12", *at(900, 3500)),
            ("Osiedle Słoneczne", "7", *at(1200, 800)),
            ("Polna", "1", *at(400, 500)),
            ("Polna", "3", *at(500, 500)),
            ("Rynek Główny", "1", *at(1000, 2500)),
            ("Rzeczna", "2", *at(2500, 2500)),
            ("Świętego Jana", "2", *at(1800, 2800)),
        ],
    )
    write_table(
        folder / "stops.csv",
        "index,name,lon,lat",
        [
            (0, "Lipowa", *at(500, 3400)),
            (1, "Most Środkowy", *at(2000, 2100)),
            (2, "Polna", *at(500, 600)),
            (3, "Za Miastem", *at(6000, 2000)),
            (4, "Lipowa", *at(520, 3400)),
        ],
    )
    write_table(
        folder / "crossings.csv",
        "name,lon,lat,basis",
        [("Most Środkowy", *at(*BRIDGE), "invented")],
    )
    write_timetable(folder, timetable())
    (folder / "README.md").write_text("Invented data for tests.\n", encoding="utf-8")
    return folder
