"""Build, fetch and describe the street graph of a city folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from locator.base.errors import N_, CityFolderError, LocatorError
from locator.base.files import locked, write_bytes_atomically
from locator.base.packed import read_packed
from locator.city.added_streets import STREETS_FILE
from locator.city.catalogue import read_catalogue
from locator.cli.commands._common import folder_of, geodata_option, progress_bar
from locator.cli.commands._forms import json_option
from locator.curation.extract import Extract, fetch_extract
from locator.walking.graph.build import MARGIN_M
from locator.walking.graph.file import GRAPH_FILE
from locator.walking.graph.for_city import build_for_city, pack_for_city
from locator.walking.graph.osm import ExtractError
from locator.walking.graph.ready import graph_place, ready_graph

COUNTS = {
    "ways_read": "ways that may be walked",
    "ways_outside": "of them outside the city and its margin",
    "ways_with_missing_nodes": "cut where the file lacks nodes",
    "blocked_gates": "locked gates",
    "joined_ends": "ends joined to a street nearby",
    "vertices": "vertices",
    "edges": "edges",
    "parallel_edges": "of them loops or longer parallels",
    "length_km": "kilometres of streets",
    "other_parts": "parts not connected to the rest, dropped",
    "other_parts_km": "kilometres in them",
    "no_wheelchair_km": "kilometres not for wheelchairs",
    "no_pram_km": "kilometres not for prams",
    "closed_at_night_km": "kilometres closed at night",
}
"""What the report counts, in words."""

CONNECTED = 0.8
"""A network that holds a smaller share of the kilometres is worth a warning."""

city_option = click.option(
    "--city",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=None,
    hidden=True,
    help="The former name of --geodata.",
)


@click.group()
def network() -> None:
    """Street graph of a city: real walks instead of the estimate."""


@network.command()
@click.argument("file", type=click.Path(path_type=Path))
@city_option
@geodata_option
@click.option("--margin", "margin_m", type=click.FloatRange(0, 50_000), default=MARGIN_M)
@json_option
def build(file: Path, folder: Path | None, margin_m: float, as_json: bool) -> None:
    """Build the street graph from an OpenStreetMap extract FILE.osm.pbf.

    Keeps what a pedestrian may use inside the city and --margin metres around it. The graph that
    was there is replaced only by a complete one. The nearest places of each layer are indexed for
    the next start of a server.
    """
    where = folder_of(click.get_current_context(), folder)
    with kept_if_it_fails(where), progress_bar(quiet=as_json) as progress:
        graph = build_for_city(file, where, margin_m=margin_m, progress=progress)
    index(where, quiet=as_json)
    tell(where / GRAPH_FILE, graph.about, as_json=as_json)


@network.command()
@city_option
@geodata_option
@click.option("--url", default=None, help="Address of the extract (default: the catalogue's).")
@click.option("--margin", "margin_m", type=click.FloatRange(0, 50_000), default=MARGIN_M)
@json_option
def download(folder: Path | None, url: str | None, margin_m: float, as_json: bool) -> None:
    """Fetch the regional extract and build the street graph from it.

    A broken download is continued by the next call; the extract is kept in the city folder's
    own folder "extract" and not fetched again while it is unchanged.
    """
    where = folder_of(click.get_current_context(), folder)
    address = url or read_catalogue(where).extract_url
    if address is None:
        raise ExtractError(
            N_("The catalogue of {folder} names no extract_url: give an address with --url."),
            folder=str(where),
        )
    with kept_if_it_fails(where), progress_bar(quiet=as_json) as progress:
        extract = fetch_extract(address, where / "extract", progress=progress)
        with removed_if_unchecked(extract):
            graph = build_for_city(extract.path, where, margin_m=margin_m, progress=progress)
    checked = f"agrees with its {extract.checksum} checksum" if extract.checksum else "unchecked"
    news = "fetched" if extract.fetched else "unchanged since the last time"
    click.echo(f"{extract.path.name}: {news}, {checked}", err=True)
    index(where, quiet=as_json)
    tell(where / GRAPH_FILE, graph.about, as_json=as_json)


@network.command()
@city_option
@geodata_option
@json_option
def show(folder: Path | None, as_json: bool) -> None:
    """Say what the street graph of a city folder holds, after checking it.

    A graph that is only to be made of the folder's streets.npz is made first.
    """
    where = folder_of(click.get_current_context(), folder)
    crs = read_catalogue(where).crs_metric
    with progress_bar(quiet=as_json) as progress:
        about = ready_graph(where, crs, progress=progress).about
    tell(graph_place(where, crs), about, as_json=as_json)


@network.command()
@click.argument("file", type=click.Path(path_type=Path))
@city_option
@geodata_option
@click.option("--margin", "margin_m", type=click.FloatRange(0, 50_000), default=MARGIN_M)
@click.option("--source", default="", help="Where the extract comes from (default: its name).")
def pack(file: Path, folder: Path | None, margin_m: float, source: str) -> None:
    """Keep the streets of FILE.osm.pbf in the city folder, small enough to travel with it.

    Writes streets.npz: the ways inside the city and --margin metres around it with the tags that
    matter to a walker or on a map. Nothing is written unless the whole extract could be read.
    """
    where = folder_of(click.get_current_context(), folder)
    with locked(where), progress_bar() as progress:
        content = pack_for_city(file, where, source=source, margin_m=margin_m, progress=progress)
        write_bytes_atomically(where / STREETS_FILE, content)
    frame, about = read_packed(where / STREETS_FILE)
    click.echo(
        f"{where / STREETS_FILE}: {len(frame):,} ways, {len(content) / 1e6:.1f} MB, "
        f"as of {about['source_date'] or 'an unknown day'} ({about['source_date_basis']})"
    )


@contextmanager
def kept_if_it_fails(folder: Path) -> Iterator[None]:
    """Hold the folder, and say that its graph is still there when no new one can be made."""
    try:
        with locked(folder):
            yield
    except LocatorError:
        if (folder / GRAPH_FILE).is_file():
            click.echo(f"The street graph in {folder} stays as it was.", err=True)
        raise


@contextmanager
def removed_if_unchecked(extract: Extract) -> Iterator[None]:
    """Remove an extract that is of no use and that no checksum vouches for."""
    try:
        yield
    except ExtractError:
        if extract.checksum is None:
            extract.path.unlink(missing_ok=True)
            click.echo(f"{extract.path.name} was removed: no checksum vouches for it.", err=True)
        raise


def index(folder: Path, *, quiet: bool) -> None:
    """Index the nearest places along a new graph, if the folder is a city already."""
    from locator.analysis.aed.fixed import index_aeds
    from locator.city.model import load_city
    from locator.walking.choose import choose_model
    from locator.walking.walkable_city import walkable
    from locator.walking.warmup import keep_indexes

    try:
        city = load_city(folder)
    except CityFolderError:  # its streets may be built before the rest is there, or sound
        click.echo("The nearest places are not indexed: the folder is no sound city yet.", err=True)
        return
    with progress_bar(quiet=quiet) as progress:
        walkable_city = walkable(city, choose_model(city))
        keep_indexes(walkable_city, progress=progress)
        index_aeds(walkable_city)


def tell(file: Path, about: Mapping[str, Any], *, as_json: bool) -> None:
    """Print what was built, for people or for machines."""
    if as_json:
        click.echo(json.dumps(about, ensure_ascii=False, indent=2))
        return
    report = about["report"]
    table = Table("", "", title=str(file), show_header=False)
    table.add_row("source", about["source"])
    date = about["source_date"] or "unknown"
    table.add_row("streets as of", f"{date} ({about['source_date_basis']})")
    table.add_row("attribution", about["attribution"])
    for key, words in COUNTS.items():
        table.add_row(words, f"{report[key]:,}")
    for reason, ways in list(report["ways_not_walkable"].items())[:8]:
        table.add_row(f"ways left out: {reason}", f"{ways:,}")
    Console().print(table)
    whole_km = report["length_km"] + report["other_parts_km"]
    if report["length_km"] < CONNECTED * whole_km:
        click.echo(
            f"Only {report['length_km'] / whole_km:.0%} of the kilometres are one network; the "
            "rest was dropped. Is a bridge missing, or part of the extract?",
            err=True,
        )
