"""The streets that a walk is said to follow."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from locator.walking.network.routes import SHORTEST_NAMED_M, _streets_along

A, B, C = 1, 2, 3


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        ([], ""),
        ([(0, 500.0)], ""),
        ([(A, 30.0), (B, 30.0), (A, 30.0)], "ABA"),
        # What has no name, and what is only touched, is no reason to name a street twice.
        ([(A, 30.0), (0, 90.0), (A, 10.0), (B, 24.0), (A, 30.0)], "A"),
        ([(C, 10.0), (C, 15.0), (B, 24.9), (0, 1.0)], "C"),
        ([(B, 13.0), (0, 4.0), (B, 13.0)], "B"),
        ([(A, 20.0), (B, 40.0), (A, 20.0)], "B"),
    ],
)
def test_touched_and_nameless_streets_are_not_told(
    pieces: list[tuple[int, float]], told: str
) -> None:
    graph: Any = SimpleNamespace(name=lambda index: " ABC"[index])
    assert SHORTEST_NAMED_M == 25.0
    assert _streets_along(graph, pieces) == tuple(told)
