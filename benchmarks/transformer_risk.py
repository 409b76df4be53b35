"""Evaluate the models of transformer failures and the forecast of tomorrow on a forged grid.

    python benchmarks/transformer_risk.py [--scale CITY] [--years 10] [--seed 1] [--horizons 365 90 30]

A grid is forged into a warehouse in a temporary folder: the tables of transformers alone, and the hourly load
at the scale DEMO, where tomorrow is forecast, too. Printed, as tables for docs/transformer-risk.md: every
model on the same transformers and moments, none of which it was trained on, beside the base rate, age alone,
and the ceiling that the forge knows; then tomorrow's peak and hot spot beside yesterday's. No network, no
Django.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cascade.ml.transformers.dataset import HORIZONS_DAYS, build_dataset, quarter_starts
from cascade.ml.transformers.evaluation import EvaluationReport, evaluate, read_ceiling
from cascade.ml.transformers.fitting import EvaluationParams
from cascade.ml.transformers.hourly_past import Air, TomorrowParams, day_starts, read_hours
from cascade.ml.transformers.lives import read_spans
from cascade.ml.transformers.scores import Interval
from cascade.ml.transformers.tomorrow import fit_tomorrow, score_tomorrow
from grid.forge import ForgeConfig, Scale
from grid.forge.build import Forged, forge
from grid.warehouse import Warehouse, open_warehouse, tables

END_AT = datetime(2025, 8, 12, 17)  # noqa: DTZ001 - the warehouse keeps naive UTC
TEST_FROM = datetime(2024, 1, 1)  # noqa: DTZ001
NEEDED = (
    "transformer_metadata",
    "transformer_units",
    "outage_restoration_tracker",
    "momentary_interruptions",
    "asset_inspections",
    "work_orders",
    "t_transformer_true_hazard",
)


def load(warehouse: Warehouse, forged: Forged, *, with_hours: bool) -> None:
    """Write what the models read."""
    warehouse.prepare()
    for name in NEEDED:
        warehouse.replace(getattr(tables, name), forged.tables[name], name)
    warehouse.replace(tables.transformer_monthly_load, forged.monthly_load_batches(), "months")
    hours = forged.hourly_batches() if with_hours else iter(())
    warehouse.replace(tables.transformer_hourly_load, hours, "hours")


def shown(found: Interval, scale: float = 1.0, digits: int = 1) -> str:
    """Return a figure with its bounds."""
    value, low, high = (f"{each * scale:.{digits}f}" for each in (found.value, found.low, found.high))
    return f"{value} ({low} to {high})"


def print_report(report: EvaluationReport) -> None:
    """Print the table of a horizon."""
    print(
        f"\n{report.horizon_days} days: {report.failure_count} failures of {report.sample_count:,} rows "
        f"({report.transformer_count:,} transformers), base rate {100 * report.base_rate:.3f} %, "
        f"trained on {report.trained_failures:,.0f} failures"
    )
    print(
        "| model | AP, % | lift at 1 % | recall at 1 %, % | recall at 5 %, % | ROC-AUC "
        "| Brier skill, % | ECE, % |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for each in report.models:
        print(
            f"| {each.model} | {shown(each.average_precision, 100, 2)} | {shown(each.lift[0])} "
            f"| {shown(each.recall[0], 100)} | {shown(each.recall[1], 100)} | {shown(each.roc_auc, 1, 3)} "
            f"| {100 * each.brier_skill:.2f} | {100 * each.calibration.error:.3f} |"
        )


def print_tomorrow(warehouse: Warehouse, forged: Forged, air: Air) -> None:
    """Print how tomorrow's forecast compares with yesterday."""
    params = TomorrowParams(air=air)
    past = read_hours(warehouse=warehouse, since=forged.period.start, until=forged.period.end)
    days = day_starts(past, params)
    model = fit_tomorrow(past=past, fit_days=days[3:-4], check_days=days[-4:-2], params=params)
    found = score_tomorrow(model, past, test_days=days[-2:])
    print(
        f"\nTomorrow, air {air}: {found.sample_count:,} transformer days, {found.overload_count} overloads, "
        f"{found.hot_count} hot"
    )
    print("| | forecast | yesterday |\n|---|---|---|")
    print("| error of the peak, % of the rating | {:.2f} | {:.2f} |".format(*found.peak_error_pct))
    print("| error of the hot spot, K | {:.2f} | {:.2f} |".format(*found.hot_spot_error_k))
    print("| AP of overloads | {:.3f} | {:.3f} |".format(*found.overload_precision))
    print("| AP of hot spots | {:.3f} | {:.3f} |".format(*found.hot_precision))
    print(f"Brier skill: overloads {found.overload_skill:.3f}, hot spots {found.hot_skill:.3f}")


def main() -> None:
    """Forge, read, train, evaluate, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", default="CITY", choices=[str(scale) for scale in Scale])
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--horizons", type=int, nargs="*", default=[365, 90, 30], choices=HORIZONS_DAYS)
    parser.add_argument("--resamplings", type=int, default=100)
    asked = parser.parse_args()
    config = ForgeConfig(scale=Scale(asked.scale), end_at=END_AT, history_years=asked.years, seed=asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        warehouse = open_warehouse(f"embedded://{folder}/warehouse?threads=2&memory_limit=1GB")
        forged = forge(config=config)
        with_hours = config.scale in {Scale.TINY, Scale.DEMO}
        load(warehouse, forged, with_hours=with_hours)
        start = time.process_time()
        first = config.history_start + timedelta(days=365)
        dataset = build_dataset(
            warehouse=warehouse, cut_offs=quarter_starts(first, END_AT), known_until=forged.period.end
        )
        print(f"{len(dataset):,} rows read in {time.process_time() - start:.1f} CPU seconds")
        spans = read_spans(warehouse=warehouse, since=config.history_start, until=TEST_FROM)
        for days in asked.horizons:
            start = time.process_time()
            report = evaluate(
                dataset=dataset,
                horizon_days=days,
                test_from=TEST_FROM,
                spans=spans,
                ceiling=read_ceiling(warehouse=warehouse, dataset=dataset, horizon_days=days),
                params=EvaluationParams(resamplings=asked.resamplings),
            )
            print_report(report)
            print(f"{time.process_time() - start:.0f} CPU seconds")
        if with_hours:
            for air in Air:
                print_tomorrow(warehouse, forged, air)
        warehouse.close()


if __name__ == "__main__":
    main()
