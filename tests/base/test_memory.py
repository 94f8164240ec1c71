"""What is remembered is bounded in bytes, by what it really takes."""

from __future__ import annotations

import gc
import itertools
import subprocess
import sys
import threading
import tracemalloc
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from statistics import median
from types import ModuleType

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from locator.analysis.siting.walks import all_walks
from locator.base.freeing import Freeing, let_go, may_be_let_go
from locator.base.memory import Memory, size_b
from locator.city.model import City
from locator.walking.choose import choose_model
from locator.walking.walkable_city import nearest_facilities, remembered, walkable
from locator.web import create_app
from tests.tinycity import write_tiny_city


def test_who_asks_what_is_being_computed_waits_for_it() -> None:
    memory, asked = Memory(), []
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> str:
        asked.append("first")
        begun.set()
        assert go_on.wait(60)
        return "answer"

    def again() -> str:
        asked.append("second")
        return "answer"

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(memory.get, "question", slow)
        assert begun.wait(60)
        second = pool.submit(memory.get, "question", again)
        assert memory.get("another", lambda: "at once") == "at once"
        assert not wait([second], timeout=0.2).done  # it would have been done without waiting
        go_on.set()
        assert (first.result(60), second.result(60)) == ("answer", "answer")
    assert asked == ["first"]


def test_an_answer_that_failed_is_computed_anew() -> None:
    memory = Memory()
    with pytest.raises(ZeroDivisionError):
        memory.get("question", lambda: 1 // 0)
    assert memory.get("question", lambda: 1) == 1


def test_the_same_question_is_computed_once() -> None:
    memory, asked = Memory(2, largest_b=1, size=lambda _: 1), []

    def answer(question: str) -> str:
        return memory.get(question, lambda: asked.append(question) or question.upper())  # type: ignore[func-returns-value]

    assert [answer(q) for q in "aabac"] == ["A", "A", "B", "A", "C"]
    assert asked == ["a", "b", "c"]
    assert answer("b") == "B"  # the one unused for longest was forgotten
    assert asked == ["a", "b", "c", "b"]


# The bound ----------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60)), max_size=60))
def test_the_sum_never_passes_the_limit_and_the_latest_stay(asked: list[tuple[int, int]]) -> None:
    memory = Memory(100, largest_b=40, size=lambda pair: pair[1])
    naive: list[tuple[int, int]] = []  # the latest last
    for question, takes_b in asked:
        known = dict(naive).get(question)
        got = memory.get(question, lambda takes_b=takes_b: takes_b)
        assert got == (takes_b if known is None else known)
        naive = [pair for pair in naive if pair[0] != question]
        if got <= 40:
            naive.append((question, got))
        while sum(size for _, size in naive) > 100:
            del naive[0]
        assert list(memory._answers) == [question for question, _ in naive]
        assert memory.held_b == sum(size for _, size in naive) <= 100


def test_an_answer_too_large_is_given_and_drives_nothing_out() -> None:
    memory = Memory(100_000)
    small, large = np.zeros(100), np.zeros(10_000)
    assert memory.get("small", lambda: small) is small
    assert memory.get("large", lambda: large) is large
    assert len(memory) == 1
    assert memory.get("small", lambda: large) is small


def test_small_answers_outlast_the_large_ones_they_were_made_from() -> None:
    memory = Memory(1_000_000, size=lambda pair: pair[1])
    for service in range(20):
        memory.get(("drawn", service), lambda: 300_000)
        memory.get(("range", service), lambda: 10_000)
        assert memory.held_b <= 1_000_000
    assert all(("range", service) in memory for service in range(20))
    assert [service for service in range(20) if ("drawn", service) in memory] == [18, 19]


def test_small_answers_leave_half_of_the_room() -> None:
    memory = Memory(1_000_000, size=lambda pair: pair[1])
    for one in range(80):
        memory.get(("small", one), lambda: 10_000)
    memory.get("large", lambda: 390_000)
    assert "large" in memory
    assert [one for one in range(80) if ("small", one) in memory] == list(range(19, 80))
    memory.forget("large")
    assert memory.held_b == 610_000


def test_what_is_forgotten_is_let_go() -> None:
    memory = Memory(100_000)
    first = memory.get("first", lambda: np.zeros(4000))
    gone = weakref.ref(first)
    del first
    for number in range(3):
        memory.get(number, lambda: np.zeros(4000))
    gc.collect()
    assert gone() is None


# The size -----------------------------------------------------------------------------------


def frame() -> pd.DataFrame:
    names = [f"a{number:06}" for number in range(50_000)]
    held = pd.array(names, dtype=pd.StringDtype("python", na_value=np.nan))  # as a server has it
    return pd.DataFrame({"number": np.arange(50_000.0), "name": held})


def areas() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=shapely.buffer(shapely.points(np.arange(2000.0), 0.0), 1.0))


