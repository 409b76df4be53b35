"""What transmission lines may carry in the air of an hour, against their flow in the planning base case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db.models import Max, Q, QuerySet

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.federation import from_either_store
from grid.selectors.ami_scope import asked
from grid.selectors.hours import hour_of
from grid.selectors.network import name_branches
from grid.standards.branch_rating import BranchRatingParams, rate_branches
from grid.standards.circuit_rating import Observations
from grid.warehouse import queries
from grid.warehouse.statements import reading_as_empty
from grid.warehouse.tables import weather_hourly

PARAMS = BranchRatingParams()
MAX_RATINGS = 500
LAYERS = ("branches", "substations")
UNLIMITED = "The source gives the branch no limit."
NOT_A_LINE = "A transformer keeps its static rating: no thermal data of it are on record."
NO_HOUR = "No hour of weather is on record."


@dataclass(frozen=True, kw_only=True)
class BranchRating:
    """The ratings of one branch in an hour; None where unknown, and then ``reason`` says why."""

    branch_id: str
    kind: str
    from_substation_id: str
    to_substation_id: str
    base_kv: float
    rating_mva: float | None
    multiplier: float | None
    weather_rating_mva: float | None
    ambient_c: float | None
    sun_w_per_m2: float | None
    station: str | None
    station_distance_km: float | None
    base_flow_mw: float
    base_loading_pct: float | None
    weather_loading_pct: float | None
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class BranchRatings:
    """The ratings asked for, the most loaded first; ``rated_count`` of ``branch_count`` have one."""

    at: datetime | None
    branch_count: int
    rated_count: int
    least_multiplier: float | None
    greatest_multiplier: float | None
    ratings: list[BranchRating]


@dataclass(frozen=True, kw_only=True)
class BranchRow:
    """What a rating needs of a branch; a place is (lon, lat)."""

    branch_id: str
    kind: str
    from_substation_id: str
    to_substation_id: str
    from_place: tuple[float, float]
    to_place: tuple[float, float]
    base_kv: float
    rating_mva: float | None
    base_flow_mw: float
    base_loading_pct: float | None


def branch_ratings(
    *,
    at: datetime | None,
    branch_ids: Sequence[str] | None,
    substation_id: str | None,
    min_loading_pct: float | None,
    limit: int,
    user: Any,
) -> BranchRatings:
    """Return branches in service by how near their base flow is to their rating in an hour's air.

    Args:
        at: a moment in the hour wanted; the newest hour with a temperature on record if None.
        branch_ids: only these; all if None.
        substation_id: only those that end there.
        min_loading_pct: only those loaded at least so much of their weather rating.
        limit: how many.
        user: whose zones count.

    Raises:
        BadInput: naming the field.
        NotFound: if a branch is named that there is not, or that the user may not see.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    if not 1 <= limit <= MAX_RATINGS:
        raise BadInput(f"limit is {limit}; it must be 1 to {MAX_RATINGS}.", field="limit")
    if branch_ids is not None and len(branch_ids) > MAX_RATINGS:
        raise BadInput(
            f"branchIds has {len(branch_ids)} entries; it may have {MAX_RATINGS}.", field="branchIds"
        )
    rows = from_either_store(
        field="branchRatings", layers=LAYERS, ask=lambda: _visible(branch_ids, substation_id, user)
    )
    if branch_ids is not None and (missing := sorted(set(branch_ids) - {row.branch_id for row in rows})):
        raise NotFound(f"There is no branch {missing[0]!r} in service that you may see.", field="branchIds")
    hour, seen = _observed(at)
    ratings = rated(rows, hour=hour, observed=seen)
    multipliers = [each.multiplier for each in ratings if each.multiplier is not None]
    wanted = [
        each
        for each in ratings
        if min_loading_pct is None
        or (each.weather_loading_pct is not None and each.weather_loading_pct >= min_loading_pct)
    ]
    wanted.sort(
        key=lambda each: (
            each.weather_loading_pct is None,
            -(each.weather_loading_pct or 0.0),
            each.branch_id,
        )
    )
    return BranchRatings(
        at=None if hour is None else hour.replace(tzinfo=UTC),
        branch_count=len(ratings),
        rated_count=len(multipliers),
        least_multiplier=min(multipliers, default=None),
        greatest_multiplier=max(multipliers, default=None),
        ratings=wanted[:limit],
    )


