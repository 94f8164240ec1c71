"""Pieces of pages that are rendered once and shown to many."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import DictLoader
from jinja2.runtime import Macro

from locator.web.pieces import PIECES, once, once_for
from locator.web.rendering import InLanguages


def counting(app: Flask) -> tuple[Macro, list[str]]:
    """Return a macro that says its argument, and what it was rendered for."""
    said: list[str] = []
    return _macro(app, said, "{{ name }}"), said


def _macro(app: Flask, said: list[str], inner: str, template: str = "parts/one.html") -> Macro:
    source = f"{{% macro said(name) %}}{{{{ note(name) }}}}<b>{inner}</b>{{% endmacro %}}"
    env = app.jinja_env.overlay(loader=InLanguages(DictLoader({template: source})))
    macro: Macro = env.get_template(template, globals={"note": said.append}).make_module().said
    return macro


def test_a_piece_is_rendered_once_for_its_arguments_a_language_and_a_script_name(
    app: Flask,
) -> None:
    macro, said = counting(app)
    for path, root in [("/", ""), ("/", ""), ("/", "/uk"), ("/", "/below"), ("/", "/below")]:
        with app.test_request_context(path, environ_overrides={"SCRIPT_NAME": root}):
            assert "a</b>" in once(macro, "a")
            assert "b</b>" in once(macro, "b")
    assert said == ["a", "b"] * 3


def test_a_piece_is_known_by_what_decides_what_it_says(app: Flask) -> None:
    macro, said = counting(app)
    with app.test_request_context("/"):
        texts = [once_for(told_by, macro, name) for told_by, name in [(1, "a"), (1, "b"), (2, "c")]]
        other = once_for((1, "open"), macro, ["no", "value"])
    assert [text.removeprefix("None") for text in texts] == ["<b>a</b>", "<b>a</b>", "<b>c</b>"]
    assert said == ["a", "c", ["no", "value"]] and "value" in other


def test_macros_of_one_name_in_two_templates_are_two(app: Flask) -> None:
    macro, said = counting(app)
    other = _macro(app, said, "another {{ name }}", "parts/two.html")
    with app.test_request_context("/"):
        for _ in range(2):
            assert once(macro, "x").endswith("<b>x</b>")
            assert once(other, "x").endswith("<b>another x</b>")
    assert said == ["x", "x"]


def test_pieces_are_bounded_and_made_anew_for_another_city(app: Flask) -> None:
    macro, said = counting(app)
    state = app.extensions["locator"]
    with app.test_request_context("/"):
        once(macro, "city")
    app.extensions["locator"] = state.with_city(state.city)
    try:
        with app.test_request_context("/"):
            once(macro, "city")
    finally:
        app.extensions["locator"] = state
    assert said == ["city", "city"]
    kept = app.extensions[PIECES]
    assert 0 < kept.held_b <= kept.limit_b <= 5_000_000


def test_what_a_visitor_chose_is_shown_whoever_asked_before(client: FlaskClient) -> None:
    def ticked(path: str) -> tuple[bool, bool, bool]:
        text = client.get(path).text
        return (
            'value="nurseries" checked' in text,
            'value="aeds" checked' in text,
            '<option value="0.8" selected' in text,
        )

    assert ticked("/nearest?layer=nurseries") == (True, False, False)
    assert ticked("/nearest?layer=aeds&pace=0.8") == (False, True, True)
    assert ticked("/nearest?layer=nurseries") == (True, False, False)
    assert ticked("/en/nearest") == (False, False, False)


def test_the_menu_marks_the_page_that_is_shown(client: FlaskClient) -> None:
    for path in ("/about", "/en/about", "/en/data", "/about"):
        text = client.get(path).text
        assert text.count(f'<a href="{path}" aria-current="page">') == 2  # menu and footer
        assert text.count('aria-current="page"') == 2
