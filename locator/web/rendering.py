"""Render templates as Jinja does, without what most of what a page says does not need."""

from __future__ import annotations

from types import FunctionType
from typing import Any

import jinja2
from flask import Flask
from jinja2 import BytecodeCache, Template
from jinja2.bccache import Bucket
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

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

    Jinja knows it by a template's text; here also by Jinja and by all of ours that it may call to
    compile a text, such as filters.
    """

    def __init__(self) -> None:
        self._key = key_of(jinja2.__version__, packages=("base", "web"))

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


def install(app: Flask) -> None:
    """Let the templates of `app` be rendered so."""
    app.jinja_env.context_class = QuickContext
    app.jinja_env.template_class = QuickTemplate
    app.jinja_env.bytecode_cache = KeptCode()
