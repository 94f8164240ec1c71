"""Keep moderators' passwords as Argon2 hashes only."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from locator.base.errors import N_, InvalidParameterError

SHORTEST, LONGEST = 12, 200

_hasher = PasswordHasher()


def hashed(password: str) -> str:
    """Return the hash of a password, with its parameters and a salt of its own.

    Parameters
    ----------
    password : str

    Returns
    -------
    str
        As Argon2 writes it: ``$argon2id$…``.

    Raises
    ------
    InvalidParameterError
        The password is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidParameterError(
            N_("A password has {least} to {most} characters."),
            parameter="password",
            least=SHORTEST,
            most=LONGEST,
        )
    return _hasher.hash(password)


def is_password(known: str | None, password: str) -> bool:
    """Tell whether a password is the one that was hashed; it takes as long if nothing was.

    Parameters
    ----------
    known : str or None
        The hash; None where nobody of that name has a password.
    password : str
        What was typed.

    Returns
    -------
    bool
    """
    try:
        right = _hasher.verify(known or _nobodys(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return right and known is not None


@cache
def _nobodys() -> str:
    """Return what is asked where there is no such moderator, so that the answer takes as long."""
    return _hasher.hash("nobody's password")
