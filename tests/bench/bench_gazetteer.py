"""Search as people type."""

from __future__ import annotations

from collections.abc import Iterator

from locator.city.kept import kept_city
from locator.city.model import default_folder, load_city
from tests.bench.measuring import Row, once, p50_p95

TYPED = (
    "Rynek Główny 1",
    "rynek glowny 1",
    "ul. Podgórska",
    "wielicka 250",
    "dietla 1",
    "os. Zielone",
    "gen. Bema 4",
    "Teatr Bagatela",
    "Nowa Huta",
    "Podgorze",
    "zlobek",
    "grzegorzecka",
    "św. Jana",
    "Krolewska 12",
    "kazimierza wielkeigo",
    "plac Centralny",
    "50.0617, 19.9373",
    "xyzzy",
)


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    city = load_city(default_folder())
    note = f"{len(TYPED)} queries in turn"
    yield from p50_p95(
        "search",
        lambda i: city.gazetteer.search(TYPED[i % len(TYPED)]),
        repeat=10 * len(TYPED),
        budget=30,
        note=note,
    )
    kept_city(default_folder())
    started = kept_city(default_folder())
    yield once(
        "the first search after start", lambda: started.gazetteer.search("Wielicka"), budget=100
    )
