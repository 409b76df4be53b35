"""API types of decisions: what a cascade costs, how to restore it, how to stop it, what to build."""

from typing import Any

import strawberry
import strawberry_django
from django.db.models import Q, QuerySet
from strawberry import auto, relay
from strawberry.types import Info
from strawberry_django import StrFilterLookup
from strawberry_django.relay import DjangoCursorConnection

from cascade import models
from cascade.engine.decisions.ledgers import Ledger
from cascade.schema.explanation_types import PartEnum, Statement, statements
from cascade.schema.figures import FigureRange, figure_range
from cascade.schema.restoration_types import RestorationPlan, restoration_plan
from cascade.schema.row_ids import parse_row_id
from cascade.schema.staging_types import StagingResult, staging_result
from cascade.schema.types import CascadeRun
from flux_site.api.ordering import UnknownLast, in_default_order
from flux_site.api.visibility import require_login
from flux_site.jobs.schema import Job, JSONObject
from grid.selectors.network import name_assets, zone_names

MAX_STEPS = 1000
JOB_COLUMNS = [
    "job__" + name
    for name in (
        *("id", "kind", "title", "status", "progress_frac", "step", "error_code", "error_message", "attempt"),
        *("created_at", "started_at", "finished_at", "is_cancel_requested", "owner__username"),
    )
]
"""What is read of a study's job along with the study; its log, inputs and counts only where asked for."""


@strawberry.type(description="One line of a ledger.")
class LedgerLine:
    """A line."""

    name: str
    usd: FigureRange


@strawberry.type(description="One of three ledgers. They are never added up: that would count twice.")
class CostLedger:
    """A ledger."""

    name: str
    usd: FigureRange
    lines: list[LedgerLine]


def cost_ledger(found: Ledger) -> CostLedger:
    """Return a ledger as the API shows it."""
    return CostLedger(
        name=found.name,
        usd=figure_range(found.usd),
        lines=[LedgerLine(name=line.name, usd=figure_range(line.usd)) for line in found.lines],
    )


@strawberry.type(description="The cost of customers of one class in one area, by damage functions.")
class CustomerCostShare:
    """A share."""

    cost_class: str
    area: str
    customers: float = strawberry.field(description="Expected number: a substation counts by its share lost.")
    unserved_mwh: FigureRange = strawberry.field(description="By the mean load of the class.")
    usd: FigureRange


@strawberry.type(description="What a run cost.")
class CascadeEconomics:
    """What a run cost."""

    lost_mw: float = strawberry.field(description="Load that substations lost.")
    local_lost_mw: float | None = strawberry.field(
        description="Load lost beside it through failed elements of circuits; null if unknown."
    )
    local_lost_mw_reason: str = strawberry.field(description="Why it is unknown; empty if it is known.")
    customers_out: float | None = strawberry.field(description="As far as on record; null if none is.")
    coverage_frac: float | None = strawberry.field(
        description="Share of the load lost whose customers are on record, 0 to 1; null if nothing was lost."
    )
    unserved_mwh: FigureRange
    durations_from: str = strawberry.field(description="GIVEN or RESTORATION_STUDY.")
    customer: CostLedger
    utility: CostLedger
    regulatory: CostLedger = strawberry.field(description="What was entered; 0 by default.")
    shares: list[CustomerCostShare]
    severity: str | None = strawberry.field(description="The highest tier reached; null if none is.")
    severity_reached_by: list[str]
    severity_reason: str = strawberry.field(description="What is not known; empty if all is.")
    damage_table: str
    cost_assumptions: str
    voll_usd_per_mwh: float
    price_factor: float


@strawberry.type(description="A change of output (units) or load (buses).")
class DispatchChange:
    """A change."""

    asset_id: str
    mw: float


@strawberry.type(description="The chance that an action stops the cascade, over its delay and success.")
class ContainmentChance:
    """A chance."""

    probability: float
    standard_error: float
    expected_lost_mw: float


@strawberry.type(description="An action, and what it achieved when simulated.")
class MitigationAction:
    """An action."""

    kind: str
    targets: list[str]
    names: list[str | None] = strawberry.field(description="The targets' names; null where there is none.")
    changes: list[DispatchChange]
    shed_mw: float = strawberry.field(description="Load the action itself sheds.")
    moved_mw: float
    lost_mw: float = strawberry.field(description="Load lost in the end.")
    saved_mw: float
    customers_saved: float | None
    saved_usd: float | None = strawberry.field(
        description="At the value of lost load for the hours given; null without hours."
    )
    tripped_count: int
    is_contained: bool = strawberry.field(description="Whether nothing trips after it.")
    containment: ContainmentChance | None = strawberry.field(
        description="Null unless it was said how operators respond."
    )


