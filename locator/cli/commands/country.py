"""Make the cities of a whole country, and rank its units."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from locator.cli.commands._common import console, print_json, progress_bar, shown, table
from locator.cli.commands._forms import CSV, JSON, TABLE, format_option, json_option

if TYPE_CHECKING:
    from locator.country.ranking import SortBy
    from locator.country.table import CountryTable

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def country() -> None:
    """Make the cities of a whole country, and rank its units."""


@country.command()
@click.option("--boundaries", type=_FILE, required=True, help="Polygons of the units.")
@click.option(
    "--grid",
    type=_FILE,
    required=True,
    help="Census grid of 1 km: a shapefile or another file of squares, or a CSV as of `city new`.",
)
@click.option(
    "--extracts",
    type=click.Path(path_type=Path, exists=True),
    required=True,
    help="Folder of OpenStreetMap extracts (*.osm.pbf), or one of them.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder that all goes to; the same command again goes on with what is there.",
)
@click.option(
    "--scheduler",
    default=None,
    help="Dask scheduler, tcp://HOST:PORT, whose workers see the same folders.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=None,
    help="Workers started here; 0 does all in this process.  [default: one a processor]",
)
@click.option("--services", default="", help="Ids of layers, with commas.  [default: all]")
@click.option(
    "--margin-m",
    type=click.FloatRange(0, 19_000),
    default=2_000.0,
    show_default=True,
    help="How far beyond a unit streets and facilities count.",
)
@click.option("--code", "code_column", default="TERYT", show_default=True, help="Column of codes.")
@click.option("--name-column", default=None, help="Column of names.  [default: name, nazwa]")
@click.option("--name", default="", help="What the country is called.  [default: its code]")
@click.option("--layers", type=_FILE, default=None, help="TOML of layers, as for `city new`.")
@click.option("--grid-crs", default="EPSG:3035", show_default=True, help="CRS of the grid's lines.")
@click.option("--grid-source", default=None, help="Who counted the people.")
@click.option("--country", "code", default=None, help="Two letters, if the extracts are silent.")
@click.option("--timezone", default=None, help="IANA zone, if the country has several.")
@json_option
def build(
    scheduler: str | None,
    workers: int | None,
    services: str,
    code: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Make a city folder of every unit, and one table of who is served in them.

    What is there already, and of the same inputs, is not made again: after an interruption of any
    kind the same command goes on. A unit that cannot be made is named with its reason, and the
    others are made all the same; the exit code is 1 then.

    \b
    Example:
      locator country build --boundaries gminy.gpkg --grid GRID_NSP2021_RES.shp \\
        --extracts extracts --out poland --services aeds,pharmacies
    """
    from locator.country.build import CountryPlan, build_country

    chosen = tuple(one.strip() for one in services.split(",") if one.strip())
    plan = CountryPlan(services=chosen, country=code, **given)
    with progress_bar(quiet=as_json) as progress:
        built = build_country(plan, scheduler=scheduler, workers=workers, progress=progress)
    if as_json:
        print_json(
            {
                "file": str(built.file),
                "units": len(built.table.units),
                "made": built.made,
                "kept": built.kept,
                "failed": dict(built.faults),
                "worker_mb": round(built.worker_mb),
            }
        )
    else:
        _tell(built.table, built.made, built.kept, built.worker_mb)
        click.echo(f"Show it with: LOCATOR_COUNTRY={built.file} locator serve", err=True)
    if built.faults:
        sys.exit(1)


def _tell(found: CountryTable, made: int, kept: int, worker_mb: float) -> None:
    failed = found.units["fault"].dropna()
    counts = table(found.about["name"], {"what": "left", "how many": "right"})
    counts.add_row("units made", f"{made:,}")
    counts.add_row("units that were there already", f"{kept:,}")
    counts.add_row("units that could not be made", f"{len(failed):,}")
    counts.add_row("the most memory of a worker, MB", f"{worker_mb:,.0f}")
    console().print(counts)
    if len(failed):
        faults = table("Not made", {"code": "left", "unit": "left", "why": "left"})
        for code, why in failed.items():
            faults.add_row(str(code), str(found.units.at[code, "name"]), str(why))
        console().print(faults)


@country.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--service", default=None, help="Id of a layer.  [default: each]")
@click.option("--limit", type=click.IntRange(min=1), default=None, help="Only so many rows.")
@click.option("--find", default="", help="Part of a name, or the beginning of a code.")
@click.option(
    "--sort",
    type=click.Choice(("rank", "worst", "left_out", "name", "code", "people")),
    default="rank",
    show_default=True,
    help="Which come first: the largest share, the smallest, most people left out, ...",
)
@format_option(TABLE, JSON, CSV)
def report(
    file: Path, service: str | None, limit: int | None, find: str, sort: SortBy, form: str | None
) -> None:
    """Rank the units of FILE, a table that `country build` made, or the folder that has it.

    A rank is given with those between which it may lie: the ranges of two units may meet.

    \b
    Example:
      locator country report poland --service aeds --sort left_out --limit 20
    """
    from locator.api.csv import table as as_csv
    from locator.country.ranking import ranked_rows
    from locator.country.table import FILE, read_table

    found = read_table(file / FILE if file.is_dir() else file)
    asked = [service] if service else list(found.services)
    rows = {one: ranked_rows(found, one, find=find, sort=sort)[:limit] for one in asked}
    if form == JSON:
        print_json({"country": found.about["name"], "services": rows})
    elif form == CSV:
        flat = [{"service": one, **row} for one, of_it in rows.items() for row in of_it]
        click.echo(as_csv(list(flat[0]) if flat else ["service"], flat), nl=False)
    else:
        for one, of_it in rows.items():
            _ranking(found, one, of_it)


def _ranking(found: CountryTable, service: str, rows: list[dict[str, Any]]) -> None:
    from locator.analysis.access.words import ends_said

    asked = found.services[service]
    title = f"{asked.names['en']}: within {asked.minutes:g} min at {asked.pace_m_s:g} m/s"
    columns = ("rank", "between", "code", "unit", "share", "between", "left out", "facilities")
    made = table(title, {})
    for place, header in enumerate(columns):
        made.add_column(header, justify="left" if place in (2, 3) else "right", overflow="fold")
    for row in rows:
        known = row["share"] is not None
        made.add_row(
            shown(row["rank"]),
            f"{row['rank_low']}–{row['rank_high']}" if known else "–",
            row["code"],
            row["name"],
            f"{row['share']:.1%}" if known else "–",
            "–".join(ends_said(row["low"], row["high"])) if known else "–",
            shown(row["unserved"], "{:,}"),
            shown(row["facilities"], "{:,}") if known else str(row["fault"] or "–"),
        )
    console().print(made)
