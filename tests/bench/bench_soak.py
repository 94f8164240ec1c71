"""Memory of a server and all its processes under a long mix of questions: what is kept has a bound.

``python -m tests.bench.bench_soak 5000`` asks as many as it is told. Eight visitors ask without a
pause what is asked in a day, the emergency and, once in a hundred, something dear that nobody has
asked before.
"""

from __future__ import annotations

import random
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import count
from urllib.parse import urlencode

from locator.city.model import default_folder, load_city
from tests.bench.asking import answer, served, settle
from tests.bench.bench_load import AED, MIX, City
from tests.bench.bench_memory import questions
from tests.bench.measuring import Row, anonymous_mb, family, proportional_mb

REQUESTS, EVERY, FROM = 50_000, 2_500, 10_000
VISITORS, DEAR_OF = 8, 100
AGAIN = 20
"""So often a dear question is asked again that found no place; then it counts as refused."""
MEMORY_MB, GROWTH_PERCENT = 600.0, 5.0
LAYERS = ("nurseries", "aeds", "senior_activity_centres", "crisis_support")


def rows() -> Iterator[Row]:
    """Yield the rows of this area."""
    yield from soak(REQUESTS)


def soak(most: int) -> Iterator[Row]:
    """Yield the memory every `EVERY` of `most` requests, and how it stands at the end."""
    known = load_city(default_folder())
    city: City = (
        known.demand.lonlat.tolist(),
        known.facilities.index.tolist(),
        sorted(set(known.houses["street"])),
    )
    dear = questions(known)
    with served() as (port, pid):
        settle(port, pid)
        yield Row("memory at the start", _held_mb(pid), "MB", MEMORY_MB, _parts(pid))
        held: dict[int, float] = {}
        statuses: Counter[int] = Counter()
        for asked in range(EVERY, most + 1, EVERY):
            addresses = list(_mixed(asked, city, dear))
            statuses.update(_answers(port, addresses))
            held[asked] = _held_mb(pid)
            yield Row(f"memory after {asked:,} requests", held[asked], "MB", MEMORY_MB, _parts(pid))
            if asked in (FROM, most):
                settle(port, pid)  # whatever was counted on for those who have asked is counted
                yield Row("at rest", _held_mb(pid), "MB", MEMORY_MB, _parts(pid))
    last_mb, from_mb = held[max(held)], held.get(FROM, held[min(held)])
    said = f"after {max(held):,} requests against {min(FROM, max(held)):,}"
    yield Row("growth", (last_mb / from_mb - 1) * 100, "%", GROWTH_PERCENT, said)
    failed = {status: times for status, times in statuses.items() if status in (0, 500)}
    yield Row("not answered", sum(failed.values()), "x", 0, f"{dict(statuses)}")


def _mixed(seed: int, city: City, dear: Iterator[str]) -> Iterator[str]:
    """Yield `EVERY` addresses, the same ones for the same seed."""
    chance = random.Random(seed)
    mix = MIX | AED
    names, weights = list(mix), [weight for weight, _ in mix.values()]
    for number in range(EVERY):
        if number % DEAR_OF == 0:
            yield next(dear)
        elif number % DEAR_OF == 50:
            lon, lat = chance.choice(city[0])
            place = {"lat": f"{lat:.5f}", "lon": f"{lon:.5f}", "layer": chance.choice(LAYERS)}
            profile = {"profile": chance.choice(("pram", "wheelchair"))}
            yield f"/nearest?{urlencode(place | profile)}"
        else:
            yield mix[chance.choices(names, weights)[0]][1](chance, city)


def _answers(port: int, addresses: list[str]) -> list[int]:
    """Ask all of them, `VISITORS` at once, and return the statuses."""
    turn, statuses = count(), [0] * len(addresses)

    def visit() -> None:
        while (number := next(turn)) < len(addresses):
            statuses[number] = answer(port, addresses[number], again=AGAIN)

    visitors = [threading.Thread(target=visit) for _ in range(VISITORS)]
    for one in visitors:
        one.start()
    for one in visitors:
        one.join()
    return statuses


def _held_mb(pid: int) -> float:
    return sum(map(proportional_mb, family(pid)))


def _parts(pid: int) -> str:
    """Return what each process holds, in the order in which they were forked, and without files."""
    parts = []
    for kind, held_mb in (("PSS", proportional_mb), ("anonymous", anonymous_mb)):
        each_mb = [held_mb(one) for one in family(pid)]
        parts.append(f"{kind} {' + '.join(f'{mb:.0f}' for mb in each_mb)} = {sum(each_mb):.0f}")
    return ", ".join(parts)


if __name__ == "__main__":
    for row in soak(int(sys.argv[1])):
        print(f"{row.what}: {row.value:.1f} {row.unit}  {row.note}", flush=True)
