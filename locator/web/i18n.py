"""Speak the language of the URL: Polish at ``/``, English at ``/en``, Ukrainian at ``/uk``.

The prefix is taken off before Flask sees the path and becomes part of the script name, so every
route is written once and `flask.url_for` keeps the language by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote, unquote_plus, urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, current_app, g, request, url_for
from werkzeug.datastructures import iter_multi_items

from locator.base.i18n import (
    DEFAULT_LANGUAGE,
    LANGUAGE_NAMES,
    NOTHING,
    TRANSLATIONS,
    clock,
    current_language,
    day,
    error_text,
    gettext,
    locale,
    metres,
    minutes,
    moment,
    ngettext,
    number,
    percent,
    prefix,
    read_catalogue,
    speaking,
    text,
    translations,
)
from locator.city.field_types import LANGUAGES

__all__ = [
    "DEFAULT_LANGUAGE",
    "HELPERS",
    "LANGUAGE_NAMES",
    "NOTHING",
    "TRANSLATIONS",
    "alternate_url",
    "clock",
    "current_language",
    "day",
    "error_text",
    "gettext",
    "install",
    "language_prefix",
    "locale",
    "metres",
    "minutes",
    "moment",
    "ngettext",
    "number",
    "percent",
    "prefix",
    "read_catalogue",
    "speaking",
    "text",
    "translations",
    "url",
]
"""The web speaks through this module; what needs no Flask lives in `locator.base.i18n`."""

# The language of a request ------------------------------------------------------------------


def language_prefix(application: WSGIApplication) -> WSGIApplication:
    """Return `application` with the language taken off the front of the path.

    The language is spoken while the answer is made (`locator.base.i18n`); ``locator.root``, the
    script name without the language, is put into the environment; ``/pl/...`` is redirected to
    the address without a prefix.
    """

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        root, path = environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", "")
        first, slash, rest = path.removeprefix("/").partition("/")
        environ["locator.root"] = root
        if first not in LANGUAGES or not path.startswith("/"):
            with speaking(DEFAULT_LANGUAGE):
                return application(environ, start_response)
        if first == DEFAULT_LANGUAGE or not slash:
            return _redirect(environ, start_response, f"{root}{prefix(first)}/", rest)
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = root + prefix(first), f"/{rest}"
        with speaking(first):
            return application(environ, start_response)

    return serve


def _redirect(
    environ: WSGIEnvironment, start_response: StartResponse, base: str, rest: str
) -> Iterable[bytes]:
    # A path of "//host" would be another site to a browser: leading slashes are dropped.
    target = base + quote(rest.lstrip("/").encode("latin-1"))
    if environ.get("QUERY_STRING"):
        target += f"?{environ['QUERY_STRING']}"
    start_response("308 Permanent Redirect", [("Location", target), ("Content-Length", "0")])
    return [b""]


def url(endpoint: str, query: Mapping[str, Any] | None = None, /, **values: Any) -> str:
    """Return the path of `endpoint` in the current language.

    What came in by an address goes out as `query`, never as a keyword: a parameter that happens
    to be called like an argument of the route, or like one of `flask.url_for`, is only a
    parameter.

    Parameters
    ----------
    endpoint : str
    query : mapping, optional
        Parameters of the query string; a list repeats its own, None and whatever is too long for
        any page are left out.
    **values
        The arguments of the route, and ``_anchor``, a place on the page; any other is a parameter
        ahead of `query`.
    """
    anchor = values.pop("_anchor", "")
    addresses: _Addresses = current_app.extensions[ADDRESSES]
    known = addresses.arguments_of(endpoint) if values else ()
    path = addresses.path(
        request.environ.get("SCRIPT_NAME", ""),
        endpoint,
        *((name, value) for name, value in values.items() if name in known),
    )
    given = {name: value for name, value in values.items() if name not in known}
    pairs = [*iter_multi_items(given), *iter_multi_items(query or {})] if given or query else ()
    kept = [pair for pair in pairs if pair[1] is not None and all(map(_is_short, pair))]
    asked = f"{path}?{urlencode(kept, safe=SAFE_IN_VALUE)}" if kept else path
    return f"{asked}#{anchor}" if anchor else asked


class _Addresses:
    """The paths of one application's endpoints: a page asks for dozens, mostly of the same."""

    def __init__(self, app: Flask) -> None:
        self._rules = app.url_map
        self.arguments_of = cache(self._arguments_of)
        self.path = lru_cache(maxsize=PATHS)(self._path)

    def _arguments_of(self, endpoint: str) -> frozenset[str]:
        rules = self._rules.iter_rules(endpoint)
        return frozenset[str]().union(*(rule.arguments for rule in rules))

    @staticmethod
    def _path(_script_name: str, endpoint: str, *arguments: tuple[str, Any]) -> str:
        """Return what `flask.url_for` says in a request below a script name."""
        return str(url_for(endpoint, **dict(arguments)))


def _is_short(value: object) -> bool:
    return len(str(value)) <= LONGEST_PART


def alternate_url(language: str, *, absolute: bool = False) -> str:
    """Return the address of the page being shown in `language`, query string included.

    What no page accepts is not taken along: a path or a value that is too long for any.
    """
    root = str(request.environ.get("locator.root", ""))
    if "alternate_path" not in g:  # a page says its address in every language
        g.alternate_path = _alternate_path()
    target = f"{root}{prefix(language)}{g.alternate_path}"
    return request.host_url.rstrip("/") + target if absolute else target


def _alternate_path() -> str:
    path = request.path if len(request.path) <= LONGEST_PART else "/"
    pairs = request.query_string.decode("latin-1").split("&")
    query = "&".join(filter(_is_acceptable, pairs))
    return quote(path) + (f"?{quote(query, safe=SAFE_IN_QUERY)}" if query else "")


def _is_acceptable(pair: str) -> bool:
    """Tell whether a pair of a query string is short enough for some page to accept it."""
    return all(_is_short(unquote_plus(part)) for part in pair.split("=", 1))


ADDRESSES = "locator.web.i18n.addresses"

PATHS = 4096
"""So many paths of endpoints are kept, in a language each."""

LONGEST_PART = 200
"""Characters of a path, or of a name or value of a query string, that any page accepts."""

SAFE_IN_VALUE = "!$'()*,/:;?@"

SAFE_IN_QUERY = "%=&+;/?:@-._~!$'()*,"


# Templates ----------------------------------------------------------------------------------


HELPERS: dict[str, Callable[..., str]] = {
    "number": number,
    "percent": percent,
    "minutes": minutes,
    "metres": metres,
    "date": day,
    "moment": moment,
    "clock": clock,
    "text": text,
}


def install(app: Flask) -> None:
    """Give `app` its languages: the URL prefix and what templates call."""
    app.wsgi_app = language_prefix(app.wsgi_app)  # type: ignore[assignment, method-assign]
    translations(DEFAULT_LANGUAGE)  # another one when it is first spoken
    app.extensions[ADDRESSES] = _Addresses(app)

    @app.after_request
    def name_language(response: Response) -> Response:
        if response.mimetype in ("text/html", "application/json"):
            response.headers["Content-Language"] = current_language()
        return response

    app.jinja_env.globals.update(
        _=gettext,
        gettext=gettext,
        ngettext=ngettext,
        url=url,
        alternate_url=alternate_url,
        current_language=current_language,
        languages=LANGUAGE_NAMES,
        error_text=error_text,
        **HELPERS,
    )
    app.jinja_env.filters.update(HELPERS)
