"""Say where to build next, which facility is missed least, and which to move."""

from __future__ import annotations

from dataclasses import replace
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
    standard_options,
    table,
    working,
)
from locator.cli.commands._complete import districts, layers
from locator.cli.commands._forms import CSV, GEOJSON, JSON, JSONL, TABLE, format_option, print_rows
from locator.cli.commands._planning import district_number, question, read_area, unit_code

if TYPE_CHECKING:
    import pandas as pd

    from locator.analysis.siting.solve import Siting, SitingQuery
    from locator.api.context import AppState

SOON_S = 2.0
"""Nobody has to be told how long a search takes that is over by then."""


@click.command()
@click.argument("layer", shell_complete=layers)
@click.option("-n", "count", default=None, help="How many sites, 1 to 20.  [default: 5]")
@click.option(
    "--objective",
    type=click.Choice(["cover", "median", "target_share", "budget", "centre", "places"]),
    default="cover",
    show_default=True,
    help="Most people within the standard, shortest walks in sum, fewest sites for a share, most "
    "people for the money, the longest walk shortest, or most people with a place.",
)
@click.option(
    "--method",
    type=click.Choice(["quick", "greedy", "exact"]),
    default="quick",
    show_default=True,
    help="The best found in a moment, one site after the other, or time for the proof.",
)
@click.option("--planned", is_flag=True, help="Count what is under way as open.")
@click.option(
    "--capacity", default=None, help="People that one site can take (cover, target_share, places)."
)
@click.option(
    "--demand-percent", default=None, help="So many of 100 want a place (places).  [default: 100]"
)
@click.option("--target-percent", default=None, help="Share to reach (target_share).")
@click.option("--budget", default=None, help="Money for all sites (budget).")
@click.option("--price", default=None, help="What a site costs (budget).")
@click.option(
    "--price-in",
    multiple=True,
    help="What it costs in a district or unit: IV:900000, IV.3:900000. Repeat it for several.",
)
@click.option(
    "--district",
    shell_complete=districts,
    default=None,
    help="Only sites in this district: IV, 4 or its name.",
)
@click.option("--unit", default=None, help="Only sites in this neighbourhood: IV.3 or its name.")
@click.option(
    "--avoid",
    multiple=True,
    help="No site in this district: IV, 4 or its name. Repeat it for several.",
)
@click.option("--avoid-unit", multiple=True, help="No site in this neighbourhood; repeatable.")
@standard_options
@click.option("--profile", help="Whose ways: foot, pram or wheelchair.  [default: foot]")
@filter_options
@click.option(
    "--forbidden",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="GeoJSON of polygons in which nothing may stand.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(0.1, 3600),
    default=20.0,
    show_default=True,
    help="Computing for --method exact, in seconds it usually takes; then the best known is shown.",
)
@click.option("--least-missed", is_flag=True, help="Which facility would be missed least instead.")
@click.option("--best-move", is_flag=True, help="Which facility to move, and where to, instead.")
@format_option(TABLE, JSON, JSONL, CSV, GEOJSON)
@geodata_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    layer: str,
    count: str | None,
    objective: str,
    method: str,
    planned: bool,
    capacity: str | None,
    demand_percent: str | None,
    target_percent: str | None,
    budget: str | None,
    price: str | None,
    price_in: tuple[str, ...],
    district: str | None,
    unit: str | None,
    avoid: tuple[str, ...],
    avoid_unit: tuple[str, ...],
    minutes: str | None,
    group: str | None,
    pace: str | None,
    profile: str | None,
    forbidden: Path | None,
    time_limit: float,
    least_missed: bool,
    best_move: bool,
    form: str | None,
    **which: Any,
) -> None:
    """Say where the next facilities of LAYER should stand, around those that exist.

    Sites are chosen among addresses and stops. Each line says how many more people the site
    serves after those above it: the point where a further one is hardly worth it can be seen.
    Below stands how much more another choice can gain, and how many gain as much.

    \b
    Examples:
      locator sites nurseries -n 5 --planned
      locator sites nurseries --method exact --time-limit 60
      locator sites nurseries --format geojson > sites.geojson
      locator sites nurseries --objective median --method exact
      locator sites nurseries --objective target_share --target-percent 85
      locator sites nurseries --objective budget --budget 5000 --price 900 --price-in I:1500
      locator sites nurseries --objective places --demand-percent 45 --capacity 60
      locator sites senior_activity_centres --objective centre -n 3
      locator sites day_care_homes --capacity 30 --method exact
      locator sites senior_activity_centres --district IV --forbidden parks.geojson
      locator sites nurseries --avoid I --avoid XVIII
      locator sites nurseries --least-missed
      locator sites nurseries --best-move -n 3
      locator sites nurseries --least-missed --objective places --demand-percent 30
    """
    if least_missed and best_move:
        raise click.UsageError("Give either --least-missed or --best-move.")
    from locator.api.parsing import Pairs
    from locator.api.planning_queries import SitingParams, siting_of

    given = Pairs.given(
        n=count,
        objective=objective,
        method=method,
        capacity=capacity,
        minutes=minutes,
        group=group,
        pace=pace,
        planned="1" if planned else None,
        target_percent=target_percent,
        demand_percent=demand_percent,
        budget=budget,
        price=price,
        profile=profile,
        **chosen(**which),
    )
    area = None if forbidden is None else read_area(forbidden)
    app = load(ctx)
    if price_in:
        given["price_in"] = [_numbered(app, one) for one in price_in]
    asked = question(app, SitingParams, given, layer=layer)
    query = replace(
        siting_of(asked),
        district=None if district is None else district_number(app.city, district),
        unit=None if unit is None else unit_code(app.city, unit),
        avoid=tuple(sorted({district_number(app.city, one, hint="--avoid") for one in avoid})),
        avoid_units=tuple(
            sorted({unit_code(app.city, one, hint="--avoid-unit") for one in avoid_unit})
        ),
        forbidden=area,
    )
    if method == "exact":
        query = replace(query, time_limit_s=time_limit)
    if least_missed or best_move:
        if method == "exact" or objective not in ("cover", "places") or capacity is not None:
            raise click.UsageError(
                "--least-missed and --best-move weigh coverage only, or places, without proof."
            )
        if form not in (None, TABLE, JSON):
            raise click.UsageError(f"--format {form} is for new sites, not for those that exist.")
        _existing(app, query, move=best_move, as_json=form == JSON)
    else:
        _new_sites(app, query, form=form)