@strawberry.type(description="A branch that tripped, and what is saved if it alone had held.")
class CascadeChokePoint:
    """A choke point."""

    branch_id: str
    name: str | None
    wave: int
    saved_mw: float
    trips_avoided: int


@strawberry.type(
    description="Load that a tie could take from a substation that loses load, every rating on the way kept; "
    "voltage is not checked."
)
class TransferCandidate:
    """A transfer."""

    tie_id: str = strawberry.field(description="The open switch to close.")
    open_switch_id: str = strawberry.field(description="The switch to open.")
    from_substation: str
    to_substation: str
    mw: float = strawberry.field(description="By the peaks of its transformers.")
    customers: int
    margin_kva: float | None = strawberry.field(description="What the tightest rating has left.")


@strawberry.type(description="What would have stopped a run.")
class MitigationResult:
    """The result."""

    lost_mw: float
    customers_out: float | None
    coverage_frac: float | None
    overloaded: list[str] = strawberry.field(description="Branches overloaded after the first outages.")
    actions: list[MitigationAction] = strawberry.field(description="Those that save load, the best first.")
    choke_points: list[CascadeChokePoint]
    transfers: list[TransferCandidate] = strawberry.field(
        description="What ties at the border of the substations that lose load could take; each was tried."
    )


@strawberry.type(description="What a measure saves in one run.")
class MeasureSaving:
    """A saving."""

    run_id: int
    saved_mw: float


@strawberry.type(description="One measure, tried alone.")
class InvestmentMeasure:
    """A measure."""

    measure_id: str
    kind: str
    asset_id: str
    asset_name: str | None = strawberry.field(description="Null if the asset is no longer on record.")
    zone: str | None = strawberry.field(
        description="Name of the load zone of the asset; null where none is on record."
    )
    cost_usd: float
    annual_usd: FigureRange
    annual_mwh: FigureRange
    benefit_usd: FigureRange = strawberry.field(description="Present value over the years.")
    payback_years: FigureRange = strawberry.field(description="Not discounted; null: never.")
    is_within_budget: bool
    chosen_at: list[str] = strawberry.field(
        description="LOW, MID, HIGH: at which durations of the losses it is in the best set."
    )
    saved_mw: list[MeasureSaving]


@strawberry.type(
    description="The best set of measures under the budget, and what it saves when tried together."
)
class InvestmentPortfolio:
    """A set."""

    measure_ids: list[str]
    cost_usd: float
    sum_of_benefits_usd: float = strawberry.field(description="What they would save each alone, summed.")
    annual_usd: FigureRange
    benefit_usd: FigureRange = strawberry.field(description="What they save together.")


@strawberry.type(description="A run of the set.")
class InvestmentScenario:
    """A run."""

    run_id: int
    per_year: float
    lost_mw: float


@strawberry.type(description="A comparison of measures.")
class InvestmentResult:
    """The result."""

    present_value_factor: float
    scenarios: list[InvestmentScenario]
    measures: list[InvestmentMeasure]
    portfolio: InvestmentPortfolio


def mitigation_result(result: dict[str, Any]) -> MitigationResult:
    """Return a stored search as the API shows it."""
    return MitigationResult(
        **{name: result[name] for name in ("lost_mw", "customers_out", "coverage_frac", "overloaded")},
        actions=[
            MitigationAction(
                **{
                    **action,
                    "changes": [DispatchChange(**change) for change in action["changes"]],
                    "containment": action["containment"] and ContainmentChance(**action["containment"]),
                }
            )
            for action in result["actions"]
        ],
        choke_points=[CascadeChokePoint(**point) for point in result["choke_points"]],
        transfers=[TransferCandidate(**each) for each in result.get("transfers", ())],
    )


def investment_result(result: dict[str, Any]) -> InvestmentResult:
    """Return a stored comparison as the API shows it."""
    portfolio = result["portfolio"]
    asset_ids = [measure["asset_id"] for measure in result["measures"]]
    names = {asset.asset_id: asset.name for asset in name_assets(asset_ids)}
    zones = zone_names(asset_ids)
    return InvestmentResult(
        present_value_factor=result["present_value_factor"],
        scenarios=[InvestmentScenario(**scenario) for scenario in result["scenarios"]],
        measures=[
            _measure(measure, names.get(measure["asset_id"]), zones.get(measure["asset_id"]))
            for measure in result["measures"]
        ],
        portfolio=InvestmentPortfolio(
            measure_ids=portfolio["measure_ids"],
            cost_usd=portfolio["cost_usd"],
            sum_of_benefits_usd=portfolio["sum_of_benefits_usd"],
            annual_usd=figure_range(portfolio["annual_usd"]),
            benefit_usd=figure_range(portfolio["benefit_usd"]),
        ),
    )


