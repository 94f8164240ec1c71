"""Write a whole report of a layer: PDF, HTML, XLSX, CSV, GeoPackage, GeoJSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from locator.cli.commands._common import geodata_option, load, standard_options
from locator.cli.commands._planning import district_number, question

if TYPE_CHECKING:
    from rich.progress import Progress

    from locator.analysis.district_report import ReportQuery
    from locator.api.context import AppState


@click.command()
@click.option("--layer", required=True, help="Id of a layer.")
@click.option("--district", default=None, help="IV, 4 or its name.  [default: the whole city]")
@click.option("--all-districts", is_flag=True, help="The city and each district.")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for the files; made if it is not there.",
)
@click.option(
    "--language",
    type=click.Choice(["pl", "en", "uk"]),
    default="pl",
    show_default=True,
    help="Language of the report.",
)
@standard_options
@click.option(
    "--sites",
    type=click.IntRange(1, 20),
    default=5,
    show_default=True,
    help="How many new sites to suggest.",
)
@geodata_option
@click.pass_context
def command(
    ctx: click.Context,
    layer: str,
    district: str | None,
    all_districts: bool,
    folder: Path,
    language: str,
    minutes: str | None,
    group: str | None,
    pace: str | None,
    sites: int,
) -> None:
    """Write the report of a layer into a folder, for the city or one district.

    The set is a PDF, a page to open without a server, an XLSX workbook, CSV tables, a GeoPackage
    in the national system and GeoJSON in WGS84. The files of a report appear together, when all
    of them are done; what does not succeed leaves the folder as it was.

    \b
    Examples:
      locator report --layer nurseries --out reports
      locator report --layer nurseries --district IV --out reports --language en
      locator report --layer senior_activity_centres --all-districts --out reports
    """
    if district is not None and all_districts:
        raise click.UsageError("Give either --district or --all-districts.")
    from locator.api.parsing import Pairs
    from locator.api.planning_queries import ReportParams, report_query_of
    from locator.base.i18n import speaking

    given = {"minutes": minutes, "group": group, "pace": pace}
    pairs = [(name, value) for name, value in given.items() if value is not None]
    app = load(ctx)
    asked = question(app, ReportParams, Pairs(pairs), layer=layer)
    query = replace(
        report_query_of(asked),
        district=None if district is None else district_number(app.city, district),
        sites=sites,
    )
    queries = [query]
    if all_districts:
        queries += [replace(query, district=int(number)) for number in app.city.districts.index]
    with speaking(language), _progress() as bars:
        written = _write(app, queries, folder, bars)
    for path in written:
        click.echo(path)
    click.echo(f"{len(written)} files of {len(queries)} report(s) in {folder}.", err=True)


def _write(app: AppState, queries: list[ReportQuery], folder: Path, bars: Progress) -> list[Path]:
    from locator.analysis.district_report import district_report
    from locator.reports.bundle import file_names, file_stem, write_bundle

    written: list[Path] = []
    reports = bars.add_task("Reports", total=len(queries), visible=len(queries) > 1)
    for query in queries:
        task = bars.add_task("Counting", total=None)
        found = district_report(app.walkable_city, query)
        stem = file_stem(app.city, found)
        bars.update(task, total=len(file_names(app.city, found)), description=stem)
        for path in write_bundle(app.city, found, folder):
            written.append(path)
            bars.update(task, advance=1)
        bars.update(task, visible=len(queries) == 1)
        bars.update(reports, advance=1)
    return written


@contextmanager
def _progress() -> Iterator[Progress]:
    """Give bars on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield bars
