"""What would have stopped a cascade: no opinion, but the cascade simulated again with one thing changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cascade.engine.cascade import simulate
from cascade.engine.conditions import Conditions
from cascade.engine.explanation.wording import LEAST_MW, Name, Statement, Topic, mw
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from cascade.engine.result import CascadeResult

LEAST_LOAD_PCT = 50
COARSE_STEP_PCT = 5
EMERGENCY_PCT = (105, 110, 115, 120, 130, 150)
"""Trip thresholds tried, % of the ratings in force."""

Progress = Callable[[float, str], None]


def recommendation(result: CascadeResult, again: Again, name: Name) -> list[Statement]:
    """Return what would have stopped the trips, if they cost any load; else what brings the load back."""
    lost_mw, at_once_mw = result.shed_mw, result.waves[0].shed_mw
    by_trips_mw = lost_mw - at_once_mw
    if len(result.tripped) and by_trips_mw >= LEAST_MW:
        said = [_held(result, again, name), _less_load(again), _longer_ratings(again)]
        return [each for each in said if each is not None]
    if lost_mw < LEAST_MW:
        return []
    return [
        Statement(
            topic=Topic.RESTORATION,
            text=f"All of the {mw(lost_mw)} went with what failed first: load comes back with its repair.",
            facts={"lost_mw": lost_mw},
        )
    ]


class Again:
    """Simulates the cascade again with one thing changed."""

    def __init__(
        self,
        prepared: Prepared,
        outages: Outages,
        params: CascadeParams,
        conditions: Conditions,
        progress: Progress,
    ) -> None:
        self.prepared, self.outages, self.params = prepared, outages, params
        self.conditions, self.progress = conditions, progress

    def with_params(self, **changes: object) -> CascadeResult:
        changed = replace(self.params, **changes)  # type: ignore[arg-type]
        return self._run(self.prepared, changed)

    def without_trips_of(self, branches: list[int]) -> CascadeResult:
        """Return the cascade in which some branches never trip by their load."""
        rate = self.prepared.source.rate_mva.copy()
        rate[branches] = 0.0  # unlimited
        return self._run(prepare(replace(self.prepared.source, rate_mva=rate)), self.params)

    def _run(self, prepared: Prepared, params: CascadeParams) -> CascadeResult:
        return simulate(
            network=prepared,
            outages=self.outages,
            params=params,
            conditions=self.conditions,
            parents=False,
        )


def _held(result: CascadeResult, again: Again, name: Name) -> Statement | None:
    """Say what would have been lost without the first trips; None where they happen whatever the load."""
    again.progress(0.0, "Simulating again without the first trips")
    first = result.waves[1]
    held = again.without_trips_of(first.tripped.tolist())
    if np.isin(first.tripped, held.tripped).any():
        return None  # by a defect of their protection
    what = (
        name(first.tripped_ids[0])
        if len(first.tripped_ids) == 1
        else f"the {len(first.tripped_ids)} branches of the first wave"
    )
    saved = result.shed_mw - held.shed_mw
    text = f"Had {what} not tripped, {mw(held.shed_mw)} would have been lost"
    text += f", {mw(abs(saved))} {'less' if saved >= 0.0 else 'more'} (simulated again)."
    return Statement(
        topic=Topic.PREVENTION,
        text=text,
        facts={"held": len(first.tripped_ids), "lost_mw": held.shed_mw, "saved_mw": saved},
    )


def _less_load(again: Again) -> Statement:
    """Say at which share of the load nothing would have tripped, the greatest found going down."""
    at = again.params.load_multiplier

    def trips(pct: int) -> int:
        again.progress(
            0.2 + 0.6 * (100 - pct) / (100 - LEAST_LOAD_PCT), f"Simulating again at {pct} % of the load"
        )
        return len(again.with_params(load_multiplier=at * pct / 100.0).tripped)

    found = next(
        (pct for pct in range(100 - COARSE_STEP_PCT, LEAST_LOAD_PCT - 1, -COARSE_STEP_PCT) if not trips(pct)),
        None,
    )
    if found is not None:
        finer = (pct for pct in range(found + COARSE_STEP_PCT - 1, found, -1) if not trips(pct))
        found = next(finer, found)
        text = f"At {found} % of the load nothing would have tripped (simulated again)."
    else:
        text = f"Even at {LEAST_LOAD_PCT} % of the load branches would have tripped (simulated again)."
    return Statement(
        topic=Topic.PREVENTION, text=text, facts={"load_pct": found, "least_tried_pct": LEAST_LOAD_PCT}
    )


def _longer_ratings(again: Again) -> Statement:
    for number, pct in enumerate(EMERGENCY_PCT):
        again.progress(0.8 + 0.2 * number / len(EMERGENCY_PCT), f"Simulating again at {pct} % of the ratings")
        changed = again.with_params(trip_threshold_frac=again.params.trip_threshold_frac * pct / 100.0)
        if not len(changed.tripped):
            return Statement(
                topic=Topic.PREVENTION,
                text=f"If branches could have carried {pct} % of the limit they tripped at, nothing "
                "would have tripped (simulated again).",
                facts={"threshold_pct": pct, "most_tried_pct": EMERGENCY_PCT[-1]},
            )
    return Statement(
        topic=Topic.PREVENTION,
        text=f"Even if branches could have carried {EMERGENCY_PCT[-1]} % of the limit they tripped at, "
        "some would have tripped (simulated again).",
        facts={"threshold_pct": None, "most_tried_pct": EMERGENCY_PCT[-1]},
    )
