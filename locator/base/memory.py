"""Remember the latest answers within a number of bytes."""

from __future__ import annotations

import mmap
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar, cast

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

T = TypeVar("T")

LIMIT_B = 64_000_000
"""What a city's answers may take together: a bound of memory, not of the number of questions."""

LARGEST_SHARE = 0.4
"""One answer takes at most so much of the limit, so that it does not drive out all others."""

SMALL_B = 64_000
"""Answers up to so large outlast larger ones, and take half of the limit at most. A range of 10 kB
is drawn from megabytes: those of the last of twelve services drove out the ranges of the first."""

COORDINATE_B, GEOMETRY_B = 24, 250
"""Of a geometry in GEOS, about."""

NODE_B = 100
"""Of one point in a spatial tree, about."""

PLAIN = frozenset({str, int, float, bool, bytes, type(None)})
"""Kinds of what has no parts."""

FRAME_B = 1000
"""Of a frame, a column or an index without its values, about."""


class Memory:
    """Remember the latest answers, so that the same question is computed once.

    Who asks what another thread is computing waits along: a link that a whole meeting opens is
    computed once.

    Parameters
    ----------
    limit_b : int
        What the answers may take together; those unused for longest go first, large ones
        (`SMALL_B`) before small ones.
    largest_b : int, optional
        An answer that takes more is given and not remembered; by default `LARGEST_SHARE`.
    size : callable
        What a pair of question and answer takes; `size_b` by default.
    """

    def __init__(
        self,
        limit_b: int = LIMIT_B,
        *,
        largest_b: int | None = None,
        size: Callable[[tuple[Hashable, Any]], int] | None = None,
    ) -> None:
        self.limit_b = limit_b
        self.largest_b = int(LARGEST_SHARE * limit_b) if largest_b is None else largest_b
        self.held_b = 0
        self._small_b = 0
        self._size = size or size_b
        self._answers: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._under_way: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many answers are remembered."""
        return len(self._answers)

    def __contains__(self, question: Hashable) -> bool:
        """Tell whether an answer to `question` is remembered."""
        return question in self._answers

    def get(self, question: Hashable, answer: Callable[[], T]) -> T:
        """Return what is remembered for `question`, or compute and remember it.

        An answer may ask other questions, but not its own.
        """
        with self._lock:
            if (found := self._found(question)) is not None:
                return cast(T, found[0])
            turn = self._under_way.setdefault(question, threading.Lock())
        with turn:
            with self._lock:
                if (found := self._found(question)) is not None:  # by the one who was waited for
                    return cast(T, found[0])
            try:
                computed = answer()
                self._keep(question, computed, self._size((question, computed)))
            finally:
                with self._lock:
                    self._under_way.pop(question, None)
        return computed

    def forget(self, question: Hashable) -> None:
        """Let go of an answer, if it is remembered."""
        with self._lock:
            self._let_go(question)

    def _found(self, question: Hashable) -> tuple[Any, int] | None:
        found = self._answers.get(question)
        if found is not None:
            self._answers.move_to_end(question)
        return found

    def _keep(self, question: Hashable, computed: Any, weight_b: int) -> None:
        if weight_b > self.largest_b:
            return
        with self._lock:
            self._answers[question] = computed, weight_b
            self._count(weight_b)
            while self.held_b > self.limit_b:
                self._let_go(self._next_to_go())

    def _next_to_go(self) -> Hashable:
        oldest: Hashable = next(iter(self._answers))
        if self._small_b > self.limit_b / 2:
            return oldest
        large = (one for one, (_, weight_b) in self._answers.items() if weight_b > SMALL_B)
        first: Hashable = next(large, oldest)
        return first

    def _let_go(self, question: Hashable) -> None:
        _, weight_b = self._answers.pop(question, (None, 0))
        self._count(-weight_b)

    def _count(self, change_b: int) -> None:
        self.held_b += change_b
        if abs(change_b) <= SMALL_B:
            self._small_b += change_b


def size_b(value: object) -> int:
    """Return about how many bytes are kept alive by keeping `value`.

    What several parts share counts once. An array that is a view counts as all that it looks at;
    one that lies in a mapped file counts nothing.

    Parameters
    ----------
    value : object
        Arrays, frames, dataclasses and containers are looked into; of others their own size counts.

    Returns
    -------
    int
        Bytes.
    """
    total_b = 0
    seen: dict[int, object] = {}
    left = [value]
    while left:
        value = left.pop()
        if type(value) not in PLAIN and isinstance(value, np.ndarray):
            while isinstance(value.base, np.ndarray):
                value = value.base
        if id(value) in seen:
            continue
        seen[id(value)] = value  # held, so that no other object gets its id meanwhile
        if type(value) in PLAIN:  # nearly all that there is
            total_b += sys.getsizeof(value)
        else:
            total_b += _own_b(value)
            left += _parts(value)
    return total_b


def _is_tree(value: object) -> TypeGuard[cKDTree]:
    """Tell whether `value` is a k-d tree; nobody has one where its library is not loaded yet."""
    # Another thread may be loading it just now: then it is known, and has no trees yet.
    tree = getattr(sys.modules.get("scipy.spatial"), "cKDTree", None)
    return tree is not None and isinstance(value, tree)


def _own_b(value: object) -> int:
    if isinstance(value, np.ndarray):
        return 0 if isinstance(value.base, mmap.mmap) else value.nbytes
    if isinstance(value, shapely.Geometry):
        return GEOMETRY_B + COORDINATE_B * int(shapely.get_num_coordinates(value))
    if isinstance(value, shapely.STRtree):
        return NODE_B * len(value)
    if _is_tree(value):
        return NODE_B * int(value.n)
    return (
        FRAME_B if isinstance(value, (pd.DataFrame, pd.Series, pd.Index)) else sys.getsizeof(value)
    )


def _parts(value: object) -> Iterator[object]:
    """Yield what a value is made of beyond its own bytes."""
    if isinstance(value, np.ndarray):
        yield from value.flat if value.dtype == object else ()
    elif isinstance(value, pd.DataFrame):
        yield from (np.asarray(column.array) for _, column in value.items())
        yield value.index
    elif isinstance(value, pd.Series):
        yield from (np.asarray(value.array), value.index)
    elif isinstance(value, Mapping):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, (tuple, list, set, frozenset)):
        yield from value
    elif is_dataclass(value):
        yield from (getattr(value, one.name) for one in fields(value))
    elif not isinstance(value, (pd.Index, type)):
        yield from getattr(value, "__dict__", {}).values()
