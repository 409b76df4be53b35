"""What a circuit may carry in each hour of a period, against what it carried."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from flux_site.api.errors import NotFound
from grid import models
from grid.federation import from_either_store
from grid.models.base import granted_zone_ids
from grid.selectors.ami_scope import Rows, asked
from grid.selectors.hours import HOUR, hours_between
from grid.selectors.rated_hour import POWER_FACTOR, CircuitLoad, CircuitRating, RatedHour
from grid.warehouse import queries
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import weather_hourly

MAX_DAYS = 31


@dataclass(frozen=True, kw_only=True)
class RatingSeries:
    """A circuit hour by hour, and what the hours come to; None where nothing is known.

    ``energy_over_mwh`` is what it carried above its weather rating.
    """

    circuit_id: str
    start: datetime
    end: datetime
    hour_count: int
    known_hour_count: int
    over_85_hours: int
    over_100_hours: int
    energy_over_mwh: float | None
    least_margin_pct: float | None
    least_margin_at: datetime | None
    points: list[CircuitRating]


def circuit_rating_series(*, circuit_id: str, start: datetime, end: datetime, user: Any) -> RatingSeries:
    """Return the ratings of a circuit in each hour from ``start`` to before ``end``, oldest first.

    Every hour has a point; what is unknown of it is None, with the reason.

    Raises:
        BadInput: if the period is empty, absurd or longer than 31 days.
        NotFound: if there is no such circuit that the user may see.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    hours = hours_between(start, end, most_days=MAX_DAYS, what="the rating of a circuit")
    is_known = from_either_store(
        field="circuitRatingSeries",
        layers=("circuits",),
        ask=lambda: models.Circuit.objects.visible_to(user).filter(pk=circuit_id).exists(),
        is_check=True,
    )
    if not is_known:
        raise NotFound(f"There is no circuit {circuit_id!r} that you may see.", field="circuitId")
    zones = sorted(granted_zone_ids(user))
    since, until = hours[0], hours[-1] + HOUR
    return asked(
        field="circuitRatingSeries",
        question={"circuit_id": circuit_id, "since": since, "until": until, "zones": zones},
        queries={
            "circuits": queries.circuits_to_rate(zones, circuit_id=circuit_id),
            "meters": queries.circuit_meters(zones, circuit_id=circuit_id),
            "loads": queries.circuit_loads_between(circuit_id=circuit_id, since=since, until=until),
            "observations": reading_as_empty(
                queries.observations_between(since=since, until=until), weather_hourly
            ),
        },
        build=lambda rows: _series(circuit_id, hours, rows),
        encode=asdict,
        decode=lambda kept: RatingSeries(
            **kept | {"points": [CircuitRating(**point) for point in kept["points"]]}
        ),
    )


def _series(circuit_id: str, hours: Sequence[datetime], rows: dict[str, Rows]) -> RatingSeries:
    circuits = rows["circuits"]
    meter_count = rows["meters"][0]["meter_count"] if rows["meters"] else 0
    loads = {
        row["load_hour"]: CircuitLoad(
            load_kva=row["energy_kwh"] / POWER_FACTOR,
            coverage_pct=100.0 * row["metered_minutes"] / (60.0 * meter_count) if meter_count else None,
        )
        for row in rows["loads"]
    }
    seen: dict[datetime, Rows] = defaultdict(list)
    for row in rows["observations"]:
        seen[row["observed_at"]].append(row)
    points = [
        rating
        for hour in hours
        for rating in RatedHour(
            at=hour.replace(tzinfo=UTC),
            circuits=circuits,
            loads={circuit_id: loads[hour]} if hour in loads else {},
            observations=seen[hour],
        ).ratings.values()
    ]
    known = [point for point in points if point.margin_pct is not None]
    tightest = min(known, key=lambda point: point.margin_pct or 0.0, default=None)
    over = [
        max(0.0, point.load_mva - point.weather_rated_mva)
        for point in known
        if point.load_mva is not None and point.weather_rated_mva is not None
    ]
    return RatingSeries(
        circuit_id=circuit_id,
        start=hours[0].replace(tzinfo=UTC),
        end=(hours[-1] + HOUR).replace(tzinfo=UTC),
        hour_count=len(hours),
        known_hour_count=len(known),
        over_85_hours=sum((point.weather_loading_pct or 0.0) > 85.0 for point in known),
        over_100_hours=sum((point.weather_loading_pct or 0.0) > 100.0 for point in known),
        energy_over_mwh=sum(over) * POWER_FACTOR if known else None,
        least_margin_pct=None if tightest is None else tightest.margin_pct,
        least_margin_at=None if tightest is None else tightest.at,
        points=points,
    )
