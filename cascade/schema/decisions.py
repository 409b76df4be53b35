"""Root fields of decisions: economics of a run, and studies of restoration, mitigation and investment."""

from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info
from strawberry_django.relay import DjangoCursorConnection

from cascade import models
from cascade.engine.decisions.customer_cost import Durations
from cascade.engine.decisions.investment import Measure, MeasureKind
from cascade.engine.decisions.ledgers import RegulatoryItem
from cascade.engine.decisions.ranges import InvalidDecisionInput, Range
from cascade.schema.decision_types import (
    CascadeEconomics,
    CustomerCostShare,
    DecisionStudy,
    cost_ledger,
)
from cascade.schema.figures import figure_range
from cascade.schema.restoration_inputs import StartRestorationStudyInput, StartStagingStudyInput
from cascade.schema.row_ids import parse_row_id
from cascade.services.decisions.economics import Economics, economics
from cascade.services.decisions.explanation import start_explanation
from cascade.services.decisions.investment import RunCase, start_investment
from cascade.services.decisions.mitigation import ResponseInput, TieTransfer, start_mitigation
from cascade.services.decisions.repair_work import ExtraRepair
from cascade.services.decisions.repeated import find_run
from cascade.services.decisions.restoration import Stage, start_restoration
from cascade.services.decisions.staging import start_staging
from cascade.services.decisions.staging_candidates import GivenPlace
from cascade.services.decisions.studies import find_study
from flux_site.api.errors import BadInput
from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import first_of, require_login

MeasureKindEnum = strawberry.enum(MeasureKind, name="MeasureKind", description="What is built or done.")


@strawberry.input(description="How long losses last: low, mid and high, hours.")
class DurationsInput:
    """Durations."""

    low_h: float
    mid_h: float
    high_h: float

    def parsed(self) -> Durations:
        """Return them as the engine takes them."""
        try:
            return Durations(low_h=self.low_h, mid_h=self.mid_h, high_h=self.high_h)
        except InvalidDecisionInput as error:
            raise BadInput(str(error), field=error.field) from error


@strawberry.input(description="An exposure that a regulator may claim; there are none by default.")
class RegulatoryItemInput:
    """An exposure."""

    name: str
    low_usd: float
    mid_usd: float
    high_usd: float

    def parsed(self) -> RegulatoryItem:
        """Return it as the engine takes it."""
        if not 0.0 <= self.low_usd <= self.mid_usd <= self.high_usd < float("inf"):
            raise BadInput(
                f"{self.name}: dollars must be 0 or more and ascend from low to high.", field="regulatory"
            )
        return RegulatoryItem(
            name=self.name, usd=Range(low=self.low_usd, mid=self.mid_usd, high=self.high_usd)
        )


@strawberry.input(description="A tie that can move load from one bus to another.")
class TieTransferInput:
    """A tie."""

    tie_id: str
    from_bus_id: str
    to_bus_id: str
    mw: float = strawberry.field(description="How much at most.")


@strawberry.input(description="How operators respond. Nothing of it has a default: only you know it.")
class OperatorResponseInput:
    """A response."""

    delay_median_min: float = strawberry.field(description="Median time until the action is done, lognormal.")
    delay_sigma: float
    success_frac: float = strawberry.field(description="Chance that it works once done, 0 to 1.")
    wave_interval_min: float = strawberry.field(description="Time from wave to wave of trips.")


@strawberry.input(description="A search for what would have stopped a finished run.")
class StartMitigationStudyInput:
    """A search."""

    run_id: strawberry.ID
    emergency_factor: float = strawberry.field(default=1.15, description="Short-time rating over rating.")
    max_switched: int = strawberry.field(default=20, description="Branches tried for opening.")
    max_choke_points: int = strawberry.field(default=20, description="Tripped branches examined.")
    transfers: list[TieTransferInput] = strawberry.field(default_factory=list)
    response: OperatorResponseInput | None = None
    outage_hours: float | None = strawberry.field(
        default=None, description="How long load stays lost, for dollars."
    )
    seed: int = 0


@strawberry.input(description="An explanation of a finished run.")
class StartExplanationInput:
    """Which run."""

    run_id: strawberry.ID


@strawberry.input(
    description="A finished run as a scenario, with how often it happens and how long it lasts."
)
class RunCaseInput:
    """A scenario."""

    run_id: strawberry.ID
    per_year: float
    durations: DurationsInput


