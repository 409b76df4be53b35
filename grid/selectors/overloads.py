"""The transformers that were loaded most over a period, and what it cost them in life."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from grid.pipeline.periods import whole
from grid.selectors.ami_scope import asked, check_limit, check_period, local_zone, visible_scope
from grid.standards.transformer_thermal import loss_of_life_pct
from grid.warehouse import queries
from grid.warehouse.queries import OverloadOrder, Scope

MOST_DAYS = 3 * 366


@dataclass(frozen=True, kw_only=True)
class Overload:
    """A transformer over a period; None where unknown.

    ``equivalent_ageing_factor`` and ``loss_of_life_pct`` are those of IEEE C57.91 over the hours whose
    hot-spot temperature is known, ``aged_hours``.
    """

    asset_id: str
    name: str
    circuit_id: str
    substation_id: str
    rated_kva: float
    energy_kwh: float
    peak_load_kva: float
    peak_loading_pct: float
    peak_at: datetime
    hour_count: int
    hours_over_100: int
    hours_over_120: int
    hours_over_150: int
    coverage_pct: float | None
    peak_hot_spot_c: float | None
    equivalent_ageing_factor: float | None
    loss_of_life_pct: float | None
    aged_hours: int


def overloaded_transformers(
    *, wanted: Scope, first_day: date, last_day: date, order: OverloadOrder, limit: int, user: Any
) -> list[Overload]:
    """Return the ``limit`` transformers loaded most on the local days given, the most first.

    Raises:
        BadInput, NotFound: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    scope = visible_scope(wanted, user)
    check_limit(limit)
    check_period(first_day, last_day, most_days=MOST_DAYS, what="a ranking of transformers")
    hours = whole(first_day, last_day, local_zone()).minutes / 60.0
    query = queries.overloaded_transformers(
        scope=scope, first=first_day, last=last_day, order=order, limit=limit
    )
    return asked(
        field="overloadedTransformers",
        question={
            "scope": asdict(scope),
            "first": first_day,
            "last": last_day,
            "order": order,
            "limit": limit,
        },
        queries={"units": query},
        build=lambda rows: [_overload(row, hours) for row in rows["units"]],
        encode=lambda answer: [asdict(each) for each in answer],
        decode=lambda kept: [Overload(**each) for each in kept],
    )


def ageing_factors() -> dict[str, float]:
    """Return the mean ageing factor of transformers that age faster than normal, over the two newest days.

    Raises:
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    found: dict[str, float] = asked(
        field="riskNow.ageing",
        question={},
        queries={"units": queries.fast_ageing()},
        build=lambda rows: {row["transformer_id"]: float(row["ageing_factor"]) for row in rows["units"]},
        encode=lambda answer: answer,
        decode=lambda kept: kept,
    )
    return found


def _overload(row: dict[str, Any], hours: float) -> Overload:
    ageing_h, aged_hours, covered = row["ageing_h"], int(row["aged_hours"]), row["covered_hours"]
    factor = ageing_h / aged_hours if aged_hours else None
    return Overload(
        asset_id=row["transformer_id"],
        name=row["transformer_name"],
        circuit_id=row["circuit_id"],
        substation_id=row["substation_id"],
        rated_kva=row["rated_kva"],
        energy_kwh=row["energy_kwh"],
        peak_load_kva=row["peak_load_kva"],
        peak_loading_pct=row["peak_loading_pct"],
        peak_at=row["peak_at"].replace(tzinfo=UTC),
        hour_count=int(row["hour_count"]),
        hours_over_100=int(row["hours_over_100"]),
        hours_over_120=int(row["hours_over_120"]),
        hours_over_150=int(row["hours_over_150"]),
        coverage_pct=None if covered is None else 100.0 * covered / hours,
        peak_hot_spot_c=row["peak_hot_spot_c"],
        equivalent_ageing_factor=factor,
        loss_of_life_pct=None if factor is None else loss_of_life_pct(factor, aged_hours),
        aged_hours=aged_hours,
    )
