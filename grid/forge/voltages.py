"""Service voltage of every reading, from the loading and the distance between the meter and the substation.

V = nominal · (1.03 - feeder drop - transformer regulation - service drop). The substation holds 1.03 per
unit. The feeder drop is proportional to the circuit's power
(:func:`grid.forge.line_sizing.voltage_drop_per_mw`), the regulation to the transformer's loading, the service
drop to the meter's own power, 1 % at its expected peak.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grid.forge.arrays import Float32Array, FloatArray, Int32Array, IntArray
from grid.forge.clock import PER_HOUR
from grid.forge.fleet import Fleet
from grid.forge.profiles import POWER_FACTOR
from grid.forge.simulation import WH_PER_KWH
from grid.forge.transformer_sizing import Ratings
from grid.standards.service_voltage import NOMINAL_BY_SECONDARY_KV

SUBSTATION_PU = 1.03
SERVICE_DROP_PU = 0.01

SINGLE_PHASE_REGULATION_PU = 0.011 * 0.95 + 0.018 * 0.312
THREE_PHASE_REGULATION_PU = 0.010 * 0.95 + 0.045 * 0.312
"""R cos(phi) + X sin(phi) at rated load: 1.1 % and 1.8 %, 1.0 % and 4.5 % are usual of the two kinds."""

DECIVOLTS_PER_VOLT = 10
"""Readings are given to a tenth of a volt."""


@dataclass(frozen=True, eq=False)
class SiteVoltages:
    """Hold what the voltages of one substation's meters follow from; arrays per meter unless said otherwise.

    Attributes:
        nominal_v: voltage at 1 per unit.
        feeder_pu_per_wh: feeder drop per Wh that the circuit uses in an interval.
        service_pu_per_wh: service drop per Wh that the meter uses in an interval.
        regulation_pu_per_wh: regulation per Wh of an interval, per transformer.
        transformer_starts: first meter of each transformer.
        transformer_sizes: meters of each transformer.
        circuit_starts: first transformer of each circuit.
        circuit_sizes: meters of each circuit.
    """

    nominal_v: Float32Array
    feeder_pu_per_wh: Float32Array
    service_pu_per_wh: Float32Array
    regulation_pu_per_wh: Float32Array
    transformer_starts: IntArray
    transformer_sizes: IntArray
    circuit_starts: IntArray
    circuit_sizes: IntArray


def site_voltages(*, fleet: Fleet, ratings: Ratings, drop_per_mw: FloatArray, site: int) -> SiteVoltages:
    """Prepare one substation.

    Args:
        fleet: the grown system.
        ratings: its transformers' ratings.
        drop_per_mw: feeder drop to each transformer, per unit per MW at the head.
        site: position of the substation.
    """
    span = fleet.site_transformers(site)
    meters = fleet.meter_range(span.start, span.stop)
    sizes = (fleet.transformers.meter_hi - fleet.transformers.meter_lo)[span]
    circuits = fleet.transformers.circuit[span]
    circuit_starts = np.flatnonzero(np.diff(circuits, prepend=circuits[0] - 1))
    own = fleet.meters.transformer[meters]
    kw_per_wh = PER_HOUR / WH_PER_KWH
    regulation = np.where(ratings.three_phase[span], THREE_PHASE_REGULATION_PU, SINGLE_PHASE_REGULATION_PU)
    nominal = nominal_voltage_v(ratings.secondary_kv[own])
    return SiteVoltages(
        nominal_v=nominal.astype(np.float32),
        feeder_pu_per_wh=(drop_per_mw[own] * kw_per_wh / 1000.0).astype(np.float32),
        service_pu_per_wh=(SERVICE_DROP_PU * kw_per_wh / fleet.meters.peak_kw[meters]).astype(np.float32),
        regulation_pu_per_wh=(regulation * kw_per_wh / POWER_FACTOR / ratings.rated_kva[span]).astype(
            np.float32
        ),
        transformer_starts=fleet.transformers.meter_lo[span] - meters.start,
        transformer_sizes=sizes,
        circuit_starts=circuit_starts,
        circuit_sizes=np.add.reduceat(sizes, circuit_starts),
    )


def nominal_voltage_v(secondary_kv: FloatArray) -> FloatArray:
    """Return the voltage that meters see at 1 per unit of their transformer's secondary."""
    nominal = np.zeros(len(secondary_kv))
    for kv, volts in NOMINAL_BY_SECONDARY_KV:
        nominal[np.isclose(secondary_kv, kv)] = volts
    return nominal


def voltage_decivolts(site: SiteVoltages, usage_wh: Int32Array) -> Int32Array:
    """Return the voltage of every reading in tenths of a volt, (meters, intervals)."""
    transformer_wh = np.add.reduceat(usage_wh, site.transformer_starts, axis=0).astype(np.float32)
    circuit_wh = np.add.reduceat(transformer_wh, site.circuit_starts, axis=0)
    drop = np.repeat(transformer_wh * site.regulation_pu_per_wh[:, None], site.transformer_sizes, axis=0)
    drop += np.repeat(circuit_wh, site.circuit_sizes, axis=0) * site.feeder_pu_per_wh[:, None]
    drop += usage_wh * site.service_pu_per_wh[:, None]
    np.subtract(np.float32(SUBSTATION_PU), drop, out=drop)
    drop *= (site.nominal_v * DECIVOLTS_PER_VOLT)[:, None]
    return np.rint(drop, out=drop).astype(np.int32)