def growth_b(make: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        held = make()
        gc.collect()
        grown_b = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    del held
    return grown_b


@pytest.mark.parametrize(
    "make",
    [
        lambda: np.zeros(1_000_000),
        lambda: {"part": (np.zeros(500_000), [b"x" * 1_000_000])},
        lambda: sparse.csc_array(np.eye(1500) + 1),
        lambda: np.zeros((1000, 1000))[:10, :10],  # a view keeps all of it
        frame,
        lambda: frame()["number"],
        lambda: frame().iloc[:5]["number"],
    ],
)
def test_the_size_is_near_what_the_memory_grows_by(make: Callable[[], object]) -> None:
    make()  # what a first call leaves behind for good is not the answer's
    grown_b = median(growth_b(make) for _ in range(5))  # threads of other tests take and give, too
    held = make()
    assert 0.8 * grown_b <= size_b(held) <= 1.5 * grown_b


def test_geometries_weigh_what_their_coordinates_weigh() -> None:
    made = areas()
    points = int(shapely.get_num_coordinates(made.geometry.to_numpy()).sum())
    assert points * 16 <= size_b(made) <= points * 48


def test_what_is_shared_counts_once_and_a_mapped_file_nothing(tmp_path: Path) -> None:
    whole = np.zeros(1_000_000)
    assert size_b([whole, whole[:10], {"again": whole}]) < 1.01 * whole.nbytes
    np.save(tmp_path / "mapped.npy", whole)
    assert size_b(np.load(tmp_path / "mapped.npy", mmap_mode="r")[5:]) < 1000


def test_the_size_is_known_while_another_thread_loads_the_library_of_trees(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "scipy.spatial", ModuleType("scipy.spatial"))
    assert size_b(["a" * 1000]) > 1000


def test_what_is_forgotten_takes_nothing_and_is_computed_again() -> None:
    memory = Memory(1000, size=lambda pair: 100)
    assert memory.get("one", lambda: 1) == memory.get("two", lambda: 1) == 1
    memory.forget("one")
    memory.forget("never asked")
    assert "one" not in memory
    assert memory.held_b == 100
    assert memory.get("one", lambda: 2) == 2


# The city's -----------------------------------------------------------------------------------


def test_a_city_goes_with_what_is_remembered_of_it(tiny: City) -> None:
    walkable_city = walkable(tiny, choose_model(tiny))
    rows = tuple(walkable_city.usable_rows["nurseries"].tolist())
    first = nearest_facilities(walkable_city, rows)
    assert nearest_facilities(walkable_city, rows) is first
    assert all_walks(walkable_city, 500.0) is all_walks(walkable_city, 500.0)
    gone = weakref.ref(walkable_city)
    del walkable_city, first
    gc.collect()
    assert gone() is None


def test_two_ways_of_walking_share_a_memory_and_no_answer(tiny: City) -> None:
    asked: list[object] = []

    @remembered
    def told(walkable_city: object, word: str) -> str:
        asked.append(walkable_city)
        return word

    foot = walkable(tiny, choose_model(tiny))
    pram = walkable(tiny, choose_model(tiny), memory=foot.memory)
    for _ in range(2):
        assert (told(foot, "a"), told(pram, "a")) == ("a", "a")
    assert asked == [foot, pram]
    assert len(foot.memory) == 2


def test_no_module_remembers_what_grows_with_the_questions() -> None:
    """Outside of a city's memory only what the program's own files or a table decide is kept."""
    root = Path(__file__).resolve().parents[2] / "locator"
    users = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if "lru_cache" in path.read_text(encoding="utf-8")
    }
    # All of them hold short texts, dates and tuples, so many at most:
    assert users == {
        "base/geo.py",  # ways from one CRS to another, 8
        "base/i18n.py",  # numbers and days in words, 4096 each; messages of the catalogues, 16,384
        "base/opening_hours/state.py",  # texts of opening hours, 4096
        "base/opening_hours/calendar.py",  # public holidays and the sun, 4096 days
        "base/opening_hours/grammar.py",  # texts of opening hours, 4096
        "base/opening_hours/schedule.py",  # days of the texts on file, 20,000
        "geocoding/names.py",  # names of streets, folded: 16,384 short texts
        "geocoding/phrases.py",  # pairs of folded words, one of each from a table, 65,536
        "vehicles/calendar.py",  # when service days begin, 256
        "walking/graph/tag_rules.py",  # opening hours of gates, while a graph is built
        "web/i18n.py",  # paths of pages, 4096
        "web/pages/country.py",  # one table of a country, and 24 of its maps
        "web/map/figure.py",  # frames of maps, by what they load, 64; folium's own templates, 128
        "web/map/code.py",  # sets of the maps' own parts, 64
        "web/static_files.py",  # the program's own scripts and styles, compressed, 256
    }


