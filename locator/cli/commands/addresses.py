"""Assign house numbers to streets, and measure how well that goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from locator.cli.commands._common import (
    console,
    folder_of,
    geodata_option,
    print_json,
    progress_bar,
    table,
)
from locator.cli.commands._forms import json_option

if TYPE_CHECKING:
    import pandas as pd

    from locator.curation.numbering.measuring import Measured

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def command() -> None:
    """Make the addresses of a city folder from house numbers that name no street.

    \b
    Examples:
      locator addresses build geodata --streets krakow.osm.pbf --numbers numbers.csv \\
          --known more.csv --official streets.csv --places places.csv
    """


@command.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--streets", type=FILE, required=True, help="OpenStreetMap PBF with named ways.")
@click.option("--numbers", type=FILE, required=True, help="CSV: housenumber, lon, lat.")
@click.option(
    "--known", type=FILE, multiple=True, help="CSV: street, number, lat, lon, source_path, date."
)
@click.option("--official", type=FILE, required=True, help="CSV: kind, name of official streets.")
@click.option("--places", type=FILE, required=True, help="CSV: name, lon, lat of estates.")
@click.option("--source", default="", help="Where streets and numbers are from, for the file.")
@click.option("--date", "source_date", default="", help="Their date.")
@click.option("--dry-run", is_flag=True, help="Measure only; write nothing.")
@json_option
@geodata_option
@click.pass_context
def build(
    ctx: click.Context,
    folder: Path | None,
    streets: Path,
    numbers: Path,
    known: tuple[Path, ...],
    official: Path,
    places: Path,
    source: str,
    source_date: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write addresses.npz and street_names.csv of FOLDER; print how good the rule is.

    The rule is measured first, on known addresses that it does not see (addresses.csv of the
    folder and those of --known); then all of them are used.
    """
    from locator.base.errors import CityFolderError, Fault
    from locator.base.files import locked
    from locator.base.geo import Projection
    from locator.base.reading import FaultLog
    from locator.city.catalogue import parse_catalogue
    from locator.city.districts import city_boundary, read_districts
    from locator.curation.numbering.choosing import believe
    from locator.curation.numbering.files import write_addresses, write_streets
    from locator.curation.numbering.material import Files, read_material
    from locator.curation.numbering.measuring import measure
    from locator.curation.numbering.outcome import POSSIBLE, SURE, outcome
    from locator.curation.numbering.pairs import Setting

    where = folder_of(ctx, folder)
    if not dry_run:
        ctx.with_resource(locked(where))
    faults: list[Fault] = []
    catalogue = parse_catalogue(where, FaultLog("catalogue.toml", faults))
    if catalogue is None:
        raise CityFolderError(faults)
    projection = Projection(catalogue.crs_metric)
    districts = read_districts(where, projection, FaultLog("districts.geojson", faults))
    if districts is None:
        raise CityFolderError(faults)
    files = Files(streets, numbers, (where / "addresses.csv", *known), official, places)
    with progress_bar(quiet=as_json) as progress:
        progress("read", 0, 1)
        material = read_material(files, boundary=city_boundary(districts), projection=projection)
        progress("read", 1, 1)
        measured = measure(material, projection=projection, progress=progress)
        asked_for = _asked_gazetteer(where, measured)
        if dry_run:
            _show_measured(measured, asked_for, as_json=as_json)
            return
        setting = Setting(material, material.known >= 0)
        belief = believe(setting, worth=measured.worth, progress=progress)
    _show_measured(measured, asked_for, as_json=as_json)
    rows = outcome(setting, belief, projection=projection)
    about = {
        "source": source,
        "source_date": source_date,
        "licence": "ODbL-1.0",
        "rule": f"house number from {SURE}, possible from {POSSIBLE}",
        "measured": json.loads(measured.table.to_json(orient="index")),
    }
    kept = write_addresses(where, rows, about=about)
    named = write_streets(where, material, rows, projection=projection)
    click.echo(f"Written: {kept} addresses, {named} streets.", err=True)


