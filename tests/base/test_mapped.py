"""Arrays in mapped files of the cache folder."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
import pytest

from locator.base.freeing import give_back_free
from locator.base.mapped import in_scratch, scratch
from locator.base.memory import size_b


def test_what_was_written_to_a_scratch_file_stays_when_its_pages_are_given_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOCATOR_CACHE", str(tmp_path / "cache"))
    table = scratch((300, 200), np.float32)
    assert table.shape == (300, 200) and table.dtype == np.float32 and not table.any()
    table[:] = np.arange(200)
    give_back_free()
    assert (table == np.arange(200)).all()
    assert list((tmp_path / "cache").iterdir()) == []  # it has no name
    assert isinstance(table.base, mmap.mmap) and size_b(table) == 0


def test_where_there_is_no_room_for_a_file_it_lies_in_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    monkeypatch.setenv("LOCATOR_CACHE", str(tmp_path / "cache"))
    table = scratch((3, 2), np.float32)
    assert table.flags.owndata and table.shape == (3, 2) and not table.any()
    table[:] = 1.0


def test_a_copy_in_a_scratch_file_is_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOCATOR_CACHE", str(tmp_path / "cache"))
    for array in (np.arange(7, dtype=np.int32), np.array([0.1, np.inf]), np.empty(0)):
        copy = in_scratch(array)
        assert np.array_equal(copy, array) and copy.dtype == array.dtype
