"""The voltage limits of each meter."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Numeric, Select, case, cast, func, select

from grid.standards.service_voltage import (
    LOW_VOLTAGE,
    LOW_VOLTAGE_KV,
    MEDIUM_VOLTAGE,
    NOMINAL_BY_SECONDARY_KV,
)
from grid.warehouse.tables import meter_infrastructure, transformer_metadata

LIMITS = ("b_low", "a_low", "a_high", "b_high")
CONSTANTS = (LOW_VOLTAGE, MEDIUM_VOLTAGE, NOMINAL_BY_SECONDARY_KV)
"""What the bands of a reading follow from, besides master data."""

_SAME_KV = 0.0005


def voltage_limits() -> Select[Any]:
    """Return the limits of ANSI C84.1 in volts for each meter whose nominal voltage is known.

    Columns: meter_key, b_low, a_low, a_high, b_high. The nominal voltage is the one on record, else that of a
    meter on the secondary of its transformer. A meter behind a secondary above 600 V is primary-metered.
    """
    meter, unit = meter_infrastructure.c, transformer_metadata.c
    by_secondary = case(
        *(
            (unit.secondary_kv.between(kv - _SAME_KV, kv + _SAME_KV), volts)
            for kv, volts in NOMINAL_BY_SECONDARY_KV
        ),
    )
    nominal = func.coalesce(meter.nominal_voltage_v, by_secondary)
    is_medium = unit.secondary_kv > LOW_VOLTAGE_KV
    pairs = zip(
        LIMITS,
        LOW_VOLTAGE.of_nominal(1.0),
        MEDIUM_VOLTAGE.of_nominal(1.0),
        strict=True,
    )
    return (
        select(
            meter.meter_key,
            *(
                # Four places: a limit that has two is met exactly by a reading of two.
                cast(nominal * case((is_medium, medium), else_=low), Numeric(12, 4)).label(name)
                for name, low, medium in pairs
            ),
        )
        .outerjoin_from(
            meter_infrastructure, transformer_metadata, unit.transformer_id == meter.transformer_id
        )
        .where(nominal > 0.0)
    )
