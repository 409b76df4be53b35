"""Restore a forged network broken by chance, and compare the curve with what was said of Hurricane Beryl.

The network is the demonstration grid. Every overhead line section and every transformer is damaged by the
same chance, chosen so that the share of customers out equals Beryl's (2.26 of about 2.8 million). Repair
times are the defaults a new installation begins with. Workers are scaled from about 12,000 by customers out,
four to a crew. What is not public, how many repairs there were, goes into one factor on time, fitted to one
point of the curve. Printed: the factor, and the error at every other point. Nothing else is fitted.

    python -m benchmarks.beryl_backtest [--seeds 5] [--scale demo]
"""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from cascade.engine.decisions.backtest import BERYL, BERYL_CUSTOMERS_OUT, Backtest, backtest
from cascade.engine.decisions.crew_order import best_order, energised_at
from cascade.engine.decisions.crew_schedule import give_out
from cascade.engine.decisions.defaults import REPAIR_TIMES
from cascade.engine.decisions.outage_tree import OutageTree, RepairJob
from cascade.engine.decisions.repair_times import RepairTime, sample_h
from grid.forge import ForgeConfig, Scale
from grid.forge.build import forge

SHARE_OUT = BERYL_CUSTOMERS_OUT / 2_800_000
WORKERS = 12_000
END_AT = datetime(2025, 8, 12, 17)  # noqa: DTZ001 - the forge's own local time
WORKERS_A_CREW = 4
FITTED_ON = BERYL[2]
TIMES = {row["kind"]: RepairTime(median_h=row["median_h"], sigma=row["sigma"]) for row in REPAIR_TIMES}


def damage(tables: dict[str, Any], chance: float, rng: np.random.Generator) -> tuple[OutageTree, list[str]]:
    """Return the repairs of a network broken by chance, and their kinds."""
    lines: pd.DataFrame = tables["grid_power_lines"]
    transformers: pd.DataFrame = tables["transformer_metadata"]
    ends_at = {node: line for line, node in zip(lines["line_id"], lines["to_node"], strict=True)}
    above = {line: ends_at.get(node) for line, node in zip(lines["line_id"], lines["from_node"], strict=True)}
    is_cable = dict(zip(lines["line_id"], lines["is_underground"], strict=True))
    # the wind brings down what is overhead
    broken = {line for line in lines["line_id"] if not is_cable[line] and rng.random() < chance}

    def nearest(line: str | None) -> str | None:
        while line is not None and line not in broken:
            line = above[line]
        return line

    weight = dict.fromkeys(broken, 0.0)
    jobs, kinds = [], []
    for name, line, count in zip(
        transformers["transformer_id"], transformers["line_id"], transformers["customer_count"], strict=True
    ):
        parent = nearest(line)
        if rng.random() < chance:
            jobs.append(
                RepairJob(
                    id=name, repair_h=TIMES["POLE_TRANSFORMER"].mean_h, weight=float(count), parent=parent
                )
            )
            kinds.append("POLE_TRANSFORMER")
        elif parent is not None:
            weight[parent] += float(count)
    for line in sorted(broken):
        jobs.append(
            RepairJob(
                id=line,
                repair_h=TIMES["OVERHEAD_SPAN"].mean_h,
                weight=weight[line],
                parent=nearest(above[line]),
            )
        )
        kinds.append("OVERHEAD_SPAN")
    return OutageTree(tuple(jobs)), kinds


def chance_for(tables: dict[str, Any], share: float, seed: int) -> float:
    """Return the chance of damage that puts a share of the customers out, by bisection."""
    customers = float(tables["transformer_metadata"]["customer_count"].sum())
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2.0
        tree, _ = damage(tables, middle, np.random.default_rng(seed))
        low, high = (middle, high) if tree.weight / customers < share else (low, middle)
    return (low + high) / 2.0


def restore(tables: dict[str, Any], seed: int) -> tuple[Backtest, int, int, float]:
    """Return the comparison of one storm, and its repairs, crews and chance of damage."""
    chance = chance_for(tables, SHARE_OUT, seed)
    tree, kinds = damage(tables, chance, np.random.default_rng(seed))
    crews = max(1, round(WORKERS / WORKERS_A_CREW * tree.weight / BERYL_CUSTOMERS_OUT))
    drawn = sample_h([TIMES[kind] for kind in kinds], samples=1, rng=np.random.default_rng(seed + 1))
    finished_h = give_out(best_order(tree), drawn, crews=crews, travel=None)[3][:, 0]
    found = backtest(tree, energised_at(tree, finished_h), points=BERYL, fitted_on=FITTED_ON)
    return found, len(tree.jobs), crews, chance


def main() -> None:
    """Print the comparison for several storms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--scale", choices=[scale.value for scale in Scale], default=Scale.DEMO.value)
    arguments = parser.parse_args()
    forged = forge(config=ForgeConfig(scale=Scale(arguments.scale), end_at=END_AT))
    wanted = ("grid_power_lines", "transformer_metadata")
    tables = {name: forged.tables[name].to_pandas() for name in wanted}
    others = [point for point in BERYL if point != FITTED_ON]
    print(f"fitted on {FITTED_ON.share:.1%} at {FITTED_ON.hours:.0f} h; errors in points of per cent")
    print(
        "seed repairs crews chance factor " + " ".join(f"{point.hours:>5.0f}h" for point in others) + "   rms"
    )
    for seed in range(arguments.seeds):
        found, repairs, crews, chance = restore(tables, seed)
        errors = " ".join(f"{found.errors[point] * 100:+6.1f}" for point in others)
        print(
            f"{seed:>4} {repairs:>7} {crews:>5} {chance:>6.3f} {found.time_factor:>6.2f} {errors} "
            f"{found.rms_error * 100:>5.1f}"
        )


if __name__ == "__main__":
    main()