def _numbered(app: AppState, given: str) -> str:
    """Return a price with the number of the district or the code of the unit it is for."""
    name, colon, price = given.rpartition(":")
    if not colon:
        return given
    if name in app.city.units.index:
        return given
    return f"{district_number(app.city, name, hint='--price-in')}:{price}"


def _new_sites(app: AppState, query: SitingQuery, *, form: str | None) -> None:
    from locator.analysis.access.counted import filter_count
    from locator.analysis.access.filter_words import filter_words, ways_said
    from locator.analysis.siting.query import time_limit_s
    from locator.analysis.siting.words import certainty
    from locator.api.asking import body_of
    from locator.api.schemas_planning import Site
    from locator.api.siting import found_sites, sites_answer
    from locator.base.i18n import speaking

    limit_s = time_limit_s(query)
    least = f"Looking for the proven best, usually {limit_s:g} s at most …"
    slow = query.method != "greedy" and limit_s > SOON_S
    with working(least if slow else "Weighing the sites …"):
        found = found_sites(app, query)
    if form not in (None, TABLE):
        answer = sites_answer(app, found)
        if form == JSON:
            print_body(body_of(answer))
        else:
            print_rows(answer["sites"], form, tuple(Site.__annotations__))
        return
    out = console()
    asked = found.query
    layer = app.catalogue.layers[asked.layer].names["en"]
    group = app.catalogue.groups[str(asked.group)].names["en"]
    lack = f"walk more than {asked.minutes:g} min"
    if asked.objective == "places":
        lack = f"have no place within {asked.minutes:g} min"
    out.print(
        f"{layer}: {found.unserved_before:,.0f} of {found.people:,.0f} people ({group}) {lack} "
        f"at {asked.pace_m_s:g} m/s"
        + (", with what is under way counted as open." if asked.planned else ".")
    )
    with speaking("en"):
        ground = app.walkable_city.choosing(asked.which)
        words = filter_words(app.city, filter_count(ground, asked.layer))
        for said in filter(None, (words, ways_said(asked.profile))):
            out.print(said)
    if found.places_unknown:
        out.print(
            f"Facilities without a known number of places take nobody: {found.places_unknown}."
        )
    if found.longest_before_s is not None:
        out.print(f"The longest walk is {found.longest_before_s / 60:.0f} min.")
    if found.sites.empty:
        enough = asked.objective == "target_share" and found.proven
        out.print("The share is reached already." if enough else "No site gains anybody.")
        return
    out.print(_sites_table(found))
    if found.cost is not None:
        out.print(f"The sites cost {found.cost:,.2f} of {asked.budget:,.2f}.")
    if asked.objective == "target_share":
        served = found.people - found.unserved_before + float(found.sites["total"].iloc[-1])
        out.print(f"Then {served / found.people:.1%} are within the standard.")
    out.print(f"{found.candidates:,} places weighed.")
    with speaking("en"):
        out.print(" ".join(certainty(found)))
    out.print(f"Walking model: {found.model}.")


