"""Chooses the estimator's method that answers a request."""

from __future__ import annotations

from typing import Any

from serving.requests.signature import METHODS, Signature
from serving.requests.wording import BadRequest, kind, listed, nearest, quoted


def of(estimator: Any) -> tuple[str, ...]:
    """Return the methods that an estimator has."""
    return tuple(name for name in METHODS if callable(getattr(estimator, name, None)))


def wanted(signature: Signature, event: Any) -> str:
    """Return the method that a request names with "method", or with MLflow's "params"; or else the model's own.

    Raises:
        BadRequest: the request names a method that the model lacks, two methods, or other parameters.
    """
    if not isinstance(event, dict):
        return signature.method
    params = event.get("params")
    if params is None:
        params = {}
    if not isinstance(params, dict):
        raise BadRequest(f'expected as params an object such as {{"method": "predict_proba"}}; got {kind(params)}')
    if unknown := [name for name in params if name != "method"]:
        near = nearest(unknown[0], ["method"])
        hint = f'. Is "{near}" meant?' if near else ""
        raise BadRequest(f'params may have "method"; got {listed(unknown)}{hint}')
    named = [name for name in (event.get("method"), params.get("method")) if name is not None]
    if not named:
        return signature.method
    for name in named:
        if not isinstance(name, str) or name not in signature.methods:
            near = nearest(name, signature.methods) if isinstance(name, str) else None
            hint = f'. Is "{near}" meant?' if near else ""
            raise BadRequest(f"this model has no method {quoted(name)}; it has: {', '.join(signature.methods)}{hint}")
    if len(set(named)) > 1:
        raise BadRequest(f"method and params name different methods: {listed(named)}")
    return str(named[0])
