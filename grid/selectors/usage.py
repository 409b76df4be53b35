"""What meters used, from the warehouse."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.federation import analytical, from_either_store
from grid.pipeline.usage import day_bounds
from grid.selectors.hours import naive_utc
from grid.selectors.warehouse import get_warehouse
from grid.warehouse import queries, tables
from grid.warehouse.queries import UsageBucket

MAX_DAYS = {
    UsageBucket.INTERVAL: 31,
    UsageBucket.HOUR: 366,
    UsageBucket.DAY: 3 * 366,
    UsageBucket.MONTH: 20 * 366,
}
SOURCES = {
    UsageBucket.INTERVAL: tables.ami_interval_readings,
    UsageBucket.HOUR: tables.ami_interval_readings,
    UsageBucket.DAY: tables.ami_daily_usage,
    UsageBucket.MONTH: tables.ami_monthly_usage,
}


@dataclass(frozen=True, kw_only=True)
class UsagePoint:
    """What a meter used in one span; None where it is unknown."""

    at: datetime
    usage_kwh: float
    mean_voltage_v: float | None
    min_voltage_v: float | None
    max_voltage_v: float | None
    reading_count: int | None


def meter_usage(
    *, asset_id: str, bucket: UsageBucket, start: datetime, end: datetime, user: Any
) -> list[UsagePoint]:
    """Return what a meter used per span of ``bucket`` from ``start`` to before ``end``, oldest first.

    Days and months are local ones, whole: those that have a part of the time asked for.

    Raises:
        BadInput: if a time has no zone, the end is not after the start, or they are too far apart.
        NotFound: if there is no such meter that the user may see.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    for name, moment in (("start", start), ("end", end)):
        naive_utc(moment, field=name)
    if end <= start:
        raise BadInput("end must be after start.", field="end")
    if end - start > timedelta(days=MAX_DAYS[bucket]):
        raise BadInput(
            f"{bucket} is given for at most {MAX_DAYS[bucket]} days at a time; ask for a longer bucket.",
            field="bucket",
        )
    is_known = from_either_store(
        field="meterUsage",
        layers=("meters",),
        ask=lambda: models.Meter.objects.visible_to(user).filter(pk=asset_id).exists(),
        is_check=True,
    )
    if not is_known:
        raise NotFound(f"There is no meter {asset_id!r} that you may see.", field="assetId")
    zone = ZoneInfo(settings.TIME_ZONE)
    return analytical(
        field="meterUsage",
        question={"asset_id": asset_id, "bucket": bucket, "start": start, "end": end},
        data_version=lambda: str(get_warehouse().version(SOURCES[bucket])),
        ask=lambda: [
            _point(row, zone)
            for row in get_warehouse().select_rows(_query(asset_id, bucket, start, end, zone))
        ],
        encode=lambda answer: [asdict(each) for each in answer],
        decode=lambda kept: [UsagePoint(**each) for each in kept],
    )


def _query(asset_id: str, bucket: UsageBucket, start: datetime, end: datetime, zone: ZoneInfo) -> Any:
    if bucket in {UsageBucket.INTERVAL, UsageBucket.HOUR}:
        since, until = (naive_utc(start, field="start"), naive_utc(end, field="end"))
        return queries.meter_readings(
            meter_id=asset_id, since=since, until=until, is_hourly=bucket is UsageBucket.HOUR
        )
    first = start.astimezone(zone).date()
    last = (end - timedelta(microseconds=1)).astimezone(zone).date()
    if bucket is UsageBucket.DAY:
        return queries.meter_days(meter_id=asset_id, first=first, last=last)
    return queries.meter_months(meter_id=asset_id, first=first.replace(day=1), last=last)


def _point(row: dict[str, Any], zone: ZoneInfo) -> UsagePoint:
    at: datetime | date = row["at"]
    if not isinstance(at, datetime):
        at = day_bounds(at, zone)[0]
    return UsagePoint(
        at=at.replace(tzinfo=UTC),
        usage_kwh=float(row["usage_kwh"]),
        mean_voltage_v=row["mean_voltage_v"],
        min_voltage_v=_float(row["min_voltage_v"]),
        max_voltage_v=_float(row["max_voltage_v"]),
        reading_count=row["reading_count"],
    )


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
