"""Check a city folder and list every fault in it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from locator.cli.commands._common import (
    console,
    folder_of,
    geodata_option,
    print_json,
    shown,
    table,
    working,
)
from locator.cli.commands._forms import json_option

if TYPE_CHECKING:
    import pandas as pd

    from locator.curation.notices import Notice

COLUMNS = {
    "expected": "expected",
    "listed": "listed",
    "located_exact": "exact",
    "located_street": "street",
    "located_area": "area",
    "not_located": "not located",
    "all_listed": "all listed",
    "all_located": "all located",
    "newest": "newest",
    "oldest": "oldest",
}

LEGEND = (
    "Columns up to “not located” are about the facilities that “expected” counts; “all” is "
    "everything in the layer."
)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--table", "only_table", is_flag=True, help="Leave the notices out.")
@json_option
@geodata_option
@click.pass_context
def command(ctx: click.Context, folder: Path | None, only_table: bool, as_json: bool) -> None:
    """Check the city folder FOLDER: every file, feature and field.

    Every fault is listed with what would be allowed, and the exit code is 1. For a sound folder
    come the notices (doubts, decisions taken, what is missing), then a table that says of each
    layer how many facilities there are in truth, on the list, and on the map (exactly, by
    street, by area, not at all), and how old the data are.

    \b
    Examples:
      locator check
      locator check --table
      locator check ../another-city --json
    """
    from locator.city.completeness import completeness
    from locator.city.model import load_city
    from locator.curation.check import check_folder
    from locator.curation.notices import notices

    where = folder_of(ctx, folder)
    with working(f"Checking {where} …"):
        faults = check_folder(where)
    if faults:
        if as_json:
            print_json({"folder": str(where), "faults": [asdict(fault) for fault in faults]})
        else:
            for fault in faults:
                click.echo(str(fault))
            click.echo(f"{len(faults)} fault(s) in {where}.", err=True)
        ctx.exit(1)
    city = load_city(where)
    remarks = notices(city)
    frame = completeness(city)
    if as_json:
        print_json(_answer(where, frame, remarks))
        return
    if not only_table:
        for remark in remarks:
            click.echo(str(remark))
    headers = {"layer": "left"} | dict.fromkeys(COLUMNS.values(), "right")
    made = table(f"{where}: no faults, {len(remarks)} notices", headers)
    for layer, row in frame.iterrows():
        made.add_row(str(layer), *(shown(row[column]) for column in COLUMNS))
    console().print(made)
    click.echo(LEGEND)


def _answer(where: Path, frame: pd.DataFrame, remarks: list[Notice]) -> dict[str, Any]:
    rows: Any = frame.astype(object).where(frame.notna(), None)
    return {
        "folder": str(where),
        "faults": [],
        "notices": [asdict(remark) for remark in remarks],
        "layers": {str(layer): _plain(row) for layer, row in rows.to_dict("index").items()},
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    # numpy's numbers are not JSON's
    return {name: value.item() if hasattr(value, "item") else value for name, value in row.items()}
