"""Print the Python to make the environment with: python3, or one that computes clearly faster.

How a Python was compiled decides how long everything takes (docs/decisions/0019-fastest-python.md).
Looked for along the PATH, of python3's own minor version where that will do. Who names one, or has
an environment activated, gets that one.
"""

from __future__ import annotations

import os
import subprocess
import sys

LEAST = (3, 11)
FASTER = 1.2
"""So many times as fast another one has to be: what is measured in a moment is not exact."""

ROUNDS = 6
"""In turn, so that other work of the machine slows no single one."""

NEEDED = (
    "Python {}.{} or newer is needed, with its modules venv and ensurepip (Debian: apt install"
    " python3-venv); here is {}. To name one: make run PYTHON=..."
)

PROBE = """
import ensurepip, sys, time, venv
class Point:
    def __init__(self, x, name):
        self.x, self.name = x, name
    def moved(self, by):
        return self.x + by
def work():
    known = {}
    for i in range(10_000):
        point = Point(i, str(i))
        known[point.name] = f"{point.x}:{point.moved(i)}"
    return ",".join(sorted(known.values()))
took_s = []
for _ in range(3):
    begun_s = time.process_time()
    work()
    took_s.append(time.process_time() - begun_s)
print(*sys.version_info[:3], min(took_s), sys.executable)
"""
"""Says the version, the seconds and the program; fails where no environment can be made."""


class Python:
    """A Python that can make environments: its version, program, and seconds for some work."""

    def __init__(self, said: str) -> None:
        *version, took_s, program = said.strip().split(" ", 4)
        self.version = tuple(map(int, version))
        self.took_s, self.program = float(took_s), program

    @property
    def words(self) -> str:
        """Version and program."""
        return "Python {}.{}.{} ({})".format(*self.version, self.program)


def probed(command: str) -> Python | None:
    """Return what a command is, None where it is no Python that can make environments."""
    try:
        done = subprocess.run(
            [command, "-c", PROBE], capture_output=True, text=True, timeout=60, check=False
        )
        return Python(done.stdout.splitlines()[-1]) if done.returncode == 0 else None
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired):
        return None


def on_path() -> list[str]:
    """Return the programs on the PATH that may be a Python that is new enough, each once."""
    names = ["python3", *(f"python3.{minor}" for minor in range(LEAST[1], LEAST[1] + 10))]
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    files = [os.path.join(folder, name) for folder in folders for name in names]
    known = {os.path.realpath(file): file for file in files[::-1] if os.access(file, os.X_OK)}
    return list(known.values())


def comparable(first: Python | None, others: list[Python]) -> list[Python]:
    """Return those that may be taken: as new as the first, or if that is too old, new enough."""
    if first is not None and first.version >= LEAST:
        return [one for one in others if one.version[:2] == first.version[:2]]
    return [one for one in others if one.version >= LEAST]


def chosen(first: Python | None, others: list[Python]) -> Python | None:
    """Return the Python to take of those that may be: the first, or a clearly faster one."""
    fastest = min(others, key=lambda one: one.took_s, default=None)
    if first is None or fastest is None or first not in others:
        return fastest
    return fastest if fastest.took_s * FASTER < first.took_s else first


def timed(pythons: list[Python]) -> list[Python]:
    """Return Pythons with the least time of several rounds, if there is a choice."""
    for _ in range(ROUNDS if len(pythons) > 1 else 0):
        for one in pythons:
            again = probed(one.program)
            one.took_s = min(one.took_s, again.took_s) if again else one.took_s
    return pythons


def main(named: str) -> int:
    """Print the program; say why where it is not the one that was expected."""
    is_settled = named or sys.prefix != sys.base_prefix or os.environ.get("CONDA_PREFIX")
    first = probed(named or sys.executable)
    pythons = [*([] if is_settled else map(probed, on_path())), first]
    known = {os.path.realpath(one.program): one for one in pythons if one is not None}
    taken = chosen(first, timed(comparable(first, list(known.values()))))
    if taken is None:
        here = first.words if first is not None else f"none ({named or 'python3'})"
        print(NEEDED.format(*LEAST, here), file=sys.stderr)
        return 1
    if first is not None and taken is not first and first.version >= LEAST:
        times = first.took_s / taken.took_s
        said = f"{taken.words} is taken: {times:.1f} times as fast as {first.words}."
        print(f"{said} Another one: make clean run PYTHON=...", file=sys.stderr)
    print(taken.program)
    return 0


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
