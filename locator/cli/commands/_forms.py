"""Say in which form an answer is printed or written: ``--format``, ``--json``, ``--out``."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TextIO

import click

TABLE, JSON, JSONL, CSV, GEOJSON = "table", "json", "jsonl", "csv", "geojson"
STANDARD_OUTPUT = Path("-")

Command = Callable[..., Any]
Row = Mapping[str, Any]


def format_option(*forms: str) -> Callable[[Command], Command]:
    """Add ``--format``, and ``--json`` and ``--jsonl`` for short; the command takes ``form``.

    ``form`` is None where nothing is said.
    """
    short = [form for form in (JSON, JSONL) if form in forms]

    def add(command: Command) -> Command:
        @wraps(command)
        def run(*args: Any, form: str | None, **options: Any) -> Any:
            asked = [one for one in short if options.pop(f"as_{one}")]
            if len({*asked, form} - {None}) > 1:
                raise click.UsageError("Say once in which form: --format or --json, not both.")
            return command(*args, form=asked[0] if asked else form, **options)

        made: Command = run
        for one in reversed(short):
            what = "JSON for machines" if one == JSON else "a JSON object a line"
            told = f"Print {what}: --format {one}."
            made = click.option(f"--{one}", f"as_{one}", is_flag=True, help=told)(made)
        return click.option(
            "--format",
            "form",
            type=click.Choice(forms),
            help="How to print." + (f"  [default: {TABLE}]" if TABLE in forms else ""),
        )(made)

    return add


def json_option(command: Command) -> Command:
    """Add a choice of a table or JSON; the command takes ``as_json``."""

    @wraps(command)
    def run(*args: Any, form: str | None, **options: Any) -> Any:
        return command(*args, as_json=form == JSON, **options)

    return format_option(TABLE, JSON)(run)


def out_option(told: str, *, required: bool = False) -> Callable[[Command], Command]:
    """Add ``--out``: a file, or ``-`` for standard output."""
    return click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False, writable=True, allow_dash=True),
        default=None,
        required=required,
        help=f"{told} With - what --format says goes to standard output.",
    )


def to_file(out: Path | None, form: str | None, formats: Sequence[str]) -> Path | None:
    """Return the file to write; None for none. End with what is wrong with its name.

    With ``-`` there is none, and `form` has to say what is printed.
    """
    if out is None:
        return None
    if out == STANDARD_OUTPUT:
        if form in (None, TABLE):
            known = ", ".join(one.removeprefix(".") for one in formats)
            raise click.UsageError(f"--out - needs --format, one of: {known}.")
        return None
    if out.suffix.lower() not in formats:
        raise click.BadParameter(
            f"{out.name} has to end in one of: {', '.join(formats)}.", param_hint="--out"
        )
    if not out.absolute().parent.is_dir():
        raise click.BadParameter(f"There is no folder {out.parent}.", param_hint="--out")
    return out


@contextmanager
def rows_to(out: TextIO, form: str, columns: Sequence[str]) -> Iterator[Callable[[Row], None]]:
    """Give a function that writes a row as soon as it is known.

    Parameters
    ----------
    out : text file
    form : str
        ``csv``, ``jsonl``, ``json`` (one list) or ``geojson`` (points by ``lon`` and ``lat``).
    columns : sequence of str
        What a row may have; what it lacks is empty, or null.
    """
    if form == CSV:
        table = csv.DictWriter(out, columns, lineterminator="\n")
        table.writeheader()
        yield lambda row: table.writerow({name: _cell(value) for name, value in row.items()})
        return
    begin, between, end = {
        JSONL: ("", "\n", "\n"),
        JSON: ("[\n", ",\n", "\n]\n"),
        GEOJSON: ('{"type": "FeatureCollection", "features": [\n', ",\n", "\n]}\n"),
    }[form]
    first = True

    def write(row: Row) -> None:
        nonlocal first
        whole: dict[str, Any] = {name: row.get(name) for name in columns}
        made = _feature(whole) if form == GEOJSON else whole
        text = json.dumps(made, ensure_ascii=False, allow_nan=False)
        out.write(text if first else between + text)
        first = False

    out.write(begin)
    yield write
    out.write("" if first and form == JSONL else end)


def print_rows(rows: Iterable[Row], form: str, columns: Sequence[str]) -> None:
    """Print rows that are all known, as `rows_to` writes them."""
    with rows_to(sys.stdout, form, columns) as write:
        for row in rows:
            write(row)


def _cell(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, list) else value


def _feature(row: dict[str, Any]) -> dict[str, Any]:
    lon, lat = row.pop("lon"), row.pop("lat")
    point = None if lon is None else {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "geometry": point, "properties": row}


@contextmanager
def whole_text(path: Path) -> Iterator[TextIO]:
    """Give a text file to write that becomes `path` at the end, whole or not at all."""
    from locator.base.files import written

    with written(path) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        yield text
        text.flush()
        text.detach()