def _measure(measure: dict[str, Any], asset_name: str | None, zone: str | None) -> InvestmentMeasure:
    return InvestmentMeasure(
        measure_id=measure["id"],
        kind=measure["kind"],
        asset_id=measure["asset_id"],
        asset_name=asset_name,
        zone=zone,
        cost_usd=measure["cost_usd"],
        annual_usd=figure_range(measure["annual_usd"]),
        annual_mwh=figure_range(measure["annual_mwh"]),
        benefit_usd=figure_range(measure["benefit_usd"]),
        payback_years=figure_range(measure["payback_years"]),
        is_within_budget=measure["is_within_budget"],
        chosen_at=measure["chosen_at"],
        saved_mw=[MeasureSaving(**saving) for saving in measure["saved_mw"]],
    )


@strawberry_django.filter_type(models.DecisionStudy)
class DecisionStudyFilter:
    """Filter of studies."""

    kind: StrFilterLookup | None
    name: StrFilterLookup | None

    @strawberry_django.filter_field(
        description="Studies of this run, and investments that have it among their cases."
    )
    def run_id(self, value: strawberry.ID, prefix: str) -> Q:
        """Return the condition."""
        run_id = parse_row_id(value, "runId")
        return Q(**{f"{prefix}run_id": run_id}) | Q(
            **{f"{prefix}inputs__cases__contains": [{"run_id": run_id}]}
        )


@strawberry_django.order_type(models.DecisionStudy)
class DecisionStudyOrder(UnknownLast):
    """Order of studies."""

    created_at: auto
    name: auto


@strawberry_django.type(models.DecisionStudy, filters=DecisionStudyFilter, ordering=DecisionStudyOrder)
class DecisionStudy(relay.Node):
    """A study with its frozen inputs; results are null until its job has succeeded."""

    kind: str = strawberry_django.field(
        description="RESTORATION, STAGING, MITIGATION, INVESTMENT or EXPLANATION."
    )
    name: auto
    created_at: auto
    run: CascadeRun | None

    @strawberry_django.field(
        select_related=["job__owner"],
        only=JOB_COLUMNS,
        description="The job that computes it; whoever may see the study may see it.",
    )
    def job(self) -> Job:
        """Return the job without asking anew whether it may be seen."""
        return self.job  # type: ignore[return-value]

    @strawberry_django.field(only=["id"], description="The study's plain id.")
    def study_id(self) -> strawberry.ID:
        """Return the plain id."""
        return strawberry.ID(str(self.pk))  # type: ignore[attr-defined]

    @strawberry_django.field(only=["inputs"], description="All it was worked out from, as it was then.")
    def inputs(self) -> JSONObject:
        """Return the inputs."""
        return self.inputs  # type: ignore[no-any-return]

    @strawberry_django.field(only=["kind", "result"], description="The plan, of a restoration study.")
    def restoration(self) -> RestorationPlan | None:
        """Return the plan."""
        result = _result(self, "RESTORATION")
        return None if result is None else restoration_plan(result)

    @strawberry_django.field(only=["kind", "result"], description="Where crews wait, of a staging study.")
    def staging(self) -> StagingResult | None:
        """Return the places and numbers of crews."""
        result = _result(self, "STAGING")
        return None if result is None else staging_result(result)

    @strawberry_django.field(only=["kind", "result"], description="The actions, of a mitigation study.")
    def mitigation(self) -> MitigationResult | None:
        """Return the actions."""
        result = _result(self, "MITIGATION")
        return None if result is None else mitigation_result(result)

    @strawberry_django.field(only=["kind", "result"], description="The comparison, of an investment study.")
    def investment(self) -> InvestmentResult | None:
        """Return the comparison."""
        result = _result(self, "INVESTMENT")
        return None if result is None else investment_result(result)

    @strawberry_django.field(
        only=["kind", "result"], description="The sentences, of an explanation; of one part if it is named."
    )
    def explanation(self, part: PartEnum | None = None) -> list[Statement] | None:
        """Return the sentences."""
        result = _result(self, "EXPLANATION")
        return None if result is None else statements(result, part)

    @classmethod
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the studies the user may see."""
        return in_default_order(queryset.visible_to(require_login(info)))  # type: ignore[attr-defined]


def _result(study: Any, kind: str) -> dict[str, Any] | None:
    return study.result if study.kind == kind else None


DecisionStudyConnection = DjangoCursorConnection[DecisionStudy]
