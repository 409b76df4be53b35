"""What circuits may carry in the weather of an hour, against what they carry then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Min, Sum

from flux_site.api.errors import BadInput
from grid import models
from grid.federation import operational
from grid.models.base import granted_zone_ids
from grid.selectors.ami_scope import asked
from grid.selectors.hours import hour_of
from grid.selectors.rated_hour import (
    POWER_FACTOR,
    CircuitLoad,
    CircuitRating,
    RatedHour,
    Row,
    as_utc,
    circuit_load,
)
from grid.selectors.warehouse import get_warehouse
from grid.warehouse import queries
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import weather_hourly

LAYERS = ("circuits", "substations", "lines", "switches", "transformer_load", "weather")
MAX_RATINGS = 500


@dataclass(frozen=True, kw_only=True)
class CircuitRatings:
    """The ratings asked for, most loaded first, and the margin of all circuits the user may see."""

    at: datetime | None
    margin_pct: float | None
    capacity_left_mva: float | None
    circuit_count: int
    over_85_count: int
    over_100_count: int
    ratings: list[CircuitRating]


def current_hour(*, field: str, zone_ids: Sequence[str], is_check: bool = False) -> RatedHour:
    """Return the newest hour whose loads are known, from PostGIS or else the warehouse.

    Raises:
        NeverSynced, DatabaseUnavailable: if neither store can answer.
    """
    return operational(
        field=field,
        layers=LAYERS,
        from_cache=lambda: hour_from_cache(zone_ids),
        from_warehouse=lambda: hour_from_warehouse(zone_ids),
        is_check=is_check,
    )


def circuit_ratings(
    *,
    at: datetime | None,
    circuit_ids: Sequence[str] | None,
    min_loading_pct: float | None,
    limit: int,
    user: Any,
) -> CircuitRatings:
    """Return circuits by how near they are to their rating, the nearest first; unknown ones last.

    Args:
        at: a moment in the hour wanted; the newest hour of which loads are known if None.
        circuit_ids: only these; all if None.
        min_loading_pct: only circuits loaded at least so much of their weather rating.
        limit: how many.
        user: whose zones count.

    Raises:
        BadInput: naming the field.
        NeverSynced, DatabaseUnavailable, WarehouseUnavailableError: if no store can answer.
    """
    if not 1 <= limit <= MAX_RATINGS:
        raise BadInput(f"limit is {limit}; it must be 1 to {MAX_RATINGS}.", field="limit")
    if circuit_ids is not None and len(circuit_ids) > MAX_RATINGS:
        raise BadInput(
            f"circuitIds has {len(circuit_ids)} entries; it may have {MAX_RATINGS}.", field="circuitIds"
        )
    found = rated_hour(at=at, user=user)
    margin, wanted = found.margin, None if circuit_ids is None else set(circuit_ids)
    ratings = [
        each
        for each in found.ratings.values()
        if (wanted is None or each.circuit_id in wanted)
        and (
            min_loading_pct is None
            or (each.weather_loading_pct is not None and each.weather_loading_pct >= min_loading_pct)
        )
    ]
    ratings.sort(
        key=lambda each: (
            each.weather_loading_pct is None,
            -(each.weather_loading_pct or 0.0),
            each.circuit_id,
        )
    )
    return CircuitRatings(
        at=found.at,
        margin_pct=margin.margin_pct,
        capacity_left_mva=margin.left_mva,
        circuit_count=margin.circuit_count,
        over_85_count=margin.over_85_count,
        over_100_count=margin.over_100_count,
        ratings=ratings[:limit],
    )


def rated_hour(*, at: datetime | None, user: Any) -> RatedHour:
    """Return the circuits, loads and weather that a user may see of an hour.

    Args:
        at: a moment in the hour wanted; the newest hour of which loads are known if None.
        user: whose zones count.

    Raises:
        BadInput: if the moment is absurd.
        NeverSynced, DatabaseUnavailable, WarehouseUnavailableError: if no store can answer.
    """
    zone_ids = granted_zone_ids(user)
    if at is None:
        return current_hour(field="circuitRatings", zone_ids=zone_ids)
    return _hour_at(at=at, zone_ids=zone_ids)


def hour_from_cache(zone_ids: Sequence[str]) -> RatedHour:
    """Return the newest hour from PostGIS; an empty ``zone_ids`` means every zone."""
    circuits = models.Circuit.objects.filter(zone__in=zone_ids) if zone_ids else models.Circuit.objects.all()
    cables = models.LineSection.objects.filter(line_class=models.LineClass.BACKBONE, is_underground=True)
    breakers = models.Switch.objects.filter(kind=models.SwitchKind.BREAKER)
    limits = [
        dict(rows.order_by().values_list("circuit").annotate(Min("rated_a"))) for rows in (cables, breakers)
    ]
    rows = [
        {
            "circuit_id": circuit_id,
            "circuit_name": name,
            "substation_id": substation_id,
            "voltage_kv": voltage_kv,
            "conductor_type": conductor_type,
            "rated_a": rated_a,
            "customer_count": customer_count,
            "lon": location.x,
            "lat": location.y,
            "other_limit_a": min((each[circuit_id] for each in limits if circuit_id in each), default=None),
        }
        for (
            circuit_id,
            name,
            substation_id,
            voltage_kv,
            conductor_type,
            rated_a,
            customer_count,
            location,
        ) in circuits.order_by("pk").values_list(
            "pk",
            "name",
            "substation_id",
            "voltage_kv",
            "conductor_type",
            "rated_a",
            "customer_count",
            "substation__location",
        )
    ]
    hour = models.TransformerLoad.objects.aggregate(hour=Max("load_hour"))["hour"]
    at = (
        hour
        or models.WeatherObservation.objects.exclude(temperature_c=None).aggregate(at=Max("observed_at"))[
            "at"
        ]
    )
    loads = (
        models.TransformerLoad.objects.filter(load_hour=hour)
        .order_by()
        .values("transformer__circuit")
        .annotate(
            kva=Sum("load_kva"),
            metered=Sum(F("coverage_pct") * F("meter_count")),
            meters=Sum("meter_count"),
            count=Count("pk"),
            covered=Count("coverage_pct"),
        )
    )
    known = {row["circuit_id"] for row in rows}
    return RatedHour(
        at=at,
        circuits=rows,
        loads={
            row["transformer__circuit"]: circuit_load(
                row["kva"],
                row["metered"] / row["meters"] if row["count"] == row["covered"] and row["meters"] else None,
            )
            for row in loads
            if row["transformer__circuit"] in known
        },
        observations=[
            {
                "station_id": station,
                "lon": location.x,
                "lat": location.y,
                "temperature_c": temperature_c,
                "wind_speed_mps": wind_speed_mps,
            }
            for station, location, temperature_c, wind_speed_mps in models.WeatherObservation.objects.filter(
                observed_at=at
            )
            .order_by("station")
            .values_list("station", "location", "temperature_c", "wind_speed_mps")
        ],
    )


def hour_from_warehouse(zone_ids: Sequence[str]) -> RatedHour:
    """Return the same from the warehouse."""
    warehouse = get_warehouse()
    zones = list(zone_ids)
    rows = warehouse.select_rows(queries.latest_circuit_loads(zones))
    hour = rows[0]["load_hour"] if rows else warehouse.select_rows(queries.newest_load_hour())[0]["at"]
    at = (
        hour or warehouse.select_rows(reading_as_empty(queries.newest_observation(), weather_hourly))[0]["at"]
    )
    return RatedHour(
        at=as_utc(at),
        circuits=warehouse.select_rows(queries.circuits_to_rate(zones)),
        loads={row["circuit_id"]: circuit_load(row["load_kva"], row["coverage_pct"]) for row in rows},
        observations=[]
        if at is None
        else warehouse.select_rows(reading_as_empty(queries.observations_at([at]), weather_hourly)),
    )


def hours_of(rows: dict[str, list[Row]], hours: Sequence[datetime]) -> list[RatedHour]:
    """Return hours (naive UTC) made of what ``hour_queries`` found."""
    meters = {row["circuit_id"]: row["meter_count"] for row in rows["meters"]}
    loads: dict[datetime, dict[str, CircuitLoad]] = {hour: {} for hour in hours}
    for row in rows["loads"]:
        count = meters.get(row["circuit_id"])
        loads[row["load_hour"]][row["circuit_id"]] = CircuitLoad(
            load_kva=row["energy_kwh"] / POWER_FACTOR,
            coverage_pct=100.0 * row["metered_minutes"] / (60.0 * count) if count else None,
        )
    seen: dict[datetime, list[Row]] = {hour: [] for hour in hours}
    for row in rows["observations"]:
        seen[row["observed_at"]].append(row)
    return [
        RatedHour(at=as_utc(hour), circuits=rows["circuits"], loads=loads[hour], observations=seen[hour])
        for hour in hours
    ]


def hour_queries(hours: Sequence[datetime], zone_ids: Sequence[str]) -> dict[str, Any]:
    """Return the queries that hours of the past (naive UTC) are made of."""
    return {
        "circuits": queries.circuits_to_rate(zone_ids),
        "loads": queries.circuit_loads_at(hours, zone_ids),
        "meters": queries.circuit_meters(zone_ids),
        "observations": reading_as_empty(queries.observations_at(hours), weather_hourly),
    }


def _hour_at(*, at: datetime, zone_ids: Sequence[str]) -> RatedHour:
    hour = hour_of(at, field="at")
    zones = sorted(zone_ids)

    def encode(found: RatedHour) -> Row:
        return {
            "circuits": [dict(row) for row in found.circuits],
            "loads": {key: vars(load) for key, load in found.loads.items()},
            "observations": [dict(row) for row in found.observations],
        }

    def decode(kept: Row) -> RatedHour:
        return RatedHour(
            at=as_utc(hour),
            circuits=kept["circuits"],
            loads={key: CircuitLoad(**load) for key, load in kept["loads"].items()},
            observations=kept["observations"],
        )

    return asked(
        field="circuitRatings",
        question={"hour": hour, "zones": zones},
        queries=hour_queries([hour], zones),
        build=lambda rows: hours_of(rows, [hour])[0],
        encode=encode,
        decode=decode,
    )
