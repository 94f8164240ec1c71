"""Compare the city folder with its official sources; take over what you accept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import click

from locator.cli.commands._common import (
    console,
    folder_of,
    geodata_option,
    print_json,
    progress_bar,
    shown,
    table,
    working,
)
from locator.cli.commands._complete import sources
from locator.cli.commands._forms import GEOJSON, JSON, TABLE, format_option, out_option, to_file

if TYPE_CHECKING:
    from locator.city.model import City
    from locator.curation.refresh.difference import Change
    from locator.curation.refresh.refreshing import Looked
    from locator.curation.refresh.sources import Source

MOST_ROWS = 60
"""Rows of a table; --out and --json have all."""


@click.command()
@click.argument("source", required=False, shell_complete=sources)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--list", "listed", is_flag=True, help="List the sources, and ask none of them.")
@click.option(
    "--accept", is_flag=True, help="Take over the rows with these IDs, or all but doubtful."
)
@click.option("--keep", is_flag=True, help="Leave ours for these IDs, until the source changes.")
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Take a reply that somebody saved, and ask nobody.",
)
@out_option("Write the difference: FILE.geojson.")
@format_option(TABLE, JSON, GEOJSON)
@geodata_option
@click.pass_context
def command(
    ctx: click.Context,
    source: str | None,
    ids: tuple[str, ...],
    listed: bool,
    accept: bool,
    keep: bool,
    file: Path | None,
    out: Path | None,
    form: str | None,
) -> None:
    """Show what SOURCE says otherwise than the city folder; without SOURCE, each one that is due.

    Nothing is changed before you accept it: --accept takes over what the last look showed, all
    rows but the doubtful ones, or those with the IDs that you name. An answer that is cut off, too
    short, an error, or not what it was changes nothing, says why, and ends with 1.

    \b
    Examples:
      locator refresh --list
      locator refresh nursery_register --out difference.geojson
      locator refresh nursery_register --accept
      locator refresh nursery_register --accept nurseries-014 nurseries-021
      locator refresh nursery_register --keep nurseries-033
      locator refresh nursery_register --from register.csv
    """
    from locator.base.files import locked
    from locator.city.model import load_city

    for name, given in (("--accept", accept), ("--keep", keep), ("--from", file), ("--out", out)):
        if given and source is None:
            raise click.UsageError(f"{name} needs a SOURCE; see locator refresh --list.")
    if accept and keep:
        raise click.UsageError("Either --accept or --keep.")
    if keep and not ids:
        raise click.UsageError("--keep needs the IDs of the rows that stay as they are.")
    if ids and not (accept or keep):
        raise click.UsageError("IDs go with --accept or --keep.")
    if form == GEOJSON and (source is None or listed):
        raise click.UsageError("--format geojson needs a SOURCE; see locator refresh --list.")
    out = to_file(out, form, (".geojson",))
    folder = folder_of(ctx)
    with locked(folder) if accept else nullcontext():  # from reading to writing nobody else writes
        with working(f"Reading {folder} …"):
            city = load_city(folder)
        now = datetime.now(ZoneInfo(city.catalogue.timezone))
        if listed:
            _list(city, now, as_json=form == JSON)
        elif source is None:
            _all(ctx, city, now, as_json=form == JSON)
        else:
            _one(
                city, source, ids, now=now, accept=accept, keep=keep, file=file, out=out, form=form
            )


def _one(
    city: City,
    name: str,
    ids: tuple[str, ...],
    *,
    now: datetime,
    accept: bool,
    keep: bool,
    file: Path | None,
    out: Path | None,
    form: str | None,
) -> None:
    from locator.base.files import write_text_atomically
    from locator.curation.refresh.refreshing import (
        keep_ours,
        look,
        next_step,
        source_called,
        take_over,
    )

    source = source_called(city, name)
    with working(f"Asking {urlsplit(source.url).netloc} …"):
        looked = look(city, source, now=now, file=file, again=not (accept or keep))
    if out is not None:
        write_text_atomically(out, json.dumps(looked.difference.geojson(), ensure_ascii=False))
    if accept:
        with (
            progress_bar(quiet=form not in (None, TABLE)) as progress,
            working("Checking the folder …"),
        ):
            done = take_over(city, looked, ids, progress=progress)
    else:
        done = keep_ours(city, looked, ids) if keep else ()
    if form == GEOJSON:
        print_json(looked.difference.geojson())
        return
    if form == JSON:
        print_json(_as_json(looked, accepted=done if accept else (), kept=done if keep else ()))
        return
    _show(looked, done if accept or keep else looked.difference.changes)
    if accept or keep:
        click.echo(f"Rows {'written' if accept else 'left as they are'}: {len(done)}.")
        step = next_step(source, city) if accept and done else None
        click.echo(step, nl=step is not None)
    elif looked.difference.changes:
        click.echo(f"Nothing was changed. To take it over: locator refresh {name} --accept")
        if looked.difference.counts["doubtful"]:
            click.echo("Doubtful rows are decided on by their id: --accept ID, or --keep ID.")


def _all(ctx: click.Context, city: City, now: datetime, *, as_json: bool) -> None:
    """Show every source that is due; a source that fails does not keep the others from it."""
    from locator.base.errors import LocatorError
    from locator.curation.refresh.refreshing import is_due, look, sources_of

    found: list[dict[str, Any]] = []
    failed = False
    due = [source for source in sources_of(city).values() if is_due(city, source, now)]
    for source in due:
        try:
            with working(f"Asking {urlsplit(source.url).netloc} …"):
                looked = look(city, source, now=now)
        except LocatorError as error:
            failed = True
            found.append({"source": source.id, "error": error.message})
            click.echo(f"Error: {error.message}", err=True)
            continue
        found.append(_as_json(looked))
        if not as_json:
            _show(looked, looked.difference.changes)
    if as_json:
        print_json(found)
    elif not due:
        click.echo("No source is due." if sources_of(city) else "This folder names no sources.")
    if failed:
        ctx.exit(1)


def _list(city: City, now: datetime, *, as_json: bool) -> None:
    from locator.curation.refresh.refreshing import is_due, sources_of

    sources = sources_of(city).values()
    if as_json:
        print_json([_about(source) | {"due": is_due(city, source, now)} for source in sources])
        return
    columns = ("source", "of", "for", "every", "tried on", "licence", "due")
    rows = table("Sources", dict.fromkeys(columns, "left"))
    for source in sources:
        rows.add_row(
            source.id,
            source.attribution,
            _target(source),
            f"{source.every_days} d",
            source.tried,
            source.licence,
            "yes" if is_due(city, source, now) else "no",
        )
    console().print(rows)


def _target(source: Source) -> str:
    if source.reader == "geocoder":
        return "facilities without a point"
    return "watched" if source.into == "-" else source.into


def _about(source: Source) -> dict[str, Any]:
    names = ("id", "title", "url", "into", "every_days", "least_rows", "tried", "licence")
    return {name: getattr(source, name) for name in (*names, "attribution")}


def _show(looked: Looked, changes: Sequence[Change]) -> None:
    difference = looked.difference
    out = console()
    notes = [change for change in changes if set(change.fields) == {"note"} and not change.why]
    some = [change for change in changes if change not in notes]
    rows = table(
        f"{difference.source.id}: {difference.source.title}, {difference.date}",
        {"": "left", "id": "left", "name": "left", "what": "left", "moved (m)": "right"},
    )
    for change in some[:MOST_ROWS]:
        rows.add_row(
            change.kind, change.id, change.name, what(change), shown(change.moved_m, "{:,.0f}")
        )
    if some:
        out.print(rows)
    if len(some) > MOST_ROWS:
        out.print(f"… and {len(some) - MOST_ROWS:,} more rows; --out and --json have all.")
    if notes:
        out.print(f"{len(notes):,} more change a note alone; --out and --json have all.")
    out.print(", ".join(f"{count:,} {kind}" for kind, count in difference.counts.items()) + ".")
    out.print(f"Copy of {looked.copy.fetched_at}, SHA-256 {looked.copy.sha256[:16]}…")


def what(change: Change) -> str:
    """Return in words what a row of a difference changes, and why it is doubtful."""
    if change.kind == "new":
        said = [f"{name}: {new}" for name, (_, new) in change.fields.items() if name in TELLING]
    else:
        said = [f"{name}: {shown(old)} → {new}" for name, (old, new) in change.fields.items()]
    if change.kind == "new" and change.after is None:
        said.append("no place is known")
    return "; ".join([*said, *([f"({change.why})"] if change.why else [])])


TELLING = ("street", "housenumber", "places", "opening_hours", "hours_text", "trips")
"""What is shown of something new; --json has the rest."""


def _as_json(
    looked: Looked, *, accepted: Iterable[Change] = (), kept: Iterable[Change] = ()
) -> dict[str, Any]:
    difference = looked.difference
    return {
        "source": difference.source.id,
        "source_date": difference.date,
        "fetched_at": looked.copy.fetched_at,
        "sha256": looked.copy.sha256,
        "counts": difference.counts,
        "changes": [item["properties"] for item in difference.geojson()["features"]],
        "accepted": [change.id for change in accepted],
        "kept": [change.id for change in kept],
    }
