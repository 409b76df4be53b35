"""Searches for what would have stopped a run, each action tried by simulating again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from cascade import models
from cascade.engine.decisions.containment import Response, containment
from cascade.engine.decisions.kinds import StudyKind
from cascade.engine.decisions.mitigation import (
    LoadTransfer,
    MitigationParams,
    Outcome,
    Situation,
    choke_points,
    repeat_later,
    search,
)
from cascade.engine.decisions.repair_times import RepairTime
from cascade.engine.errors import CascadeInputError
from cascade.services.decisions.repeated import Repeated, find_run, repeat, require_finished
from cascade.services.decisions.studies import start_study
from cascade.services.decisions.transfers import candidate_transfers
from flux_site.api.errors import BadInput
from flux_site.jobs.context import JobContext
from grid.selectors.network import name_assets

MAX_ACTIONS = 30
MAX_CHANGES = 50
MAX_TRANSFERS = 100
SAMPLES = 20_000


@dataclass(frozen=True, kw_only=True)
class TieTransfer:
    """Hold a tie that can move load between two buses."""

    tie_id: str
    from_bus_id: str
    to_bus_id: str
    mw: float


@dataclass(frozen=True, kw_only=True)
class ResponseInput:
    """Hold how operators respond; none of it has a default."""

    delay_median_min: float
    delay_sigma: float
    success_frac: float
    wave_interval_min: float

    def parsed(self) -> Response:
        """Return it as the engine takes it.

        Raises:
            InvalidDecisionInput: naming the field.
        """
        return Response(
            delay=RepairTime(median_h=self.delay_median_min / 60.0, sigma=self.delay_sigma),
            success_frac=self.success_frac,
            wave_interval_h=self.wave_interval_min / 60.0,
        )


def start_mitigation(
    *,
    run_id: int,
    params: dict[str, Any],
    transfers: Sequence[TieTransfer],
    response: ResponseInput | None,
    outage_hours: float | None,
    seed: int,
    user: Any,
) -> models.DecisionStudy:
    """Queue a search for actions against a finished run.

    Args:
        run_id: the run.
        params: emergency_factor, max_switched, max_choke_points.
        transfers: ties that could move load.
        response: how operators respond; without it no chance of containing is worked out.
        outage_hours: how long load stays lost, for dollars; without it none are given.
        seed: of the chance in the response.
        user: who asks.

    Raises:
        NotFound: if there is no such run.
        BadInput: naming the field.
        AssumptionsMissing: if there are no current assumptions.
    """
    run = find_run(run_id, user)
    require_finished(run)
    try:
        MitigationParams(**params)
        if response is not None:
            response.parsed()
    except CascadeInputError as error:
        raise BadInput(str(error), field=error.field) from error
    if len(transfers) > MAX_TRANSFERS:
        raise BadInput(f"{len(transfers)} transfers; at most {MAX_TRANSFERS}.", field="transfers")
    if any(not 0.0 < transfer.mw < 1e6 for transfer in transfers):
        raise BadInput("A transfer moves more than 0 MW.", field="transfers")
    if outage_hours is not None and not 0.0 <= outage_hours <= 10_000.0:
        raise BadInput(f"outageHours is {outage_hours}; allowed: 0 to 10,000.", field="outageHours")
    if not 0 <= seed < 2**32:
        raise BadInput(f"seed is {seed}; allowed: 0 to {2**32 - 1}.", field="seed")
    inputs = {
        "params": params,
        "transfers": [asdict(transfer) for transfer in transfers],
        "response": None if response is None else asdict(response),
        "outage_hours": outage_hours,
        "seed": seed,
    }
    return start_study(kind=StudyKind.MITIGATION, run=run, name=run.name, inputs=inputs, user=user)


def find_mitigation(study: models.DecisionStudy, context: JobContext) -> dict[str, Any]:
    """Return the actions of a study, the best first.

    Raises:
        BadInput: if a transfer names no bus of the network.
        RunNotRepeatable: if the run cannot be computed once more.
    """
    inputs = study.inputs
    params = MitigationParams(**inputs["params"])
    assert study.run is not None  # noqa: S101 - start_mitigation gives it one
    context.progress(0.05, "Computing the run once more")
    found = repeat(study.run)
    situation = Situation(
        found.prepared, found.outages, found.params, conditions=found.conditions, result=found.result
    )
    context.progress(0.2, "Trying actions")
    named_ties = _transfers(found, inputs["transfers"])
    at_border = candidate_transfers(found, named=[each.id for each in named_ties])
    ties = [*named_ties, *(each.transfer for each in at_border)]
    outcomes = search(situation, params, transfers=ties)
    context.check_cancelled()
    context.progress(0.5, "Trying what if single branches had held")
    points = choke_points(situation, params)
    context.progress(0.8, "Weighing delay and success")
    chances = _chances(situation, outcomes[:MAX_ACTIONS], inputs, context)
    named = {
        asset.asset_id: asset.name
        for asset in name_assets(
            [*(point.branch_id for point in points), *(t for o in outcomes for t in o.action.targets)]
        )
    }
    out, coverage_frac = found.customers_out()
    return {
        "counts": {"actions": len(outcomes), "choke_points": len(points)},
        "lost_mw": found.result.shed_mw,
        "customers_out": out,
        "coverage_frac": coverage_frac,
        "overloaded": [found.network.branch_ids[branch] for branch in situation.overloaded],
        "actions": [
            _action(found, situation, outcome, chance, out, inputs, named)
            for outcome, chance in zip(outcomes[:MAX_ACTIONS], chances, strict=True)
        ],
        "choke_points": [{**asdict(point), "name": named.get(point.branch_id)} for point in points],
        "transfers": [asdict(each.candidate) for each in at_border],
    }


def _transfers(found: Repeated, given: Sequence[dict[str, Any]]) -> list[LoadTransfer]:
    index = found.network.bus_index
    unknown = [
        name for each in given for name in (each["from_bus_id"], each["to_bus_id"]) if name not in index
    ]
    if unknown:
        raise BadInput(f"No bus of the network: {', '.join(unknown[:10])}.", field="transfers")
    return [
        LoadTransfer(
            id=each["tie_id"],
            from_bus=index[each["from_bus_id"]],
            to_bus=index[each["to_bus_id"]],
            mw=each["mw"],
        )
        for each in given
    ]


def _chances(
    situation: Situation, outcomes: Sequence[Outcome], inputs: dict[str, Any], context: JobContext
) -> list[dict[str, float] | None]:
    """Return the chance of each action to stop the cascade, where the response is given."""
    if inputs["response"] is None:
        return [None] * len(outcomes)
    response = ResponseInput(**inputs["response"]).parsed()
    later = [situation.after(waves) for waves in range(situation.result.n_waves)]
    chances: list[dict[str, float] | None] = []
    for outcome in outcomes:
        context.check_cancelled()

        def outcome_after(waves: int, outcome: Outcome = outcome) -> tuple[float, bool]:
            again = repeat_later(later[waves], outcome.action)
            if again is None:
                return situation.result.shed_mw, False
            return again.lost_mw, again.is_contained

        found = containment(
            outcome_after,
            n_waves=situation.result.n_waves,
            lost_without_mw=situation.result.shed_mw,
            response=response,
            samples=SAMPLES,
            rng=np.random.default_rng(inputs["seed"]),
        )
        chances.append(asdict(found))
    return chances


def _action(
    found: Repeated,
    situation: Situation,
    outcome: Outcome,
    chance: dict[str, float] | None,
    customers_out: float | None,
    inputs: dict[str, Any],
    named: dict[str, str],
) -> dict[str, Any]:
    action, network = outcome.action, found.network
    changes: list[dict[str, Any]] = [
        *(
            {"asset_id": network.bus_ids[bus], "mw": float(action.load_change_mw[bus])}
            for bus in np.flatnonzero(np.abs(action.load_change_mw) > 1e-3)
        ),
        *(
            {"asset_id": situation.network.unit_ids[unit], "mw": float(action.unit_change_mw[unit])}
            for unit in np.flatnonzero(np.abs(action.unit_change_mw) > 1e-3)
        ),
    ]
    changes.sort(key=lambda change: -abs(float(change["mw"])))
    left, coverage_frac = found.customers_out(outcome.bus_served_mw)
    comparable = customers_out is not None and (left is not None or coverage_frac is None)
    voll = inputs["assumptions"]["voll_usd_per_mwh"]
    hours = inputs["outage_hours"]
    return {
        "kind": action.kind.value,
        "targets": list(action.targets[:MAX_CHANGES]),
        "names": [named.get(target) for target in action.targets[:MAX_CHANGES]],
        "changes": changes[:MAX_CHANGES],
        "shed_mw": action.shed_mw,
        "moved_mw": action.moved_mw,
        "lost_mw": outcome.lost_mw,
        "saved_mw": outcome.saved_mw,
        "customers_saved": (customers_out or 0.0) - (left or 0.0) if comparable else None,
        "saved_usd": None if hours is None else outcome.saved_mw * hours * voll,
        "tripped_count": outcome.n_tripped,
        "is_contained": outcome.is_contained,
        "containment": chance,
    }
