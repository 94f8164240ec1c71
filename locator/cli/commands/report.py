"""Write a whole report of a layer or a scenario: PDF, DOCX, HTML, XLSX, CSV, maps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from locator.base.echo import cut
from locator.cli.commands._common import (
    chosen,
    filter_options,
    geodata_option,
    load,
    ridden,
    standard_options,
    transit_options,
)
from locator.cli.commands._complete import districts, layers
from locator.cli.commands._planning import district_number, question

if TYPE_CHECKING:
    from rich.progress import Progress

    from locator.api.context import AppState
    from locator.reports.bundle import DocumentFiles

    Maker = Callable[[], DocumentFiles]


@click.command()
@click.option("--layer", shell_complete=layers, default=None, help="Id of a layer.")
@click.option(
    "--scenario",
    "scenario_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="File of a scenario, of which the report is then.",
)
@click.option(
    "--district",
    shell_complete=districts,
    default=None,
    help="IV, 4 or its name.  [default: the whole city]",
)
@click.option("--unit", default=None, help="Code of a neighbourhood unit, such as IV.2.")
@click.option("--all-districts", is_flag=True, help="The city and each district.")
@click.option("--all", "everything", is_flag=True, help="The city, each district and each unit.")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for the files; made if it is not there.",
)
@click.option(
    "--language",
    "languages",
    type=click.Choice(["pl", "en", "uk"]),
    multiple=True,
    default=["pl"],
    show_default=True,
    help="Language of the report; may come again: each then has a folder of its own.",
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(["pdf", "docx", "html", "xlsx", "gpkg", "geojson", "csv"]),
    multiple=True,
    help="Only these files; may come again.  [default: all]",
)
@standard_options
@click.option("--profile", help="Whose ways: foot, pram or wheelchair.  [default: foot]")
@click.option("--people", help="Counted by census or the city's register.  [default: census]")
@filter_options
@transit_options
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
    /,
    layer: str | None,
    scenario_file: Path | None,
    district: str | None,
    unit: str | None,
    all_districts: bool,
    everything: bool,
    folder: Path,
    languages: tuple[str, ...],
    formats: tuple[str, ...],
    minutes: str | None,
    group: str | None,
    pace: str | None,
    profile: str | None,
    people: str | None,
    transit: bool,
    depart: str | None,
    max_walk: str | None,
    sites: int,
    **which: Any,
) -> None:
    """Write the report of a layer, for the city, a district or a unit, or that of a scenario.

    The set is a PDF, a DOCX to edit, a page to open without a server, an XLSX workbook, CSV
    tables, a GeoPackage in the national system and GeoJSON in WGS84. The files of a report appear
    together, when all of them are done; what does not succeed leaves the folder as it was.

    \b
    Examples:
      locator report --layer nurseries --out reports
      locator report --layer nurseries --district IV --out reports --language en
      locator report --layer senior_activity_centres --all-districts --out reports
      locator report --layer senior_activity_centres --minutes 30 --transit --out reports
      locator report --layer nurseries --all --language pl --language en --format pdf --out reports
      locator report --scenario change.json --out reports
    """
    from locator.base.i18n import speaking

    if (layer is None) == (scenario_file is None):
        raise click.UsageError("Give either --layer or --scenario.")
    _check_scope(district, unit, all_districts=all_districts, everything=everything)
    given = {"minutes": minutes, "group": group, "pace": pace, "profile": profile}
    given |= {"people": people} | chosen(**which)
    given |= ridden(transit=transit, depart=depart, max_walk=max_walk)
    app = load(ctx)
    if scenario_file is not None:
        if district or unit or all_districts or everything or any(given.values()):
            raise click.UsageError("--scenario says itself what its report is about.")
        makers = [_of_scenario(app, scenario_file)]
    else:
        scopes = _scopes(app, district, unit, all_districts=all_districts, everything=everything)
        makers = _of_layer(app, str(layer), given, scopes, sites)
    written = []
    with _progress() as bars:
        for language in dict.fromkeys(languages):
            own = folder / language if len(set(languages)) > 1 else folder
            with speaking(language):
                written += _write(makers, own, formats, bars)
    for path in written:
        click.echo(path)
    count = len(makers) * len(set(languages))
    click.echo(f"{len(written)} files of {count} report(s) in {folder}.", err=True)


def _check_scope(
    district: str | None, unit: str | None, *, all_districts: bool, everything: bool
) -> None:
    if sum((district is not None, unit is not None, all_districts, everything)) > 1:
        raise click.UsageError("Give either --district, --unit, --all-districts or --all.")


def _scopes(
    app: AppState, district: str | None, unit: str | None, *, all_districts: bool, everything: bool
) -> list[dict[str, Any]]:
    """Return what the reports are about: fields of a `ReportQuery`, the whole city first."""
    if district is not None:
        return [{"district": district_number(app.city, district)}]
    if unit is not None:
        return [{"unit": _unit_code(app, unit)}]
    scopes: list[dict[str, Any]] = [{}]
    if all_districts or everything:
        scopes += [{"district": int(number)} for number in app.city.districts.index]
    if everything:
        scopes += [{"unit": str(code)} for code in app.city.units.index]
    return scopes


def _unit_code(app: AppState, given: str) -> str:
    """Return the code of the unit that is given as code, or as a name that only one has."""
    wanted, units = given.strip().casefold(), app.city.units
    found = [
        str(code)
        for code, name in units["name"].items()
        if wanted in (str(code).casefold(), str(name).casefold())
    ]
    if len(found) == 1:
        return found[0]
    known = ", ".join(found or map(str, units.index[:8])) or "none"
    raise click.BadParameter(
        f"There is no one neighbourhood unit {cut(given)}. Codes are such as: {known}.",
        param_hint="--unit",
    )


def _of_layer(
    app: AppState,
    layer: str,
    given: Mapping[str, Any],
    scopes: Sequence[Mapping[str, Any]],
    sites: int,
) -> list[Maker]:
    from locator.analysis.district_report import ReportQuery
    from locator.api.parsing import Pairs
    from locator.api.planning_queries import ReportByParams, report_query_of
    from locator.api.reports import district_report_of
    from locator.api.transit_coverage import ride_of
    from locator.reports.bundle import ReportFiles

    asked = question(app, ReportByParams, Pairs.given(**given), layer=layer)
    query = replace(report_query_of(asked, ride=ride_of(app, asked)), sites=sites)

    def made(query: ReportQuery) -> ReportFiles:
        return ReportFiles(app.city, district_report_of(app, query))

    return [partial(made, replace(query, **scope)) for scope in scopes]


def _of_scenario(app: AppState, file: Path) -> Maker:
    from locator.analysis.scenario.file import check_scenario, read_scenario
    from locator.api.scenario import comparison_of, findings_of
    from locator.reports.bundle import ScenarioFiles

    change = read_scenario(file)
    check_scenario(app.walkable_city, change, file=file.name)
    return lambda: ScenarioFiles(app.city, findings_of(app, comparison_of(app, change)))


def _write(
    makers: Sequence[Maker], folder: Path, formats: Sequence[str], bars: Progress
) -> list[Path]:
    from locator.reports.bundle import file_names, write_bundle

    written: list[Path] = []
    reports = bars.add_task("Reports", total=len(makers), visible=len(makers) > 1)
    for make in makers:
        task = bars.add_task("Counting", total=None)
        files = make()
        bars.update(task, total=len(file_names(files, formats)), description=files.stem)
        for path in write_bundle(files, folder, formats):
            written.append(path)
            bars.update(task, advance=1)
        bars.update(task, visible=len(makers) == 1)
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
