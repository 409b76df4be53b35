"""Constructs that the databases spell differently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Double, Float, cast
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class approx_percentile(GenericFunction[float]):  # noqa: N801 - a SQL function keeps its lower-case name
    """``approx_percentile(column, fraction)``: the approximate value below which ``fraction`` of rows lie."""

    type = Double()
    inherit_cache = True
    name = "approx_percentile"


@compiles(approx_percentile, "duckdb")
def _approx_quantile(element: Any, compiler: Any, **options: Any) -> str:
    column, fraction = element.clauses
    values = compiler.process(column, **options)
    position = compiler.process(cast(fraction, Float(precision=24)), **options)  # no DOUBLE is accepted
    return f"approx_quantile({values}, {position})"
