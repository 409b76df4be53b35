"""Measures every analytical question about meter readings against plain DuckDB and polars on the same files.

    FLUX_WAREHOUSE_URL=embedded:///folder python benchmarks/ami_queries.py [--repeats 7] [--days 14]

The warehouse is one that was loaded; it is rolled up if it was not yet. Each question is asked through
the warehouse API, as the application asks it, by hand-written SQL in a bare DuckDB connection, and in polars,
over the files of the latest commit; the answers are compared before anything is timed. Runs alternate.
Medians in milliseconds; a ratio is ours over theirs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import polars as pl
from _ami_peers import READ, frames, plain_duckdb, timed

from grid.pipeline import PipelineParams, refresh
from grid.pipeline.periods import hour_spans
from grid.warehouse import PartitionedWarehouse, open_warehouse, queries, tables
from grid.warehouse.queries import OverloadOrder, PeakMember, Scope, UsageGroup

SUMS = ("usage_kwh", "reading_count", "estimated_count", "metered_minutes", "outage_minutes")
BANDS = ("below_b_count", "b_low_count", "in_a_count", "b_high_count", "above_b_count")
SQL_SUMS = ", ".join(f"sum({name}) AS {name}" for name in SUMS)
SQL_BANDS = ", ".join(f"sum({name}) AS {name}" for name in BANDS)
TOP = 20


@dataclass(frozen=True)
class Span:
    """The period asked about: local days, and its UTC hours from ``since`` to before ``until``."""

    first: date
    last: date
    since: datetime
    until: datetime

    @property
    def days(self) -> str:
        return f"BETWEEN DATE '{self.first}' AND DATE '{self.last}'"

    @property
    def hours(self) -> str:
        return f">= TIMESTAMP '{self.since}' AND {{0}} < TIMESTAMP '{self.until}'"


@dataclass(frozen=True)
class Question:
    """A question in three languages, and the column by which the answers are compared."""

    name: str
    is_rollup: bool
    ours: Any
    sql: str
    polars: Callable[[], pl.DataFrame]
    compared: str


def period(warehouse: PartitionedWarehouse, days: int) -> Span:
    """Return the newest ``days`` local days with readings."""
    zone = ZoneInfo(os.environ.get("FLUX_TIME_ZONE", "America/Chicago"))
    table = tables.circuit_daily_usage
    if not warehouse.partition_versions(table):
        print("rolling up first", flush=True)
        refresh(warehouse, PipelineParams(time_zone=zone.key))
    known = list(warehouse.partition_versions(table))
    if not known:
        sys.exit("The warehouse holds no readings; load it first.")
    last = known[-1]
    first = max(known[0], last - timedelta(days=days - 1))
    spans = hour_spans(first, last, zone)
    return Span(first=first, last=last, since=spans[0].start, until=spans[-1].end)


def rollup_questions(t: dict[str, pl.LazyFrame], span: Span) -> list[Question]:
    """Return the questions that small roll-ups answer."""
    everything = Scope()
    in_days = pl.col("usage_date").is_between(span.first, span.last)
    in_hours = pl.col("usage_hour").is_between(span.since, span.until, closed="left")
    sums = [pl.col(name).sum() for name in SUMS]
    fleet = "(SELECT {0} AS key, count(*) AS meter_count FROM meter_infrastructure GROUP BY 1)"

    def breakdown(key: str) -> str:
        return (
            f"SELECT key, meter_count, {', '.join(SUMS)} FROM {fleet.format(key)} "
            f"LEFT JOIN (SELECT {key} AS key, {SQL_SUMS} "
            f"FROM circuit_daily_usage WHERE usage_date {span.days} GROUP BY 1) USING (key) "
        )

    def polars_breakdown(key: str) -> pl.LazyFrame:
        used = t["circuit_daily_usage"].filter(in_days).group_by(key).agg(sums)
        meters = t["meter_infrastructure"].group_by(key).agg(pl.len().alias("meter_count"))
        return meters.join(used, on=key, how="left").sort("usage_kwh", key, descending=[True, False])

    one = Scope(customer_classes=("RESIDENTIAL",))
    between = span.hours.format("usage_hour")
    return [
        Question(
            "system by hour",
            True,
            queries.usage_hours(scope=everything, since=span.since, until=span.until),
            f"SELECT usage_hour, {SQL_SUMS} FROM circuit_hourly_usage WHERE usage_hour {between} "
            "GROUP BY 1 ORDER BY 1",
            lambda: t["circuit_hourly_usage"].filter(in_hours).group_by("usage_hour").agg(sums)
            .sort("usage_hour").collect(),
            "usage_kwh",
        ),
        Question(
            "one class by hour",
            True,
            queries.usage_hours(scope=one, since=span.since, until=span.until),
            f"SELECT usage_hour, {SQL_SUMS} FROM circuit_hourly_usage WHERE usage_hour {between} "
            "AND customer_class = 'RESIDENTIAL' GROUP BY 1 ORDER BY 1",
            lambda: t["circuit_hourly_usage"].filter(in_hours, pl.col("customer_class") == "RESIDENTIAL")
            .group_by("usage_hour").agg(sums).sort("usage_hour").collect(),
            "usage_kwh",
        ),
        Question(
            "system by day",
            True,
            queries.usage_days(scope=everything, first=span.first, last=span.last),
            f"SELECT usage_date, {SQL_SUMS} FROM circuit_daily_usage WHERE usage_date {span.days} "
            "GROUP BY 1 ORDER BY 1",
            lambda: t["circuit_daily_usage"].filter(in_days).group_by("usage_date").agg(sums)
            .sort("usage_date").collect(),
            "usage_kwh",
        ),
        Question(
            "top circuits by use",
            True,
            queries.usage_by_group(
                scope=everything, group=UsageGroup.CIRCUIT, first=span.first, last=span.last, limit=TOP
            ),
            f"SELECT b.*, circuit_name FROM ({breakdown('circuit_id')} ORDER BY usage_kwh DESC, key "
            f"LIMIT {TOP}) b LEFT JOIN circuit_metadata ON circuit_id = key ORDER BY usage_kwh DESC, key",
            lambda: polars_breakdown("circuit_id").head(TOP)
            .join(t["circuit_metadata"].select("circuit_id", "circuit_name"), on="circuit_id", how="left",
                  maintain_order="left").collect(),
            "usage_kwh",
        ),
        Question(
            "use by class",
            True,
            queries.usage_by_group(
                scope=everything, group=UsageGroup.CUSTOMER_CLASS, first=span.first, last=span.last, limit=TOP
            ),
            breakdown("customer_class") + "ORDER BY usage_kwh DESC, key",
            lambda: polars_breakdown("customer_class").collect(),
            "usage_kwh",
        ),
        Question(
            "voltage of the system",
            True,
            queries.voltage_totals(scope=everything, first=span.first, last=span.last),
            f"SELECT {SQL_BANDS}, sum(reading_count) FROM circuit_daily_usage WHERE usage_date {span.days}",
            lambda: t["circuit_daily_usage"].filter(in_days)
            .select([pl.col(name).sum() for name in (*BANDS, "reading_count")]).collect(),
            "in_a_count",
        ),
        Question(
            "coincidence of circuits",
            True,
            queries.coincidence(
                scope=everything, members=PeakMember.CIRCUIT, since=span.since, until=span.until
            ),
            _sql_coincidence(
                "SELECT circuit_id AS member, usage_hour AS hour_at, sum(usage_kwh)::DOUBLE AS kwh "
                f"FROM circuit_hourly_usage WHERE usage_hour {between} GROUP BY 1, 2"
            ),
            lambda: _polars_coincidence(
                t["circuit_hourly_usage"].filter(in_hours)
                .group_by(pl.col("circuit_id").alias("member"), pl.col("usage_hour").alias("at"))
                .agg(pl.col("usage_kwh").sum().cast(pl.Float64).alias("kwh"))
            ),
            "member_peaks_kwh",
        ),
        Question(
            "top overloaded transformers",
            True,
            queries.overloaded_transformers(
                scope=everything,
                first=span.first,
                last=span.last,
                order=OverloadOrder.PEAK_LOADING,
                limit=TOP,
            ),
            "SELECT transformer_id, transformer_name, circuit_id, rated_kva, s.* "
            "FROM (SELECT transformer_id, max(peak_loading_pct) AS peak_loading_pct, max(peak_load_kva), "
            "arg_max(peak_at, peak_loading_pct), sum(hours_over_100), sum(hours_over_120), "
            "sum(hours_over_150), max(peak_hot_spot_c), sum(ageing_h), sum(aged_hours), "
            f"sum(covered_hours) FROM transformer_daily_load WHERE load_date {span.days} "
            f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {TOP}) s JOIN transformer_metadata USING (transformer_id) "
            "ORDER BY peak_loading_pct DESC, transformer_id",
            lambda: t["transformer_daily_load"]
            .filter(pl.col("load_date").is_between(span.first, span.last))
            .group_by("transformer_id")
            .agg(
                pl.col("peak_loading_pct", "peak_load_kva", "peak_hot_spot_c").max(),
                pl.col("peak_at").sort_by("peak_loading_pct").last(),
                pl.col("hours_over_100", "hours_over_120", "hours_over_150", "ageing_h", "aged_hours",
                       "covered_hours").sum(),
            )
            .sort("peak_loading_pct", "transformer_id", descending=[True, False]).head(TOP)
            .join(t["transformer_metadata"].select("transformer_id", "transformer_name", "rated_kva"),
                  on="transformer_id", maintain_order="left").collect(),
            "peak_loading_pct",
        ),
    ]  # fmt: skip


def detail_questions(t: dict[str, pl.LazyFrame], span: Span, unit: str) -> list[Question]:
    """Return the questions that read the use of single meters or transformers; ``unit`` is a transformer."""
    everything = Scope()
    in_days = pl.col("usage_date").is_between(span.first, span.last)
    sums = [pl.col(name).sum() for name in SUMS]
    per_meter = f"SELECT meter_key, {SQL_SUMS} FROM ami_daily_usage WHERE usage_date {span.days} GROUP BY 1"
    meters = t["meter_infrastructure"]
    used = t["ami_daily_usage"].filter(in_days).group_by("meter_key").agg(sums)
    bands = t["ami_daily_usage"].filter(in_days).group_by("meter_key").agg(pl.col(*BANDS).sum())
    judged = sum((pl.col(name) for name in BANDS[1:]), pl.col(BANDS[0]))
    in_hours = pl.col("load_hour").is_between(span.since, span.until, closed="left")
    mine = meters.filter(pl.col("transformer_id") == unit).select("meter_key")
    cities = t["customers_master_data"].group_by("meter_id").agg(pl.col("city").min())

    def ours(group: UsageGroup) -> Any:
        return queries.usage_by_group(
            scope=everything, group=group, first=span.first, last=span.last, limit=TOP
        )

    def ranked(key: str, source: str) -> str:
        return (
            f"SELECT {key} AS key, count(*) AS meter_count, {SQL_SUMS} FROM {source} GROUP BY 1 "
            f"ORDER BY usage_kwh DESC NULLS LAST, key LIMIT {TOP}"
        )

    def polars_ranked(key: str, source: pl.LazyFrame) -> pl.DataFrame:
        grouped = source.join(used, on="meter_key", how="left").group_by(key).agg(pl.len(), *sums)
        return grouped.sort("usage_kwh", key, descending=[True, False]).head(TOP).collect()

    metered = f"meter_infrastructure LEFT JOIN ({per_meter}) USING (meter_key)"
    in_city = "(SELECT meter_id, min(city) AS city FROM customers_master_data GROUP BY 1)"
    return [
        Question(
            "top transformers by use", False, ours(UsageGroup.TRANSFORMER), ranked("transformer_id", metered),
            lambda: polars_ranked("transformer_id", meters), "usage_kwh",
        ),
        Question(
            "top meters by use", False, ours(UsageGroup.METER), ranked("meter_id", metered),
            lambda: polars_ranked("meter_id", meters), "usage_kwh",
        ),
        Question(
            "use by city", False, ours(UsageGroup.CITY),
            ranked("city", f"{metered} LEFT JOIN {in_city} USING (meter_id)"),
            lambda: polars_ranked("city", meters.join(cities, on="meter_id", how="left")), "usage_kwh",
        ),
        Question(
            "worst voltages by meter",
            False,
            queries.voltage_by_group(
                scope=everything, group=UsageGroup.METER, first=span.first, last=span.last, limit=TOP
            ),
            f"SELECT meter_id, v.* FROM meter_infrastructure LEFT JOIN (SELECT meter_key, {SQL_BANDS}, "
            "sum(below_b_count + b_low_count + in_a_count + b_high_count + above_b_count) AS judged "
            f"FROM ami_daily_usage WHERE usage_date {span.days} GROUP BY 1) v USING (meter_key) "
            "ORDER BY (below_b_count + above_b_count) / nullif(judged, 0) DESC NULLS LAST, "
            f"(b_low_count + b_high_count) / nullif(judged, 0) DESC NULLS LAST, meter_id LIMIT {TOP}",
            lambda: meters.join(bands, on="meter_key", how="left").with_columns(
                ((pl.col("below_b_count") + pl.col("above_b_count")) / judged).alias("outside_b"),
                ((pl.col("b_low_count") + pl.col("b_high_count")) / judged).alias("between"),
            ).sort("outside_b", "between", "meter_id", descending=[True, True, False], nulls_last=True)
            .head(TOP).collect(),
            "in_a_count",
        ),
        Question(
            "coincidence of transformers",
            False,
            queries.coincidence(
                scope=everything, members=PeakMember.TRANSFORMER, since=span.since, until=span.until
            ),
            _sql_coincidence(
                "SELECT transformer_id AS member, load_hour AS hour_at, energy_kwh AS kwh "
                f"FROM transformer_hourly_load WHERE load_hour {span.hours.format('load_hour')}"
            ),
            lambda: _polars_coincidence(
                t["transformer_hourly_load"].filter(in_hours).select(
                    pl.col("transformer_id").alias("member"), pl.col("load_hour").alias("at"),
                    pl.col("energy_kwh").alias("kwh"),
                )
            ),
            "member_peaks_kwh",
        ),
        Question(
            "one transformer's meters by hour",
            False,
            queries.usage_hours(
                scope=Scope(transformer_ids=(unit,)), since=span.since, until=span.until
            ),
            "SELECT date_trunc('hour', reading_at) AS hour_at, sum(usage_kwh) AS usage_kwh, count(*), "
            "count_if(quality = 'ESTIMATED'), sum(interval_minutes), "
            "sum(interval_minutes) FILTER (quality = 'OUTAGE') FROM ami_interval_readings "
            "WHERE meter_key IN (SELECT meter_key FROM meter_infrastructure "
            f"WHERE transformer_id = '{unit}') "
            f"AND reading_at {span.hours.format('reading_at')} GROUP BY 1 ORDER BY 1",
            lambda: t["ami_interval_readings"]
            .filter(
                pl.col("meter_key").is_in(mine.collect()["meter_key"].implode()),
                pl.col("reading_at").is_between(span.since, span.until, closed="left"),
            )
            .group_by(pl.col("reading_at").dt.truncate("1h").alias("at"))
            .agg(
                pl.col("usage_kwh").sum(),
                pl.len(),
                (pl.col("quality") == "ESTIMATED").sum().alias("estimated"),
                pl.col("interval_minutes").cast(pl.Int64).sum(),
                pl.col("interval_minutes").cast(pl.Int64).filter(pl.col("quality") == "OUTAGE").sum()
                .alias("outage"),
            )
            .sort("at").collect(),
            "usage_kwh",
        ),
    ]  # fmt: skip


def _sql_coincidence(hours: str) -> str:
    return (
        f"WITH hours AS ({hours}), peaks AS (SELECT max(kwh) AS kwh FROM hours GROUP BY member), "
        "summed AS (SELECT hour_at, sum(kwh) AS kwh FROM hours GROUP BY 1) "
        "SELECT (SELECT count(*) FROM peaks) AS member_count, "
        "(SELECT sum(kwh) FROM peaks) AS member_peaks_kwh, max(kwh), arg_max(hour_at, kwh) FROM summed"
    )


def _polars_coincidence(hours: pl.LazyFrame) -> pl.DataFrame:
    peaks = hours.group_by("member").agg(pl.col("kwh").max()).select(
        pl.len().alias("member_count"), pl.col("kwh").sum().alias("member_peaks_kwh")
    )  # fmt: skip
    summed = hours.group_by("at").agg(pl.col("kwh").sum()).sort("kwh", descending=True).head(1)
    of_members, of_group = pl.collect_all([peaks, summed])
    return pl.concat([of_members, of_group], how="horizontal")


def check(question: Question, ours: list[dict[str, Any]], plain: Any, frame: pl.DataFrame) -> None:
    """Stop unless the three answers are of one length and agree in the column compared."""
    names = [column[0] for column in plain.description]
    found = [dict(zip(names, row, strict=True)) for row in plain.fetchall()]
    columns = [
        [None if row[question.compared] is None else float(row[question.compared]) for row in rows]
        for rows in (ours, found, frame.to_dicts())
    ]
    for other in columns[1:]:
        same = len(other) == len(columns[0]) and all(
            (one is None) == (two is None) and (one is None or abs(one - two) <= 1e-6 * max(1.0, abs(one)))
            for one, two in zip(columns[0], other, strict=False)
        )
        if not same:
            sys.exit(f"{question.name}: the answers differ: {columns[0][:3]} and {other[:3]}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--days", type=int, default=14)
    wanted = parser.parse_args()
    url = os.environ.get("FLUX_WAREHOUSE_URL", "")
    if not url.startswith("embedded://"):
        sys.exit("Set FLUX_WAREHOUSE_URL to an embedded warehouse: embedded:///path/of/warehouse")
    warehouse = open_warehouse(url, query_timeout_s=600)
    assert isinstance(warehouse, PartitionedWarehouse)
    root = Path(url.removeprefix("embedded://").partition("?")[0])
    span = period(warehouse, wanted.days)
    plain, lazy = plain_duckdb(root), frames(root)
    ((unit,),) = plain.execute(
        "SELECT transformer_id FROM transformer_metadata ORDER BY customer_count DESC, transformer_id LIMIT 1"
    ).fetchall()
    counts = {table.name: warehouse.row_count(table) for table in READ}
    print(
        f"{counts['meter_infrastructure']:,} meters, {counts['ami_interval_readings']:,} readings, "
        f"{counts['circuit_metadata']:,} circuits, {span.first} to {span.last}\n"
    )
    print(f"{'':34}{'rows':>6}{'ours':>10}{'DuckDB':>10}{'polars':>10}{'/ DuckDB':>10}{'/ polars':>10}")
    for question in [*rollup_questions(lazy, span), *detail_questions(lazy, span, unit)]:
        rows = warehouse.select_rows(question.ours)
        check(question, rows, plain.execute(question.sql), question.polars())
        ours, duck, polars = timed(
            [
                lambda question=question: warehouse.select_rows(question.ours),
                lambda question=question: plain.execute(question.sql).fetchall(),
                lambda question=question: question.polars().to_dicts(),
            ],
            wanted.repeats,
        )
        mark = "*" if question.is_rollup else " "
        print(
            f"{mark} {question.name:32}{len(rows):6}{ours:10.1f}{duck:10.1f}{polars:10.1f}"
            f"{ours / duck:10.2f}{ours / polars:10.2f}"
        )
    print("\n* answered by small roll-ups: to take under 100 ms at any scale")
    warehouse.close()


if __name__ == "__main__":
    main()
