"""Count who lives within a walk of a layer's facilities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from locator.cli.commands._common import (
    chosen,
    console,
    filter_options,
    geodata_option,
    load,
    print_body,
    ridden,
    shown,
    standard_options,
    table,
    transit_options,
    working,
)
from locator.cli.commands._complete import layers
from locator.cli.commands._forms import (
    CSV,
    GEOJSON,
    JSON,
    TABLE,
    format_option,
    out_option,
    to_file,
)
from locator.cli.commands._planning import question

if TYPE_CHECKING:
    import pandas as pd

    from locator.analysis.access.coverage import Coverage
    from locator.api.context import AppState
    from locator.api.queries import ReachByParams
    from locator.city.catalogue import Layer

FORMATS = (".csv", ".geojson", ".json")


@click.command()
@click.argument("layer", shell_complete=layers)
@standard_options
@click.option(
    "--people",
    default=None,
    help="census, or register: people by the city's register.  [default: census]",
)
@click.option("--at", help="Count what may have stood on this day, e.g. 2024-05-01.")
@click.option("--profile", help="Whose ways: foot, pram or wheelchair.  [default: foot]")
@filter_options
@transit_options
@out_option("Write .csv (districts), .geojson (the largest gaps) or .json (everything).")
@format_option(TABLE, JSON, CSV, GEOJSON)
@geodata_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    layer: str,
    minutes: str | None,
    group: str | None,
    pace: str | None,
    people: str | None,
    at: str | None,
    profile: str | None,
    transit: bool,
    depart: str | None,
    max_walk: str | None,
    out: Path | None,
    form: str | None,
    **which: Any,
) -> None:
    """Count who lives within a walk of the facilities of LAYER, and where the gaps are.

    \b
    Examples:
      locator coverage senior_activity_centres
      locator coverage nurseries --minutes 10 --group age_0_2
      locator coverage nurseries --out gaps.geojson
      locator coverage nurseries --format csv | column -s, -t
      locator coverage senior_activity_centres --at 2024-05-01
      locator coverage nurseries --ownership public --profile pram
      locator coverage senior_activity_centres --minutes 30 --transit
    """
    out = to_file(out, form, FORMATS)
    from locator.api.asking import body_of
    from locator.api.coverage import coverage_csv, coverage_gaps, coverage_of_layer
    from locator.api.coverage_found import coverage_of, transit_of
    from locator.api.parsing import Pairs
    from locator.api.queries import ReachByParams
    from locator.base.files import write_bytes_atomically
    from locator.base.i18n import speaking

    given = Pairs.given(
        minutes=minutes,
        group=group,
        pace=pace,
        people=people,
        at=at,
        profile=profile,
        **ridden(transit=transit, depart=depart, max_walk=max_walk),
        **chosen(**which),
    )
    app = load(ctx)
    asked = question(app, ReachByParams, given, layer=layer)
    answers: dict[str, Any] = {
        CSV: coverage_csv,
        GEOJSON: coverage_gaps,
        JSON: coverage_of_layer,
    }
    with speaking("en"), working("Counting …"):
        found = coverage_of(app, asked)
        if asked.by == "transit":
            transit_of(app, asked, found)  # what is wrong with it is said before anything else
        if out is not None:
            write_bytes_atomically(out, body_of(answers[out.suffix.lower()[1:]](app, asked)))
        body = body_of(answers[form](app, asked)) if form in answers else None
    if body is not None:
        print_body(body)
    else:
        _show(app, asked, found)
    if out is not None:
        click.echo(f"Written: {out}", err=True)


def _show(app: AppState, asked: ReachByParams, found: Coverage) -> None:
    from locator.analysis.access.filter_words import filter_words
    from locator.analysis.access.words import leaves_out, parts_said, range_words
    from locator.api.coverage_found import as_of_day, district_ranges, parts_of, ranges_of
    from locator.base.i18n import speaking

    out = console()
    layer = app.catalogue.layers[found.layer]
    group = app.catalogue.groups[found.group].names["en"]
    out.print(
        f"{layer.names['en']}: {found.served:,} of {found.people:,} people ({group}) walk at most "
        f"{found.minutes:g} min at {found.pace_m_s:g} m/s: {found.share:.1%}; "
        f"{found.unserved:,} do not."
    )
    then = as_of_day(app, asked)
    same = (found.layer, found.group, found.minutes, found.pace_m_s, found.people_from)
    within = None if then else ranges_of(app, found, profile=asked.profile)
    some = parts_of(app, *same, profile=asked.profile, which=found.which)
    if then is not None:
        out.print(
            f"As of {then.at}: between {then.low:.1%} and {then.high:.1%}; {then.counted_low} are "
            f"known to have stood then, of {then.undated} more nobody knows; all are counted here."
        )
    with speaking("en"):
        said = () if within is None else range_words(within)
        today = () if then else (leaves_out(found.completeness), parts_said(some))
        for words in (filter_words(app.city, found.chosen), *said, *today):
            if words:
                out.print(f"{words[0].upper()}{words[1:].removesuffix('.')}.")
    out.print(
        f"Walking time: mean {shown(found.mean_s, _minutes)}, median "
        f"{shown(found.median_s, _minutes)}, 90th percentile {shown(found.p90_s, _minutes)}."
    )
    ways = "" if asked.profile == "foot" else f" Ways: {asked.profile}."
    out.print(
        f"Counted: {found.counted} that are open and located. Walking model: {found.model}.{ways}"
    )
    if asked.by == "transit":
        _show_transit(out, app, asked, found)
    out.print(_completeness(layer, found))
    _show_districts(out, found, district_ranges(app, asked, found))
    _show_gaps(out, found)
    for caveat in found.caveats:
        out.print(f"- {caveat.template.format(**caveat.values)}")


def _show_transit(out: Any, app: AppState, asked: ReachByParams, found: Coverage) -> None:
    from locator.analysis.transit.coverage import MINUTES
    from locator.api.coverage_found import transit_of

    reached = transit_of(app, asked, found)
    districts = table(
        f"On foot or by {' or '.join(sorted(reached.basis.modes))}, leaving at each of {MINUTES} "
        f"minutes from {reached.ride.depart:%Y-%m-%d %H:%M} on",
        {"no.": "right", "district": "left"}
        | dict.fromkeys(("reached", "from – to", "on foot", "gained", "share"), "right"),
    )
    city = {name: getattr(reached, name) for name in ("served", "low", "high", "walking", "gained")}
    total = city | {"name": "in all", "share": reached.served / found.people}
    rows: Any = reached.districts.to_dict("index")
    for number, row in [*rows.items(), ("", total)]:
        districts.add_row(
            str(number),
            str(row["name"]),
            f"{row['served']:,.0f}",
            f"{row['low']:,.0f} – {row['high']:,.0f}",
            f"{row['walking']:,.0f}",
            f"{row['gained']:,.0f}",
            shown(row["share"], "{:.1%}"),
        )
    out.print(districts)
    out.print(
        f"Reached: within {found.minutes:g} min from door to door in at least half of the minutes; "
        "from: in every one; to: in one at least. "
        f"Timetable: {'; '.join(reached.basis.sources)}."
    )
    if reached.basis.step_free is False:
        out.print("It does not say which stops and vehicles a wheelchair can use.")


def _completeness(layer: Layer, found: Coverage) -> str:
    """Return how complete the list is, and what exactly the expected number is about."""
    row = found.completeness
    listed = f"{row['listed']} are listed and {row['located']} located"
    if layer.expected is None:
        return f"How many there should be is not known; {listed}."
    note = f" {layer.expected_note['en']}" if layer.expected_note else ""
    return f"Of the {layer.expected} that there should be, {listed}.{note}"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min"


def _show_districts(out: Any, found: Coverage, within: pd.DataFrame) -> None:
    from locator.analysis.access.words import ends_said, rank_said

    districts = table(
        "Districts",
        {
            "no.": "right",
            "district": "left",
            "people": "right",
            "served": "right",
            "unserved": "right",
            "share": "right",
            "from – to": "right",
            "rank": "right",
            "mean min": "right",
            "p90 min": "right",
        },
    )
    for number, row in found.districts.join(within).iterrows():
        districts.add_row(
            str(number),
            str(row["name"]),
            shown(row["people"], "{:,.0f}"),
            shown(row["served"], "{:,.0f}"),
            shown(row["unserved"], "{:,.0f}"),
            shown(row["share"], "{:.1%}"),
            shown(row["share"], " – ".join(ends_said(row["low"], row["high"]))),
            "" if row["rank"] is None else rank_said(row["rank_low"], row["rank_high"]),
            shown(row["mean_s"], lambda s: f"{s / 60:.1f}"),
            shown(row["p90_s"], lambda s: f"{s / 60:.1f}"),
        )
    out.print(districts)


def _show_gaps(out: Any, found: Coverage) -> None:
    gaps = table(
        f"Largest gaps (of {found.gaps_total})",
        {"people": "right", "district": "left", "near": "left", "walk min": "right"},
    )
    rows: Any = found.gaps.itertuples()
    for gap in rows:
        gaps.add_row(
            shown(gap.people, "{:,.0f}"),
            shown(gap.district_name),
            shown(gap.place),
            shown(gap.walk_s, lambda s: f"{s / 60:.0f}"),
        )
    if len(found.gaps):
        out.print(gaps)