def _sites_table(found: Siting) -> Any:
    units = {"median": "person-minutes saved", "centre": "minutes off the longest walk"}
    unit = units.get(found.query.objective, "people")
    digits = ",.1f" if found.query.objective == "centre" else ",.0f"
    made = table(
        "Where to build next",
        {"no.": "right", "near": "left", "district": "left", unit: "right", "in all": "right"}
        | {"as good": "right", "lat": "right", "lon": "right"},
    )
    rows: Any = found.sites.itertuples()
    for site in rows:
        made.add_row(
            str(site.rank),
            f"{site.name} ({site.kind})",
            str(site.district_name),
            f"{site.gained:{digits}}",
            f"{site.total:{digits}}",
            f"{site.ties:,}",
            f"{site.lat:.5f}",
            f"{site.lon:.5f}",
        )
    return made


def _existing(app: AppState, query: SitingQuery, *, move: bool, as_json: bool) -> None:
    from locator.api.asking import body_of
    from locator.api.siting import (
        closures_answer,
        found_closures,
        found_relocations,
        relocations_answer,
    )

    with working("Weighing the facilities …"):
        found = (found_relocations if move else found_closures)(app, query).head(query.count)
    if as_json:
        answer = relocations_answer(app, query) if move else closures_answer(app, query)
        print_body(body_of(answer))
        return
    out = console()
    if found.empty:
        out.print("No facility would serve more people elsewhere.")
        return
    out.print(_move_table(found) if move else _missed_table(found, query))


def _missed_table(found: pd.DataFrame, query: SitingQuery) -> Any:
    lost = "lose their place" if query.objective == "places" else "fall out of the standard"
    made = table(
        f"Least missed: people who would {lost} if all its sites closed",
        {"facility": "left", "lost": "right", "within the standard of it": "right", "ids": "left"},
    )
    for _, row in found.iterrows():
        ids = ", ".join(row["sites"])
        made.add_row(str(row["name"]), f"{row['lost']:,.0f}", f"{row['served']:,.0f}", ids)
    return made


def _move_table(found: pd.DataFrame) -> Any:
    made = table(
        "Best moves: people served more when one site stands elsewhere",
        {"facility": "left", "to": "left", "lost": "right", "gained": "right", "net": "right"}
        | {"id": "left"},
    )
    for key, row in found.iterrows():
        made.add_row(
            str(row["name"]),
            str(row["site"]),
            f"{row['lost']:,.0f}",
            f"{row['gained']:,.0f}",
            f"{row['net']:+,.0f}",
            str(key),
        )
    return made