@strawberry.input(description="A measure; which fields it needs depends on its kind.")
class MeasureInput:
    """A measure."""

    id: str
    kind: MeasureKindEnum  # type: ignore[valid-type]
    asset_id: str = strawberry.field(
        description="Branch, bus or substation; for ADD_BRANCH the bus it begins at."
    )
    cost_usd: float
    avoided_frac: float | None = strawberry.field(
        default=None, description="HARDEN, UNDERGROUND, TRIM: share of the asset's outages that it avoids."
    )
    rating_factor: float | None = strawberry.field(default=None, description="RECONDUCTOR: new over old.")
    to_bus: str | None = strawberry.field(default=None, description="ADD_BRANCH: the bus it ends at.")
    x_pu: float | None = strawberry.field(default=None, description="ADD_BRANCH: reactance on 100 MVA.")
    rate_mva: float | None = strawberry.field(default=None, description="ADD_BRANCH: rating.")


@strawberry.input(description="A comparison of measures over finished runs.")
class StartInvestmentStudyInput:
    """A comparison."""

    name: str
    cases: list[RunCaseInput]
    measures: list[MeasureInput]
    budget_usd: float
    years: float = strawberry.field(description="Over how many years benefits count.")
    discount_frac: float = strawberry.field(description="Discount rate a year, such as 0.07.")


StartRestorationStudyPayload = Annotated[
    DecisionStudy | Fault, strawberry.union("StartRestorationStudyPayload")
]
StartStagingStudyPayload = Annotated[DecisionStudy | Fault, strawberry.union("StartStagingStudyPayload")]
StartExplanationPayload = Annotated[DecisionStudy | Fault, strawberry.union("StartExplanationPayload")]
StartMitigationStudyPayload = Annotated[
    DecisionStudy | Fault, strawberry.union("StartMitigationStudyPayload")
]
StartInvestmentStudyPayload = Annotated[
    DecisionStudy | Fault, strawberry.union("StartInvestmentStudyPayload")
]


@strawberry.type
class DecisionsQuery:
    """Questions about decisions."""

    decision_studies: DjangoCursorConnection[DecisionStudy] = strawberry_django.connection(
        extensions=[Requires("cascade.view_decisionstudy")], description="Studies, newest first."
    )

    @strawberry_django.field(
        extensions=[Requires("cascade.view_decisionstudy")],
        description="One study; null if there is none you may see.",
    )
    def decision_study(self, info: Info, id: strawberry.ID) -> DecisionStudy | None:
        """Return a study."""
        visible = models.DecisionStudy.objects.visible_to(require_login(info))
        return first_of(visible.filter(pk=parse_row_id(id, "id")), info)  # type: ignore[no-any-return]

    @strawberry_django.field(
        extensions=[Requires("cascade.view_cascaderun")],
        description="What a finished run cost, for durations you give or those of a restoration study.",
    )
    def cascade_economics(
        self,
        info: Info,
        run_id: strawberry.ID,
        durations: DurationsInput | None = None,
        restoration_study_id: strawberry.ID | None = None,
        regulatory: list[RegulatoryItemInput] | None = None,
    ) -> CascadeEconomics:
        """Return what it cost."""
        user = require_login(info)
        study = None
        if restoration_study_id is not None:
            study_id = parse_row_id(restoration_study_id, "restorationStudyId")
            study = find_study(study_id, user, field="restorationStudyId")
        found = economics(
            run=find_run(parse_row_id(run_id, "runId"), user),
            durations=None if durations is None else durations.parsed(),
            study=study,
            regulatory=[item.parsed() for item in regulatory or ()],
        )
        return _economics(found)


