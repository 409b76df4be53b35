"""Scenarios as JSON documents: reading them with every fault named, writing them, and their digest."""

from __future__ import annotations

import hashlib
import json
import math
import types
import typing
from dataclasses import MISSING, asdict, fields, is_dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast

from cascade.engine.scenarios.checking import MAX_TEXT, check_spec
from cascade.engine.scenarios.errors import InvalidScenario
from cascade.engine.scenarios.spec import ScenarioSpec

MAX_LIST = 5_000
T = TypeVar("T")


def read_spec(document: object) -> ScenarioSpec:
    """Return the scenario of a JSON document.

    Raises:
        InvalidScenario: naming the place in the document, such as ``load.demand_mw``: an unknown key, a value
            of another type or out of its range, a value that another one needs.
    """
    spec = cast(ScenarioSpec, _record(ScenarioSpec, document, path=""))
    check_spec(spec)
    return spec


def read_record(kind: type[T], document: object) -> T:
    """Return one of the dataclasses of a scenario from its JSON document.

    Raises:
        InvalidScenario: naming the place in it.
    """
    return cast(T, _record(kind, document, path=""))


def write_spec(spec: ScenarioSpec) -> dict[str, Any]:
    """Return a scenario as plain JSON data, every key present."""
    return cast(dict[str, Any], json.loads(json.dumps(asdict(spec), allow_nan=False)))


def digest_of(document: object) -> str:
    """Return the sha256 of JSON data, the same on every machine and for every order of keys.

    Raises:
        ValueError: if it holds NaN or an infinity.
    """
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _record(kind: type, value: object, *, path: str) -> object:
    if not isinstance(value, dict):
        raise InvalidScenario(field=path or "spec", message=f"is {_shown(value)}; allowed: an object")
    hints = typing.get_type_hints(kind)
    known = {each.name: each for each in fields(cast(Any, kind))}
    unknown = [str(key) for key in value if key not in known]
    if unknown:
        raise InvalidScenario(
            field=_join(path, unknown[0]), message=f"is no field; there are: {', '.join(known)}"
        )
    given: dict[str, object] = {}
    for name, each in known.items():
        if name in value:
            given[name] = _value(hints[name], value[name], path=_join(path, name))
        elif each.default is MISSING and each.default_factory is MISSING:
            raise InvalidScenario(field=_join(path, name), message="is missing")
    return kind(**given)


def _value(hint: Any, value: object, *, path: str) -> object:
    options = typing.get_args(hint)
    if isinstance(hint, types.UnionType):
        if value is None:
            return None
        return _value(next(each for each in options if each is not type(None)), value, path=path)
    origin = typing.get_origin(hint)
    if origin is tuple:
        if not isinstance(value, list | tuple) or len(value) > MAX_LIST:
            raise InvalidScenario(field=path, message=f"must be a list of at most {MAX_LIST}")
        return tuple(_value(options[0], each, path=f"{path}[{n}]") for n, each in enumerate(value))
    if origin is dict:
        if not isinstance(value, dict):
            raise InvalidScenario(field=path, message=f"is {_shown(value)}; allowed: an object")
        return dict(value)
    if is_dataclass(hint):
        return _record(cast(type, hint), value, path=path)
    return _plain(hint, value, path)


def _plain(hint: Any, value: object, path: str) -> object:
    if issubclass(hint, StrEnum):
        if value not in list(hint):
            allowed = ", ".join(hint)
            raise InvalidScenario(field=path, message=f"is {_shown(value)}; allowed: {allowed}")
        return hint(value)
    if hint is float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise InvalidScenario(field=path, message=f"is {_shown(value)}; allowed: a finite number")
        return float(value)
    if hint is bool:
        if not isinstance(value, bool):
            raise InvalidScenario(field=path, message=f"is {_shown(value)}; allowed: true or false")
        return value
    if hint is int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidScenario(field=path, message=f"is {_shown(value)}; allowed: a whole number")
        return value
    if not isinstance(value, str):
        raise InvalidScenario(field=path, message=f"is {_shown(value)}; allowed: text")
    if len(value) > MAX_TEXT:
        raise InvalidScenario(field=path, message=f"has {len(value)} characters; at most {MAX_TEXT}")
    if any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in value):
        raise InvalidScenario(field=path, message="holds a sign that no text can have")
    return value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


__all__ = ["digest_of", "read_record", "read_spec", "write_spec"]
