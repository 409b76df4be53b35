"""Loading the scenarios that come with the product."""

from django.db import transaction

from cascade import models
from cascade.engine.scenarios.documents import digest_of, read_spec, write_spec
from cascade.engine.scenarios.presets import presets
from cascade.engine.scenarios.spec import LoadForm
from cascade.services import edits
from grid.services.outbox import Action


@transaction.atomic
def load_presets() -> dict[str, int]:
    """Create the scenarios that come with the product where they are missing, each with its first version.

    One that is there already is left as it is: people may have edited it. Safe to repeat.

    Returns:
        How many were created and how many were there.
    """
    counts = {"created": 0, "kept": 0}
    for preset in presets():
        spec = read_spec(preset.spec)
        document = write_spec(spec)
        scenario, is_new = models.Scenario.objects.get_or_create(
            key=preset.key,
            defaults={
                "name": preset.name,
                "kind": spec.kind.value,
                "description": preset.description,
                "interconnect": preset.interconnect,
                "outages": list(spec.outages),
                "load_multiplier": spec.load.multiplier if spec.load.form == LoadForm.MULTIPLIER else 1.0,
                "rating_multiplier": spec.rating_multiplier,
                "newest_number": 1,
            },
        )
        counts["created" if is_new else "kept"] += 1
        if is_new:
            models.ScenarioVersion.objects.create(
                scenario=scenario,
                number=1,
                name=preset.name,
                description=preset.description,
                spec=document,
                digest=digest_of([preset.name, preset.description, document]),
            )
            edits.record_scenario(scenario, action=Action.INSERT, actor=None)
    return counts
