"""Show where the AEDs on vehicles are, and note which vehicle carries which."""

from __future__ import annotations

import click

from locator.cli.commands._common import console, geodata_option, load, print_body, shown, table
from locator.cli.commands._forms import json_option


@click.group()
def command() -> None:
    """Show where the AEDs on vehicles are, and note which vehicle carries which."""


@command.command("list")
@click.option("--at", default=None, help="Moment, e.g. 2026-11-24T14:00.  [default: now]")
@json_option
@geodata_option
@click.pass_context
def list_(ctx: click.Context, at: str | None, as_json: bool) -> None:
    """Show where each vehicle is by the timetable.

    Live positions are only known to a running server (setting LOCATOR_FEEDS).
    """
    from locator.analysis.nearest import local_moment
    from locator.api.aed import VehiclesParams, vehicles
    from locator.api.asking import body_of
    from locator.api.parsing import Pairs, parse
    from locator.base.i18n import speaking

    asked = parse(VehiclesParams, Pairs.given(at=at), strict=True)
    app = load(ctx)
    if as_json:
        with speaking("en"):
            print_body(body_of(vehicles(app, asked)))
        return
    local = local_moment(app.city, asked.at)
    found = app.live_fleet.positions(local)
    columns = {"unit": "right", "vehicle": "left", "assignment": "left", "basis": "left"}
    rows = table(
        f"{local:%Y-%m-%d %H:%M}",
        columns | {"line": "right", "next stop": "left", "lon": "right", "lat": "right"},
    )
    for position in found:
        vehicle = position.vehicle
        rows.add_row(
            vehicle.unit,
            vehicle.fleet_number or "not known",
            position.assignment,
            position.basis,
            position.line or "–",
            position.next_stop or "–",
            shown(position.lon, "{:.5f}"),
            shown(position.lat, "{:.5f}"),
        )
    console().print(rows)
    if any(p.basis == "base" and p.vehicle.base_is != "place" for p in found):
        console().print(
            "base: off service. No depot is published: the place is the stop where its tour begins."
        )


@command.command("assign")
@click.argument("unit")
@click.option("--fleet-number", default=None, help="Number of the vehicle: RF302, or T:302.")
@click.option("--line", default=None, help="Line it runs on by rule, for when no feed says.")
@click.option("--clear", is_flag=True, help="Take the number back: the tour is assumed again.")
@geodata_option
@click.pass_context
def assign(
    ctx: click.Context, unit: str, fleet_number: str | None, line: str | None, clear: bool
) -> None:
    """Note in the city folder which vehicle carries the AED UNIT.

    Fleet numbers may repeat between realtime feeds; put the feed's name in front then: T:302.

    \b
    Examples:
      locator vehicles assign 7 --fleet-number T:302
      locator vehicles assign 7 --fleet-number RF302 --line 13
      locator vehicles assign 7 --clear
    """
    from locator.vehicles.fleet import assign_vehicle

    if clear == (fleet_number is not None):
        raise click.UsageError("Give either --fleet-number or --clear.")
    city = load(ctx).city
    path = assign_vehicle(city, unit, fleet_number=fleet_number, line=line)
    click.echo(f"Written: {path}. A running server takes it up when it starts again.")
