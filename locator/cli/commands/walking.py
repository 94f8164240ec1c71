"""Compare the walking model with measured walking times."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from locator.cli.commands._common import (
    console,
    geodata_option,
    load,
    print_json,
    shown,
    table,
    working,
)
from locator.cli.commands._complete import groups, layers
from locator.cli.commands._forms import json_option

MEASURES = ("median_abs_pct", "mean_abs_pct", "bias_pct")


@click.group()
def command() -> None:
    """Look at the walking model of a city."""


@command.command()
@click.argument("csv", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@geodata_option
@click.pass_context
def report(ctx: click.Context, csv: Path, as_json: bool) -> None:
    """Compare the walking model with the measured walking times of CSV.

    CSV is a table in UTF-8 with the columns from_lon, from_lat, to_lon, to_lat (degrees) and
    walk_s (seconds). Printed are the errors of the model, and of the straight line times 1.26,
    in percent: per bank, across the river, all.

    \b
    Example:
      locator walking report walking_times.csv
    """
    from locator.walking.validation import walking_report

    app = load(ctx)
    with working("Walking …"):
        found = walking_report(app.city, csv, model=app.walkable_city.model)
    if as_json:
        rows: Any = found.astype(object).where(found.notna(), None)
        print_json({"model": app.walkable_city.model.name, "pairs": rows.to_dict("index")})
        return
    made = table(
        f"Errors in %: the model ({app.walkable_city.model.name}) and the straight line x 1.26",
        {"pairs": "left", "n": "right"}
        | {
            f"{who} {measure.removesuffix('_pct').replace('_abs', '')}": "right"
            for who in ("model", "plain")
            for measure in MEASURES
        },
    )
    for name, row in found.iterrows():
        values = [row[f"{who}_{measure}"] for who in ("model", "plain") for measure in MEASURES]
        made.add_row(
            str(name).replace("_", " "),
            f"{row['n']:.0f}",
            *(shown(value, "{:.1f}") for value in values),
        )
    console().print(made)


@command.command()
@click.option("--layer", shell_complete=layers, required=True, help="Id of a layer.")
@click.option("--minutes", type=click.FloatRange(1, 60), default=None, help="Standard.")
@click.option("--pace", type=click.FloatRange(0.3, 3), default=None, help="Metres a second.")
@click.option(
    "--group",
    shell_complete=groups,
    default=None,
    help="Age group that counts; by default the layer's.",
)
@json_option
@geodata_option
@click.pass_context
def compare(
    ctx: click.Context,
    layer: str,
    minutes: float | None,
    pace: float | None,
    group: str | None,
    as_json: bool,
) -> None:
    """Compare the street network with the estimate for one layer.

    Printed are how many demand points have another nearest facility, how the walks differ, and
    how many people the one model serves within the standard and the other does not.

    \b
    Example:
      locator walking compare --layer nurseries --minutes 15
    """
    from locator.analysis.access.coverage import CoverageQuery
    from locator.analysis.access.model_comparison import both_models, compare, comparison_rows

    app = load(ctx)
    with working("Walking …"):
        estimate, network = both_models(app.walkable_city)
        found = compare(estimate, network, CoverageQuery(layer, minutes, group, pace))
    if as_json:
        bands = [
            {key: None if value == float("inf") else value for key, value in band.items()}
            for band in found.bands.to_dict("records")
        ]
        print_json(vars(found) | {"bands": bands})
        return
    made = table(f"{layer}: the street network beside the estimate", {"": "left", "value": "right"})
    for words, value in comparison_rows(found):
        made.add_row(words, value)
    console().print(made)
