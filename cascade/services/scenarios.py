"""Creating, changing, copying and running scenarios. What a scenario says is kept in versions."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from cascade import models
from cascade.engine.errors import CascadeInputError
from cascade.engine.params import CascadeParams
from cascade.engine.scenarios.documents import digest_of, read_spec, write_spec
from cascade.engine.scenarios.spec import LoadForm, LoadRule, ScenarioSpec
from cascade.services import edits
from cascade.services.inputs import bad_input, check_ids, check_inputs, interconnect_of, load, resolve
from cascade.services.runs import start_spec
from flux_site.api.errors import BadInput, NotFound
from grid.selectors.network import list_interconnects
from grid.services.outbox import Action

MAX_NAME = 120
MAX_DESCRIPTION = 4000
MAX_NOTE = 200


def check_scenario(
    *, name: str, description: str, outages: Sequence[str], load_multiplier: float, rating_multiplier: float
) -> str:
    """Check a scenario that only names outages, and return the interconnection it belongs to.

    Raises:
        BadInput: naming the field at fault.
    """
    _check_texts(name, description)
    inputs = check_inputs(
        outages=outages, load_multiplier=load_multiplier, rating_multiplier=rating_multiplier
    )
    return inputs.interconnect


def parse_spec(document: object) -> ScenarioSpec:
    """Return what a scenario says from its JSON document.

    Raises:
        BadInput: naming the place in the document, such as ``spec.load.demand_mw``.
    """
    try:
        spec = read_spec(document)
        CascadeParams.from_dict(spec.options)
    except CascadeInputError as error:
        fault = bad_input(error)
        raise BadInput(f"spec.{fault.message}", field=f"spec.{error.field}") from error
    return replace(spec, outages=check_ids(spec.outages))


@transaction.atomic
def create_scenario(
    *,
    name: str,
    description: str = "",
    outages: Sequence[str] = (),
    load_multiplier: float = 1.0,
    rating_multiplier: float = 1.0,
    spec: object | None = None,
    interconnect: str | None = None,
    user: Any,
) -> models.Scenario:
    """Create a scenario with its first version.

    Args:
        name: what to call it.
        description: what it is about.
        outages: what fails first.
        load_multiplier: factor on every load.
        rating_multiplier: factor on every rating.
        spec: all that it says, as a JSON document; the three before then must be left out.
        interconnect: needed where nothing is named that tells it and the cache holds several networks.
        user: whose it is.

    Raises:
        BadInput: naming the field at fault.
    """
    _check_texts(name, description)
    if spec is None:
        found = check_scenario(
            name=name,
            description=description,
            outages=outages,
            load_multiplier=load_multiplier,
            rating_multiplier=rating_multiplier,
        )
        said = ScenarioSpec(
            outages=check_ids(outages),
            load=LoadRule(multiplier=load_multiplier),
            rating_multiplier=rating_multiplier,
        )
    else:
        if list(outages) or load_multiplier != 1.0 or rating_multiplier != 1.0:
            raise BadInput("Give spec, or outages and multipliers; not both.", field="spec")
        said = parse_spec(spec)
        found = interconnect_for(said, interconnect)
    scenario = models.Scenario(name=name.strip(), description=description, interconnect=found, owner=user)
    _put(scenario, said, note="", user=user)
    edits.record_scenario(scenario, action=Action.INSERT, actor=user)
    return scenario


@transaction.atomic
def update_scenario(
    *,
    scenario_id: int,
    name: str | None = None,
    description: str | None = None,
    spec: object | None = None,
    note: str = "",
    user: Any,
) -> models.Scenario:
    """Change a scenario; a change of what it says makes a new version, earlier ones stay as they are.

    Raises:
        NotFound: if there is none.
        BadInput: naming the field at fault.
    """
    if len(note) > MAX_NOTE:
        raise BadInput(f"The note has more than {MAX_NOTE} characters.", field="note")
    scenario = _locked(scenario_id)
    scenario.name = scenario.name if name is None else name.strip()
    scenario.description = scenario.description if description is None else description
    _check_texts(scenario.name, scenario.description)
    said = newest_spec(scenario) if spec is None else parse_spec(spec)
    if spec is not None:
        scenario.interconnect = interconnect_for(said, scenario.interconnect)
    _put(scenario, said, note=note, user=user)
    edits.record_scenario(scenario, action=Action.UPDATE, actor=user)
    return scenario


@transaction.atomic
def save_scenario(*, scenario: models.Scenario, user: Any) -> None:
    """Save a scenario whose own fields were changed and checked with ``check_scenario``.

    Outages and multipliers go into a new version; the rest of what it says stays.

    Raises:
        NotFound: if it was deleted meanwhile.
    """
    _locked(scenario.pk)
    before = newest_spec(scenario)
    said = replace(
        before,
        outages=tuple(scenario.outages),
        rating_multiplier=scenario.rating_multiplier,
        load=before.load
        if before.load.multiplier == scenario.load_multiplier
        else LoadRule(multiplier=scenario.load_multiplier),
    )
    _put(scenario, said, note="", user=user)
    edits.record_scenario(scenario, action=Action.UPDATE, actor=user)


@transaction.atomic
def copy_scenario(*, scenario_id: int, name: str | None, user: Any) -> models.Scenario:
    """Make a scenario of one's own that says what another says now.

    Raises:
        NotFound: if there is none.
        BadInput: if the name is empty or too long.
    """
    source = _locked(scenario_id)
    title = f"Copy of {source.name}"[:MAX_NAME] if name is None else name.strip()
    _check_texts(title, source.description)
    copy = models.Scenario(
        name=title,
        description=source.description,
        interconnect=source.interconnect,
        copied_from=source,
        owner=user,
    )
    _put(copy, newest_spec(source), note=f"Copied from {source.name}"[:MAX_NOTE], user=user)
    edits.record_scenario(copy, action=Action.INSERT, actor=user)
    return copy


@transaction.atomic
def delete_scenarios(*, scenario_ids: Sequence[int], user: Any) -> int:
    """Delete scenarios; their runs stay. Returns how many were deleted."""
    rows = models.Scenario.objects.select_for_update().filter(pk__in=scenario_ids).order_by("pk")
    keys = [row.pk for row in rows]
    models.Scenario.objects.filter(pk__in=keys).delete()
    for key in keys:
        edits.record_deleted_scenario(key, actor=user)
    return len(keys)


def run_scenario(
    *,
    scenario_id: int,
    number: int | None = None,
    outages: Sequence[str] = (),
    name: str | None = None,
    user: Any,
) -> models.CascadeRun:
    """Queue a run of a scenario.

    Args:
        scenario_id: which.
        number: of its version; the newest if None.
        outages: what fails first beside what it says, such as a patient zero.
        name: what to call the run; as the scenario if None.
        user: who starts it.

    Raises:
        NotFound: if there is no such scenario or version.
        BadInput: if its outages no longer fit the network, or nothing fails.
    """
    version = find_version(scenario_id, number)
    return start_spec(
        interconnect=version.scenario.interconnect,
        spec=parse_spec(version.spec),
        extra_outages=outages,
        name=name or version.name,
        user=user,
        version=version,
    )


def find_version(scenario_id: int, number: int | None) -> models.ScenarioVersion:
    """Return a version of a scenario, the newest if no number is given.

    Raises:
        NotFound: if there is none.
    """
    with transaction.atomic():
        scenario = models.Scenario.objects.select_for_update().filter(pk=scenario_id).first()
        if scenario is None:
            raise NotFound(f"There is no scenario {scenario_id}.", field="scenarioId")
        if scenario.newest_number == 0:  # made by hand, past the services
            _put(scenario, _spec_of_fields(scenario), note="", user=None)
    wanted = scenario.newest_number if number is None else number
    found = (
        models.ScenarioVersion.objects.select_related("scenario")
        .filter(scenario=scenario, number=wanted)
        .first()
    )
    if found is None:
        raise NotFound(
            f"Scenario {scenario_id} has no version {wanted}; it has 1 to {scenario.newest_number}.",
            field="version",
        )
    return found


def newest_spec(scenario: models.Scenario) -> ScenarioSpec:
    """Return what the newest version of a scenario says."""
    rows = models.ScenarioVersion.objects.filter(scenario=scenario, number=scenario.newest_number)
    document = rows.values_list("spec", flat=True).first()
    return _spec_of_fields(scenario) if document is None else read_spec(document)


def interconnect_for(spec: ScenarioSpec, wanted: str | None) -> str:
    """Return the interconnection of a scenario: that of its outages, else the one named, else the only one.

    Raises:
        BadInput: naming the field, if it cannot be told or the outages lie in another one.
    """
    if spec.outages:
        found = interconnect_of(spec.outages)
        resolve(network=load(found), outages=spec.outages)
        if wanted is not None and wanted != found:
            raise BadInput(f"The outages lie in {found}, not in {wanted}.", field="interconnect")
        return found
    known = list_interconnects()
    if wanted is not None:
        if known and wanted not in known:
            raise BadInput(
                f"There is no network of {wanted!r}; there are: {', '.join(known)}.", field="interconnect"
            )
        return wanted
    if len(known) != 1:
        raise BadInput(
            f"Name the interconnection; the cache holds: {', '.join(known) or 'none'}.", field="interconnect"
        )
    return known[0]


def _check_texts(name: str, description: str) -> None:
    if not name.strip() or len(name) > MAX_NAME:
        raise BadInput(f"A scenario needs a name of 1 to {MAX_NAME} characters.", field="name")
    if len(description) > MAX_DESCRIPTION:
        raise BadInput(f"The description has more than {MAX_DESCRIPTION} characters.", field="description")


def _locked(scenario_id: int) -> models.Scenario:
    scenario = models.Scenario.objects.select_for_update(of=("self",)).filter(pk=scenario_id).first()
    if scenario is None:
        raise NotFound(f"There is no scenario {scenario_id}.", field="scenarioId")
    return scenario


def _spec_of_fields(scenario: models.Scenario) -> ScenarioSpec:
    return ScenarioSpec(
        outages=tuple(scenario.outages),
        load=LoadRule(multiplier=scenario.load_multiplier),
        rating_multiplier=scenario.rating_multiplier,
    )


def _put(scenario: models.Scenario, spec: ScenarioSpec, *, note: str, user: Any) -> None:
    """Save a scenario; with a new version if it says or is called something else than the newest one."""
    document = write_spec(spec)
    digest = digest_of([scenario.name, scenario.description, document])
    newest = None
    if scenario.pk is not None:
        newest = models.ScenarioVersion.objects.filter(
            scenario_id=scenario.pk, number=scenario.newest_number
        ).first()
    is_new = newest is None or newest.digest != digest
    scenario.kind = spec.kind.value
    scenario.outages = list(spec.outages)
    scenario.rating_multiplier = spec.rating_multiplier
    scenario.load_multiplier = spec.load.multiplier if spec.load.form == LoadForm.MULTIPLIER else 1.0
    scenario.newest_number += 1 if is_new else 0
    scenario.save()
    if is_new:
        models.ScenarioVersion.objects.create(
            scenario=scenario,
            number=scenario.newest_number,
            name=scenario.name,
            description=scenario.description,
            spec=document,
            digest=digest,
            note=note,
            author=user,
        )