def test_many_different_questions_stay_within_the_limit(tmp_path: Path) -> None:
    app = create_app({"GEODATA": write_tiny_city(tmp_path / "tiny"), "LIMIT_PER_MINUTE": 0})
    memory = app.extensions["locator"].memo
    memory.limit_b, memory.largest_b = 200_000, 75_000
    client = app.test_client()
    for number in range(20):
        assert client.get(f"/report/nurseries?minutes={5 + number / 10}").status_code == 200
        assert client.get(f"/coverage/nurseries?minutes={5 + number / 10}").status_code == 200
        assert memory.held_b <= 200_000
    assert len(memory) > 5


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell")
def test_large_blocks_go_back_to_the_system() -> None:
    """In a process of its own, since it is set for good."""
    program = """
import numpy as np
from locator.base.freeing import give_back_large_blocks
from tests.bench.bench_memory import resident_mb
if give_back_large_blocks():
    for size in (1_000_000, 3_000_000):  # glibc would keep blocks of the second kind after this
        np.ones(size)
    small, large = [], []
    for _ in range(20):
        large.append(np.ones(500_000))
        small.append(bytes(200))
    before = resident_mb()
    large.clear()
    assert before - resident_mb() > 70, (before, resident_mb())
"""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def pages_kb(path: Path) -> int:
    """Return how much of a mapped file counts as memory of this process."""
    ours, kb = False, 0
    for line in Path("/proc/self/smaps").read_text().splitlines():
        name, *rest = line.split()
        if not name.endswith(":"):
            ours = bool(rest) and rest[-1] == str(path)
        elif ours and name == "Rss:":
            kb += int(rest[0])
    return kb


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="only Linux tells")
def test_pages_that_were_read_are_given_back_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    np.arange(500_000, dtype=np.float64).tofile(path)
    whole = np.memmap(path, dtype=np.uint8, mode="r")
    numbers = np.asarray(whole).view(np.float64)[8:]
    once = numbers.sum()
    assert pages_kb(path) > 3000
    let_go(numbers)
    assert pages_kb(path) < 200
    assert numbers.sum() == once
    may_be_let_go(numbers)
    assert pages_kb(path) > 3000
    freeing = Freeing(clock=lambda: 0.0)
    freeing._trim = bool
    assert freeing.now_and_then()
    assert pages_kb(path) < 200
    assert numbers.sum() == once


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="only Linux tells")
@pytest.mark.parametrize("of_glibc", [bool, None])  # another C library has no such function
def test_pages_of_files_are_given_back_oftener_than_what_lies_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of_glibc: type | None
) -> None:
    monkeypatch.setattr("locator.base.freeing._of_glibc", lambda _: of_glibc)
    path = tmp_path / "numbers"
    np.arange(500_000, dtype=np.float64).tofile(path)
    numbers = np.memmap(path, dtype=np.float64, mode="r")
    may_be_let_go(numbers)
    now, worked_s, gone = [0.0], itertools.count(), []
    freeing = Freeing(every_s=60.0, clock=lambda: now[0], worked=worked_s.__next__)
    for now[0] in (0.0, 1.0, 2.0, 3.9, 4.0):
        assert numbers.sum() == 499_999 * 250_000
        freeing.now_and_then()
        gone.append(pages_kb(path) < 200)
    assert gone == [True, False, True, False, True]
    now[0] = 60.0
    assert freeing.now_and_then()


