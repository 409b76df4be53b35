"""What studies rest on now: the current damage functions, rates, repair times and thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cascade import models
from cascade.engine.decisions import defaults
from cascade.engine.decisions.damage_functions import CostClass, DamageFunction, DamageTable
from cascade.engine.decisions.ledgers import UtilityRates
from cascade.engine.decisions.ranges import InvalidDecisionInput
from cascade.engine.decisions.repair_times import RepairTime
from cascade.engine.decisions.severity import SeverityTier
from flux_site.api.errors import FluxError


class AssumptionsMissing(FluxError):
    """No current version of something studies rest on."""

    code = "ASSUMPTIONS_MISSING"


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """Hold what studies rest on.

    Attributes:
        table: damage functions.
        voll_usd_per_mwh: value of lost load.
        rates: the utility's rates.
        repair_times: by kind of repair.
        crew_kinds: what a crew must be equipped for, by kind of repair; what any crew does is left out.
        tiers: severity, lowest first.
        names: which versions these are, for the record.
    """

    table: DamageTable
    voll_usd_per_mwh: float
    rates: UtilityRates
    repair_times: dict[str, RepairTime]
    crew_kinds: dict[str, str]
    tiers: tuple[SeverityTier, ...]
    names: dict[str, str]


def ensure_defaults() -> None:
    """Create the rows a new installation begins with, where there are none."""
    defaults.install(
        damage_table=models.DamageTable.objects,
        damage_function=models.DamageFunction.objects,
        cost_assumptions=models.CostAssumptions.objects,
        repair_time=models.RepairTime.objects,
        threshold=models.SeverityThreshold.objects,
    )


def current() -> Assumptions:
    """Return the current versions.

    Raises:
        AssumptionsMissing: if there is no current version of one, or its figures are none.
    """
    costs = models.CostAssumptions.objects.filter(is_current=True).first()
    table = models.DamageTable.objects.filter(is_current=True).prefetch_related("functions").first()
    if costs is None or table is None:
        missing = "cost assumptions" if costs is None else "damage table"
        raise AssumptionsMissing(f"No {missing} are current; mark one version as current in the admin.")
    repairs = list(models.RepairTime.objects.all())
    try:
        return Assumptions(
            table=_table(table, price_factor=costs.price_factor),
            voll_usd_per_mwh=costs.voll_usd_per_mwh,
            rates=UtilityRates(
                crew_hour_usd=costs.crew_hour_usd,
                margin_usd_per_mwh=costs.margin_usd_per_mwh,
                material_usd={row.kind: row.material_usd for row in repairs if row.material_usd is not None},
            ),
            repair_times={row.kind: RepairTime(median_h=row.median_h, sigma=row.sigma) for row in repairs},
            crew_kinds={row.kind: row.crew_kind for row in repairs if row.crew_kind},
            tiers=tuple(
                SeverityTier(name=row.name, min_customers=row.min_customers, min_mw=row.min_mw)
                for row in models.SeverityThreshold.objects.order_by("level")
            ),
            names={"damage_table": table.name, "cost_assumptions": costs.name},
        )
    except InvalidDecisionInput as error:
        raise AssumptionsMissing(f"What studies rest on cannot be used: {error}") from error


def frozen(found: Assumptions) -> dict[str, Any]:
    """Return the assumptions as they are recorded with a study."""
    return {
        **found.names,
        "voll_usd_per_mwh": found.voll_usd_per_mwh,
        "price_factor": found.table.price_factor,
        "repair_times": {
            kind: {"median_h": time.median_h, "sigma": time.sigma}
            for kind, time in sorted(found.repair_times.items())
        },
        "crew_kinds": dict(sorted(found.crew_kinds.items())),
    }


def frozen_prices(found: Assumptions) -> dict[str, Any]:
    """Return the damage functions and rates as they are recorded with a study that prices interruptions."""
    table = found.table
    return {
        "table": {
            "name": table.name,
            "source": table.source,
            "dollar_year": table.dollar_year,
            "price_factor": table.price_factor,
            "functions": [
                {
                    "cost_class": each.cost_class.value,
                    "average_kw": each.average_kw,
                    "durations_h": list(each.durations_h),
                    "event_usd": list(each.event_usd),
                    "longest_h": each.longest_h,
                }
                for each in table.functions.values()
            ],
        },
        "voll_usd_per_mwh": found.voll_usd_per_mwh,
        "crew_hour_usd": found.rates.crew_hour_usd,
    }


def thawed_table(prices: dict[str, Any]) -> DamageTable:
    """Return the damage functions as they were recorded with a study."""
    functions = (
        DamageFunction(
            cost_class=CostClass(each["cost_class"]),
            average_kw=each["average_kw"],
            durations_h=tuple(each["durations_h"]),
            event_usd=tuple(each["event_usd"]),
            longest_h=each["longest_h"],
        )
        for each in prices["table"]["functions"]
    )
    plain = {name: prices["table"][name] for name in ("name", "source", "dollar_year", "price_factor")}
    return DamageTable(**plain, functions={each.cost_class: each for each in functions})


def thawed_repair_times(inputs: Mapping[str, Any]) -> dict[str, RepairTime]:
    """Return the repair times as they were recorded with a study."""
    return {kind: RepairTime(**time) for kind, time in inputs["assumptions"]["repair_times"].items()}


def _table(row: models.DamageTable, *, price_factor: float) -> DamageTable:
    return DamageTable(
        name=row.name,
        source=row.source,
        dollar_year=row.dollar_year,
        price_factor=price_factor,
        functions={
            CostClass(each.cost_class): DamageFunction(
                cost_class=CostClass(each.cost_class),
                average_kw=each.average_kw,
                durations_h=tuple(each.durations_h),
                event_usd=tuple(each.event_usd),
                longest_h=row.longest_h,
            )
            for each in row.functions.all()
        },
    )
