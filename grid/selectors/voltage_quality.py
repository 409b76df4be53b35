"""How well service voltages keep to the ranges of ANSI C84.1."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from grid.selectors.ami_scope import asked, check_limit, check_period, visible_scope
from grid.selectors.usage_analytics import MOST_DAYS_BY_GROUP, check_group_period
from grid.warehouse import queries
from grid.warehouse.queries import Scope, UsageGroup
from grid.warehouse.tables.ami_columns import VOLTAGE_COUNTS


@dataclass(frozen=True, kw_only=True)
class VoltageBands:
    """Readings by band; None where no nominal voltage, or no voltage at all, is known.

    ``judged_count`` is the number of readings with a known band, ``unknown_count`` that of the others.
    """

    below_b_count: int | None
    b_low_count: int | None
    in_a_count: int | None
    b_high_count: int | None
    above_b_count: int | None
    judged_count: int
    unknown_count: int

    def share_pct(self, count: int | None) -> float | None:
        """Return a count as a share of the judged readings."""
        return None if count is None or not self.judged_count else 100.0 * count / self.judged_count


@dataclass(frozen=True, kw_only=True)
class GroupVoltage:
    """The voltages of a group; key None: of whatever has none on record."""

    key: str | None
    name: str | None
    meter_count: int
    bands: VoltageBands


@dataclass(frozen=True, kw_only=True)
class VoltageRanking:
    """The groups with the worst voltages, and how many groups there are."""

    groups: list[GroupVoltage]
    group_count: int


def voltage_quality(*, wanted: Scope, first_day: date, last_day: date, user: Any) -> VoltageBands:
    """Return the readings in each voltage band on the local days ``first_day`` to ``last_day``.

    Raises:
        BadInput, NotFound: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    scope = visible_scope(wanted, user)
    check_period(first_day, last_day, most_days=MOST_DAYS_BY_GROUP, what="voltage quality")
    return asked(
        field="voltageQuality",
        question={"scope": asdict(scope), "first": first_day, "last": last_day},
        queries={"bands": queries.voltage_totals(scope=scope, first=first_day, last=last_day)},
        build=lambda rows: _bands(rows["bands"][0]),
        encode=asdict,
        decode=lambda kept: VoltageBands(**kept),
    )


def worst_voltages(
    *, wanted: Scope, group: UsageGroup, first_day: date, last_day: date, limit: int, user: Any
) -> VoltageRanking:
    """Return the ``limit`` groups with the worst voltages, worst first.

    Raises:
        BadInput, NotFound: naming the field.
        WarehouseUnavailableError: if the warehouse is down and no earlier answer is kept.
    """
    scope = visible_scope(wanted, user)
    check_limit(limit)
    check_group_period(scope, group, first_day, last_day)
    query = queries.voltage_by_group(scope=scope, group=group, first=first_day, last=last_day, limit=limit)
    return asked(
        field="worstVoltages",
        question={"scope": asdict(scope), "by": group, "first": first_day, "last": last_day, "limit": limit},
        queries={"groups": query},
        build=lambda rows: VoltageRanking(
            groups=[
                GroupVoltage(
                    key=row["key"], name=row["name"], meter_count=row["meter_count"], bands=_bands(row)
                )
                for row in rows["groups"]
            ],
            group_count=rows["groups"][0]["group_count"] if rows["groups"] else 0,
        ),
        encode=asdict,
        decode=lambda kept: VoltageRanking(
            groups=[
                GroupVoltage(**(each | {"bands": VoltageBands(**each["bands"])})) for each in kept["groups"]
            ],
            group_count=kept["group_count"],
        ),
    )


def _bands(row: dict[str, Any]) -> VoltageBands:
    counts = {name: row[name] for name in VOLTAGE_COUNTS}
    judged = sum(count or 0 for count in counts.values())
    return VoltageBands(**counts, judged_count=judged, unknown_count=(row["reading_count"] or 0) - judged)
