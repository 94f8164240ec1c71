"""A register of the tiny city's nurseries, as the national one is written."""

from __future__ import annotations

from pathlib import Path

COLUMNS = (
    "Nazwa",
    "Miejscowość",
    "Ulica",
    "Nr domu",
    "Kod pocztowy",
    "Geolokalizacja",
    "Zawieszona?",
    "Liczba miejsc",
    "Godziny otwarcia",
    "Telefon",
    "Liczba dzieci zapisanych",
)

SOURCES = """\
[register]
title = "Invented register"
url = "{url}"
reader = "csv"
delimiter = ";"
into = "nurseries"
licence = "CC0-1.0"
attribution = "Nobody"
every_days = 30
least_rows = 2
tried = "columns only"
precision = "street"
only = {{ "Miejscowość" = "Małe Miasto" }}
first_only = ["kind"]
constants = {{ public = false }}
[register.columns]
name = "Nazwa"
street = "Ulica"
housenumber = "Nr domu"
postcode = "Kod pocztowy"
lonlat = "Geolokalizacja"
suspended = "Zawieszona?"
[register.maybe]
places = "Liczba miejsc"
opening_hours = "Godziny otwarcia"
phone = "Telefon"
[register.note]
"zapisanych dzieci:" = "Liczba dzieci zapisanych"
"""


def row(name: str, street: str, number: str, **more: str) -> str:
    """Return a line of the register."""
    values = {
        "Nazwa": name,
        "Miejscowość": "MAŁE MIASTO",
        "Ulica": street,
        "Nr domu": number,
        "Zawieszona?": "NIE",
    } | {key.replace("_", " "): value for key, value in more.items()}
    return ";".join(f'"{values.get(column, "")}"' for column in COLUMNS)


def register(*rows: str) -> str:
    """Return the register with these lines."""
    return "\n".join([";".join(f'"{column}"' for column in COLUMNS), *rows, ""])


AS_IT_IS = (
    row("Żłobek Pod Lipą", "Lipowa", "1", Liczba_miejsc="40", Telefon="12 111 22 33"),
    row("Żłobek Nad Rzeką", "ul. Rzeczna", "2", Liczba_miejsc="30"),
    row("Żłobek Południowy", "Polna", "3", Liczba_miejsc="20"),
    row("Żłobek bez punktu", "Nieznana", "9"),
)
"""What the folder has, in the register's way to write it; of one the folder was less sure."""

CHANGED = (
    row(
        "Żłobek Pod Lipą",
        "Lipowa",
        "1",
        Liczba_miejsc="45",
        Telefon="12 111 22 33",
        Godziny_otwarcia="Poniedziałek, Wtorek, Środa, Czwartek, Piątek 6:30-17:00",
        Liczba_dzieci_zapisanych="44",
    ),
    row("ŻŁOBEK NAD RZEKĄ", "Rzeczna", "2", Liczba_miejsc="30"),
    row("Żłobek Południowy", "Lipowa", "5"),
    row("Żłobek Nowy", "Lipowa", "5A", Liczba_miejsc="12"),
    row("Klub Malucha", "Daleka", "1", Godziny_otwarcia="po uzgodnieniu"),
    row("Żłobek gdzie indziej", "Lipowa", "1", Miejscowość="Skawina"),
)
"""The register a year later."""


def write_sources(folder: Path, url: str) -> None:
    """Name the register in the city folder."""
    (folder / "sources.toml").write_text(SOURCES.format(url=url), encoding="utf-8")
