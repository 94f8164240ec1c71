"""Write a JSON-LD document as Turtle, which people can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def turtle(document: Mapping[str, Any]) -> str:
    """Return a JSON-LD document as Turtle.

    Parameters
    ----------
    document : mapping
        Its context names prefixes; names are prefix and word, nodes lie in each other.

    Returns
    -------
    str
    """
    named: dict[str, str] = {}
    top = _node({key: value for key, value in document.items() if key != "@context"}, named)
    context = document["@context"]
    prefixes = [f"@prefix {name}: <{address}> ." for name, address in context.items()]
    blocks = [text for name, text in named.items() if f"<{name}>" != top]
    whole = named[str(document["@id"])]
    return "\n".join([*prefixes, "", whole, *blocks]) + "\n"


def _node(node: Mapping[str, Any], named: dict[str, str]) -> str:
    """Return a node as an object; what has a name is written for itself, once."""
    if "@value" in node:
        text = _quoted(node["@value"])
        kind = f"^^{node['@type']}" if "@type" in node else ""
        return text + (f"@{node['@language']}" if "@language" in node else kind)
    name = node.get("@id")
    told = [
        ("a" if key == "@type" else key, _objects(key, value, named))
        for key, value in node.items()
        if key != "@id"
    ]
    body = " ;\n    ".join(f"{key} {value}" for key, value in told)
    if name is None:
        return f"[ {body} ]"
    if told:
        named[name] = f"<{name}>\n    {body} .\n"
    return f"<{name}>"


def _objects(key: str, value: Any, named: dict[str, str]) -> str:
    several = value if isinstance(value, list) else [value]
    return ", ".join(
        one if key == "@type" else _quoted(one) if isinstance(one, str) else _node(one, named)
        for one in several
    )


def _quoted(text: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(sign, sign) for sign in text) + '"'