def _economics(found: Economics) -> CascadeEconomics:
    return CascadeEconomics(
        lost_mw=found.lost_mw,
        local_lost_mw=found.local_lost_mw,
        local_lost_mw_reason=found.local_lost_mw_reason,
        customers_out=found.customers_out,
        coverage_frac=found.coverage_frac,
        unserved_mwh=figure_range(found.unserved_mwh),
        durations_from=found.durations_from,
        customer=cost_ledger(found.customer),
        utility=cost_ledger(found.utility),
        regulatory=cost_ledger(found.regulatory),
        shares=[
            CustomerCostShare(
                cost_class=share.cost_class.value,
                area=share.area,
                customers=share.customers,
                unserved_mwh=figure_range(share.unserved_mwh),
                usd=figure_range(share.damage_usd),
            )
            for share in found.shares
        ],
        severity=found.severity.tier,
        severity_reached_by=list(found.severity.reached_by),
        severity_reason=found.severity.reason,
        damage_table=found.assumptions.table.name,
        cost_assumptions=found.assumptions.names["cost_assumptions"],
        voll_usd_per_mwh=found.assumptions.voll_usd_per_mwh,
        price_factor=found.assumptions.table.price_factor,
    )


@strawberry.type
class DecisionsMutation:
    """Starting studies."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_decisionstudy")],
        description="Queue an explanation of a finished run: what failed, why, what would have stopped it, "
        "each answer simulated again.",
    )
    def start_explanation(self, info: Info, input: StartExplanationInput) -> StartExplanationPayload:
        """Start an explanation."""

        def start() -> Any:
            return start_explanation(run_id=parse_row_id(input.run_id, "runId"), user=require_login(info))

        return expected_failures(start)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_decisionstudy")],
        description="Queue a plan to restore what a finished run took out.",
    )
    def start_restoration_study(
        self, info: Info, input: StartRestorationStudyInput
    ) -> StartRestorationStudyPayload:
        """Start a plan."""

        def start() -> Any:
            return start_restoration(
                run_id=parse_row_id(input.run_id, "runId"),
                crews=input.crews,
                stages=[Stage(**vars(stage)) for stage in input.stages],
                speed_kmh=input.speed_kmh,
                detour_frac=input.detour_frac,
                is_critical_first=input.is_critical_first,
                first_substations=input.first_substations,
                repairs=[ExtraRepair(**vars(repair)) for repair in input.repairs],
                samples=input.samples,
                seed=input.seed,
                user=require_login(info),
            )

        return expected_failures(start)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_decisionstudy")],
        description="Queue a search for where crews should wait to restore what a finished run took out, and "
        "how many of them: each number of crews is planned anew.",
    )
    def start_staging_study(self, info: Info, input: StartStagingStudyInput) -> StartStagingStudyPayload:
        """Start a search."""

        def start() -> Any:
            given = vars(input)
            return start_staging(
                **{
                    **given,
                    "run_id": parse_row_id(input.run_id, "runId"),
                    "places": [GivenPlace(**vars(place)) for place in input.places],
                    "repairs": [ExtraRepair(**vars(repair)) for repair in input.repairs],
                },
                user=require_login(info),
            )

        return expected_failures(start)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_decisionstudy")],
        description="Queue a search for what would have stopped a finished run.",
    )
    def start_mitigation_study(
        self, info: Info, input: StartMitigationStudyInput
    ) -> StartMitigationStudyPayload:
        """Start a search."""

        def start() -> Any:
            response = input.response
            return start_mitigation(
                run_id=parse_row_id(input.run_id, "runId"),
                params={
                    name: getattr(input, name)
                    for name in ("emergency_factor", "max_switched", "max_choke_points")
                },
                transfers=[TieTransfer(**vars(transfer)) for transfer in input.transfers],
                response=None if response is None else ResponseInput(**vars(response)),
                outage_hours=input.outage_hours,
                seed=input.seed,
                user=require_login(info),
            )

        return expected_failures(start)

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("cascade.add_decisionstudy")],
        description="Queue a comparison of measures over finished runs.",
    )
    def start_investment_study(
        self, info: Info, input: StartInvestmentStudyInput
    ) -> StartInvestmentStudyPayload:
        """Start a comparison."""

        def start() -> Any:
            return start_investment(
                name=input.name,
                cases=[
                    RunCase(
                        run_id=parse_row_id(case.run_id, "cases"),
                        per_year=case.per_year,
                        durations=case.durations.parsed(),
                    )
                    for case in input.cases
                ],
                measures=[_measure(measure) for measure in input.measures],
                budget_usd=input.budget_usd,
                years=input.years,
                discount_frac=input.discount_frac,
                user=require_login(info),
            )

        return expected_failures(start)


def _measure(given: MeasureInput) -> Measure:
    try:
        return Measure(**vars(given))
    except InvalidDecisionInput as error:
        raise BadInput(str(error), field="measures") from error
