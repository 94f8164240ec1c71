"""Render templates as Jinja does, without what most of what a page says does not need."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from types import FunctionType
from typing import Any

import flask.templating
import jinja2
from flask import Flask
from jinja2 import BaseLoader, BytecodeCache, Template, nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from locator.base.i18n import current_language, gettext, messages_key, speaking
from locator.base.own_files import keep, kept, key_of


class QuickContext(Context):
    """A context that knows what macros and plain functions take: a page calls hundreds of them."""

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls; whatever wants a context or the like is left to Jinja."""
        kind = type(called)
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind is not FunctionType or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return called(*args, **kwargs)


class QuickTemplate(Template):
    """A template that makes no copy of what has nothing to escape: a page says hundreds of words.

    What is written out is put together to one text in the end, which is then known to be safe.
    """

    @classmethod
    def from_code(cls, *args: Any, **kwargs: Any) -> Template:
        """Return the template of compiled code, as Jinja wants it."""
        template = super().from_code(*args, **kwargs)
        template.root_render_func.__globals__["escape"] = escaped
        return template


class KeptCode(BytecodeCache):
    """Keep what templates are compiled to among the caches: it takes as long as many an answer.

    Jinja knows it by a template's text; here also by Jinja, by all of ours that it may call to
    compile a text, such as filters, and by the messages of a language, which it holds.
    """

    def __init__(self) -> None:
        self._key = key_of(jinja2.__version__, messages_key(), packages=("base", "web"))

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template its code, if it is kept."""
        code = kept(self._name(bucket), self._key)
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        keep(self._name(bucket), self._key, bucket.bytecode_to_string())

    def _name(self, bucket: Bucket) -> str:
        return f"templates/{bucket.key}"


def escaped(value: Any) -> Any:
    """Return what `markupsafe.escape` says, the value itself where that says the same."""
    kind = type(value)
    if kind is Markup:
        return value
    if kind is str and not (
        "&" in value or "<" in value or ">" in value or "'" in value or '"' in value
    ):
        return value
    return escape(value)


class InLanguages(BaseLoader):
    """Load templates by names that begin with a language: ``pl/pages/home.html``."""

    def __init__(self, loader: BaseLoader) -> None:
        self._loader = loader

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Return the text of a template, the same in all languages."""
        return self._loader.get_source(environment, template.partition("/")[2])


class Translated(CodeGenerator):
    """Compile what a template says without any values as words of its language.

    A page says some hundreds of such messages: they need not be looked up for every visitor, and
    what stands beside them is written out together with them.
    """

    def visit_Template(  # noqa: N802  (as Jinja calls it)
        self, node: nodes.Template, frame: Frame | None = None
    ) -> None:
        """Compile a template; one without a name is of no language, and stays as it is."""
        if self.name:
            with speaking(self.name.partition("/")[0]):
                node = _Said().visit(node)
        super().visit_Template(node, frame)


class _Said(NodeTransformer):
    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  (as Jinja calls it)
        match node:
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=said)], kwargs=[]):
                return nodes.Const(gettext(said), lineno=node.lineno)
        return self.generic_visit(node)


class QuickEnvironment(flask.templating.Environment):
    """Jinja for pages: every template is compiled for a language, which its name begins with."""

    code_generator_class = Translated
    context_class = QuickContext
    template_class = QuickTemplate

    def __init__(self, app: Flask, **options: Any) -> None:
        loader = InLanguages(app.create_global_jinja_loader())
        super().__init__(app, loader=loader, bytecode_cache=KeptCode(), **options)

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002  (as Jinja calls it)
    ) -> Template:
        """Return a template as it is in the language that is spoken."""
        if isinstance(name, str):
            name = f"{current_language()}/{name}"
        return super().get_template(name, parent, globals)


def install(app: Flask) -> None:
    """Let the templates of `app` be rendered so; before anything else looks at them."""
    app.jinja_environment = QuickEnvironment  # type: ignore[assignment]  # Flask takes a class
