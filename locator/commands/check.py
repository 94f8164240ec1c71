"""Check a city folder and list every fault in it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from locator.commands._common import (
    console,
    folder_of,
    geodata_option,
    json_option,
    print_json,
    shown,
    table,
    working,
)

if TYPE_CHECKING:
    import pandas as pd

    from locator.city import City

COLUMNS = {
    "expected": "expected",
    "listed": "listed",
    "located_exact": "exact",
    "located_street": "street",
    "located_area": "area",
    "not_located": "not located",
    "all_listed": "all listed",
    "all_located": "all located",
    "notes": "notes",
    "newest": "newest",
    "oldest": "oldest",
}

LEGEND = (
    "Columns up to “not located” are about the facilities that “expected” counts; “all” is "
    "everything in the layer. Notes are decisions written into the data: --notes lists them."
)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--notes", "with_notes", is_flag=True, help="List the notes of the data as well.")
@json_option
@geodata_option
@click.pass_context
def command(ctx: click.Context, folder: Path | None, with_notes: bool, as_json: bool) -> None:
    """Check the city folder FOLDER: every file, feature and field.

    Every fault is listed with what would be allowed, and the exit code is 1. For a sound folder
    a table says of each layer how many facilities there are in truth, on the list, and on the
    map (exactly, by street, by area, not at all), and how old the data are.

    \b
    Examples:
      locator check
      locator check --notes
      locator check ../another-city --json
    """
    from locator.check import check_folder, completeness
    from locator.city import load_city

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
    notes = _notes(city)
    frame = completeness(city).assign(notes=notes.groupby("layer").size())
    frame["notes"] = frame["notes"].fillna(0).astype(int)
    if as_json:
        print_json(_answer(where, frame, notes))
        return
    headers = {"layer": "left"} | dict.fromkeys(COLUMNS.values(), "right")
    made = table(f"{where}: no faults", headers)
    for layer, row in frame.iterrows():
        made.add_row(str(layer), *(shown(row[column]) for column in COLUMNS))
    console().print(made)
    click.echo(LEGEND)
    if with_notes:
        for facility_id, row in notes.iterrows():
            click.echo(f"{row['layer']}: {facility_id}: {row['note']}")


def _notes(city: City) -> pd.DataFrame:
    noted: pd.DataFrame = city.facilities[["layer", "note"]]
    return noted[noted["note"].notna()].astype(str)


def _answer(where: Path, frame: pd.DataFrame, notes: pd.DataFrame) -> dict[str, Any]:
    rows: Any = frame.astype(object).where(frame.notna(), None)
    return {
        "folder": str(where),
        "faults": [],
        "layers": {str(layer): _plain(row) for layer, row in rows.to_dict("index").items()},
        "notes": notes["note"].to_dict(),
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    # numpy's numbers are not JSON's
    return {name: value.item() if hasattr(value, "item") else value for name, value in row.items()}
