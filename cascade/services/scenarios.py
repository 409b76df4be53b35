"""Creating, changing and running scenarios."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from cascade import models
from cascade.services import edits
from cascade.services.inputs import check_inputs
from cascade.services.runs import start_run
from flux_site.api.errors import BadInput, NotFound
from grid.services.outbox import Action

MAX_NAME = 120
MAX_DESCRIPTION = 4000


def check_scenario(
    *, name: str, description: str, outages: Sequence[str], load_multiplier: float, rating_multiplier: float
) -> str:
    """Check a scenario's fields and return the interconnection it belongs to.

    Raises:
        BadInput: naming the field at fault.
    """
    if not name.strip() or len(name) > MAX_NAME:
        raise BadInput(f"A scenario needs a name of 1 to {MAX_NAME} characters.", field="name")
    if len(description) > MAX_DESCRIPTION:
        raise BadInput(f"The description has more than {MAX_DESCRIPTION} characters.", field="description")
    inputs = check_inputs(
        outages=outages, load_multiplier=load_multiplier, rating_multiplier=rating_multiplier
    )
    return inputs.interconnect


@transaction.atomic
def create_scenario(
    *,
    name: str,
    description: str = "",
    outages: Sequence[str],
    load_multiplier: float = 1.0,
    rating_multiplier: float = 1.0,
    user: Any,
) -> models.Scenario:
    """Create a scenario.

    Raises:
        BadInput: naming the field at fault.
    """
    interconnect = check_scenario(
        name=name,
        description=description,
        outages=outages,
        load_multiplier=load_multiplier,
        rating_multiplier=rating_multiplier,
    )
    scenario = models.Scenario.objects.create(
        name=name.strip(),
        description=description,
        interconnect=interconnect,
        outages=list(dict.fromkeys(text.strip() for text in outages)),
        load_multiplier=load_multiplier,
        rating_multiplier=rating_multiplier,
        owner=user,
    )
    edits.record_scenario(scenario, action=Action.INSERT, actor=user)
    return scenario


@transaction.atomic
def save_scenario(*, scenario: models.Scenario, user: Any) -> None:
    """Save a changed scenario whose fields were checked with ``check_scenario``.

    Raises:
        NotFound: if it was deleted meanwhile.
    """
    if not models.Scenario.objects.select_for_update().filter(pk=scenario.pk).exists():
        raise NotFound(f"There is no scenario {scenario.pk}.", field="scenarioId")
    scenario.save()
    edits.record_scenario(scenario, action=Action.UPDATE, actor=user)


@transaction.atomic
def delete_scenarios(*, scenario_ids: Sequence[int], user: Any) -> int:
    """Delete scenarios; their runs stay. Returns how many were deleted."""
    rows = models.Scenario.objects.select_for_update().filter(pk__in=scenario_ids).order_by("pk")
    keys = [row.pk for row in rows]
    models.Scenario.objects.filter(pk__in=keys).delete()
    for key in keys:
        edits.record_deleted_scenario(key, actor=user)
    return len(keys)


def run_scenario(*, scenario_id: int, user: Any) -> models.CascadeRun:
    """Queue a run of a scenario as it stands now.

    Raises:
        NotFound: if there is no such scenario.
        BadInput: if its outages no longer fit the network.
    """
    scenario = models.Scenario.objects.filter(pk=scenario_id).first()
    if scenario is None:
        raise NotFound(f"There is no scenario {scenario_id}.", field="scenarioId")
    return start_run(
        outages=scenario.outages,
        load_multiplier=scenario.load_multiplier,
        rating_multiplier=scenario.rating_multiplier,
        name=scenario.name,
        user=user,
        scenario=scenario,
    )
