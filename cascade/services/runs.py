"""Starting a cascade run, carrying it out, and repeating it."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from cascade import models
from cascade.engine.cascade import propagate
from cascade.engine.distribution.counting import Count
from cascade.engine.prepared import prepare
from cascade.engine.result import CascadeResult, Wave
from cascade.engine.scenarios.spec import LoadRule, RatingForm, RatingRule, ScenarioSpec, UnitCost
from cascade.services.distribution import WaveCustomers
from cascade.services.first_failures import FirstFailures, first_failures
from cascade.services.freezing import Thawed, freeze, thaw
from cascade.services.inputs import check_multipliers
from cascade.services.storing import store
from flux_site.api.errors import BadInput, NotFound
from flux_site.jobs.context import JobContext
from flux_site.jobs.notify import publish
from flux_site.jobs.services import create_job
from grid.powerflow.dcflow import SingularIsland
from grid.selectors.initiators import IN_AREA
from grid.selectors.spatial.areas import AreaSpec
from grid.selectors.spatial.classes import PlacedClass

JOB_KIND = "cascade.run"
MAX_NAME = 200
TELL_EVERY_S = 0.1


class UnsolvableNetwork(BadInput):
    """The reactances of a network cancel each other, so that flows cannot be told."""

    code = "UNSOLVABLE_NETWORK"


def start_run(
    *,
    outages: Sequence[str],
    load_multiplier: float = 1.0,
    rating_multiplier: float = 1.0,
    options: dict[str, Any] | None = None,
    ratings: RatingRule | None = None,
    unit_costs: Sequence[UnitCost] = (),
    elements: Sequence[str] = (),
    area: AreaSpec | None = None,
    classes: Iterable[PlacedClass] = IN_AREA,
    name: str | None = None,
    user: Any,
) -> models.CascadeRun:
    """Queue a cascade run with its inputs frozen.

    It may begin anywhere. Where nothing of the transmission network fails, that part of the run is the base
    case.

    Args:
        outages: what fails first of the transmission network.
        load_multiplier: factor on every load.
        rating_multiplier: factor on every rating.
        options: further settings, see ``cascade.engine.params.CascadeParams``.
        ratings: which ratings are in force; those of the network if None.
        unit_costs: what units cost, for the dispatch MERIT_ORDER among the options.
        elements: elements of the distribution network that fail too.
        area: where everything of some classes fails too.
        classes: those classes.
        name: what to call it; made of what fails if None.
        user: who starts it.

    Raises:
        BadInput: naming the field, see check_inputs and first_failures; or a name that is too long.
        QueueUnavailable: after commit, if Redis is away; the job is then marked FAILED.
    """
    check_multipliers(load_multiplier=load_multiplier, rating_multiplier=rating_multiplier)
    if not outages and not elements and area is None:
        raise BadInput(
            "Name at least one substation, bus, branch, plant or element of the distribution network that "
            "fails first, or an area.",
            field="outages",
        )
    ratings = ratings or RatingRule()
    if ratings.form is RatingForm.TEMPERATURE:
        raise BadInput(
            "TEMPERATURE needs the air of a scenario, which a run by itself has not; allowed: STORED, HOUR.",
            field="ratings.form",
        )
    spec = ScenarioSpec(
        load=LoadRule(multiplier=load_multiplier),
        rating_multiplier=rating_multiplier,
        ratings=ratings,
        unit_costs=tuple(unit_costs),
        options=dict(options or {}),
    )
    first = first_failures(outages=outages, elements=elements, area=area, classes=classes, user=user)
    return start_spec(interconnect=first.interconnect, spec=spec, first=first, name=name, user=user)


@transaction.atomic
def start_spec(
    *,
    interconnect: str,
    spec: ScenarioSpec,
    first: FirstFailures | None = None,
    extra_outages: Sequence[str] = (),
    name: str | None = None,
    user: Any,
    version: models.ScenarioVersion | None = None,
) -> models.CascadeRun:
    """Queue a run of what a scenario says, frozen as it is now.

    Args:
        interconnect: the network.
        spec: the scenario.
        first: what fails first beside it, checked.
        extra_outages: what fails first beside it, not checked yet; where ``first`` is not given.
        name: what to call it.
        user: who starts it.
        version: of the scenario.

    Raises:
        BadInput: naming the field.
        QueueUnavailable: after commit, if Redis is away; the job is then marked FAILED.
    """
    _check_name(name)
    if first is None:
        first = first_failures(outages=extra_outages, interconnect=interconnect, user=user)
    frozen = freeze(
        interconnect=interconnect,
        spec=spec,
        extra_outages=first.outages,
        elements=first.elements,
    )
    given = list(dict.fromkeys([*spec.outages, *first.outages]))
    title = (name or "").strip() or replace(first, outages=tuple(given)).title
    return _queue(
        inputs=frozen,
        title=title,
        user=user,
        version=version,
        interconnect=interconnect,
        outages=given,
        area=first.area,
    )


def repeat_run(*, run_id: int, user: Any) -> models.CascadeRun:
    """Queue a finished run once more on the same frozen inputs; its result must be the same, bit for bit.

    Raises:
        NotFound: if there is no such run that the user may see.
        BadInput: if its inputs were not frozen whole: it is from before that was done.
    """
    run = models.CascadeRun.objects.visible_to(user).select_related("inputs", "version").filter(pk=run_id)
    found = run.first()
    if found is None:
        raise NotFound(f"There is no run {run_id} that you may see.", field="runId")
    if found.inputs is None:
        raise BadInput(
            f"Run {run_id} did not keep all its inputs; start a new one with the same outages.", field="runId"
        )
    with transaction.atomic():
        return _queue(
            inputs=found.inputs,
            title=found.name,
            user=user,
            version=found.version,
            interconnect=found.interconnect,
            outages=found.outages,
            area=found.area,
            repeat_of=found,
        )


def _queue(
    *,
    inputs: models.FrozenInputs,
    title: str,
    user: Any,
    version: models.ScenarioVersion | None,
    interconnect: str,
    outages: list[str],
    area: dict[str, Any] | None = None,
    repeat_of: models.CascadeRun | None = None,
) -> models.CascadeRun:
    scenario = version.scenario if version is not None else None
    load_multiplier = inputs.params["load_multiplier"]
    rating_multiplier = inputs.params["rating_multiplier"]
    frozen = {
        "interconnect": interconnect,
        "outages": outages,
        "load_multiplier": load_multiplier,
        "rating_multiplier": rating_multiplier,
        "network_digest": inputs.network_id,
        "inputs_digest": inputs.pk,
        "scenario": scenario.pk if scenario else None,
        "version": version.number if version else None,
    }
    job = create_job(kind=JOB_KIND, title=f"Cascade: {title}", inputs=frozen, owner=user)
    return models.CascadeRun.objects.create(
        job=job,
        scenario=scenario,
        version=version,
        inputs=inputs,
        repeat_of=repeat_of,
        name=title,
        interconnect=interconnect,
        outages=outages,
        area=area,
        element_count=len(inputs.outages.get("elements", ())),
        load_multiplier=load_multiplier,
        rating_multiplier=rating_multiplier,
    )


def _check_name(name: str | None) -> None:
    if name is not None and len(name) > MAX_NAME:
        raise BadInput(f"The name has {len(name)} characters; at most {MAX_NAME}.", field="name")


def execute_run(context: JobContext) -> dict[str, Any]:
    """Carry out the run of a job: compute the cascade and store it in one transaction. Safe to repeat.

    Raises:
        NotFound: if the run was deleted.
        BadInput: if a run from before inputs were frozen names outages the network no longer holds.
        UnsolvableNetwork: if its power flow has no unique solution.
        JobCancelled: if somebody asked for it.
    """
    run = models.CascadeRun.objects.select_related("inputs__network").filter(job_id=context.job_id).first()
    if run is None:
        raise NotFound("The run of this job was deleted.")
    context.progress(0.0, "Loading the network")
    thawed = _inputs_of(run)
    context.progress(0.05, "Loading the distribution network")
    customers = WaveCustomers(
        network=thawed.network,
        params=thawed.params,
        failed_ids=[] if run.inputs is None else run.inputs.outages.get("elements", []),
    )
    began = time.perf_counter()
    steps = propagate(
        network=prepare(thawed.network),
        outages=thawed.outages,
        params=thawed.params,
        conditions=thawed.in_force,
    )
    try:
        result, counts = _follow(steps, run, context, customers)
        elapsed_ms = (time.perf_counter() - began) * 1000.0
        context.progress(0.9, "Storing the result")
        store(run, network=thawed.network, result=result, elapsed_ms=elapsed_ms, customers=counts)
    except SingularIsland as error:
        raise UnsolvableNetwork(
            f"The power flow of {run.interconnect} has no unique solution: {error}"
        ) from error
    finally:
        models.CascadeRun.objects.filter(pk=run.pk).update(progress=[])
    context.log(
        f"{len(result.tripped)} branches tripped in {result.n_waves} waves; {result.shed_mw:.1f} MW lost."
    )
    if run.repeat_of is not None and run.repeat_of.result_digest:
        same = run.repeat_of.result_digest == run.result_digest
        context.log(
            f"The result is that of run {run.repeat_of_id}, bit for bit."
            if same
            else f"The result differs from that of run {run.repeat_of_id}."
        )
    return {
        "waves": result.n_waves,
        "tripped": len(result.tripped),
        "shed_mw": round(result.shed_mw, 6),
        "elapsed_ms": round(elapsed_ms, 2),
    }


def _inputs_of(run: models.CascadeRun) -> Thawed:
    """Return the inputs of a run; one queued before inputs were frozen whole is frozen now."""
    if run.inputs is None:
        spec = ScenarioSpec(
            outages=tuple(run.outages),
            load=LoadRule(multiplier=run.load_multiplier),
            rating_multiplier=run.rating_multiplier,
        )
        with transaction.atomic():
            run.inputs = freeze(interconnect=run.interconnect, spec=spec)
            run.save(update_fields=["inputs"])
    return thaw(run.inputs)


def _follow(
    steps: Any, run: models.CascadeRun, context: JobContext, customers: WaveCustomers
) -> tuple[CascadeResult, list[Count]]:
    """Run the cascade wave by wave; a long one stops at the next wave when cancelled."""
    counts: list[Count] = []
    waves: list[dict[str, Any]] = []
    told_count, told_at = 0, 0.0

    def tell() -> None:
        models.CascadeRun.objects.filter(pk=run.pk).update(progress=waves)
        publish(context.job_id)

    while True:
        try:
            wave: Wave = next(steps)
        except StopIteration as end:
            if told_count < len(waves):
                tell()  # storing may take long
            return end.value, counts
        # A cascade cannot know how many waves are left: the bar nears its end without reaching it.
        frac = 0.1 + 0.8 * (1.0 - 1.0 / (1.0 + wave.index / 4.0))
        context.progress(frac, f"Wave {wave.index}: {wave.shed_mw:.0f} MW lost, {wave.n_overloads} overloads")
        context.log(
            f"Wave {wave.index}: {len(wave.tripped)} trips, {wave.shed_mw:.1f} MW lost, "
            f"{wave.islands_alive} islands alive, {wave.islands_dead} dead"
        )
        counts.append(customers.after(wave))
        waves.append(_news(wave, counts[-1]))
        if time.monotonic() - told_at >= TELL_EVERY_S:
            tell()
            told_count, told_at = len(waves), time.monotonic()


def _news(wave: Wave, count: Count) -> dict[str, Any]:
    """Return a wave as subscribers see it before the run is stored."""
    return {
        "number": wave.index,
        "tripped_count": len(wave.tripped),
        "shed_mw": wave.shed_increment_mw,
        "cumulative_shed_mw": wave.shed_mw,
        "served_mw": wave.served_mw,
        "islands_alive": wave.islands_alive,
        "islands_dead": wave.islands_dead,
        "dead_bus_count": len(wave.dead_buses),
        "customers_out": count.out,
        "customers_expected": count.expected,
        "time_s": wave.time_s,
    }
