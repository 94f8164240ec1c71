"""Whole files go to one worker, so that what their tests share is set up once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sharing_out import ONE_BY_ONE, FileByFile

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("test", "unit"),
    [
        ("tests/city/test_kinds.py::test_a", "tests/city/test_kinds.py"),
        ("tests/city/test_kinds.py::test_a[x::y]", "tests/city/test_kinds.py"),
        ("tests/web/test_hostile.py::test_b[1]", "tests/web/test_hostile.py::test_b[1]"),
    ],
)
def test_a_file_is_one_piece_of_work_unless_it_is_long(test: str, unit: str) -> None:
    assert FileByFile._split_scope(object.__new__(FileByFile), test) == unit


def test_the_long_files_are_there() -> None:
    assert [file for file in ONE_BY_ONE if not (ROOT / file).is_file()] == []