@command.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--pois", type=FILE, required=True, help="CSV: name, class, subclass, lon, lat.")
@click.option("--places", type=FILE, required=True, help="CSV: name, class, lon, lat.")
@click.option("--units", type=FILE, required=True, help="GeoJSON of the neighbourhood units.")
@geodata_option
@click.pass_context
def landmarks(
    ctx: click.Context, folder: Path | None, pois: Path, places: Path, units: Path
) -> None:
    """Write landmarks.csv of FOLDER: named places and neighbourhoods that people start from.

    \b
    Example:
      locator addresses landmarks --pois pois.csv --places places.csv --units units.geojson
    """
    from locator.base.files import locked
    from locator.city.model import load_city
    from locator.curation.landmarks import landmarks as chosen
    from locator.curation.landmarks import write_landmarks

    where = folder_of(ctx, folder)
    ctx.with_resource(locked(where))
    city = load_city(where)
    streets = {street.bare_label for street in city.gazetteer.streets}
    found = chosen(pois=pois, places=places, units=units, boundary=city.boundary, streets=streets)
    click.echo(f"Written: {write_landmarks(city.folder, found)} places.", err=True)


def _asked_gazetteer(folder: Path, measured: Measured) -> pd.DataFrame:
    """Return what a gazetteer without the addresses kept apart makes of 1,000 of them."""
    import pandas as pd

    from locator.base.reading import FaultLog
    from locator.city.model import load_city
    from locator.city.points import Tables
    from locator.curation.numbering.asking import asked, counted
    from locator.geocoding.gazetteer import build_gazetteer

    city = load_city(folder)
    tables = Tables.read(folder, lambda file: FaultLog(file, []))
    gazetteer = build_gazetteer(
        addresses=measured.rows,
        stops=city.stops,
        districts=city.districts,
        facilities=city.facilities.iloc[:0],
        boundary=city.boundary,
        street_names=tables.street_names,
        landmarks=tables.landmarks,
        aliases=tables.aliases,
    )
    kept = measured.kept.sample(min(1000, len(measured.kept)), random_state=1)
    return pd.DataFrame.from_dict(
        {"1,000 kept from the index": counted(asked(gazetteer, kept))}, orient="index"
    )


def _show_measured(measured: Measured, asked_for: pd.DataFrame, *, as_json: bool) -> None:
    if as_json:
        tables = {"rule": measured.table, "gazetteer": asked_for}
        print_json(
            {name: json.loads(made.to_json(orient="index")) for name, made in tables.items()}
        )
        return
    _show(measured.table, as_json=False)
    _show(asked_for, as_json=False, title="What the gazetteer answers")


@command.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--known", type=FILE, help="CSV: street, number, lat, lon; asked for, not used.")
@click.option("--most", default=1000, show_default=True, help="At most so many of --known.")
@json_option
@geodata_option
@click.pass_context
def ask(
    ctx: click.Context, folder: Path | None, known: Path | None, most: int, as_json: bool
) -> None:
    """Ask for the addresses of all facilities of FOLDER, or for known ones; count the answers.

    \b
    Examples:
      locator addresses ask
      locator addresses ask --known register.csv --json
    """
    import pandas as pd

    from locator.city.model import load_city
    from locator.curation.numbering.asking import asked, counted

    city = load_city(folder_of(ctx, folder))
    if known is None:
        columns = {"housenumber": "number"}
        facilities = pd.DataFrame(city.facilities[["layer", "street", "housenumber"]])
        frame = facilities.rename(columns=columns).dropna(subset=["street", "number"])
    else:
        frame = pd.read_csv(known, dtype={"number": str}).dropna(subset=["street", "number"])
        frame = frame.sample(min(most, len(frame)), random_state=1)
    answers = asked(city.gazetteer, frame)
    groups = {"all": answers}
    if "layer" in frame:
        groups = {str(layer): answers[frame["layer"] == layer] for layer in frame["layer"].unique()}
        groups["all"] = answers
    rows = {name: counted(group) for name, group in groups.items()}
    _show(pd.DataFrame.from_dict(rows, orient="index"), as_json=as_json, title="Addresses asked")


def _show(
    frame: pd.DataFrame, *, as_json: bool, title: str = "Addresses kept from the rule"
) -> None:
    if as_json:
        print_json(json.loads(frame.to_json(orient="index")))
        return
    columns = {str(name): "right" for name in frame.columns}
    made = table(title, {"which": "left"} | columns)
    for which, row in frame.iterrows():
        made.add_row(str(which), *(f"{value:,}" for value in row))
    console().print(made)
