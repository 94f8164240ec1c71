"""Know a form of ours again, and keep what is sent in bounds, without cookies and without names."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import request
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from werkzeug.exceptions import Forbidden

from locator.base.errors import N_, InvalidParameterError
from locator.base.shared import shared_array
from locator.web.limits import Tally

TOKEN = "form"
"""Field that carries the token of a form."""

OLDEST_S = 12 * 3600.0
"""A form may be filled in this long after it was opened."""

SHORTEST_S = 2.0
"""Nobody reads and fills in a form faster; programs do."""

STALE = N_("This form has been open for too long, or is not one of ours. Please send it again.")
HASTY = N_("That was very quick. If it is right, please send it once more.")


class StaleFormError(InvalidParameterError):
    """The form is unknown or too old; a new one is to be given."""


class HastyFormError(InvalidParameterError):
    """The form came back faster than anybody reads."""


def refuse_other_sites() -> None:
    """Refuse what another site's page sends; programs that are no browser say nothing of it."""
    sent_from = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if sent_from is not None:
        foreign = sent_from not in ("same-origin", "none")
    else:
        foreign = origin is not None and urlsplit(origin).netloc != request.host
    if foreign:
        raise Forbidden


@dataclass(frozen=True)
class Forms:
    """Gives out signed tokens, each for one form, and reads them again.

    Attributes
    ----------
    signer : URLSafeTimedSerializer
    """

    signer: URLSafeTimedSerializer

    @classmethod
    def signed_with(cls, secret: str, purpose: str) -> Forms:
        """Return the forms of one purpose; those of another are not accepted there."""
        return cls(URLSafeTimedSerializer(secret, salt=purpose))

    def token(self, about: str) -> str:
        """Return a token for a form about something, good for one report."""
        return self.signer.dumps([about, secrets.token_hex(6)])

    def number(
        self, token: str, about: str, *, now: Callable[[], float], shortest_s: float | None = None
    ) -> str:
        """Return the number that the token carries.

        Parameters
        ----------
        token : str
        about : str
            What the form has to be about.
        now : callable
            Seconds since 1970.
        shortest_s : float, optional
            A form that comes back sooner was filled in by no person; `SHORTEST_S` by default.

        Raises
        ------
        StaleFormError, HastyFormError
            The token is unknown, old, or hardly made.
        """
        try:
            (known, number), made = self.signer.loads(token, return_timestamp=True)
        except (BadSignature, SignatureExpired, ValueError, TypeError):
            raise StaleFormError(STALE, parameter=TOKEN) from None
        age_s = now() - made.timestamp()
        if known != about or age_s > OLDEST_S:
            raise StaleFormError(STALE, parameter=TOKEN)
        if age_s < (SHORTEST_S if shortest_s is None else shortest_s):
            raise HastyFormError(HASTY, parameter=TOKEN)
        return str(number)


class DailyLimit:
    """Count what each visitor sends on a day, without knowing visitors.

    A visitor is a keyed hash of the address (of an IPv6 one its network), in memory only; key
    and counts are thrown away at midnight, and with the processes.

    Parameters
    ----------
    per_day : int
        How many are allowed; 0 for any number.
    now : callable
        This moment, in the time zone whose midnight counts.
    """

    def __init__(self, per_day: int, *, now: Callable[[], datetime]) -> None:
        self.per_day = per_day
        self._now = now
        self._tally = Tally()
        self._day = shared_array(1, "i8")

    def visitors(self) -> set[int]:
        """Return who has sent something today, as numbers."""
        with self._tally.lock:
            return self._tally.visitors()

    def allow(self, address: str) -> bool:
        """Count one; False if it is one too many."""
        with self._tally.lock:
            now = self._now()
            if now.toordinal() != self._day[0]:
                self._day[0] = now.toordinal()
                self._tally.change_key()
            visitor = self._tally.number_of(_network(address))
            if self.per_day and self._tally.count(visitor) >= self.per_day:
                return False
            self._tally.add(visitor, now.timestamp())
            return True

    def wait_s(self) -> int:
        """Return the seconds until midnight."""
        now = self._now()
        midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)
        return max(1, int((midnight - now).total_seconds()))


def _network(address: str) -> str:
    """Return what one visitor can hardly change: an IPv6 customer has 2**64 addresses."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return str(known)
    return str(ipaddress.ip_network((known, 64), strict=False))
