"""Find out which facilities are open at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt

from locator.base.geo import Flags, IntArray
from locator.base.opening_hours.state import OpenState
from locator.city.model import City
from locator.city.opening import opening_in

NOT_OPEN_YET = OpenState("closed", None)


@dataclass(frozen=True)
class Clock:
    """Opening states at one moment, each found only when asked for, and once for alike hours.

    Attributes
    ----------
    city : City
    at : datetime
        The moment, in the city's time zone.
    known : dict
        What was found, by hours as they are written.
    """

    city: City
    at: datetime
    known: dict[str | None, OpenState] = field(default_factory=dict)

    @cached_property
    def hours(self) -> npt.NDArray[np.object_]:
        """Opening hours of every facility; a plain array, since a frame is slow to look into."""
        column: npt.NDArray[np.object_] = self.city.columns["opening_hours"]
        return column

    @cached_property
    def status(self) -> npt.NDArray[np.object_]:
        """Status of every facility."""
        column: npt.NDArray[np.object_] = self.city.columns["status"]
        return column

    def state(self, row: int) -> OpenState:
        """Return the state of a row of the facilities; what has not opened yet is closed."""
        if self.status[row] != "open":
            return NOT_OPEN_YET
        hours = self.hours[row]
        if hours not in self.known:
            self.known[hours] = opening_in(self.city, hours, self.at)
        return self.known[hours]

    def are_open(self, rows: IntArray) -> Flags:
        """Return (m,) which of m rows of the facilities are known to be open."""
        return np.array([self.state(row).state == "open" for row in rows.tolist()], dtype=np.bool_)