def name_of(branch_id: str) -> str:
    """Return the name of a branch: its ends and voltage; its id if it is not on record."""
    names: dict[str, str] = from_either_store(
        field="branchRatings", layers=LAYERS, ask=lambda: name_branches([branch_id])
    )
    return names.get(branch_id, branch_id)


def rating_multipliers(*, interconnect: str, at: datetime | None) -> tuple[datetime | None, dict[str, float]]:
    """Return what the air of an hour does to the ratings of a network, for the engine.

    The engine computes on the whole network, so zones do not count here.

    Args:
        interconnect: the network.
        at: a moment in the hour wanted; the newest hour with a temperature on record if None.

    Returns:
        The hour (None if none is on record), and per branch weather rating over stored rating; branches whose
        weather rating is not known are left out.

    Raises:
        BadInput: if the moment is out of range.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    rows = branch_rows(models.Branch.objects.filter(interconnect=interconnect))
    hour, seen = _observed(at)
    ratings = rated(rows, hour=hour, observed=seen)
    return (
        None if hour is None else hour.replace(tzinfo=UTC),
        {each.branch_id: each.multiplier for each in ratings if each.multiplier is not None},
    )


def rated(
    rows: Sequence[BranchRow], *, hour: datetime | None, observed: Sequence[dict[str, Any]]
) -> list[BranchRating]:
    """Return the rating of each branch in an hour (naive UTC) from what stations observed in it."""
    if hour is None:
        return [_rating(row, reason=NO_HOUR) for row in rows]
    lines = [row for row in rows if _why_not(row) is None]
    found = rate_branches(
        from_lon=np.array([row.from_place[0] for row in lines], dtype=np.float64),
        from_lat=np.array([row.from_place[1] for row in lines], dtype=np.float64),
        to_lon=np.array([row.to_place[0] for row in lines], dtype=np.float64),
        to_lat=np.array([row.to_place[1] for row in lines], dtype=np.float64),
        hour=hour,
        observations=Observations(
            station_id=[each["station_id"] for each in observed],
            lon=_floats(observed, "lon"),
            lat=_floats(observed, "lat"),
            temperature_c=_floats(observed, "temperature_c"),
            wind_mps=_floats(observed, "wind_speed_mps"),
        ),
        params=PARAMS,
    )
    at = {row.branch_id: n for n, row in enumerate(lines)}
    ratings = []
    for row in rows:
        n = at.get(row.branch_id)
        if n is None:
            ratings.append(_rating(row, reason=_why_not(row)))
        elif np.isnan(found.multiplier[n]):
            far = f"An end has no station within {PARAMS.max_station_km:g} km that observed a temperature."
            ratings.append(_rating(row, reason=far))
        else:
            ratings.append(
                _rating(
                    row,
                    multiplier=float(found.multiplier[n]),
                    ambient_c=float(found.ambient_c[n]),
                    sun_w_per_m2=float(found.sun_w_per_m2[n]),
                    station=observed[found.station[n]]["station_id"],
                    station_distance_km=float(found.station_km[n]),
                )
            )
    return ratings


def _rating(
    row: BranchRow,
    *,
    multiplier: float | None = None,
    ambient_c: float | None = None,
    sun_w_per_m2: float | None = None,
    station: str | None = None,
    station_distance_km: float | None = None,
    reason: str | None = None,
) -> BranchRating:
    rating_mva = None if multiplier is None or row.rating_mva is None else multiplier * row.rating_mva
    return BranchRating(
        branch_id=row.branch_id,
        kind=row.kind,
        from_substation_id=row.from_substation_id,
        to_substation_id=row.to_substation_id,
        base_kv=row.base_kv,
        rating_mva=row.rating_mva,
        multiplier=multiplier,
        weather_rating_mva=rating_mva,
        ambient_c=ambient_c,
        sun_w_per_m2=sun_w_per_m2,
        station=station,
        station_distance_km=station_distance_km,
        base_flow_mw=row.base_flow_mw,
        base_loading_pct=row.base_loading_pct,
        weather_loading_pct=100.0 * abs(row.base_flow_mw) / rating_mva if rating_mva else None,
        reason=reason,
    )


def _why_not(row: BranchRow) -> str | None:
    if row.rating_mva is None:
        return UNLIMITED
    return None if row.kind == models.BranchKind.LINE else NOT_A_LINE


def _visible(branch_ids: Sequence[str] | None, substation_id: str | None, user: Any) -> list[BranchRow]:
    branches = models.Branch.objects.visible_to(user)
    if branch_ids is not None:
        branches = branches.filter(pk__in=list(branch_ids))
    if substation_id is not None:
        branches = branches.filter(Q(from_substation=substation_id) | Q(to_substation=substation_id))
    return branch_rows(branches)


def branch_rows(branches: QuerySet[models.Branch]) -> list[BranchRow]:
    """Return what a rating needs of each branch of a queryset."""
    ends = ("from_substation__location", "to_substation__location")
    return [
        BranchRow(
            branch_id=row["pk"],
            kind=row["kind"],
            from_substation_id=row["from_substation_id"],
            to_substation_id=row["to_substation_id"],
            from_place=(row[ends[0]].x, row[ends[0]].y),
            to_place=(row[ends[1]].x, row[ends[1]].y),
            base_kv=row["base_kv"],
            rating_mva=row["rating_mva"],
            base_flow_mw=row["base_flow_mw"],
            base_loading_pct=row["base_loading_pct"],
        )
        for row in branches.filter(in_service=True)
        .order_by("pk")
        .values(
            "pk",
            "kind",
            "from_substation_id",
            "to_substation_id",
            *ends,
            "base_kv",
            "rating_mva",
            "base_flow_mw",
            "base_loading_pct",
        )
    ]


def newest_from_cache() -> tuple[datetime | None, list[dict[str, Any]]]:
    """Return the newest hour (naive UTC) with a temperature in PostGIS, and what stations observed in it."""
    known = models.WeatherObservation.objects.exclude(temperature_c=None)
    at = known.aggregate(at=Max("observed_at"))["at"]
    if at is None:
        return None, []
    rows = models.WeatherObservation.objects.filter(observed_at=at).order_by("station")
    return at.astimezone(UTC).replace(tzinfo=None), [
        {
            "station_id": station,
            "lon": location.x,
            "lat": location.y,
            "temperature_c": temperature_c,
            "wind_speed_mps": wind_speed_mps,
        }
        for station, location, temperature_c, wind_speed_mps in rows.values_list(
            "station", "location", "temperature_c", "wind_speed_mps"
        )
    ]


def _observed(at: datetime | None) -> tuple[datetime | None, list[dict[str, Any]]]:
    """Return an hour (naive UTC) and what every station observed in it; None if no hour is on record."""
    if at is None:
        hour = asked(
            field="branchRatings.hour",
            question={},
            queries={"newest": reading_as_empty(queries.newest_observation(), weather_hourly)},
            build=lambda rows: rows["newest"][0]["at"],
            encode=lambda answer: answer,
            decode=lambda kept: kept,
        )
        if hour is None:
            return None, []
    else:
        hour = hour_of(at, field="at")
    return hour, asked(
        field="branchRatings.weather",
        question={"hour": hour},
        queries={"observed": reading_as_empty(queries.observations_at([hour]), weather_hourly)},
        build=lambda rows: [dict(row) for row in rows["observed"]],
        encode=lambda answer: answer,
        decode=lambda kept: kept,
    )


def _floats(rows: Sequence[dict[str, Any]], column: str) -> Any:
    return np.array([np.nan if row[column] is None else row[column] for row in rows], dtype=np.float64)
