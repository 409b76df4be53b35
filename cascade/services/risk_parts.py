"""The parts of the risk of the coming 24 hours, each from what the cache and the warehouse hold now."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from cascade import models
from cascade.engine.decisions.kinds import RepairKind
from cascade.engine.decisions.repair_times import RepairTime
from cascade.engine.risk_now import expected
from cascade.engine.risk_now.assumptions import RiskAssumption, RiskAssumptions
from cascade.engine.risk_now.background import left_over
from cascade.engine.risk_now.parts import HORIZON_H, HOURS_PER_YEAR, Items, RiskPart, ZonePart, by_zone
from cascade.services import risk_network
from flux_site.api.errors import FluxError
from grid.powerflow.arrays import FloatArray
from grid.selectors import risk_inputs
from grid.selectors.network import list_interconnects
from grid.selectors.overloads import ageing_factors
from grid.selectors.reliability.ordinary_days import OrdinaryDays, ordinary_days
from grid.selectors.risk_inputs import Rows

logger = logging.getLogger(__name__)

NOT_RECORDED = "NOT_RECORDED"
"""Stands for a cause that is not on record."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part over all zones.

    Attributes:
        items: what it is made of.
        reason: why it is not known; None: it is.
        usual: what it is made of in its usual state; None: as it is now.
    """

    items: tuple[Items, ...] = ()
    reason: str | None = None
    usual: tuple[Items, ...] | None = None

    @property
    def as_usual(self) -> Part:
        """The part in its usual state."""
        return self if self.usual is None else Part(items=self.usual, reason=self.reason)


def sums(part: Part, zones: Sequence[str]) -> dict[str, ZonePart]:
    """Return the part of each zone."""
    if part.reason is not None:
        return {zone: ZonePart(customer_hours=None, reason=part.reason) for zone in zones}
    return by_zone(part.items, zones)


def outages(now: datetime) -> Part:
    """Return what outages that run now still cost."""
    if risk_inputs.never_synced(["outages"]):
        return Part(reason="Outages were never synced.")
    rows = risk_inputs.active_outages(now)
    hours = expected.outages(
        customers_out=rows.values["customers_out"], p50_h=rows.values["p50_h"], p80_h=rows.values["p80_h"]
    )
    return Part(items=(_items("OUTAGE", rows, hours),))


def equipment(assumptions: RiskAssumptions, repairs: Mapping[str, RepairTime]) -> Part:
    """Return what failures of transformers and poles are expected to cost; usual is without heat."""
    if not risk_inputs.health_was_assessed():
        return Part(reason="The health of assets was never assessed.")
    units, poles = risk_inputs.transformer_failures(), risk_inputs.pole_failures()
    factors: dict[str, float] = _or_none(ageing_factors, "ageing of transformers") or {}
    ageing = np.array([factors.get(each, np.nan) for each in units.ids], dtype=np.float64)
    unit_h = _lost_h(repairs, RepairKind.POLE_TRANSFORMER)
    hot = _failures(units, unit_h, ageing=ageing, most_ageing=assumptions[RiskAssumption.MOST_AGEING])
    of_poles = _items("POLE", poles, _failures(poles, _lost_h(repairs, RepairKind.POLE)))
    return Part(
        items=(_items("TRANSFORMER", units, hot, ageing_factor=ageing), of_poles),
        usual=(_items("TRANSFORMER", units, _failures(units, unit_h)), of_poles),
    )


def _failures(
    rows: Rows, lost_h: float, *, ageing: FloatArray | float = 1.0, most_ageing: float = 1.0
) -> FloatArray:
    return expected.failures(
        failures_per_year=rows.values["failures_per_year"],
        customers=rows.values["customers"],
        lost_h=lost_h,
        ageing_factor=ageing,
        most_ageing=most_ageing,
    )


def weather(assumptions: RiskAssumptions, networks: list[models.RiskNetwork]) -> Part:
    """Return what load above ratings costs: that of circuits, and that shed to relieve the network."""
    rows, _ = risk_inputs.circuit_loadings()
    if not len(rows):
        return Part(reason="No circuit has a rating by weather: load or weather was never synced.")
    overload_h = assumptions[RiskAssumption.OVERLOAD_TIME]
    hours = expected.overloads(
        loading_pct=rows.values["loading_pct"], customers=rows.values["customers"], overload_h=overload_h
    )
    items = [_items("CIRCUIT", rows, hours)]
    lasting_h = min(overload_h, HORIZON_H)
    items += [_at_substations(each, lasting_h) for each in networks if each.relief is not None]
    return Part(items=tuple(items))


def _at_substations(network: models.RiskNetwork, lasting_h: float) -> Items:
    """Return what the load costs that is shed to relieve the intact network, by substation."""
    served = risk_inputs.substation_loads(network.interconnect)
    places = [each for each in network.relief["at"] if each[0] in served]
    return Items(
        kind="SUBSTATION",
        ids=[place for place, _, _ in places],
        zones=[served[place][0] for place, _, _ in places],
        customer_hours=np.array([served[place][1] * frac * lasting_h for place, frac, _ in places]),
        details={"lost_mw": [lost_mw for _, _, lost_mw in places]},
    )


def contingencies(
    assumptions: RiskAssumptions, repairs: Mapping[str, RepairTime], networks: list[models.RiskNetwork]
) -> Part:
    """Return what the loss of each branch of the transmission networks is expected to cost."""
    if not networks:
        return Part(reason="No transmission network that supplies a circuit is in the cache.")
    for network in networks:
        if network.reason is not None:
            return Part(reason=network.reason)
    return Part(items=tuple(_losses(network, assumptions, repairs) for network in networks))


def _losses(
    network: models.RiskNetwork, assumptions: RiskAssumptions, repairs: Mapping[str, RepairTime]
) -> Items:
    """Return what the loss of each branch is expected to cost, one entry for each zone that it reaches."""
    served = risk_inputs.substation_loads(network.interconnect)
    facts = risk_inputs.branch_facts([loss["branch"] for loss in network.losses])
    line_h = _lost_h(repairs, RepairKind.LINE_OUTAGE)
    transformer_h = _lost_h(repairs, RepairKind.TRANSFORMER_OUTAGE)
    ids: list[str] = []
    zones: list[str | None] = []
    hours: list[float] = []
    details: dict[str, list[float]] = {"outages_per_year": [], "customers": [], "lost_mw": [], "tripped": []}
    for loss in network.losses:
        fact = facts.get(loss["branch"])
        if fact is None:
            continue
        rate = assumptions.branch_outages_per_year(
            is_line=fact.is_line, base_kv=fact.base_kv, length_km=fact.length_km
        )
        customers: dict[str | None, float] = {}
        for place, frac, _ in loss["at"]:
            if place in served:
                zone, count = served[place]
                customers[zone] = customers.get(zone, 0.0) + frac * count
        for zone, lost in customers.items():
            ids.append(loss["branch"])
            zones.append(zone)
            hours.append(
                rate * HORIZON_H / HOURS_PER_YEAR * lost * (line_h if fact.is_line else transformer_h)
            )
            for name, value in (
                ("outages_per_year", rate),
                ("customers", lost),
                ("lost_mw", loss["shed_mw"]),
                ("tripped", loss["tripped"]),
            ):
                details[name].append(value)
    return Items(
        kind="BRANCH",
        ids=ids,
        zones=zones,
        customer_hours=np.array(hours, dtype=np.float64),
        details=details,
    )


def vegetation() -> Part:
    """Return what trees that fall on lines are expected to cost."""
    if not risk_inputs.trees_were_assessed():
        return Part(reason="Trees near lines were never assessed.")
    rows = risk_inputs.tree_risks()
    return Part(items=(_items("TREE", rows, expected.per_year(rows.values["customer_minutes_per_year"])),))


def background(days: OrdinaryDays, usual: Mapping[RiskPart, Mapping[str, ZonePart]]) -> Part:
    """Return what the record has of an ordinary day beyond what the other parts usually expect."""
    if days.reason is not None:
        return Part(reason=days.reason)
    rows = [
        (cause or NOT_RECORDED, zone, hours)
        for zone, day in days.zones.items()
        for cause, hours in left_over(
            day.by_cause, {part: found[zone].customer_hours for part, found in usual.items()}
        ).items()
    ]
    return Part(
        items=(
            Items(
                kind="CAUSE",
                ids=[cause for cause, _, _ in rows],
                zones=[zone for _, zone, _ in rows],
                customer_hours=np.array([hours for _, _, hours in rows], dtype=np.float64),
            ),
        )
    )


def ordinary(zones: list[str]) -> OrdinaryDays:
    """Return the ordinary days of some zones; without the warehouse, why they are not known."""
    found: OrdinaryDays | None = _or_none(lambda: ordinary_days(zones), "ordinary days")
    return found or OrdinaryDays(
        zones={}, reason="The warehouse does not answer, and no earlier answer is kept."
    )


def networks(assumptions: RiskAssumptions, now: datetime) -> list[models.RiskNetwork]:
    """Return the networks that supply circuits, as they stand now."""
    supplying = [each for each in list_interconnects() if risk_inputs.substation_loads(each)]
    models.RiskNetwork.objects.exclude(pk__in=supplying).delete()
    return [risk_network.refresh(each, assumptions=assumptions, now=now) for each in supplying]


def _lost_h(repairs: Mapping[str, RepairTime], kind: RepairKind) -> float:
    """Return the hours within the horizon that a failure costs a customer, by the time of its repair."""
    time = repairs[kind.value]
    return float(expected.begun_within_h(time.median_h, time.sigma))


def _items(kind: str, rows: Rows, hours: FloatArray, **more: FloatArray) -> Items:
    return Items(kind=kind, ids=rows.ids, zones=rows.zones, customer_hours=hours, details=rows.values | more)


def _or_none(ask: Callable[[], Any], what: str) -> Any:
    """Return an answer of the warehouse; None, and a word in the log, if there is none."""
    try:
        return ask()
    except FluxError as error:
        logger.warning("Unable to look up %s for the risk: %s", what, error)
        return None
