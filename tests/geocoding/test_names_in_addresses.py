"""What an address calls its parameters is a name and nothing else: no code is steered by it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from locator.web.i18n import url
from tests.tinycity import at
from tests.web.test_long_values import GOOD, PART

ROOT = Path(__file__).resolve().parents[2]

FLASK_S = ("_anchor", "_method", "_scheme", "_external", "values", "endpoint", "self", "app")
"""What `flask.url_for`, and what calls it, call their own arguments."""

ROUTES = ("layer_id", "facility_id", "ending", "names", "version", "package")
"""What the routes call theirs; `kind` and `name` are also parameters, of the nearest and of a
scenario."""

CODE_S = ("query", "args", "kwargs", "strict", "code", "language", "cls", "__class__")
"""What functions between the query string and the answer call theirs."""


def addresses(app: Flask) -> Iterator[str]:
    """Yield every address that can be asked, those of standing layers and of moving ones."""
    for layer in ("nurseries", "aeds"):
        given = GOOD | {"layer_id": layer, "layer": layer, "facility_id": f"{layer}-1"}
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint != "static":
                yield PART.sub(lambda part, g=given: g.get(part.group(1), "x"), str(rule))
    for kind in ("city", "layer", "facility", "coverage", "aed", "aed_shares", "whatif"):
        yield f"/maps/{kind}.js"


def statuses(app: Flask, *names: str) -> dict[str, int]:
    """Return how each address answers when it is asked with parameters of these names."""
    client = app.test_client()
    start = "layer=nurseries&id=nurseries-1&lat={1}&lon={0}".format(*at(500, 3000))
    asked = "".join(f"&{name}=x" for name in names)
    return {
        f"{path}?{given}": client.get(f"{path}?{given}{asked}{more}").status_code
        for path in sorted(set(addresses(app)))
        for given, more in (("", ""), (start, asked))
    }


@pytest.fixture(scope="module")
def unheard_of(app: Flask) -> dict[str, int]:
    """How each address answers to a name that nothing in the program has."""
    return statuses(app, "no_such")


@pytest.mark.slow
@pytest.mark.parametrize("names", [FLASK_S[:3], FLASK_S[3:], ROUTES, CODE_S])
def test_a_name_that_the_code_uses_is_like_one_unheard_of(
    app: Flask, unheard_of: dict[str, int], names: tuple[str, ...]
) -> None:
    assert statuses(app, *names) == unheard_of
    assert max(unheard_of.values()) < 500


def test_an_address_is_made_of_its_route_and_a_query_string(app: Flask) -> None:
    hostile = dict.fromkeys(FLASK_S, "x") | {"kind": "other", "layer": ["a", "b"]}
    with app.test_request_context("/en/"):
        made = urlsplit(url("mapviews.script", hostile, kind="city"))
    assert made.path == "/maps/city.js"
    assert (made.scheme, made.netloc, made.fragment) == ("", "", "")
    assert parse_qs(made.query) == {
        name: value if isinstance(value, list) else [value] for name, value in hostile.items()
    }


def test_an_address_leaves_out_what_is_not_given_or_too_long(app: Flask) -> None:
    query = {"q": None, "x" * 201: "1", "at": "y" * 201, "layer": ["ok", "z" * 201], "k": 5}
    with app.test_request_context("/"):
        assert url("nearest.page", query, pace="1,1") == "/nearest?pace=1,1&layer=ok&k=5"
        assert url("nearest.page") == "/nearest"


def test_no_code_and_no_template_spreads_a_mapping_into_an_address() -> None:
    for path in sorted((ROOT / "locator" / "web").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("url", "redirect"):
                spread = [ast.unparse(k.value) for k in node.keywords if k.arg is None]
                assert spread in ([], ["self.values"], ["values"]), f"{path.name}:{node.lineno}"
    for path in sorted((ROOT / "templates").rglob("*.html")):
        assert not re.search(r"\burl\([^)]*\*\*", path.read_text(encoding="utf-8")), path.name
