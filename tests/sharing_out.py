"""Share the tests out among workers: a file to one of them, for its tests share their fixtures."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

ONE_BY_ONE = frozenset(
    {
        "tests/api/test_openapi.py",
        "tests/web/test_hostile.py",
        "tests/web/test_long_values.py",
    }
)
"""Files whose tests take long, each for itself: they come last and make the ends meet."""


class FileByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Hand out whole files, those with most tests first."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file in ONE_BY_ONE else file
