"""Render templates as Jinja does, without what most of what a page says does not need."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from flask import Flask
from jinja2 import Template
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape


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


def install(app: Flask) -> None:
    """Let the templates of `app` be rendered so."""
    app.jinja_env.context_class = QuickContext
    app.jinja_env.template_class = QuickTemplate
