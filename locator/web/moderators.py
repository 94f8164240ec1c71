"""Let moderators in and know them again: a signed cookie that ends, and a token in every form."""

from __future__ import annotations

import hashlib
import hmac
import logging
from dataclasses import dataclass

from flask import request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import Forbidden, TooManyRequests
from werkzeug.wrappers import Response

from locator.curation.passwords import is_password
from locator.web.forms import refuse_other_sites
from locator.web.limits import WINDOW_S
from locator.web.reporting import reporting

COOKIE = "moderator"
SESSION_S = 8 * 3600
CSRF = "csrf"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Session:
    """A moderator who is in.

    Attributes
    ----------
    name : str
    token : str
        Goes with every form of this session, and with no other.
    """

    name: str
    token: str


def session() -> Session | None:
    """Return the session of the current request; None where there is no valid one."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    try:
        name, mark = _signer().loads(cookie, max_age=SESSION_S)
    except (BadSignature, ValueError, TypeError):
        return None
    known = reporting().store.moderators().get(name)
    # Another password ends the sessions of the former one.
    if known is None or not hmac.compare_digest(str(mark), _mark(known)):
        return None
    return Session(name, _token(cookie))


def check_form(known: Session) -> None:
    """Refuse a form that is not of this session.

    Raises
    ------
    Forbidden
        Another site's page sent it, or its token is of another session.
    """
    refuse_other_sites()
    if not hmac.compare_digest(request.form.get(CSRF, "").encode(), known.token.encode()):
        raise Forbidden


def is_moderator(name: str, password: str) -> bool:
    """Tell whether name and password are right.

    Raises
    ------
    TooManyRequests
        Too many were tried.
    """
    here = reporting()
    if not here.tries.allow(request.remote_addr or "-") or not here.all_tries.allow("all"):
        raise TooManyRequests(retry_after=int(WINDOW_S))
    known = here.store.moderators().get(name)
    with here.tries.slot() as got:  # a check takes 64 MB: one at a time
        if not got:
            raise TooManyRequests(retry_after=int(WINDOW_S))
        right = is_password(known, password)
    if not right:
        log.warning("A moderator's name or password was wrong")
    return right


def let_in(response: Response, name: str) -> None:
    """Give the browser the cookie of a session."""
    value = _signer().dumps([name, _mark(reporting().store.moderators()[name])])
    _set(response, str(value), max_age=SESSION_S)


def let_out(response: Response) -> None:
    """Take the cookie away."""
    _set(response, "", max_age=0)


def _set(response: Response, value: str, *, max_age: int) -> None:
    response.set_cookie(
        COOKIE,
        value,
        max_age=max_age,
        path=f"{request.environ.get('locator.root', '')}/",
        secure=request.is_secure,
        httponly=True,
        samesite="Strict",
    )


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(reporting().secret, salt="moderator's session")


def _mark(password_hash: str) -> str:
    return hashlib.blake2b(password_hash.encode(), digest_size=8).hexdigest()


def _token(cookie: str) -> str:
    key = hashlib.blake2b(reporting().secret.encode(), person=b"form token").digest()
    return hmac.new(key, cookie.encode(), hashlib.sha256).hexdigest()
