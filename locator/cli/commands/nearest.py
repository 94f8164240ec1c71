"""Find the nearest facilities on foot."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from locator.cli.commands._batch import COLUMNS, answer_all, found_rows
from locator.cli.commands._common import (
    chosen,
    console,
    geodata_option,
    keeping_all,
    load,
    shown,
    table,
    traits_options,
)
from locator.cli.commands._complete import layers
from locator.cli.commands._forms import (
    CSV,
    GEOJSON,
    JSON,
    JSONL,
    TABLE,
    format_option,
    out_option,
    rows_to,
    to_file,
    whole_text,
)
from locator.cli.commands._planning import question

if TYPE_CHECKING:
    from collections.abc import Iterable

    from locator.analysis.transit.journeys import Transit
    from locator.api.context import AppState
    from locator.api.nearest import FoundNearest


ROW = tuple(name for name in COLUMNS if name not in ("id", "from"))
FORMATS = (".csv", ".geojson", ".json", ".jsonl")


@click.command()
@click.argument("address", required=False)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
    default=None,
    help="CSV of many origins instead of ADDRESS: address, or lat and lon; id if you like.",
)
@click.option(
    "--layer",
    "layers",
    shell_complete=layers,
    multiple=True,
    help="Id of a layer; repeat it for several.",
)
@click.option("-k", default=None, help="How many of each layer, 1 to 20.  [default: 5]")
@click.option("--pace", default=None, help="Walking speed in m/s.  [default: the layer's]")
@click.option("--at", default=None, help="Moment for opening hours and leaving: 2026-06-01T14:30.")
@click.option("--open-now", is_flag=True, help="Only those known to be open at that moment.")
@click.option("--profile", default=None, help="foot, pram or wheelchair.  [default: foot]")
@click.option("--at-night", is_flag=True, help="Keep off ways and gates that are closed at night.")
@click.option("--transit", is_flag=True, help="Say how to go by tram or bus, leaving then.")
@click.option("--max-walk", default=None, help="Minutes on foot to and from stops.  [default: 15]")
@click.option("--all", "every", is_flag=True, help="Planned, closed and private ones too.")
@traits_options
@out_option("Write .csv, .jsonl, .json or .geojson.")
@format_option(TABLE, JSON, JSONL, CSV, GEOJSON)
@geodata_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    address: str | None,
    source: Path | None,
    layers: tuple[str, ...],
    k: str | None,
    pace: str | None,
    at: str | None,
    open_now: bool,
    profile: str | None,
    at_night: bool,
    transit: bool,
    max_walk: str | None,
    every: bool,
    out: Path | None,
    form: str | None,
    **which: Any,
) -> None:
    """Find the facilities nearest to ADDRESS on foot, soonest first.

    ADDRESS is an address, a street, a stop, a district, a facility, or "lat, lon"; with - it is
    the first line of standard input.

    With --from a file of origins (- for standard input) is answered row by row, as CSV unless
    --format or the name of --out says otherwise: a row for each origin and place, and one with
    its fault for an origin that has no answer. Then the exit code is 1.

    \b
    Examples:
      locator nearest "Rynek Główny 1" --layer nurseries -k 3
      locator nearest "50.0614, 19.9383" --layer aeds --open-now
      locator nearest "os. Piastów 40" --layer nurseries --layer day_care_homes --json
      locator nearest "os. Piastów 40" --layer nurseries --ownership municipal
      locator nearest "Rynek Główny 1" --layer aeds --profile wheelchair --at-night
      locator nearest "Rynek Główny 1" --layer civic_centres --transit --at 2026-11-30T10:00
      locator nearest --from addresses.csv --layer nurseries -k 3 --out nearest.csv
      cut -d, -f2 people.csv | locator nearest --from - --layer aeds --format jsonl
    """
    if (address is None) == (source is None):
        raise click.UsageError("Say where from: one ADDRESS, or a file of origins with --from.")
    if source is not None and (transit or form == TABLE):
        what = "--transit" if transit else "--format table"
        raise click.UsageError(f"{what} is for one ADDRESS, not for many.")
    file = to_file(out, form or (CSV if source else None), FORMATS)
    if address == "-":
        address = sys.stdin.readline().strip()
    with keeping_all():
        from locator.base.lighter import import_lightly

        import_lightly()
        from locator.api.nearest import found_nearest
        from locator.api.parsing import Pairs
        from locator.api.queries import NearestParams
        from locator.base.i18n import speaking

        app = load(ctx)
    options = {
        "layer": layers,
        "k": k,
        "pace": pace,
        "at": at,
        "profile": profile,
        "open": "now" if open_now else None,
        "status": "all" if every else None,
        "night": "yes" if at_night else None,
        "by": "transit" if transit else None,
        "max_walk": max_walk,
        **chosen(**which),
    }
    if source is not None:
        _answer_many(ctx, app, source, file, form, options)
        return
    asked = question(app, NearestParams, Pairs.given(q=address, **options))
    found = found_nearest(app, asked)
    with speaking("en"):
        if file is not None:
            with whole_text(file) as stream:
                _write(app, found, stream, file.suffix.lower()[1:])
        if form in (None, TABLE):
            _show(app, found)
        else:
            _write(app, found, sys.stdout, form)
    if file is not None:
        click.echo(f"Written: {file}", err=True)
    if found.result.rows.empty:
        click.echo(_nothing(app, asked.layer), err=True)
        ctx.exit(1)


def _write(app: AppState, found: FoundNearest, out: TextIO, form: str) -> None:
    """Write an answer as the API sends it, or as rows."""
    from locator.api.json import encoded
    from locator.api.nearest import nearest_answer

    if form in (JSON, GEOJSON):
        out.write(encoded(nearest_answer(app, found)).decode())
        return
    with rows_to(out, form, ROW) as write:
        for row in found_rows(app, found):
            write(row)


def _answer_many(
    ctx: click.Context,
    app: AppState,
    source: Path,
    file: Path | None,
    form: str | None,
    options: Mapping[str, Any],
) -> None:
    from locator.api.parsing import Pairs
    from locator.api.queries import NearestParams
    from locator.base.i18n import speaking
    from locator.cli.main import explained

    # What is wrong with all rows alike is no fault of a row.
    lon, lat = app.city.middle
    question(app, NearestParams, Pairs.given(lat=lat, lon=lon, **options))
    with ExitStack() as stack:
        stack.enter_context(speaking("en"))
        out: TextIO = sys.stdout
        if file is not None:
            out = stack.enter_context(whole_text(file))
            form = form or file.suffix.lower()[1:]
        count, faults = answer_all(
            app, source, out, form=form or CSV, options=options, explained=explained
        )
    if file is not None:
        click.echo(f"Written: {file}", err=True)
    if faults:
        click.echo(f"{faults} of {count} origins have no answer: see the column fault.", err=True)
        ctx.exit(1)


def _nothing(app: AppState, layers: Iterable[str]) -> str:
    # No walk leads to a vehicle: these layers would be empty for every start.
    moving = [layer for layer in layers if app.catalogue.layers[layer].moves]
    if not moving:
        return "Nothing was found."
    return (
        f"Nothing was found. The facilities of {', '.join(moving)} are on vehicles and are not "
        "ranked by walking: which vehicle carries one is assumed unless confirmed. "
        "See `locator vehicles list`."
    )


def _show(app: AppState, found: FoundNearest) -> None:
    from locator.analysis.access.filter_words import filter_words
    from locator.api.street_info import profile_words

    out = console()
    origin, result = found.origin, found.result
    note = origin.note.format(**dict(origin.note_values)) if origin.note else ""
    out.print(f"From {origin.label} ({origin.kind}, {origin.precision}). {note}".rstrip())
    several = len(result.query.layers) > 1
    columns = ("facility", *["layer"] * several, "address", "open", "located", "phone")
    made = table("", {"min": "right", "m": "right"} | dict.fromkeys(columns, "left"))
    facilities: Any = app.city.facilities.loc[result.rows.index]
    for (_, walk), (_, facility) in zip(result.rows.iterrows(), facilities.iterrows(), strict=True):
        made.add_row(
            f"{walk['walk_s'] / 60:.0f}",
            f"{walk['walk_m']:.0f}",
            str(facility["name"]),
            *[app.catalogue.layers[str(walk["layer"])].names["en"]] * several,
            shown(facility["address"]),
            _open(walk["open_state"], walk["next_change"]),
            shown(facility["location_precision"]),
            shown(facility["phone"]),
        )
    if len(result.rows):
        out.print(made)
    if found.transit is not None:
        _show_journeys(app, found.transit)
    counts = found.filter_count
    for said in (
        filter_words(app.city, counts) if counts else "",
        profile_words(found.walkable_city),
    ):
        if said:
            out.print(said)
    out.print(f"Walking model: {result.model}. Opening hours at {result.at:%Y-%m-%d %H:%M}.")


def _show_journeys(app: AppState, transit: Transit) -> None:
    out = console()
    columns = {"min": "right", "leave": "right", "there": "right", "on foot": "right"}
    made = table("By tram or bus", columns | {"to": "left", "way": "left", "next": "right"})
    for facility_id, (first, *later) in transit.journeys.items():
        rides = "; ".join(
            f"{leg.mode} {leg.line} {leg.departure:%H:%M} {leg.from_stop} – {leg.to_stop}"
            for leg in first.rides
        )
        made.add_row(
            f"{first.duration_s / 60:.0f}",
            f"{first.departure:%H:%M}",
            f"{first.arrival:%H:%M}",
            f"{first.walk_s / 60:.0f} min",
            str(app.city.facilities["name"].at[facility_id]),
            rides,
            *[f"{one.rides[0].departure:%H:%M}" for one in later],
        )
    if transit.journeys:
        out.print(made)
    else:
        out.print("By tram or bus nothing is reached sooner than on foot.")
    basis = transit.basis
    only = f" {next(iter(basis.modes))}s only;" if len(basis.modes) == 1 else ""
    out.print(
        f"Timetable of {basis.valid_from} to {basis.valid_to};{only} delays are not known."
        + ("" if basis.step_free is not False else " It does not say what a wheelchair can use.")
    )


def _open(state: object, change: Any) -> str:
    if state == "unknown":
        return "hours unknown"
    until = shown(change, "{:%a %H:%M}")
    return str(state) if until == "–" else f"{state} until {until}"
