"""Templates call what they call as Jinja does, only sooner."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import (
    DictLoader,
    Environment,
    FileSystemLoader,
    TemplateNotFound,
    pass_context,
    pass_environment,
    pass_eval_context,
)
from jinja2.runtime import Context
from markupsafe import Markup, escape

from locator.base import i18n
from locator.base.i18n import gettext, speaking
from locator.base.own_files import key_of
from locator.web import rendering
from locator.web.rendering import KeptCode, QuickContext, QuickEnvironment, QuickTemplate, escaped


class Called:
    def __call__(self, value: object) -> str:
        return f"called {value}"


@pass_context
def of_context(context: Context, name: str) -> Any:
    return context[name]


@pass_environment
def of_environment(environment: Environment, name: str) -> bool:
    return hasattr(environment, name)


@pass_eval_context
def of_evaluation(evaluation: Any) -> bool:
    return bool(evaluation.autoescape)


def plain(value: object, *, more: str = "") -> str:
    return f"<{value}{more}>"


MACRO = "{% macro say(a, b='&') %}{{ a }}{{ b }}{{ caller() if caller else '' }}{% endmacro %}"

TEMPLATES = (
    "{{ plain(1) }} {{ plain(2, more='&') }} {{ plain(**{'value': 3}) }}",
    "{% set name = 'a' %}{{ of_context('name') }} {{ of_environment('filters') }}",
    "{% for a in 'ab' %}{% set name = a %}{{ of_context('name') }}{{ loop.index }}{% endfor %}",
    "{{ of_evaluation() }}{% autoescape false %}{{ of_evaluation() }}{% endautoescape %}",
    f"{MACRO}{{{{ say('<') }}}}{{% call say('>', b=1) %}}{{{{ plain('x') }}}}{{% endcall %}}",
    f"{MACRO}{{% autoescape false %}}{{{{ say('<') }}}}{{% endautoescape %}}",
    "{{ words }} {{ marked }} {{ number }} {{ missing }} {{ nothing }} {{ words ~ marked }}",
    "{% set both %}{{ words }}{{ marked }}{% endset %}{{ both }} {{ words|e }} {{ words|upper }}",
    "{% autoescape false %}{{ words }}{{ marked }}{% endautoescape %}{{ words|safe }}",
    f"{MACRO}{{% set said = say(words, marked) %}}{{{{ said }}}} {{{{ said ~ words }}}}",
    "{{ called(4) }} {{ 'A'.lower() }} {{ mapping.get('k') }} {{ range(3)|list }}",
    "{% block one %}{{ of_context('mapping') }}{{ plain(5) }}{% endblock %}{{ self.one() }}",
)


@pytest.mark.parametrize("source", TEMPLATES)
def test_a_template_says_what_it_says_to_jinja(source: str) -> None:
    given = {
        "plain": plain,
        "of_context": of_context,
        "of_environment": of_environment,
        "of_evaluation": of_evaluation,
        "called": Called(),
        "mapping": {"k": "<v>"},
        "words": "a & b",
        "marked": Markup("<i>c</i>"),
        "number": 5,
        "nothing": None,
    }
    usual = Environment(autoescape=True, extensions=["jinja2.ext.do"])
    quick = usual.overlay()
    quick.context_class = QuickContext
    quick.template_class = QuickTemplate
    quick.cache = None
    said = quick.from_string(source).render(given)
    assert said == usual.from_string(source).render(given)
    assert said


class Marked:
    def __html__(self) -> str:
        return "<b>"


class Words(str):
    __slots__ = ()


@given(st.text() | st.text("&<>'\"ł;") | st.integers() | st.none())
def test_what_is_written_is_escaped(value: object) -> None:
    assert escaped(value) == escape(value)


@pytest.mark.parametrize("value", [Markup("<i>"), Marked(), Words("<"), Words("a"), b"<"])
def test_what_says_itself_how_it_is_written_is_asked(value: object) -> None:
    assert escaped(value) == escape(value)


def test_pages_are_rendered_so(app: Flask) -> None:
    with speaking("uk"):
        template = app.jinja_env.get_template("pages/home.html")
    assert app.jinja_env.context_class is QuickContext
    assert (type(template), template.name) == (QuickTemplate, "uk/pages/home.html")


# Words of a language -------------------------------------------------------------------------

WORDS = """{{ _("Search") }} & {{ _("Search")|upper }} {{ plain("Search") }}
{% macro say(word) %}{{ word }}{{ _("{n} min", n=5) }}{% endmacro %}{{ say(_("Close <b>")) }}
{% include "more.html" %}"""


@pytest.fixture
def speaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> QuickEnvironment:
    """Return what renders two templates that say something."""
    monkeypatch.setenv("LOCATOR_CACHE", str(tmp_path))  # no code of another test
    app = Flask("speaker")
    app.jinja_loader = DictLoader({"words.html": WORDS, "more.html": '{{ _("Search") }}'})
    rendering.install(app)
    app.jinja_env.globals |= {"_": gettext, "plain": plain}
    return cast(QuickEnvironment, app.jinja_env)


@pytest.mark.parametrize(("language", "word"), [("pl", "Szukaj"), ("en", "Search")])
def test_what_is_said_without_values_is_compiled_as_words_of_a_language(
    speaker: QuickEnvironment, language: str, word: str
) -> None:
    asked: list[str] = []

    def said(message: str, **values: object) -> str:
        asked.append(message)
        return gettext(message, **values)

    speaker.globals["_"] = said
    with speaking(language):
        page = speaker.get_template("words.html").render()
    assert page == f"{word} & {word.upper()} &lt;Search&gt;\nClose &lt;b&gt;5 min\n{word}"
    assert asked == ["{n} min"]


def test_each_language_has_a_template_of_its_own(speaker: QuickEnvironment) -> None:
    pages = {}
    for language in ("pl", "en", "pl"):
        with speaking(language):
            pages[language] = speaker.get_template("more.html").render()
    assert pages == {"pl": "Szukaj", "en": "Search"}


def test_its_name_says_for_which_language_a_template_is_compiled(
    speaker: QuickEnvironment,
) -> None:
    assert speaker.loader is not None
    with speaking("en"):
        assert speaker.loader.load(speaker, "pl/more.html", speaker.globals).render() == "Szukaj"


def test_a_template_without_a_name_speaks_the_language_of_the_moment(
    speaker: QuickEnvironment,
) -> None:
    template = speaker.from_string('{{ _("Search") }}')
    with speaking("pl"):
        assert template.render() == "Szukaj"
    with speaking("en"):
        assert template.render() == "Search"


def test_a_template_that_there_is_not_is_said_to_be_missing(speaker: QuickEnvironment) -> None:
    with pytest.raises(TemplateNotFound):
        speaker.get_template("nowhere.html")


def test_code_with_other_messages_is_not_taken(
    templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = KeptCode()._key
    assert KeptCode()._key == first
    folder = templates / "translations" / "pl"
    folder.mkdir(parents=True)
    (folder / "words.po").write_text('msgid "Search"\nmsgstr "Znajdź"\n', encoding="utf-8")
    monkeypatch.setattr(i18n, "TRANSLATIONS", folder.parent)
    second = KeptCode()._key
    (folder / "words.po").write_text('msgid "Search"\nmsgstr "Szukaj"\n', encoding="utf-8")
    assert len({first, second, KeptCode()._key}) == 3


# What templates are compiled to --------------------------------------------------------------


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOCATOR_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "bread.html").write_text("{{ word }} & {% include 'salt.html' %}", encoding="utf-8")
    (folder / "salt.html").write_text("{{ 2 * 3 }} g", encoding="utf-8")
    return folder


def environment(folder: Path) -> Environment:
    """Return Jinja as after a start."""
    kept = KeptCode()
    return Environment(loader=FileSystemLoader(folder), autoescape=True, bytecode_cache=kept)


def test_a_template_is_compiled_once_for_all_programs(
    templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = environment(templates).get_template("bread.html").render(word="<b>")
    assert said == "&lt;b&gt; & 6 g"
    monkeypatch.setattr(Environment, "_generate", None)  # nothing can be compiled
    assert environment(templates).get_template("bread.html").render(word="<b>") == said


def test_a_template_that_was_changed_is_compiled_anew(templates: Path) -> None:
    environment(templates).get_template("bread.html").render()
    (templates / "salt.html").write_text("{{ 2 * 4 }} g", encoding="utf-8")
    assert environment(templates).get_template("bread.html").render() == " & 8 g"


def test_code_of_another_jinja_or_of_other_sources_is_not_taken(
    templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(templates).get_template("salt.html").render()
    monkeypatch.setattr(rendering, "key_of", lambda *_, **__: key_of("others"))
    compiled, generate = [], Environment._generate

    def counted(self: Environment, *args: Any, **options: Any) -> str:
        compiled.append(args)
        return generate(self, *args, **options)

    monkeypatch.setattr(Environment, "_generate", counted)
    assert environment(templates).get_template("salt.html").render() == "6 g"
    assert len(compiled) == 1


def test_the_pages_are_compiled_so(client: FlaskClient) -> None:
    assert isinstance(client.application.jinja_env.bytecode_cache, KeptCode)
