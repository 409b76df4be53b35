"""The figures a new installation begins with, each with its source. Users replace them."""

from __future__ import annotations

import math
from typing import Any

from cascade.engine.decisions.damage_functions import (
    ICE_DOLLAR_YEAR,
    ICE_LONGEST_H,
    ICE_SOURCE,
    ice_1_0,
)

DAMAGE_TABLE: dict[str, Any] = {
    "name": "ICE 1.0",
    "source": ICE_SOURCE,
    "dollar_year": ICE_DOLLAR_YEAR,
    "longest_h": ICE_LONGEST_H,
    "is_current": True,
}
DAMAGE_FUNCTIONS: tuple[dict[str, Any], ...] = tuple(
    {
        "cost_class": function.cost_class.value,
        "average_kw": function.average_kw,
        "durations_h": list(function.durations_h),
        "event_usd": list(function.event_usd),
    }
    for function in ice_1_0().functions.values()
)
COST_ASSUMPTIONS: dict[str, Any] = {
    "name": "ERCOT planning, dollars of 2024",
    "source": "Value of lost load: The Brattle Group for ERCOT, adopted by the Public Utility Commission of "
    "Texas for planning on 29 August 2024. Price factor: consumer price index CPI-U, U.S. city average, 2024 "
    "over 2013 (313.689 / 232.957). Rates of crews and margins are the utility's own and are not known here.",
    "voll_usd_per_mwh": 35_685.0,
    "price_factor": round(313.689 / 232.957, 4),
    "is_current": True,
}

_ESTIMATE = "Engineering estimate; to be fitted to the utility's own outage records."
_BREAKER = (8.0, 0.8)
_SWITCH = (3.0, 0.6)
_SPAN = (2.5, 0.7)
_Z90 = 1.2815515655446004


def _between(low_h: float, high_h: float) -> tuple[float, float]:
    """Return the lognormal time of which a range holds eight in ten: its ends are P10 and P90."""
    return math.sqrt(low_h * high_h), math.log(high_h / low_h) / (2.0 * _Z90)


_REPAIR_TIMES: tuple[tuple[str, tuple[float, float], str], ...] = (
    ("LINE_OUTAGE", _SPAN, f"Taken as an overhead span. {_ESTIMATE}"),
    (
        "TRANSFORMER_OUTAGE",
        _between(48.0, 96.0),
        f"Exchange in 48 to 96 h, read as P10 and P90. {_ESTIMATE}",
    ),
    (
        "BRANCH_TRIP",
        _SWITCH,
        f"Tripped by protection, not damaged: a look and a switching, taken as a switch. {_ESTIMATE}",
    ),
    ("SUBSTATION", _BREAKER, f"Taken as a substation breaker. {_ESTIMATE}"),
    ("BUS", _BREAKER, f"Taken as a substation breaker. {_ESTIMATE}"),
    ("FUSE_OR_SERVICE", (1.0, 0.6), _ESTIMATE),
    ("POLE_TRANSFORMER", (2.5, 0.6), _ESTIMATE),
    ("OVERHEAD_SPAN", _SPAN, _ESTIMATE),
    ("POLE", (4.0, 0.7), _ESTIMATE),
    ("SWITCH", _SWITCH, _ESTIMATE),
    ("UNDERGROUND_CABLE", (8.0, 0.7), _ESTIMATE),
    ("SUBSTATION_BREAKER", _BREAKER, _ESTIMATE),
    (
        "SUBSTATION_TRANSFORMER",
        _between(48.0, 96.0),
        f"Exchange in 48 to 96 h, read as P10 and P90. {_ESTIMATE}",
    ),
    (
        "MOBILE_TRANSFORMER",
        _between(12.0, 24.0),
        f"Put in place in 12 to 24 h, read as P10 and P90. {_ESTIMATE}",
    ),
)
REPAIR_TIMES: tuple[dict[str, Any], ...] = tuple(
    {"kind": kind, "median_h": median_h, "sigma": sigma, "source": source}
    for kind, (median_h, sigma), source in _REPAIR_TIMES
)

REPAIR_CREWS: dict[str, str] = {
    "LINE_OUTAGE": "LINE",
    "TRANSFORMER_OUTAGE": "SUBSTATION",
    "BRANCH_TRIP": "SUBSTATION",
    "SUBSTATION": "SUBSTATION",
    "BUS": "SUBSTATION",
    "FUSE_OR_SERVICE": "TROUBLE",
    "POLE_TRANSFORMER": "LINE",
    "OVERHEAD_SPAN": "LINE",
    "POLE": "LINE",
    "SWITCH": "LINE",
    "UNDERGROUND_CABLE": "UNDERGROUND",
    "SUBSTATION_BREAKER": "SUBSTATION",
    "SUBSTATION_TRANSFORMER": "SUBSTATION",
    "MOBILE_TRANSFORMER": "SUBSTATION",
}
"""What a crew must be equipped for, by kind of repair. A tripped branch is switched in at its substation."""

_OE_417 = "Reporting form DOE-417 of the U.S. Department of Energy"
SEVERITY_THRESHOLDS: tuple[dict[str, Any], ...] = (
    {"name": "MODERATE", "level": 1, "min_customers": 0.0, "min_mw": 0.0, "source": "Everything else."},
    {
        "name": "HIGH",
        "level": 2,
        "min_customers": 10_000.0,
        "min_mw": 100.0,
        "source": f"Customers: choice of the operations center. Load: {_OE_417}, shedding of 100 MW or more.",
    },
    {
        "name": "CRITICAL",
        "level": 3,
        "min_customers": 50_000.0,
        "min_mw": 300.0,
        "source": f"{_OE_417}: 50,000 customers for an hour; loss of 300 MW of firm load.",
    },
    {
        "name": "EMERGENCY",
        "level": 4,
        "min_customers": 100_000.0,
        "min_mw": None,
        "source": "Customers: choice of the operations center.",
    },
)


def install(
    *, damage_table: Any, damage_function: Any, cost_assumptions: Any, repair_time: Any, threshold: Any
) -> None:
    """Create the rows that are not there, given managers of the five tables. Rows changed by users stay."""
    if not damage_table.exists():
        table = damage_table.create(**DAMAGE_TABLE)
        for function in DAMAGE_FUNCTIONS:
            damage_function.create(table=table, **function)
    if not cost_assumptions.exists():
        cost_assumptions.create(**COST_ASSUMPTIONS)
    columns = {field.name for field in repair_time.model._meta.get_fields()}
    for time in REPAIR_TIMES:
        crew = {"crew_kind": REPAIR_CREWS[time["kind"]]} if "crew_kind" in columns else {}
        repair_time.get_or_create(kind=time["kind"], defaults={**time, **crew})
    if not threshold.exists():
        for tier in SEVERITY_THRESHOLDS:
            threshold.create(**tier)
