"""Root fields of patient zero and of the consequence for the distribution network."""

import strawberry
import strawberry_django
from strawberry.types import Info

from cascade.engine.distribution.params import InvalidSwitchingParams, SwitchingParams
from cascade.models import VulnerabilityBasis
from cascade.schema.distribution_types import (
    CandidateKindEnum,
    CandidateOrderEnum,
    DistributionImpact,
    PatientZero,
    PatientZeroCandidate,
    PatientZeroCandidates,
)
from cascade.services import candidates, distribution
from flux_site.api.errors import BadInput
from flux_site.api.guard import Requires
from flux_site.api.visibility import require, require_login
from grid.schema.areas import AreaInput
from grid.schema.connectivity_types import LoadBasisEnum, PositionsEnum
from grid.schema.spatial_types import PlacedClass
from grid.selectors.connectivity import LoadBasis, Positions
from grid.selectors.initiators import IN_AREA

_PERMISSION = "grid.view_circuit"
_DEFAULTS = SwitchingParams()
FIELD_NAMES = {
    "can_switch": "canSwitch",
    "locate_s": "locateS",
    "remote_operation_s": "remoteOperationS",
    "manual_operation_s": "manualOperationS",
    "cold_load_peak": "coldLoadPeak",
    "least_voltage_pu": "leastVoltagePu",
    "source_voltage_pu": "sourceVoltagePu",
}


@strawberry.input(description="A substation that the transmission network serves in part, or not at all.")
class UnservedSubstationInput:
    """A substation."""

    substation_id: str
    served_share: float = strawberry.field(default=0.0, description="What is served, 0 or more, below 1.")


@strawberry.input(
    description="How faults are isolated and ties used. Times are assumptions for planning; set your own."
)
class SwitchingInput:
    """Settings of the switching."""

    can_switch: bool = strawberry.field(
        default=_DEFAULTS.can_switch, description="Whether anything is switched at all."
    )
    locate_s: float = strawberry.field(default=_DEFAULTS.locate_s, description="Until a fault is located, s.")
    remote_operation_s: float = strawberry.field(
        default=_DEFAULTS.remote_operation_s, description="One operation from the control room, s."
    )
    manual_operation_s: float = strawberry.field(
        default=_DEFAULTS.manual_operation_s, description="One operation by hand, s."
    )
    cold_load_peak: float = strawberry.field(
        default=_DEFAULTS.cold_load_peak,
        description="Load just after pick-up over the usual load, once all diversity is lost.",
    )
    least_voltage_pu: float = strawberry.field(
        default=_DEFAULTS.least_voltage_pu, description="Lowest voltage that switching may leave, per unit."
    )
    source_voltage_pu: float = strawberry.field(
        default=_DEFAULTS.source_voltage_pu, description="Voltage that a substation holds, per unit."
    )

    def params(self) -> SwitchingParams:
        """Return them as the engine takes them.

        Raises:
            BadInput: naming the field.
        """
        try:
            return SwitchingParams(**vars(self))
        except InvalidSwitchingParams as error:
            raise BadInput(str(error), field=FIELD_NAMES.get(error.field, error.field)) from error


@strawberry.type
class DistributionQuery:
    """Questions about what failures mean for customers."""

    @strawberry_django.field(
        extensions=[Requires(_PERMISSION)],
        description="What would fail first: any substation, bus, branch, plant, circuit, switch, line, pole, "
        " transformer or meter, a set of them, and all of some classes that meets an area.",
    )
    def patient_zero(
        self,
        info: Info,
        ids: list[str] | None = None,
        area: AreaInput | None = None,
        classes: list[PlacedClass] | None = None,
    ) -> PatientZero:
        """Return what fails."""
        found = distribution.resolve_patient_zero(
            ids=ids or [],
            area=None if area is None else area.spec(),
            classes=IN_AREA if classes is None else classes,
            user=require_login(info),
        )
        return PatientZero(resolved=found)

    @strawberry_django.field(
        extensions=[Requires(_PERMISSION, without_database=True)],
        description="What failures of the distribution network, and substations that are not served, mean "
        "for customers: who is out, who is back by switching, when, and who waits. Nothing is switched.",
    )
    def distribution_impact(
        self,
        info: Info,
        ids: list[str] | None = None,
        area: AreaInput | None = None,
        classes: list[PlacedClass] | None = None,
        unserved: list[UnservedSubstationInput] | None = None,
        switching: SwitchingInput | None = None,
        load_basis: LoadBasisEnum = LoadBasis.NEWEST,
        positions: PositionsEnum = Positions.PRESENT,
        seed: int = 0,
    ) -> DistributionImpact:
        """Return the impact."""
        asked = distribution.Asked(
            ids=ids or [],
            area=None if area is None else area.spec(),
            classes=distribution.IN_AREA if classes is None else classes,
            unserved=[distribution.Unserved(**vars(each)) for each in unserved or []],
            positions=positions,
            basis=load_basis,
            params=_DEFAULTS if switching is None else switching.params(),
            seed=seed,
        )
        return DistributionImpact(answer=distribution.consequence_for(asked=asked, user=require_login(info)))

    @strawberry_django.field(
        extensions=[Requires(_PERMISSION, without_database=True)],
        description="Nodes of the distribution network with what hangs under them, the most customers first. "
        "Says nothing of how likely they fail. LEARNED_RISK ranks substations by how likely the loss of a "
        "branch at them ends in a cascade.",
    )
    def patient_zero_candidates(
        self,
        info: Info,
        kind: CandidateKindEnum,
        circuit_id: str | None = None,
        substation_id: str | None = None,
        first: int = 50,
        offset: int = 0,
        load_basis: LoadBasisEnum = LoadBasis.NEWEST,
        positions: PositionsEnum = Positions.PRESENT,
        order: CandidateOrderEnum = candidates.CandidateOrder.CUSTOMERS,
    ) -> PatientZeroCandidates:
        """Return a page."""
        if order is candidates.CandidateOrder.LEARNED_RISK:
            require(info, "cascade.view_vulnerabilitymap")
        found = candidates.list_candidates(
            kind=kind,
            circuit_id=circuit_id,
            substation_id=substation_id,
            first=first,
            offset=offset,
            basis=load_basis,
            positions=positions,
            user=require_login(info),
            order=order,
        )
        return PatientZeroCandidates(
            total_count=found.total_count,
            items=[_candidate(each) for each in found.items],
        )


def _candidate(each: candidates.Candidate) -> PatientZeroCandidate:
    basis = each.learned_risk_basis
    return PatientZeroCandidate(
        **{**vars(each), "learned_risk_basis": None if basis is None else VulnerabilityBasis(basis)}
    )
