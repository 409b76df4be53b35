"""Creating, changing and running scenarios."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from cascade import models
from cascade.services.inputs import check_inputs
from cascade.services.runs import start_run
from flux_site.api.errors import BadInput, NotFound

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
    return models.Scenario.objects.create(
        name=name.strip(),
        description=description,
        interconnect=interconnect,
        outages=list(dict.fromkeys(text.strip() for text in outages)),
        load_multiplier=load_multiplier,
        rating_multiplier=rating_multiplier,
        owner=user,
    )


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
