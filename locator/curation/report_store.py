"""Keep residents' reports and the decisions on them in one SQLite file, whole or not at all.

What is decided is written to an audit, which holds nobody's words.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import cast

from locator.base.errors import N_, LocatorError
from locator.base.folders import belongs_to_installation, data_folder
from locator.curation.resident_reports import STATES, Action, Decision, ResidentReport, State

LARGEST_B = 64 * 1024 * 1024
PAGE_B = 4096
FOR_DECISIONS = 16
"""This part of the file (1 of 16) is left to the moderators, however many reports come in."""

WAIT_S = 5.0
VERSION = 1

SCHEMA = """
CREATE TABLE IF NOT EXISTS reports (
  id TEXT PRIMARY KEY, facility TEXT NOT NULL, kind TEXT NOT NULL, words TEXT NOT NULL,
  language TEXT NOT NULL, reported_on TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending', decided_on TEXT
);
CREATE INDEX IF NOT EXISTS reports_by_state ON reports (state, facility);
CREATE TABLE IF NOT EXISTS decisions (
  number INTEGER PRIMARY KEY AUTOINCREMENT, report TEXT NOT NULL, facility TEXT NOT NULL,
  who TEXT NOT NULL, at TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS decisions_by_report ON decisions (report);
CREATE TABLE IF NOT EXISTS moderators (name TEXT PRIMARY KEY, password_hash TEXT NOT NULL);
"""

REPORT = "id, facility, kind, words, language, reported_on, state, decided_on"

NOT_KEPT = N_("Reports cannot be kept at the moment ({detail}).")


class NotKeptError(LocatorError):
    """The file of reports cannot be written or read: full, without permission, damaged."""

    code = "not_kept"


class ReportStore:
    """The file of reports; opened for each question, so that programs and threads share it.

    Parameters
    ----------
    path : Path
        Need not be there; it is made with the first thing to keep.
    largest_b : int
        What the file may take.
    """

    def __init__(self, path: Path, *, largest_b: int = LARGEST_B) -> None:
        self.path = path
        self._pages = largest_b // PAGE_B

    def can_keep(self) -> bool:
        """Tell whether something could be written, as far as permissions say."""
        if self.path.exists():
            return os.access(self.path, os.W_OK) and os.access(self.path.parent, os.W_OK)
        return os.access(self.path.parent, os.W_OK | os.X_OK)

    # Reports --------------------------------------------------------------------------------

    def add(self, report: ResidentReport) -> bool:
        """Keep a report; it is on the disk when this returns. False where it was there before.

        Raises
        ------
        NotKeptError
            It could not be written; nothing of it was.
        """
        with self._writing(pages=self._pages - self._pages // FOR_DECISIONS) as connection:
            done = connection.execute(
                f"INSERT INTO reports ({REPORT}) SELECT :id, :facility, :kind, :words, :language,"
                " :reported_on, 'pending', NULL"
                " WHERE NOT EXISTS (SELECT 1 FROM decisions WHERE report = :id)"
                " ON CONFLICT (id) DO NOTHING",
                asdict(report),
            )
        return done.rowcount == 1

    def report(self, identifier: str) -> ResidentReport | None:
        """Return the report of this id; None where there is none."""
        found = self._reports("WHERE id = ?", (identifier,))
        return found[0] if found else None

    def reports(
        self, *, state: State | None = None, facilities: Sequence[str] | None = None
    ) -> tuple[ResidentReport, ...]:
        """Return the reports in the order in which they came.

        Parameters
        ----------
        state : str, optional
            Only those in this state.
        facilities : sequence of str, optional
            Only those of these facilities.
        """
        wanted, values = ["1"], list[str]()
        if state is not None:
            wanted.append("state = ?")
            values.append(state)
        if facilities is not None:
            wanted.append(f"facility IN ({', '.join('?' * len(facilities))})")
            values.extend(facilities)
        return self._reports(f"WHERE {' AND '.join(wanted)} ORDER BY rowid", values)

    def counts(self) -> dict[State, int]:
        """Return how many reports there are in each state."""
        with self._reading() as connection:
            rows = connection.execute("SELECT state, count(*) FROM reports GROUP BY state")
            found = dict(rows.fetchall())
        return {state: found.get(state, 0) for state in STATES}

    def states(self) -> dict[str, State]:
        """Return the state of every report, by its id."""
        with self._reading() as connection:
            return dict(connection.execute("SELECT id, state FROM reports").fetchall())

    def facilities(self, state: State, *, first: int = 0, most: int = 20) -> tuple[str, ...]:
        """Return the facilities with reports in a state, those with the most reports first."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT facility FROM reports WHERE state = ? GROUP BY facility"
                " ORDER BY count(*) DESC, facility LIMIT ? OFFSET ?",
                (state, most, first),
            )
            return tuple(name for (name,) in rows)

    def _reports(self, where: str, values: Sequence[str]) -> tuple[ResidentReport, ...]:
        with self._reading() as connection:
            rows = connection.execute(f"SELECT {REPORT} FROM reports {where}", values)
            return tuple(ResidentReport(*row) for row in rows)

    # Decisions ------------------------------------------------------------------------------

    def decide(self, decision: Decision) -> None:
        """Write a decision down and set the state of its report, both or neither.

        Raises
        ------
        NotKeptError
            It could not be written.
        """
        states: dict[Action, State] = {
            "accepted": "accepted",
            "rejected": "rejected",
            "undone": "pending",
        }
        with self._writing(pages=self._pages) as connection:
            connection.execute(
                "INSERT INTO decisions (report, facility, who, at, action, detail)"
                " VALUES (:report, :facility, :who, :at, :action, :detail)",
                asdict(decision),
            )
            if decision.action == "deleted":
                connection.execute("DELETE FROM reports WHERE id = ?", (decision.report,))
            else:
                connection.execute(
                    "UPDATE reports SET state = ?, decided_on = ? WHERE id = ?",
                    (states[decision.action], decision.at[:10], decision.report),
                )

    def decisions(self, *, first: int = 0, most: int = 1_000_000) -> tuple[Decision, ...]:
        """Return the audit, the latest first."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT report, facility, who, at, action, detail FROM decisions"
                " ORDER BY number DESC LIMIT ? OFFSET ?",
                (most, first),
            )
            return tuple(Decision(*row) for row in rows)

    def forget(self, *, decided_before: str) -> int:
        """Remove the reports decided before a day, and return how many; the audit stays."""
        old = "WHERE state <> 'pending' AND decided_on < ?"
        with self._reading() as connection:
            (count,) = connection.execute(
                f"SELECT count(*) FROM reports {old}", (decided_before,)
            ).fetchone()
        if count:
            with self._writing(pages=self._pages) as connection:
                connection.execute(f"DELETE FROM reports {old}", (decided_before,))
        return cast(int, count)

    # Moderators -----------------------------------------------------------------------------

    def set_moderator(self, name: str, password_hash: str | None) -> None:
        """Set a moderator's password, or with None take the moderator away."""
        with self._writing(pages=self._pages) as connection:
            connection.execute("DELETE FROM moderators WHERE name = ?", (name,))
            if password_hash is not None:
                connection.execute("INSERT INTO moderators VALUES (?, ?)", (name, password_hash))

    def moderators(self) -> dict[str, str]:
        """Return the moderators' names with the hashes of their passwords."""
        with self._reading() as connection:
            return dict(connection.execute("SELECT name, password_hash FROM moderators").fetchall())

    # The file -------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        # Who only asks makes no file.
        with _telling(), self._opened(self.path if self.path.exists() else None) as connection:
            yield connection

    @contextmanager
    def _writing(self, *, pages: int) -> Iterator[sqlite3.Connection]:
        """Give a transaction that is kept wholly, on the disk, or not at all."""
        with _telling():
            # Nobody but who runs the site reads what residents write.
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            with self._opened(self.path) as connection:
                connection.execute(f"PRAGMA max_page_count = {pages}")
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    with suppress(sqlite3.Error):  # it has gone back by itself
                        connection.execute("ROLLBACK")
                    raise

    @contextmanager
    def _opened(self, path: Path | None) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(path or ":memory:", timeout=WAIT_S, isolation_level=None)
        try:
            connection.execute(f"PRAGMA page_size = {PAGE_B}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            if _version(connection) == 0:
                connection.executescript(
                    f"BEGIN IMMEDIATE; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;"
                )
            elif _version(connection) != VERSION:
                raise sqlite3.DatabaseError("made by another version of the program")
            yield connection
        finally:
            connection.close()


def _version(connection: sqlite3.Connection) -> int:
    return cast(int, connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _telling() -> Iterator[None]:
    """Turn what goes wrong with the file into an error for people."""
    try:
        yield
    except sqlite3.Error as error:
        raise NotKeptError(NOT_KEPT, detail=str(error)) from error
    except OSError as error:
        raise NotKeptError(NOT_KEPT, detail=error.strerror or str(error)) from error


def store_of(folder: Path, path: str | Path | None = None) -> ReportStore:
    """Return the store of a city folder.

    Parameters
    ----------
    folder : Path
    path : str or Path, optional
        The file; by default that of ``LOCATOR_REPORTS``, else one beside the folder, or among
        the user's own data where the folder is the installed program's.

    Returns
    -------
    ReportStore
        Nothing is written yet.
    """
    named = path or os.environ.get("LOCATOR_REPORTS")
    if named:
        return ReportStore(Path(named))
    here = folder.resolve()
    if belongs_to_installation(here):
        with suppress(RuntimeError):  # a user without a home has no other place
            return ReportStore(data_folder() / f"{here.name}-reports.sqlite")
    return ReportStore(here.with_name(f"{here.name}-reports.sqlite"))
