"""List what residents report of facilities, and decide on it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from locator.cli.commands._common import (
    console,
    folder_of,
    geodata_option,
    print_json,
    table,
    working,
)
from locator.cli.commands._forms import CSV, JSON, format_option, json_option, out_option, to_file

if TYPE_CHECKING:
    from locator.curation.moderation import Desk
    from locator.curation.report_store import ReportStore
    from locator.curation.resident_reports import ResidentReport

WHO = "command line"
COLUMNS = ("id", "facility", "kind", "words", "language", "reported_on", "state", "decided_on")

reports_option = click.option(
    "--reports",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="LOCATOR_REPORTS",
    show_envvar=True,
    help="SQLite file of the reports.  [default: beside the city folder]",
)
state_option = click.option(
    "--state",
    type=click.Choice(["pending", "accepted", "rejected", "all"]),
    default="pending",
    show_default=True,
    help="Which reports.",
)


@click.group()
def reports() -> None:
    """See what residents report of facilities, and decide on it."""


@reports.command("list")
@state_option
@reports_option
@json_option
@geodata_option
@click.pass_context
def list_(ctx: click.Context, state: str, path: Path | None, as_json: bool) -> None:
    """List reports, in the order in which they came.

    \b
    Example:
      locator reports list --state accepted
    """
    found = _found(_store(ctx, path), state)
    if as_json:
        print_json([_row(report) for report in found])
        return
    made = table(
        f"Reports: {state}",
        dict.fromkeys(("id", "facility", "what", "words", "reported", "state"), "left"),
    )
    for one in found:
        made.add_row(one.id, one.facility, one.kind, one.words, one.reported_on, one.state)
    if found:
        console().print(made)
    click.echo(f"{len(found)} report(s).", err=bool(found))


@reports.command()
@click.argument("identifiers", metavar="ID...", nargs=-1, required=True)
@click.option(
    "--closed",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="Since when it is closed.  [default: the day of a report that says closed]",
)
@click.option("--phone", default=None, help="The right telephone number.")
@click.option("--hours", default=None, help='"Mo-Fr 08:00-16:00; PH off" (OpenStreetMap).')
@click.option("--hours-text", default=None, help="Hours in words.")
@click.option("--wheelchair", type=click.Choice(["yes", "limited", "no"]), default=None)
@click.option("--address", default=None, help="Street and number where it is now.")
@click.option("--lon", type=float, default=None, help="Degrees, if the address is not on file.")
@click.option("--lat", type=float, default=None, help="Degrees, likewise.")
@reports_option
@geodata_option
@click.pass_context
def accept(
    ctx: click.Context,
    /,
    identifiers: tuple[str, ...],
    path: Path | None,
    closed: datetime | None,
    **given: Any,
) -> None:
    """Accept reports: what they say becomes an override of the city folder.

    The layers' files stay as they are; a server that is running reads the overrides by itself.

    \b
    Examples:
      locator reports accept 8d2f01c9a4b7 --phone "+48 12 345 67 89"
      locator reports accept 8d2f01c9a4b7 --address "ul. Wielicka 5"
    """
    from locator.curation.moderation import Changes

    changes = Changes(closed=closed.date() if closed else None, **given)
    desk = _desk(ctx, path)
    for identifier in identifiers:
        desk.accept(identifier, changes)
        click.echo(f"Accepted: {identifier}")


def _deciding(name: str, help_text: str, said: str) -> click.Command:
    """Return a command that decides on reports without saying more."""

    @click.argument("identifiers", metavar="ID...", nargs=-1, required=True)
    @reports_option
    @geodata_option
    @click.pass_context
    def decide(ctx: click.Context, identifiers: tuple[str, ...], path: Path | None) -> None:
        desk = _desk(ctx, path)
        for identifier in identifiers:
            getattr(desk, name)(identifier)
            click.echo(f"{said}: {identifier}")

    return reports.command(name, help=help_text)(decide)


reject = _deciding("reject", "Reject reports; the override of an accepted one goes.", "Rejected")
undo = _deciding("undo", "Make reports undecided again; their overrides go.", "Undecided again")
delete = _deciding("delete", "Delete reports for good; what was corrected stays.", "Deleted")


@reports.command()
@out_option("FILE.csv, or FILE.json with the decisions as well.", required=True)
@format_option(CSV, JSON)
@reports_option
@geodata_option
@click.pass_context
def export(ctx: click.Context, out: Path, form: str | None, path: Path | None) -> None:
    """Write all reports to a file.

    \b
    Examples:
      locator reports export --out reports.csv
      locator reports export --out - --format json
    """
    import json

    from locator.base.files import write_text_atomically

    file = to_file(out, form, (".csv", ".json"))
    store = _store(ctx, path)
    rows = [_row(report) for report in store.reports()]
    if (form if file is None else file.suffix.lower()[1:]) == JSON:
        whole = {"reports": rows, "decisions": [vars(one) for one in store.decisions()]}
        text = json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
    else:
        text = "\ufeff" + _csv(rows)
    if file is None:
        click.echo(text, nl=False)
    else:
        write_text_atomically(file, text)
    click.echo(f"{len(rows)} report(s) in {out}.", err=True)


@reports.command()
@click.argument("name")
@click.option("--remove", is_flag=True, help="Take the moderator away.")
@reports_option
@geodata_option
@click.pass_context
def password(ctx: click.Context, name: str, remove: bool, path: Path | None) -> None:
    """Set the password of the moderator NAME, who may then enter at /moderate.

    It is asked for (or read from standard input), and kept as an Argon2 hash in the file of the
    reports. Without any moderator there is no such page. Another password ends open sessions.

    \b
    Example:
      locator reports password Anna
    """
    from locator.curation.passwords import hashed

    name = " ".join(name.split())
    if not name or not name.isprintable() or len(name) > 60:
        raise click.BadParameter("1 to 60 characters that show.", param_hint="NAME")
    store = _store(ctx, path)
    if remove:
        if name not in store.moderators():
            raise click.BadParameter(f"There is no moderator {name}.", param_hint="NAME")
        store.set_moderator(name, None)
        click.echo(f"{name} is no moderator any more.")
        return
    if sys.stdin.isatty():
        secret = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        secret = sys.stdin.readline().rstrip("\r\n")
    store.set_moderator(name, hashed(secret))
    click.echo(f"{name} may enter at /moderate. The file: {store.path}")


def _store(ctx: click.Context, path: Path | None) -> ReportStore:
    from locator.curation.report_store import store_of

    return store_of(folder_of(ctx), path)


def _desk(ctx: click.Context, path: Path | None) -> Desk:
    from zoneinfo import ZoneInfo

    from locator.city.model import load_city
    from locator.curation.moderation import Desk

    folder = folder_of(ctx)
    with working(f"Reading {folder} …"):
        city = load_city(folder)
    zone = ZoneInfo(city.catalogue.timezone)
    desk = Desk(city, _store(ctx, path), WHO, lambda: datetime.now(zone))
    desk.repair()
    return desk


def _found(store: ReportStore, state: str) -> tuple[ResidentReport, ...]:
    return tuple(one for one in store.reports() if state in (one.state, "all"))


def _row(report: ResidentReport) -> dict[str, str | None]:
    return {name: getattr(report, name) for name in COLUMNS}


def _csv(rows: Iterable[dict[str, str | None]]) -> str:
    import csv
    import io

    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        # A spreadsheet would take a text for a formula that somebody typed.
        safe = "'" if (row["words"] or "").startswith(("=", "+", "-", "@")) else ""
        writer.writerow(row | {"words": f"{safe}{row['words']}"})
    return out.getvalue()