def test_what_was_written_is_not_let_go(tmp_path: Path) -> None:
    path = tmp_path / "numbers"
    np.zeros(5000).tofile(path)
    ours = np.memmap(path, dtype=np.float64, mode="c")
    ours[:] = 1.0
    let_go(ours)
    may_be_let_go(ours)
    freeing = Freeing(clock=lambda: 0.0)
    freeing._trim = bool
    assert freeing.now_and_then()
    assert ours.sum() == 5000
    let_go(np.ones(3))  # nowhere in a file: nothing to do


def test_circles_are_looked_for_only_where_what_was_made_first_stays_out_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked, frozen = [], [0]
    monkeypatch.setattr(gc, "get_freeze_count", lambda: frozen[0])
    monkeypatch.setattr(gc, "collect", lambda: looked.append(frozen[0]))
    freeing = Freeing(every_s=0.0, clock=lambda: 0.0, worked=itertools.count().__next__)
    freeing._trim = bool
    for frozen[0] in (0, 5):
        assert freeing.now_and_then()
    assert looked == [5]


def test_what_is_free_is_given_back_now_and_then() -> None:
    now, worked = [0.0], itertools.count()
    freeing = Freeing(every_s=10, clock=lambda: now[0], worked=worked.__next__)
    given: list[int] = []
    freeing._trim = given.append
    done = []
    for now[0] in (0.0, 9.9, 10.0, 19.9, 20.0):
        done.append(freeing.now_and_then())
    assert done == [True, False, True, False, True]
    assert given == [0, 0, 0]


def test_who_has_not_worked_does_not_look_for_what_is_free() -> None:
    """A server that nobody asks anything is at rest."""
    now, worked_s = itertools.count(), [3.0]
    freeing = Freeing(every_s=0.0, clock=now.__next__, worked=lambda: worked_s[0])
    freeing._trim = bool
    assert freeing.now_and_then()
    assert not freeing.now_and_then()
    worked_s[0] += 0.2
    assert freeing.now_and_then()
    assert not freeing.now_and_then()


def test_who_has_worked_much_looks_at_once() -> None:
    now, worked_s = [0.0], [0.0]
    freeing = Freeing(every_s=60, much_s=1.0, clock=lambda: now[0], worked=lambda: worked_s[0])
    freeing._trim = bool
    done = []
    for worked_s[0] in (0.0, 0.9, 1.0, 1.9, 2.1):
        done.append(freeing.now_and_then())
    assert done == [True, False, True, False, True]
    now[0], worked_s[0] = 70.0, 2.3
    assert freeing.now_and_then()
