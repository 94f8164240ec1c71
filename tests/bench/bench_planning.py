"""The planner's questions on the project's own city: scenarios, places, sites, whole reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from locator.analysis.access.coverage import Coverage, CoverageQuery, coverage
from locator.analysis.access.gain_ranges import gain_ranges
from locator.analysis.access.ranges import ranges
from locator.analysis.access.supply import supply
from locator.analysis.district_report import ReportQuery, district_report
from locator.analysis.scenario.change import NewSite, Scenario
from locator.analysis.scenario.compare import compare
from locator.analysis.siting.closures import closures, relocations
from locator.analysis.siting.solve import Siting, SitingQuery, where_next
from locator.base.i18n import speaking
from locator.city.model import default_folder, load_city
from locator.reports.bundle import ReportFiles, write_bundle
from locator.walking.choose import choose_model
from locator.walking.walkable_city import WalkableCity, walkable
from tests.bench.measuring import Row, median, once

LAYER = "nurseries"
WIDE = "carer_support"
"""A layer with few facilities and a fast pace: sites overlap most."""
CAPACITY = 300
SCENARIO_MS, SUPPLY_MS, QUICK_MS, EXACT_MS = 300, 1000, 300, 5000
COVERAGE_MS, RANGES_MS = 150, 2000
REPORT_MS = 5000
SOLVER_S = 20.0


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    city = load_city(default_folder())
    walkable_city = walkable(city, choose_model(city))
    note = f"{walkable_city.model.name}, {len(city.demand):,} demand points"
    yield from _coverages(walkable_city, note)
    yield from _scenarios(walkable_city, note)
    yield from _sites(walkable_city, note)
    yield from _reports(walkable_city)


def _coverages(walkable_city: WalkableCity, note: str) -> Iterator[Row]:
    coverage(walkable_city, CoverageQuery(LAYER))
    found: list[Coverage] = []

    def another(i: int) -> None:
        found.append(coverage(walkable_city, CoverageQuery(LAYER, minutes=7.5 + i)))

    yield median("coverage at another standard", another, repeat=7, budget=COVERAGE_MS, note=note)
    yield once("its range", lambda: ranges(walkable_city, found[-1]), budget=RANGES_MS)


def _scenarios(walkable_city: WalkableCity, note: str) -> Iterator[Row]:
    change = Scenario(layer=LAYER, planned=True)
    usable = walkable_city.city.facilities.index[walkable_city.usable_rows[LAYER]]

    def another(i: int) -> None:
        # Every change is a new one, so that nothing is remembered.
        lon, lat = walkable_city.city.demand.lonlat[1000 * i + 500]
        compare(walkable_city, replace(change, close=(usable[i],), add=(NewSite(lon, lat, 60),)))

    yield once("the first scenario", lambda: compare(walkable_city, change), budget=None, note=note)
    yield median("another scenario: open, close, add", another, repeat=9, budget=SCENARIO_MS)
    before = coverage(walkable_city, CoverageQuery(LAYER))
    xy, rows = walkable_city.city.demand.xy, walkable_city.usable_rows[LAYER]

    def gained(i: int) -> None:
        added = walkable_city.model.snap(xy[[1000 * i + 500]])
        gain_ranges(walkable_city, before, added=added, closed=(int(rows[i]),))

    yield median("what a change gains, its range", gained, repeat=3, budget=RANGES_MS)
    yield once(
        "places within reach (E2SFCA)", lambda: supply(walkable_city, LAYER), budget=SUPPLY_MS
    )


def _sites(walkable_city: WalkableCity, note: str) -> Iterator[Row]:
    query = SitingQuery(layer=LAYER, count=5)
    yield once(
        "five sites, the first time",
        lambda: where_next(walkable_city, query),
        budget=5000,
        note=note,
    )
    found = where_next(walkable_city, query)
    yield median(
        "five sites, quick",
        lambda _: where_next(walkable_city, query),
        repeat=7,
        budget=QUICK_MS,
        note=f"{found.candidates:,} candidates, at most {found.gap:.1%} from the best",
    )
    exact = replace(query, method="exact", time_limit_s=SOLVER_S)
    yield proven(walkable_city, "five sites, exact", exact, found)
    wide = replace(query, layer=WIDE)
    yield proven(
        walkable_city,
        f"five sites, exact ({WIDE})",
        replace(exact, layer=WIDE),
        where_next(walkable_city, wide),
    )
    full = replace(query, capacity=CAPACITY)
    yield proven(
        walkable_city,
        f"five sites for {CAPACITY} each, exact",
        replace(exact, capacity=CAPACITY),
        where_next(walkable_city, full),
    )
    yield median("least missed", lambda _: closures(walkable_city, query), repeat=3, budget=1000)
    yield median("best move", lambda _: relocations(walkable_city, query), repeat=3, budget=2000)


def proven(walkable_city: WalkableCity, name: str, exact: SitingQuery, quick: Siting) -> Row:
    """Measure an exact answer, and say what it proves and gains over the quick one."""
    answers: list[Siting] = []
    row = once(name, lambda: answers.append(where_next(walkable_city, exact)), budget=EXACT_MS)
    (found,) = answers
    said = "time ran out" if found.timed_out else "proven" if found.gap < 1e-5 else "not proven"
    gain = found.sites["gained"].sum() / quick.sites["gained"].sum() - 1
    return replace(row, note=f"{said}, gap {found.gap:.2%}, {gain:+.2%} over the quick answer")


def _reports(walkable_city: WalkableCity) -> Iterator[Row]:
    files: list[Path] = []

    def whole(district: int | None) -> None:
        with TemporaryDirectory() as folder, speaking("pl"):
            found = district_report(walkable_city, ReportQuery(layer=LAYER, district=district))
            files[:] = list(write_bundle(ReportFiles(walkable_city.city, found), Path(folder)))

    row = median("a district's whole report", lambda _: whole(4), repeat=3, budget=REPORT_MS)
    yield replace(row, note=f"{len(files)} files: PDF, HTML, XLSX, GeoPackage, CSV, GeoJSON")
    row = median("the city's whole report", lambda _: whole(None), repeat=2, budget=REPORT_MS)
    yield replace(row, note=f"{len(files)} files")
