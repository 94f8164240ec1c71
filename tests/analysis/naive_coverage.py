"""Count a coverage a second time: one facility, one home after another, from the files themselves.

Nothing is shared with the program but where people live: walks are straight lines worked out here,
hours are read by a few lines of their own, and what counts is the rule as it is written down.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from locator.analysis.access.coverage import CoverageQuery
from locator.city.model import City
from tests.tinycity import BRIDGE, ORIGIN_XY

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


@dataclass
class Counted:
    """What a coverage says."""

    served: dict[int, int]
    sure: dict[int, int]
    counted: int
    undetermined: int
    barred: int


def count(folder: Path, city: City, query: CoverageQuery, municipal: str) -> Counted:
    """Return who of all people is within reach, by district."""
    text = (folder / f"{query.layer}.geojson").read_text(encoding="utf-8")
    places = json.loads(text)["features"]
    fitting, sure, unknown, barred = [], [], 0, 0
    for place in places:
        row = place["properties"]
        stood, stands = _stood(row, query.at)
        if not stands:
            continue
        answer = _fits(row, query.which, municipal)
        unknown += answer is None
        barred += answer is False
        if answer and place["geometry"]:
            fitting.append(place)
            sure += [place] if stood else []
    return Counted(
        _served(city, fitting, query), _served(city, sure, query), len(fitting), unknown, barred
    )


def standing(
    folder: Path, layer: str, which: Any, municipal: str, *, close: Any = (), open_: Any = ()
) -> list[Any]:
    """Return the places that count today, without some and with some that are being built."""
    text = (folder / f"{layer}.geojson").read_text(encoding="utf-8")
    found = []
    for place in json.loads(text)["features"]:
        row = place["properties"]
        stands = row["id"] in open_ or (_stood(row, None)[1] and row["id"] not in close)
        if stands and place["geometry"] and _fits(row, which, municipal):
            found.append(place)
    return found


def served(city: City, places: list[Any], query: CoverageQuery) -> dict[int, int]:
    """Return the whole people of each district with a place within the standard."""
    return _served(city, places, query)


def reached(city: City, xy: Any, limit_m: float) -> list[bool]:
    """Return for each home whether it is within a walk of a point in metres."""
    return [_walk_m(home, xy) <= limit_m + 1e-6 for home in city.demand.xy]


def _fits(row: dict[str, Any], which: Any, municipal: str) -> bool | None:
    """Return whether a place is what was chosen: None where nobody knows."""
    answers: list[bool | None] = []
    if which.ownership in ("public", "private"):
        public = row.get("public")
        answers.append(None if public is None else public is (which.ownership == "public"))
    if which.ownership == "municipal":
        kind = row.get("kind")
        if kind is not None:
            answers.append(kind == municipal)
        else:
            answers.append(False if row.get("public") is False else None)
    if which.kinds:
        answers.append(None if row.get("kind") is None else row["kind"] in which.kinds)
    if which.operators:
        said = row.get("operator")
        answers.append(None if said is None else _plain(said) in map(_plain, which.operators))
    if which.open_at:
        answers.append(_open(row.get("opening_hours"), which.open_at))
    if which.step_free:
        steps = row.get("wheelchair")
        answers.append(None if steps is None else steps == "yes")
    if False in answers:
        return False
    return None if None in answers else True


def _plain(words: str) -> str:
    spread = unicodedata.normalize("NFD", words.lower().replace("ł", "l"))
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"[\u0300-\u036f]", "", spread)).strip()


def _open(hours: str | None, at: datetime) -> bool | None:
    if hours == "24/7":
        return True
    read = re.fullmatch(r"(\w\w)-(\w\w) (\d\d):(\d\d)-(\d\d):(\d\d)", hours or "")
    if read is None:
        return None
    first, last = (DAYS.index(one) for one in read.groups()[:2])
    numbers = [int(one) for one in read.groups()[2:]]
    minute = at.hour * 60 + at.minute
    begins, ends = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    return first <= at.weekday() <= last and begins <= minute < ends


def _stood(row: dict[str, Any], at: date | None) -> tuple[bool, bool]:
    """Return whether a place surely stood on a day, and whether it may have."""
    if row.get("access") in ("no", "private"):
        return False, False
    if at is None:
        return (row["status"] == "open",) * 2
    seen = [date(2026, 11, 1)]
    seen += [_day(row[name], last=True) for name in ("source_date", "verified_on") if row.get(name)]
    first, last = date.min, min(seen)
    if row.get("opened"):
        first = _day(row["opened"], last=False)
        last = max(first, min(_day(row["opened"], last=True), *seen))
    if row["status"] == "open":
        return last <= at, first <= at
    seen = seen[1:] or seen
    if row["status"] == "closed":
        gone = (date.min, min(seen))
        if row.get("closed"):
            gone = (_day(row["closed"], last=False), _day(row["closed"], last=True))
        return bool(row.get("opened")) and last <= at < gone[0], first <= at < gone[1]
    opens = row.get("expected_opening")
    return False, bool(opens) and _day(opens, last=False) <= at and at > min(seen)


def _day(words: str, *, last: bool) -> date:
    numbers = [int(one) for one in words.split("-")]
    if len(numbers) == 3:
        return date(*numbers)
    if len(numbers) == 2:
        year, month = numbers
        after = date(year + month // 12, month % 12 + 1, 1)
        return after - timedelta(days=1) if last else date(year, month, 1)
    return date(numbers[0], 12, 31) if last else date(numbers[0], 1, 1)


def _served(city: City, places: list[Any], query: CoverageQuery) -> dict[int, int]:
    """Return the whole people of each district with a place within the standard."""
    assert query.minutes is not None and query.pace_m_s is not None and query.group is not None
    limit_m = query.minutes * 60 * query.pace_m_s
    sites = [city.projection.to_metric([place["geometry"]["coordinates"]])[0] for place in places]
    homes = zip(city.demand.xy, city.demand.people[query.group], city.demand.district, strict=True)
    sums = {int(number): 0.0 for number in city.districts.index}
    for home, people, district in homes:
        if any(_walk_m(home, site) <= limit_m + 1e-6 for site in sites):
            sums[int(district)] += people
    return {number: math.floor(people + 0.5) for number, people in sums.items()}


def _walk_m(home: Any, site: Any) -> float:
    bridge = (ORIGIN_XY[0] + BRIDGE[0], ORIGIN_XY[1] + BRIDGE[1])
    if (home[1] > bridge[1]) == (site[1] > bridge[1]):
        return 1.25 * math.dist(home, site)
    return 1.5 * (math.dist(home, bridge) + math.dist(bridge, site))
