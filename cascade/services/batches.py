"""Batches: starting one. Its job is in :mod:`cascade.services.batch_job`."""

from typing import Any

from django.db import transaction

from cascade import models
from cascade.engine.batch.screened_settings import check_screenable
from cascade.engine.errors import CascadeInputError
from cascade.engine.params import CascadeParams
from cascade.engine.scenarios.spec import LoadRule, ScenarioSpec
from cascade.services.batch_packing import packed
from cascade.services.contingencies import BatchKind, Choice, check_choice, contingencies_of
from cascade.services.freezing import freeze, thaw
from cascade.services.inputs import bad_input, check_multipliers
from cascade.services.scenarios import find_version, parse_spec
from flux_site.api.errors import BadInput
from flux_site.jobs.services import create_job
from grid.selectors.network import list_interconnects

JOB_KIND = "cascade.batch"
MAX_NAME = 200
MAX_IDS = 5_000
CHUNK = 500
MAX_CHUNKS = 400


@transaction.atomic
def start_batch(
    *,
    kind: BatchKind,
    scenario_id: int | None = None,
    number: int | None = None,
    interconnect: str | None = None,
    load_multiplier: float = 1.0,
    rating_multiplier: float = 1.0,
    options: dict[str, Any] | None = None,
    choice: Choice | None = None,
    name: str | None = None,
    user: Any,
) -> models.CascadeBatch:
    """Queue a batch with its inputs and contingencies frozen.

    Args:
        kind: which contingencies.
        scenario_id: the scenario that says load, units and wind; None: the planning base case.
        number: of its version; the newest if None.
        interconnect: which network, without a scenario; the only one if None.
        load_multiplier: factor on every load, without a scenario.
        rating_multiplier: factor on every rating, without a scenario.
        options: further settings of the cascade, without a scenario.
        choice: what is chosen beside the kind.
        name: what to call it.
        user: who starts it.

    Raises:
        BadInput: naming the field.
        NotFound: if there is no such scenario or version.
        QueueUnavailable: after commit, if Redis is away; the job is then marked FAILED.
    """
    choice = choice or Choice()
    if name is not None and len(name) > MAX_NAME:
        raise BadInput(f"The name has {len(name)} characters; at most {MAX_NAME}.", field="name")
    if not 0 <= choice.seed < 2**63:
        raise BadInput(f"seed is {choice.seed}; it must be 0 to 2^63 - 1.", field="seed")
    for field, ids in (("firstLosses", choice.first_losses), ("branches", choice.branches)):
        if len(ids) > MAX_IDS:
            raise BadInput(f"{field} has {len(ids)} ids; at most {MAX_IDS}.", field=field)
    check_choice(kind, choice)
    version = None
    if scenario_id is not None:
        version = find_version(scenario_id, number)
        spec, place = parse_spec(version.spec), version.scenario.interconnect
    else:
        check_multipliers(load_multiplier=load_multiplier, rating_multiplier=rating_multiplier)
        spec = ScenarioSpec(
            load=LoadRule(multiplier=load_multiplier),
            rating_multiplier=rating_multiplier,
            options=dict(options or {}),
        )
        place = _only_network(interconnect)
    inputs = freeze(interconnect=place, spec=spec)
    thawed = thaw(inputs)
    if kind == BatchKind.N2_SCREENED:
        _check_screenable(thawed.params)
    contingencies = contingencies_of(
        kind=kind, network=thawed.network, interconnect=place, spec=spec, choice=choice
    )
    title = (name or "").strip() or f"{kind.words}, {version.name if version else place}"[:MAX_NAME]
    kept = {
        "first_losses": list(choice.first_losses),
        "adjustment": choice.adjustment.value,
        "branches": list(choice.branches),
    }
    count = None if contingencies is None else len(contingencies)
    frozen = {
        "kind": kind.value,
        "interconnect": place,
        "inputs_digest": inputs.pk,
        "network_digest": inputs.network_id,
        "scenario": version.scenario_id if version else None,
        "version": version.number if version else None,
        "count": count,
        "seed": choice.seed,
        **kept,
    }
    job = create_job(kind=JOB_KIND, title=f"Batch: {title}", inputs=frozen, owner=user)
    return models.CascadeBatch.objects.create(
        job=job,
        version=version,
        inputs=inputs,
        name=title,
        interconnect=place,
        kind=kind.value,
        choice=kept,
        contingencies=None if contingencies is None else packed(contingencies),
        contingency_count=count,
        chunk_count=None if count is None else chunk_count(kind, count),
        seed=choice.seed,
    )


def chunk_count(kind: str, count: int) -> int:
    """Return how many parts a batch is computed in; a first loss of N1_1 is many cascades, so one alone."""
    size = 1 if kind == BatchKind.N1_1 else CHUNK
    return max(1, -(-count // max(size, -(-count // MAX_CHUNKS))))


def _only_network(interconnect: str | None) -> str:
    known = list_interconnects()
    if interconnect is None and len(known) == 1:
        return known[0]
    if interconnect is None or interconnect not in known:
        wrong = "Name the interconnection" if interconnect is None else f"There is no {interconnect!r}"
        raise BadInput(f"{wrong}; the cache holds: {', '.join(known) or 'none'}.", field="interconnect")
    return interconnect


def _check_screenable(params: CascadeParams) -> None:
    try:
        check_screenable(params)
    except CascadeInputError as error:
        raise bad_input(error) from error
