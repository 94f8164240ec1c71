"""Answer many origins, one after the other, as they are read: a row for each place found."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

import click

from locator.base.errors import LocatorError, QuestionError
from locator.cli.commands._forms import STANDARD_OUTPUT, Row, rows_to

if TYPE_CHECKING:
    from locator.api.context import AppState
    from locator.api.nearest import FoundNearest

WORDS = ("address", "q", "adres")
"""Names that a column of addresses may have."""

OF_ORIGIN = ("id", "from", "origin", "origin_kind", "origin_precision", "origin_lon", "origin_lat")
OF_PLACE = ("facility_id", "layer", "name", "address", "phone", "location_precision", "lon", "lat")
OF_WALK = ("walk_m", "walk_s", "pace_m_s", "model", "open_state", "next_change")
COLUMNS = (*OF_ORIGIN, "rank", *OF_PLACE, *OF_WALK, "fault")

NOTHING = "Nothing was found."


@dataclass(frozen=True)
class Origin:
    """One row of a file of origins.

    Attributes
    ----------
    id : str
        As the file has it, else the number of the row, from 1.
    asked : str
        What is said of where it is.
    given : mapping of str to str
        The same as the parameters of a question; empty where nothing is said.
    fault : str or None
        What is wrong with the row itself.
    """

    id: str
    asked: str
    given: Mapping[str, str]
    fault: str | None = None


@contextmanager
def opened(source: Path) -> Iterator[BinaryIO]:
    """Give a file to read, or standard input for ``-``."""
    if source == STANDARD_OUTPUT:
        yield sys.stdin.buffer
        return
    try:
        with source.open("rb") as stream:
            yield stream
    except OSError as error:
        said = f"{source}: {error.strerror}."
        raise click.BadParameter(said, param_hint="--from") from None


def origins(stream: BinaryIO) -> Iterator[Origin]:
    """Yield the origins of a CSV file in UTF-8 while it is read; end where it is none.

    Its header names ``address`` (or ``q``), or ``lat`` and ``lon``, and may name ``id``. Cells
    are parted by commas, or by semicolons where the header has no comma.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        header = text.readline()
        names = next(csv.reader([header], delimiter=_mark(header)), [])
        columns = [name.strip().casefold() for name in names]
        words = next((name for name in WORDS if name in columns), None)
        pair = {"lat", "lon"} <= set(columns)
        if words is None and not pair:
            known = ", ".join(columns) or "none"
            raise _unreadable(f"the header has to name address, or lat and lon; it names: {known}.")
        for number, cells in enumerate(csv.reader(text, delimiter=_mark(header)), start=1):
            if any(cell.strip() for cell in cells):
                yield _origin(number, columns, cells, words)
    except UnicodeDecodeError:
        raise _unreadable("it has to be UTF-8.") from None
    except csv.Error as error:
        raise _unreadable(f"{error}.") from None
    finally:
        text.detach()  # whoever opened the file closes it


def _mark(header: str) -> str:
    return ";" if ";" in header and "," not in header else ","


def _unreadable(what: str) -> click.BadParameter:
    return click.BadParameter(f"This is no CSV file of origins: {what}", param_hint="--from")


def _origin(number: int, columns: Sequence[str], cells: list[str], words: str | None) -> Origin:
    row = {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
    name = row.get("id") or str(number)
    lat, lon = row.get("lat", ""), row.get("lon", "")
    asked = row.get(words, "") if words else ""
    if len(cells) > len(columns):
        told = f"The row has {len(cells)} cells, the header {len(columns)}: quote cells with commas"
        return Origin(name, asked, {}, f"{told}.")
    if lat and lon:
        return Origin(name, asked or f"{lat}, {lon}", {"lat": lat, "lon": lon})
    if asked:
        return Origin(name, asked, {"q": asked})
    return Origin(name, "", {}, "The row says neither an address nor lat and lon.")


def answer_all(
    app: AppState,
    source: Path,
    out: TextIO,
    *,
    form: str,
    options: Mapping[str, object],
    explained: Callable[[LocatorError], str],
) -> tuple[int, int]:
    """Write a row for each origin and place, as soon as it is known.

    Returns
    -------
    int, int
        How many origins there were, and how many of them have no answer.
    """
    from locator.api.nearest import found_nearest
    from locator.api.parsing import Pairs, parse
    from locator.api.queries import NearestParams

    def rows_of(origin: Origin) -> list[Row]:
        told = {"id": origin.id, "from": origin.asked}
        if origin.fault is not None:
            return [told | {"fault": origin.fault}]
        try:
            given = Pairs.given(**origin.given, **options)
            asked = parse(NearestParams, given, strict=True, names=app.names)
            found = found_nearest(app, asked)
        except QuestionError as error:
            return [told | {"fault": " ".join(one.message for one in error.faults)}]
        except LocatorError as error:
            return [told | {"fault": " ".join(explained(error).split())}]
        return [told | row for row in found_rows(app, found)]

    count = faults = 0
    with opened(source) as stream, rows_to(out, form, COLUMNS) as write:
        for origin in origins(stream):
            rows = rows_of(origin)
            for row in rows:
                write(row)
            out.flush()  # who waits for it may be asking for the next
            count += 1
            faults += "fault" in rows[0]
    return count, faults


def found_rows(app: AppState, found: FoundNearest) -> list[dict[str, Any]]:
    """Return a row for each place that was found; one that says so where none was."""
    from locator.api.nearest import nearest_answer

    origin = found.origin
    start = {
        "origin": origin.label,
        "origin_kind": origin.kind,
        "origin_precision": origin.precision,
        "origin_lon": round(origin.lon, 6),
        "origin_lat": round(origin.lat, 6),
    }
    rows = []
    ranks: dict[str, int] = {}
    for one in nearest_answer(app, found)["features"]:
        known: dict[str, Any] = dict(one["properties"])
        layer = str(known["layer"])
        ranks[layer] = ranks.get(layer, 0) + 1
        lon, lat = one["geometry"]["coordinates"][:2]
        place = {"facility_id": one["id"], "rank": ranks[layer], "lon": lon, "lat": lat}
        rows.append(start | {name: known.get(name) for name in (*OF_PLACE, *OF_WALK)} | place)
    return rows or [start | {"fault": NOTHING}]
