"""Say what a change would do: facilities that open or close, sites, another standard."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from locator.cli.commands._common import (
    console,
    geodata_option,
    load,
    print_body,
    shown,
    table,
    working,
)
from locator.cli.commands._forms import (
    CSV,
    GEOJSON,
    JSON,
    TABLE,
    format_option,
    out_option,
    to_file,
)

if TYPE_CHECKING:
    from locator.analysis.access.coverage import Coverage
    from locator.analysis.scenario.change import Scenario
    from locator.analysis.scenario.compare import ScenarioComparison
    from locator.analysis.scenario.supply import SupplyChange
    from locator.api.context import AppState
    from locator.api.schemas_planning import ScenariosAnswer

FORMATS = (".csv", ".geojson")
LETTERS = "ABC"


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@out_option("Write .csv (districts before and after) or .geojson (areas gained and lost, sites).")
@format_option(TABLE, JSON, CSV, GEOJSON)
@geodata_option
@click.pass_context
def command(ctx: click.Context, files: tuple[str, ...], out: Path | None, form: str | None) -> None:
    """Say what the change in FILE.json would do: before, after and the difference.

    FILE holds a layer and what changes in it; all but the layer may be left out. The page
    "What if" saves such files; its address will do as well. With - it is read from standard
    input. Two or three changes to one layer are shown side by side.

    \b
      {"layer": "nurseries", "open": [], "close": [], "planned": true,
       "add": [{"lon": 19.94, "lat": 50.06, "places": 60, "name": "Rynek"}],
       "minutes": 15, "pace_m_s": 1.1, "group": "age_0_2"}

    \b
    Examples:
      locator scenario all-open.json
      locator scenario all-open.json --json
      locator scenario all-open.json --out districts.csv
      locator scenario a.json b.json "http://localhost:8000/en/what-if/nurseries?planned=1"
      locator scenario - --out - --format geojson < all-open.json
    """
    out = to_file(out, form, FORMATS)
    from locator.api.asking import body_of
    from locator.api.scenario import (
        comparison_of,
        scenario_answer,
        scenario_map,
        scenario_table,
        supply_change_of,
    )
    from locator.base.files import write_bytes_atomically
    from locator.base.i18n import speaking

    if len(files) > 1:
        if out is not None or form in (CSV, GEOJSON):
            raise click.UsageError("Tables and areas are written of one scenario at a time.")
        _side_by_side(ctx, files, as_json=form == JSON)
        return
    (changed,) = _changes(ctx, files)
    app = load(ctx)
    with speaking("en"):
        with working("Comparing …"):
            found = comparison_of(app, changed)
        answers: dict[str, Callable[[], Any]] = {
            CSV: partial(scenario_table, app, found),
            GEOJSON: partial(scenario_map, found),
            JSON: partial(scenario_answer, app, found),
        }
        if out is not None:
            write_bytes_atomically(out, body_of(answers[out.suffix.lower()[1:]]()))
        if form in answers:
            print_body(body_of(answers[form]()))
        else:
            _show(app, found, supply_change_of(app, found))
    if out is not None:
        click.echo(f"Written: {out}", err=True)


def _changes(ctx: click.Context, given: tuple[str, ...]) -> list[Scenario]:
    """Return the changes of some files and addresses; what is wrong with a file is said first."""
    from locator.analysis.scenario.file import check_scenario, read_scenario, scenario_from
    from locator.api.scenarios import MOST, change_of_address

    if len(given) > MOST:
        raise click.UsageError(f"At most {MOST} scenarios stand side by side.")
    read: dict[str, Scenario] = {}
    for one in given:
        if one == "-":
            read[one] = scenario_from(sys.stdin.buffer.read(), file="-")
        elif Path(one).is_file():
            read[one] = read_scenario(Path(one))
        elif "?" not in one:
            raise click.BadParameter(f"File '{one}' does not exist.", param_hint="FILE")
    app = load(ctx)
    for name, change in read.items():
        check_scenario(app.walkable_city, change, file=Path(name).name)
    return [read[one] if one in read else change_of_address(app, one) for one in given]


def _side_by_side(ctx: click.Context, files: tuple[str, ...], *, as_json: bool) -> None:
    """Show two or three changes to one layer beside each other and today."""
    from locator.api.asking import body_of
    from locator.api.scenario import comparison_of
    from locator.api.scenarios import comparable, scenarios_answer
    from locator.base.i18n import speaking

    changes, app = _changes(ctx, files), load(ctx)
    with speaking("en"):
        with working("Comparing …"):
            found = comparable([comparison_of(app, one) for one in changes])
            told = scenarios_answer(app, found)
        if as_json:
            print_body(body_of(told))
            return
        out, letters = console(), LETTERS[: len(found)]
        layer = app.catalogue.layers[told["layer"]].names["en"]
        out.print(f"{layer}: scenarios side by side.")
        for letter, one in zip(letters, told["scenarios"], strict=True):
            name = f" ({one['name']})" if one["name"] else ""
            out.print(f"{letter}{name}: {' '.join(one['changes']) or 'nothing changes.'}")
        out.print(_beside(told, letters))
        made = table(
            "Districts that change",
            {
                "no.": "right",
                "district": "left",
                "today": "right",
                **dict.fromkeys(letters, "right"),
            },
        )
        for row in told["districts"]:
            if any(after != row["served_before"] for after in row["served"]):
                served = (f"{after:,}" for after in row["served"])
                made.add_row(str(row["number"]), row["name"], f"{row['served_before']:,}", *served)
        out.print(made if made.row_count else "No district changes.")


def _beside(told: ScenariosAnswer, letters: str) -> Any:
    """Return a table of what the scenarios do to the city."""
    before, each = told["before"], told["scenarios"]
    made = table("The city", {"": "left", **dict.fromkeys(("today", *letters), "right")})
    all_of = [before, *(one["after"] for one in each)]
    made.add_row("standard (min)", *(f"{one['minutes']:g}" for one in all_of))
    made.add_row("pace (m/s)", *(f"{one['pace_m_s']:g}" for one in all_of))
    made.add_row("served (people)", *(f"{one['served']:,}" for one in all_of))
    made.add_row("left out (people)", *(f"{one['unserved']:,}" for one in all_of))
    made.add_row("share served", *(f"{one['share']:.1%}" for one in all_of))
    made.add_row("mean walk (min)", *(shown(one["mean_s"], _minutes) for one in all_of))
    made.add_row("gained (people)", "", *(f"{one['gained']:,}" for one in each))
    made.add_row("lost (people)", "", *(f"{one['lost']:,}" for one in each))
    places = [one["places_per_100"] for one in each]
    if all(places):
        known = [one for one in places if one is not None]
        per_100 = (f"{one['after']:.1f}" for one in known)
        made.add_row("places per 100 in reach", f"{known[0]['before']:.1f}", *per_100)
    return made


def _show(app: AppState, found: ScenarioComparison, supply: SupplyChange | None) -> None:
    from locator.analysis.access.filter_words import filter_words, ways_said
    from locator.analysis.access.words import minimum_said

    out = console()
    before, after = found.before, found.after
    names = app.city.facilities["name"]
    layer = app.catalogue.layers[after.layer].names["en"]
    group = app.catalogue.groups[after.group].names["en"]
    out.print(
        f"{layer}: {after.served:,} of {after.people:,} people ({group}) would be served, "
        f"{before.served:,} are today: {found.people_gained:,} gained, {found.people_lost:,} lost."
    )
    for said in (filter_words(app.city, before.chosen), ways_said(found.scenario.profile)):
        if said:
            out.print(said)
    minimum = minimum_said(found)
    if minimum:
        out.print(minimum)
    if found.scenario.changes_nothing:
        out.print("The file changes nothing.")
    for words, ids in (
        ("Opened", found.opened),
        ("Closed", found.closed),
        ("Not on the map, so they change nothing here", found.not_located),
        ("Not known to be what counts, so they change nothing here", found.not_chosen),
    ):
        if ids:
            out.print(f"{words}: {'; '.join(names.loc[list(ids)])}.")
    out.print(_city_table(before, after, supply))
    if supply is not None and supply.sites_without_places:
        out.print(f"Sites without a number of places: {supply.sites_without_places}.")
    _show_districts(out, found)
    _show_gaps(out, found)
    for caveat in after.caveats:
        out.print(f"- {caveat.text}")


def _city_table(before: Coverage, after: Coverage, supply: SupplyChange | None) -> Any:
    made = table(
        "The city",
        {"": "left", "before": "right", "after": "right", "difference": "right"},
    )
    made.add_row("standard (min)", f"{before.minutes:g}", f"{after.minutes:g}", "")
    made.add_row("pace (m/s)", f"{before.pace_m_s:g}", f"{after.pace_m_s:g}", "")
    for words, name in (("served (people)", "served"), ("left out (people)", "unserved")):
        was, now = getattr(before, name), getattr(after, name)
        made.add_row(words, f"{was:,}", f"{now:,}", f"{now - was:+,}")
    points = 100 * (after.share - before.share)
    made.add_row("share served", f"{before.share:.1%}", f"{after.share:.1%}", f"{points:+.1f} pt")
    for words, name in (("mean walk (min)", "mean_s"), ("90% walk at most (min)", "p90_s")):
        was, now = getattr(before, name), getattr(after, name)
        known = was is not None and now is not None
        made.add_row(
            words,
            shown(was, _minutes),
            shown(now, _minutes),
            f"{(now - was) / 60:+.1f}" if known else "–",
        )
    if supply is not None:
        was, now = supply.before.mean_per_100, supply.after.mean_per_100
        made.add_row("places per 100 in reach", f"{was:.1f}", f"{now:.1f}", f"{now - was:+.1f}")
        was, now = supply.before.short_people, supply.after.short_people
        words = "people with less than half of today's mean"
        made.add_row(words, f"{was:,.0f}", f"{now:,.0f}", f"{now - was:+,.0f}")
    return made


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f}"


def _show_districts(out: Any, found: ScenarioComparison) -> None:
    rows = found.districts[found.districts["difference"] != 0]
    if rows.empty:
        out.print("No district changes.")
        return
    made = table(
        "Districts that change",
        {"no.": "right", "district": "left"}
        | dict.fromkeys(("people", "before", "after", "difference", "share after"), "right"),
    )
    for number, row in rows.sort_values("difference", ascending=False).iterrows():
        made.add_row(
            str(number),
            str(row["name"]),
            f"{row['people']:,.0f}",
            f"{row['served_before']:,.0f}",
            f"{row['served_after']:,.0f}",
            f"{row['difference']:+,.0f}",
            shown(row["share_after"], "{:.1%}"),
        )
    out.print(made)


def _show_gaps(out: Any, found: ScenarioComparison) -> None:
    if found.gaps.empty:
        return
    made = table(
        "The largest gaps of today",
        {"people": "right", "still left out": "right", "district": "left", "near": "left"},
    )
    rows: Any = found.gaps.itertuples()
    for gap in rows:
        made.add_row(
            f"{gap.people:,.0f}",
            f"{gap.people_after:,.0f}",
            shown(gap.district_name),
            shown(gap.place),
        )
    out.print(made)
