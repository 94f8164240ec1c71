"""Have work done in a program of its own, which ends when it is done and takes its memory along."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LIMIT_S = 120.0
"""A program that takes longer is ended: what is asked of one takes a second or two."""


def done_apart(program: Path, asked: bytes, *, what: str) -> bytes | None:
    """Return what a program of Python writes out when it is given something to read.

    Parameters
    ----------
    program : Path
        A file that is run by itself.
    asked : bytes
        What it reads.
    what : str
        What is at work there, for messages.

    Returns
    -------
    bytes or None
        None where no program can be started.

    Raises
    ------
    RuntimeError
        It failed, or took too long and was ended.
    """
    # -P: our modules beside the file are not taken for Python's own.
    command = [sys.executable, "-P", str(program)]
    try:
        done = subprocess.run(
            command, input=asked, capture_output=True, timeout=LIMIT_S, check=False
        )
    except OSError:
        return None
    except subprocess.TimeoutExpired as problem:
        raise RuntimeError(f"{what} was ended after {LIMIT_S:.0f} s") from problem
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"{what} ended with {done.returncode}: {said}")
    return done.stdout
