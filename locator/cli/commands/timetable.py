"""Import public-transport timetables (GTFS) into the city folder, or show what is there."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from locator.cli.commands._common import console, geodata_option, load, shown, table, working


@click.group()
def command() -> None:
    """Import public-transport timetables (GTFS) into the city folder, or show what is there."""


@command.command("import")
@click.argument("feeds", nargs=-1, required=True, metavar="GTFS.zip...")
@geodata_option
@click.pass_context
def import_(ctx: click.Context, feeds: tuple[str, ...]) -> None:
    """Import full GTFS feeds into one compact file of the city folder.

    Ids repeat between feeds, so each is kept under a name: NAME=FILE.zip, or the last part of
    the file's name (GTFS_KRK_T.zip is T). Use the names of the realtime feeds. The new file
    replaces the old one when all feeds have been read; on an error the old one stays.

    \b
    Example:
      locator timetable import A=GTFS_KRK_A.zip T=GTFS_KRK_T.zip
    """
    from locator.vehicles.gtfs import feed_name, import_feeds
    from locator.vehicles.own import refuse_unfit
    from locator.vehicles.timetable_file import save_timetable

    named: dict[str, Path] = {}
    for given in feeds:
        name, parted, file = given.rpartition("=")
        path = Path(file)
        name = name if parted else feed_name(path)
        if not name.isalnum() or name in named:
            raise click.BadParameter(f"{given}: each feed needs a name of its own, NAME=FILE.zip.")
        named[name] = path
    city = load(ctx).city
    with working("Reading the feeds …"):
        timetable, reports = import_feeds(named)
        refuse_unfit(timetable, city, ", ".join(str(file) for file in named.values()))
        path = save_timetable(timetable, city.folder)
    out = console()
    columns = ("feed", "stops", "trips", "services", "calls", "dropped", "from", "to")
    rows = table("Imported", {name: "left" if name == "feed" else "right" for name in columns})
    for report in reports:
        rows.add_row(
            report.feed,
            *(
                f"{count:,}"
                for count in (
                    report.stops,
                    report.trips,
                    report.services,
                    report.calls,
                    report.dropped_trips,
                )
            ),
            str(report.first_day),
            str(report.last_day),
        )
    out.print(rows)
    out.print(f"Written: {path} ({path.stat().st_size / 1000:,.0f} kB)")
    today = datetime.now(ZoneInfo(timetable.timezone)).date()
    if not timetable.runs_on(today):
        out.print(f"Nothing of it runs today ({today}); the folder's own timetable is used then.")


@command.command("show")
@geodata_option
@click.pass_context
def show(ctx: click.Context) -> None:
    """Show the timetables of the city folder: source, validity, lines, trips."""
    from locator.vehicles.own import timetables_of

    city = load(ctx).city
    columns = {"source": "left", "from": "right", "to": "right", "lines": "right", "trips": "right"}
    rows = table("Timetables, the first that runs counts", columns)
    for timetable in timetables_of(city):
        rows.add_row(
            timetable.source,
            shown(timetable.valid_from),
            shown(timetable.valid_to),
            f"{len(set(timetable.lines)):,}",
            f"{len(timetable.trip_ids):,}",
        )
    console().print(rows)
