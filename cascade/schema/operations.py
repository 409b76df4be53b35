"""Root fields of the cascade laboratory."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from cascade import models
from cascade.engine.scenarios.spec import RatingForm, RatingRule, UnitCost
from cascade.schema.row_ids import parse_row_id
from cascade.schema.types import CascadeRun
from cascade.services import publishing, runs
from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import first_of, require_login
from flux_site.jobs.schema import JSONObject
from grid.schema.areas import AreaInput
from grid.schema.spatial_types import PlacedClass
from grid.selectors.initiators import IN_AREA

RatingFormEnum = strawberry.enum(
    RatingForm,
    name="CascadeRatingForm",
    description="Which ratings hold. STORED: those of the network. HOUR: by the weather on record of an "
    "hour. TEMPERATURE: by the air of a scenario.",
)


@strawberry.input(description="Which ratings are in force in a run.")
class CascadeRatingsInput:
    """Ratings."""

    form: RatingFormEnum = RatingForm.STORED  # type: ignore[valid-type]
    at: datetime | None = strawberry.field(
        default=None, description="The hour, for HOUR; without it the newest on record."
    )
    is_secured: bool = strawberry.field(
        default=False,
        description="Whether every rated branch bears 1.05 times what it carries with nothing out.",
    )

    def rule(self) -> RatingRule:
        """Return them as the engine takes them."""
        at = "" if self.at is None else self.at.isoformat()
        return RatingRule(form=self.form, at=at, is_secured=self.is_secured)


@strawberry.input(description="What a megawatt-hour of some units costs, for the dispatch MERIT_ORDER.")
class UnitCostInput:
    """A cost."""

    usd_per_mwh: float
    fuel: str = strawberry.field(
        default="",
        description="Of units of this fuel; without it and unitId: of all that no other entry names.",
    )
    unit_id: str = strawberry.field(default="", description="Of this unit alone; it counts before its fuel.")


@strawberry.input
class StartCascadeRunInput:
    """What fails first, and how hard the grid is used."""

    outages: list[str] = strawberry.field(
        default_factory=list,
        description="Ids of substations, buses, branches and plants. None: the run is one of the "
        "distribution network, and the transmission part the base case.",
    )
    load_multiplier: float = strawberry.field(default=1.0, description="Factor on every load.")
    rating_multiplier: float = strawberry.field(default=1.0, description="Factor on every rating.")
    name: str | None = None
    elements: list[str] = strawberry.field(
        default_factory=list,
        description="Elements of the distribution network that fail too, such as circuits and poles.",
    )
    area: AreaInput | None = strawberry.field(
        default=None,
        description="Everything of some classes that meets it fails too: the track of a storm, a flood. The "
        "run keeps what it held.",
    )
    classes: list[PlacedClass] | None = strawberry.field(
        default=None,
        description="Classes that fail in the area; by default substations, plants, branches, lines, "
        "switches, poles and transformers.",
    )
    options: JSONObject | None = strawberry.field(
        default=None,
        description="Further settings by name, such as trip_threshold_frac, relay or seed; "
        "docs/cascade-model.md names them.",
    )
    ratings: CascadeRatingsInput | None = strawberry.field(
        default=None, description="Which ratings are in force, before ratingMultiplier; STORED or HOUR."
    )
    unit_costs: list[UnitCostInput] = strawberry.field(
        default_factory=list, description="Costs of units, for the option dispatch MERIT_ORDER."
    )


@strawberry.input
class PublishCascadeRunInput:
    """Which run."""

    run_id: strawberry.ID


@strawberry.input
class RepeatCascadeRunInput:
    """Which run."""

    run_id: strawberry.ID


StartCascadeRunPayload = Annotated[CascadeRun | Fault, strawberry.union("StartCascadeRunPayload")]
PublishCascadeRunPayload = Annotated[CascadeRun | Fault, strawberry.union("PublishCascadeRunPayload")]
RepeatCascadeRunPayload = Annotated[CascadeRun | Fault, strawberry.union("RepeatCascadeRunPayload")]


@strawberry.type
class CascadeQuery:
    """Questions about cascades."""

    cascade_runs: DjangoCursorConnection[CascadeRun] = strawberry_django.connection(
        extensions=[Requires()],
        description="Runs, newest first: all for those who may see all, else one's own.",
    )

    @strawberry_django.field(
        extensions=[Requires()], description="One run; null if there is none you may see."
    )
    def cascade_run(self, info: Info, id: strawberry.ID) -> CascadeRun | None:
        """Return a run."""
        visible = models.CascadeRun.objects.visible_to(require_login(info))
        return first_of(visible.filter(pk=parse_row_id(id, "id")), info)  # type: ignore[no-any-return]


@strawberry.type
class CascadeMutation:
    """Starting cascades and repeating them."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_cascaderun")],
        description="Queue a cascade run.",
    )
    def start_cascade_run(self, info: Info, input: StartCascadeRunInput) -> StartCascadeRunPayload:
        """Start a run."""

        def start() -> Any:
            return runs.start_run(
                outages=input.outages,
                load_multiplier=input.load_multiplier,
                rating_multiplier=input.rating_multiplier,
                options=input.options,  # type: ignore[arg-type]
                ratings=None if input.ratings is None else input.ratings.rule(),
                unit_costs=[UnitCost(**vars(cost)) for cost in input.unit_costs],
                elements=input.elements,
                area=None if input.area is None else input.area.spec(),
                classes=IN_AREA if input.classes is None else input.classes,
                name=input.name,
                user=require_login(info),
            )

        return expected_failures(start)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_cascaderun")],
        description="Queue a run once more on its frozen inputs; the result is the same, bit for bit.",
    )
    def repeat_cascade_run(self, info: Info, input: RepeatCascadeRunInput) -> RepeatCascadeRunPayload:
        """Repeat a run."""

        def repeat() -> Any:
            return runs.repeat_run(run_id=parse_row_id(input.run_id, "runId"), user=require_login(info))

        return expected_failures(repeat)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_cascaderun")],
        description="Write a finished run to the warehouse, as a cascade computed beforehand.",
    )
    def publish_cascade_run(self, info: Info, input: PublishCascadeRunInput) -> PublishCascadeRunPayload:
        """Write a run to the warehouse."""

        def publish() -> Any:
            return publishing.publish_run(
                run_id=parse_row_id(input.run_id, "runId"), user=require_login(info)
            )

        return expected_failures(publish)
