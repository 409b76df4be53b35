"""Hourly energy prices of the interconnections in which distribution is grown, by merit order.

Demand is the source's demand of all buses, shaped over the period by the use model with the territory's
weather, so that it peaks at the source's figure, as the substations' does. Wind and water supply what the
source dispatches, the sun its plants' capacity times the sine of its elevation; these come first and cost
nothing. The rest is met by the other plants at the source's cost curves. One price holds in all zones of
an interconnection: congestion is not computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa

from grid.forge.arrays import FloatArray
from grid.forge.clock import PER_HOUR, Period
from grid.forge.merit_order import clearing_price, supply_curve
from grid.forge.profiles import COMMERCIAL, INDUSTRIAL, RESIDENTIAL, archetype_shares
from grid.forge.solar import sine_of_elevation
from grid.warehouse.arrow import pa_schema
from grid.warehouse.tables import energy_prices_hourly

METHOD = "MERIT_ORDER"
SOURCE = "powersimdata: plant.csv, gencost.csv, bus.csv"
SUN, WIND, WATER = "solar", "wind", "hydro"


@dataclass(frozen=True, slots=True)
class PriceParams:
    """Set the price model.

    Attributes:
        class_shares: part of an interconnection's energy used by homes, commerce and industry; Texas sells
            about a third to each (EIA, retail sales of 2021).
        cap_usd_per_mwh: price when demand exceeds supply (ERCOT's system-wide offer cap since 2022).
    """

    class_shares: tuple[float, float, float] = (0.34, 0.33, 0.33)
    cap_usd_per_mwh: float = 5000.0


@dataclass(frozen=True, eq=False)
class Supply:
    """Hold the plants in service and the demand of one interconnection.

    Attributes:
        zone_ids: its load zones.
        demand_mw: of all its buses in the base case.
        fuel: fuel of each plant.
        p_mw: dispatch in the base case.
        p_max_mw: capacity.
        c1: linear cost, USD per MWh.
        c2: quadratic cost, USD per MW²h.
        lon: longitude.
        lat: latitude.
    """

    zone_ids: list[str]
    demand_mw: float
    fuel: list[str]
    p_mw: FloatArray
    p_max_mw: FloatArray
    c1: FloatArray
    c2: FloatArray
    lon: FloatArray
    lat: FloatArray


def demand_shape(powers: list[FloatArray], params: PriceParams) -> FloatArray:
    """Return the hourly demand over the period relative to its peak.

    Args:
        powers: expected relative power of each archetype, (archetypes, intervals), per weather station.
        params: the shares of the classes.
    """
    total: FloatArray = np.zeros(powers[0].shape[1])
    for customer_class, part in zip((RESIDENTIAL, COMMERCIAL, INDUSTRIAL), params.class_shares, strict=True):
        archetypes, shares = archetype_shares(customer_class)
        for power in powers:
            total += part / len(powers) * (shares @ power[archetypes])
    hourly = total.reshape(-1, PER_HOUR).mean(axis=1)
    return np.asarray(hourly / hourly.max())


def hourly_prices(supply: Supply, *, shape: FloatArray, period: Period, params: PriceParams) -> FloatArray:
    """Return the price of each hour of the period, USD per MWh.

    Args:
        supply: plants and demand of the interconnection.
        shape: hourly demand relative to its peak.
        period: the metering period.
        params: constants of the model.
    """
    fuel = np.array(supply.fuel, dtype=object)
    given = (fuel == WIND) | (fuel == WATER)
    sun = fuel == SUN
    middles = [period.start + timedelta(minutes=30 + 60 * hour) for hour in range(period.hours)]
    height = np.maximum(sine_of_elevation(at=middles, lon=supply.lon[sun], lat=supply.lat[sun]), 0.0)
    free_mw = np.minimum(supply.p_mw, supply.p_max_mw)[given].sum() + supply.p_max_mw[sun] @ height
    priced = ~given & ~sun
    curve = supply_curve(
        c1_usd_per_mwh=supply.c1[priced], c2_usd_per_mw2h=supply.c2[priced], p_max_mw=supply.p_max_mw[priced]
    )
    left_mw = supply.demand_mw * shape - free_mw
    return np.round(clearing_price(curve, left_mw, cap_usd_per_mwh=params.cap_usd_per_mwh), 4)


def price_table(
    supplies: list[Supply], *, powers: list[FloatArray], period: Period, params: PriceParams
) -> pa.Table:
    """Return the hourly prices of every zone of some interconnections."""
    shape = demand_shape(powers, params)
    hours = np.datetime64(period.start, "us") + np.arange(period.hours) * np.timedelta64(3_600_000_000, "us")
    schema = pa_schema(energy_prices_hourly)
    parts = []
    for supply in supplies:
        zones = sorted(supply.zone_ids)
        price = hourly_prices(supply, shape=shape, period=period, params=params)
        rows = len(zones) * period.hours
        columns: dict[str, object] = {
            "zone_id": np.repeat(np.array(zones, dtype=object), period.hours),
            "price_hour": np.tile(hours, len(zones)),
            "received_at": np.full(rows, np.datetime64(period.start, "us")),
            "price_usd_per_mwh": np.tile(price, len(zones)),
            "method": [METHOD] * rows,
            "source": [SOURCE] * rows,
        }
        arrays = [pa.array(columns[field.name], type=field.type) for field in schema]
        parts.append(pa.Table.from_arrays(arrays, schema=schema))
    return pa.concat_tables(parts).combine_chunks()
