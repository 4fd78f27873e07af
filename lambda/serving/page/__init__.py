"""The web page: a form made from the model's signature, which asks the model and shows its answers.

It is one document that loads nothing from elsewhere. Everything that comes from the model (names of columns,
categories, classes) reaches the script as data and is shown as text. It is never read as HTML or code.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from serving.loading.model import Model
from serving.requests import tables
from serving.requests.signature import Column, Signature

FOLDER = Path(__file__).parent
MOST_FIELDS = 200  # a row of more columns is typed as JSON


def page(model: Model, name: str) -> str:
    """Return the HTML document.

    Args:
        name: what the page calls the model.
    """
    facts = {
        "name": name,
        "estimator": type(model.estimator).__name__,
        "version": model.sha256[:12],
        **_asked_for(model.signature),
    }
    contents = {"title": html.escape(name), "policy": _policy(), "model": as_data(facts), **_code()}
    return re.sub(r"\{\{(\w+)\}\}", lambda match: contents[match[1]], _read("page.html"))


def as_data(facts: Any) -> str:
    """Return JSON that can neither end its element nor begin a comment in it, whatever texts it holds."""
    text = json.dumps(facts)  # this is ASCII
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _asked_for(signature: Signature) -> dict[str, Any]:
    columns = signature.columns
    by_field = columns is not None and len(columns) <= MOST_FIELDS and signature.container in ("frame", "array")
    return {
        "form": "dataframe_records" if signature.container == "frame" else "instances",
        "columns": [_column(column) for column in columns or ()] if by_field else None,
        "texts": signature.container == "texts",
        "expected": tables.expected(signature),
        "method": signature.method,
        "methods": list(signature.methods),
        "classes": None if signature.classes is None else [_label(value) for value in signature.classes],
    }


def _column(column: Column) -> dict[str, Any]:
    """Describe a column, with its categories as JSON texts: the script would read 2**53 + 1 as another number."""
    categories = None if column.categories is None else [json.dumps(category) for category in column.categories]
    return {**column.to_json(), "categories": categories}


def _label(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@cache
def _code() -> dict[str, str]:
    return {"style": _read("page.css"), "script": _read("fields.js") + _read("page.js")}


@cache
def _policy() -> str:
    """Return the content security policy. It allows this style, this script, requests to this server, and no more."""
    digests = {
        name: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for name, text in _code().items()
    }
    return (
        f"default-src 'none'; style-src 'sha256-{digests['style']}'; script-src 'sha256-{digests['script']}'; "
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
    )


@cache
def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
