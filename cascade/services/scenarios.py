"""Creating, changing, copying and running scenarios. What a scenario says is kept in versions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from cascade import models
from cascade.engine.errors import CascadeInputError
from cascade.engine.params import CascadeParams
from cascade.engine.scenarios.differences import Difference, differences
from cascade.engine.scenarios.documents import digest_of, read_spec, write_spec
from cascade.engine.scenarios.spec import LoadForm, LoadRule, ScenarioSpec
from cascade.services import edits
from cascade.services.first_failures import first_failures
from cascade.services.inputs import bad_input, check_ids, check_inputs, interconnect_of, load, resolve
from cascade.services.runs import start_spec
from flux_site.api.errors import BadInput, NotFound
from grid.selectors.initiators import IN_AREA
from grid.selectors.network import list_interconnects
from grid.selectors.spatial.areas import AreaSpec
from grid.selectors.spatial.classes import PlacedClass
from grid.services.outbox import Action

MAX_NAME = 120
MAX_DESCRIPTION = 4000
MAX_NOTE = 200


class NewerVersion(BadInput):
    """A scenario was changed after it was looked at."""

    code = "NEWER_VERSION"


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


def check_document(
    *, name: str, description: str, spec: object, interconnect: str | None
) -> tuple[ScenarioSpec, str]:
    """Check a scenario given as a document, and return what it says and its interconnection.

    Raises:
        BadInput: naming the field or the place in the document at fault.
    """
    _check_texts(name, description)
    said = parse_spec(spec)
    return said, interconnect_for(said, interconnect)


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
        said, found = check_document(name=name, description=description, spec=spec, interconnect=interconnect)
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
    based_on: int | None = None,
    user: Any,
) -> models.Scenario:
    """Change a scenario; a change of what it says makes a new version, earlier ones stay as they are.

    Args:
        scenario_id: which.
        name: what to call it from now on; None: as before.
        description: what it is about from now on; None: as before.
        spec: all that it says from now on, as a JSON document; None: as before.
        note: why it is changed.
        based_on: number of the version that was looked at; None: whichever is the newest.
        user: who changes it.

    Raises:
        NotFound: if there is none.
        NewerVersion: if somebody made another version since the one that was looked at.
        BadInput: naming the field at fault.
    """
    if len(note) > MAX_NOTE:
        raise BadInput(f"The note has more than {MAX_NOTE} characters.", field="note")
    scenario = _locked(scenario_id)
    if based_on is not None and based_on != scenario.newest_number:
        raise NewerVersion(
            f"Version {scenario.newest_number} is the newest, not {based_on}: somebody changed the scenario "
            "meanwhile. Look at it and change it again.",
            field="basedOn",
        )
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
def copy_scenario(
    *, scenario_id: int, name: str | None, number: int | None = None, user: Any
) -> models.Scenario:
    """Make a scenario of one's own that says what a version of another says.

    Args:
        scenario_id: which.
        name: what to call the copy; "Copy of" it if None.
        number: of the version; the newest if None.
        user: whose the copy is.

    Raises:
        NotFound: if there is no such scenario or version.
        BadInput: if the name is empty or too long.
    """
    version = find_version(scenario_id, number)
    source = version.scenario
    title = f"Copy of {source.name}"[:MAX_NAME] if name is None else name.strip()
    _check_texts(title, version.description)
    copy = models.Scenario(
        name=title,
        description=version.description,
        interconnect=source.interconnect,
        copied_from=source,
        owner=user,
    )
    note = f"Copied from version {version.number} of {source.name}"[:MAX_NOTE]
    _put(copy, read_spec(version.spec), note=note, user=user)
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
    elements: Sequence[str] = (),
    area: AreaSpec | None = None,
    classes: Iterable[PlacedClass] = IN_AREA,
    name: str | None = None,
    user: Any,
) -> models.CascadeRun:
    """Queue a run of a scenario.

    Args:
        scenario_id: which.
        number: of its version; the newest if None.
        outages: what fails first beside what it says, such as a patient zero.
        elements: elements of the distribution network that fail too.
        area: where everything of some classes fails too.
        classes: those classes.
        name: what to call the run; as the scenario if None.
        user: who starts it.

    Raises:
        NotFound: if there is no such scenario or version.
        BadInput: if its outages no longer fit the network, or nothing fails.
    """
    version = find_version(scenario_id, number)
    interconnect = version.scenario.interconnect
    return start_spec(
        interconnect=interconnect,
        spec=parse_spec(version.spec),
        first=first_failures(
            outages=outages,
            elements=elements,
            area=area,
            classes=classes,
            interconnect=interconnect,
            user=user,
        ),
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


def compare_versions(first: models.ScenarioVersion, second: models.ScenarioVersion) -> list[Difference]:
    """Return where two versions differ: name, description, and place by place what they say."""
    return differences(_whole(first), _whole(second))


def _whole(version: models.ScenarioVersion) -> dict[str, Any]:
    """Return all of a version as a document; a field that it does not know yet has its default."""
    said = write_spec(read_spec(version.spec))
    return {"name": version.name, "description": version.description, **said}


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
    # By what it says: a document from before a field was added says what it said without it.
    is_new = newest is None or digest != digest_of(
        [newest.name, newest.description, write_spec(read_spec(newest.spec))]
    )
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
