"""GraphQL types of patient zero and of the consequence for the distribution network."""

from typing import Any, TypeVar

import strawberry
from strawberry.types import Info

from cascade.engine.distribution import impact
from cascade.schema.vulnerability_enums import VulnerabilityBasisEnum
from cascade.services import candidates, distribution
from flux_site.api.errors import BadInput
from flux_site.api.visibility import page_of_rows, require, require_login
from grid.federation import from_either_store
from grid.schema.connectivity_types import page_of
from grid.schema.types.distribution import Customer
from grid.selectors.customers import served_by
from grid.selectors.initiators import InitiatorKind

MOST_CUSTOMERS = 250
PAGED = "the most customers first"

T = TypeVar("T")

InitiatorKindEnum = strawberry.enum(InitiatorKind, name="InitiatorKind", description="What can fail first.")
CandidateKindEnum = strawberry.enum(
    candidates.CandidateKind, name="CandidateKind", description="What kind of node."
)
CandidateOrderEnum = strawberry.enum(
    candidates.CandidateOrder,
    name="CandidateOrder",
    description="CUSTOMERS: the most under them first. LEARNED_RISK: substations by how likely the loss of a "
    "branch at them ends in a cascade, in the newest map of the present.",
)
StepKindEnum = strawberry.enum(
    impact.StepKind,
    name="SwitchingStepKind",
    description="TRIP: a protective device opens by itself; OPEN and CLOSE: somebody, or the control room, "
    "switches.",
)


@strawberry.type(description="What some transformers and meters serve, of those that the user may see.")
class SupplyTally:
    """A count."""

    transformers: int
    meters: int = strawberry.field(description="Unique meters.")
    customers: int = strawberry.field(description="Active accounts.")
    critical_customers: int = strawberry.field(
        description="Active accounts of hospitals, water, emergency services and schools."
    )
    load_kva: float = strawberry.field(description="Load as far as it is known, kVA.")
    unknown_loads: int = strawberry.field(description="Transformers whose load is not known.")


@strawberry.type(description="One operation of a switch.")
class SwitchingStep:
    """A step."""

    at_s: float = strawberry.field(description="Seconds after the failure at which it is done.")
    kind: StepKindEnum
    switch_id: str
    switch_kind: str | None
    circuit_id: str | None
    is_by_hand: bool = strawberry.field(description="Whether somebody has to go there.")
    restored: SupplyTally = strawberry.field(description="What has supply again through it.")
    restored_by: str | None = strawberry.field(description="Id of the circuit that then feeds it.")
    least_voltage_pu: float | None = strawberry.field(
        description="Of a tie the lowest voltage of what it takes up, per unit; null of other switches, and "
        "where an impedance on the way is not known, so that voltage was not checked."
    )
    margin_kva: float | None = strawberry.field(
        description="Of a tie what the tightest rating on the way has left, kVA; null of other switches."
    )


@strawberry.type(description="What becomes of one circuit.")
class DistributionCircuitImpact:
    """A circuit."""

    circuit_id: str
    substation_id: str
    out: SupplyTally
    restored: SupplyTally
    still_out: SupplyTally
    expected_shed_customers: float = strawberry.field(
        description="Customers that its substation's partial shed takes on average."
    )
    lost_mw: float | None = strawberry.field(
        description="Its part of its substation's lost MW, by its load; null if that is not known."
    )


@strawberry.type(description="What becomes of the customers of one class.")
class DistributionClassImpact:
    """A class."""

    customer_class: str
    meters_out: int
    customers_out: int
    customers_restored: int
    customers_still_out: int
    expected_shed_customers: float


@strawberry.type(
    description="A substation that is served in part: which of its circuits are shed is not known."
)
class SubstationShed:
    """A partial shed."""

    substation_id: str
    served_share: float = strawberry.field(description="What is served of its load, 0 to 1.")
    lost_mw: float
    expected_customers: float = strawberry.field(description="Its customers times the share not served.")
    fewest_customers: int = strawberry.field(
        description="No set of whole circuits of that load serves fewer."
    )
    most_customers: int = strawberry.field(
        description="Shedding whole circuits, in whatever order, until the load is made up for takes no more."
    )
    rotating_circuit_ids: list[str] = strawberry.field(
        description="What the rule *rotating* sheds: whole circuits in a drawn order, those with critical "
        "customers last. An example, not a forecast."
    )
    rotating_customers: int | None = strawberry.field(description="Null if the load of a circuit is unknown.")


@strawberry.type(description="How many ties to what is out were not used, and why.")
class UnusedTies:
    """A reason."""

    reason: str = strawberry.field(
        description="NOT_NEEDED, OVERLOADED, VOLTAGE, LOAD_UNKNOWN, RATING_UNKNOWN, VOLTAGE_MISMATCH, "
        "PHASES_MISSING, LOOP or SOURCE_SHORT: its substation is itself served in part only."
    )
    count: int


@strawberry.type(
    description="What failures mean for customers: what the protection takes out, what switching restores."
)
class DistributionImpact:
    """An impact."""

    answer: strawberry.Private[distribution.Answer]

    @property
    def _found(self) -> impact.DistributionImpact:
        return self.answer.impact

    @strawberry.field(
        description="Customers that lose their supply for certain; null if MW were lost and none of them "
        "under circuits that are on record."
    )
    def customers_out(self) -> int | None:
        """Return how many."""
        return self._found.customers_out

    @strawberry.field(description="Unique meters; null likewise.")
    def meters_out(self) -> int | None:
        """Return how many."""
        return self._found.meters_out

    @strawberry.field(description="Null likewise.")
    def critical_customers_out(self) -> int | None:
        """Return how many."""
        return self._found.critical_customers_out

    @strawberry.field(description="With the fewest customers that partial sheds can take.")
    def customers_low(self) -> int | None:
        """Return the low end."""
        return self._found.customers_low

    @strawberry.field(description="With the customers that partial sheds take on average.")
    def customers_expected(self) -> float | None:
        """Return the expectation."""
        return self._found.customers_expected

    @strawberry.field(description="With the most customers that partial sheds can take.")
    def customers_high(self) -> int | None:
        """Return the high end."""
        return self._found.customers_high

    @strawberry.field(description="All that loses its supply for certain, in the first moment.")
    def out(self) -> SupplyTally:
        """Return the count."""
        return tally(self._found.out)

    @strawberry.field(description="Of that, what has it back within five minutes: momentary by IEEE 1366.")
    def momentary(self) -> SupplyTally:
        """Return the count."""
        return tally(self._found.momentary)

    @strawberry.field(description="Of `out`, what switching restores.")
    def restored(self) -> SupplyTally:
        """Return the count."""
        return tally(self._found.restored)

    @strawberry.field(description="Of `out`, what waits for repair, or for the transmission network.")
    def still_out(self) -> SupplyTally:
        """Return the count."""
        return tally(self._found.still_out)

    @strawberry.field(description="Load lost at substations, MW.")
    def mw_lost(self) -> float:
        """Return the load."""
        return self._found.mw_lost

    @strawberry.field(description="Of that, what was lost where no circuits are on record, MW.")
    def mw_unknown(self) -> float:
        """Return the load."""
        return self._found.mw_unknown

    @strawberry.field(description="Share of the lost MW under circuits on record; null if none was lost.")
    def coverage_frac(self) -> float | None:
        """Return the share."""
        return self._found.coverage_frac

    @strawberry.field(description="How many circuits lose anything.")
    def circuit_count(self) -> int:
        """Return how many."""
        return len(self._found.circuits)

    @strawberry.field(description=f"A page of the circuits that lose anything, {PAGED}.")
    def circuits(self, first: int = 50, offset: int = 0) -> list[DistributionCircuitImpact]:
        """Return a page."""
        return [
            DistributionCircuitImpact(
                **{
                    **vars(each),
                    "out": tally(each.out),
                    "restored": tally(each.restored),
                    "still_out": tally(each.still_out),
                }
            )
            for each in _page(self._found.circuits, first, offset)
        ]

    @strawberry.field(description="The customers by class.")
    def classes(self) -> list[DistributionClassImpact]:
        """Return the classes."""
        return [DistributionClassImpact(**vars(each)) for each in self._found.classes]

    @strawberry.field(description="A page of the substations that are served in part.")
    def sheds(self, first: int = 50, offset: int = 0) -> list[SubstationShed]:
        """Return a page."""
        return [
            SubstationShed(**{**vars(each), "rotating_circuit_ids": list(each.rotating_circuit_ids)})
            for each in _page(self._found.sheds, first, offset)
        ]

    @strawberry.field(description="How many steps there are.")
    def step_count(self) -> int:
        """Return how many."""
        return len(self._found.steps)

    @strawberry.field(description="A page of trips and switching, in the order of time.")
    def steps(self, first: int = 100, offset: int = 0) -> list[SwitchingStep]:
        """Return a page."""
        return [
            SwitchingStep(**{**vars(each), "restored": tally(each.restored)})
            for each in _page(self._found.steps, first, offset)
        ]

    @strawberry.field(description="Ties that were not used.")
    def unused_ties(self) -> list[UnusedTies]:
        """Return the reasons."""
        return [UnusedTies(reason=key, count=value) for key, value in self._found.unused_ties.items()]

    @strawberry.field(
        description="Ids of elements that have no place in the network, so that nothing follows from them."
    )
    def without_place(self, first: int = 100, offset: int = 0) -> list[str]:
        """Return a page."""
        return _page(self.answer.without_place, first, offset)

    @strawberry.field(description="A page of the meters that lose their supply for certain.")
    def meter_ids(self, first: int = 100, offset: int = 0, still_out: bool = False) -> list[str]:
        """Return a page."""
        page_of(first, offset)
        return self.answer.meter_ids(first, offset, still_out=still_out)

    @strawberry.field(
        description="A page of the customers that lose their supply for certain, by meter; personal data is "
        "masked unless permitted. Asks for the permission grid.view_customer."
    )
    def customers(
        self,
        info: Info,
        first: int = 50,
        offset: int = 0,
        still_out: bool = False,
        critical_only: bool = False,
    ) -> list[Customer]:
        """Return a page."""
        require(info, "grid.view_customer")
        if not 1 <= first <= MOST_CUSTOMERS:
            raise BadInput(f"first is {first}; it must be 1 to {MOST_CUSTOMERS}.", field="first")
        page_of(first, offset)
        meters, before = self.answer.customer_page(
            first, offset, still_out=still_out, critical_only=critical_only
        )

        def fetch() -> list[Any]:
            rows = served_by(meters, user=require_login(info), critical_only=critical_only)
            return page_of_rows(rows, info, first=first, offset=before)

        return from_either_store(field="customers", layers=("customers",), ask=fetch, is_check=True)

    @strawberry.field(
        description="Sha256 of the distribution data that it was computed on, switches and loads included."
    )
    def data_digest(self) -> str:
        """Return the digest."""
        return self._found.data_digest


@strawberry.type(description="What fails first, of one kind.")
class InitiatorGroup:
    """A kind."""

    all_ids: strawberry.Private[list[str]]
    kind: InitiatorKindEnum

    @strawberry.field
    def count(self) -> int:
        """Return how many."""
        return len(self.all_ids)

    @strawberry.field(description="A page of ids.")
    def ids(self, first: int = 100, offset: int = 0) -> list[str]:
        """Return a page."""
        return _page(self.all_ids, first, offset)


@strawberry.type(description="What would fail first.")
class PatientZero:
    """Patient zero."""

    resolved: strawberry.Private[distribution.Resolved]

    @strawberry.field(description="What fails, by kind.")
    def groups(self) -> list[InitiatorGroup]:
        """Return the kinds."""
        return [InitiatorGroup(kind=kind, all_ids=ids) for kind, ids in self.resolved.found.ids.items()]

    @strawberry.field(description="How many assets of the transmission network fail.")
    def outage_count(self) -> int:
        """Return how many."""
        return len(self.resolved.found.outages)

    @strawberry.field(description="A page of ids that a cascade takes as outages.")
    def outage_ids(self, first: int = 100, offset: int = 0) -> list[str]:
        """Return a page."""
        return _page(self.resolved.found.outages, first, offset)

    @strawberry.field(description="How many elements of the distribution network fail.")
    def failed_count(self) -> int:
        """Return how many."""
        return len(self.resolved.found.failed)

    @strawberry.field(description="A page of ids of elements of the distribution network that fail.")
    def failed_ids(self, first: int = 100, offset: int = 0) -> list[str]:
        """Return a page."""
        return _page(self.resolved.found.failed, first, offset)

    @strawberry.field(
        description="Demand of the substations and buses that fail, in the planning base case, MW."
    )
    def load_mw(self) -> float:
        """Return the demand."""
        return self.resolved.load_mw

    @strawberry.field(description="Generating capacity that fails, MW.")
    def generation_capacity_mw(self) -> float:
        """Return the capacity."""
        return self.resolved.generation_mw


@strawberry.type(description="A node and what hangs under it, of that which the user may see.")
class PatientZeroCandidate:
    """A candidate."""

    asset_id: str
    kind: CandidateKindEnum
    switch_kind: str | None
    circuit_id: str | None
    substation_id: str | None
    transformer_count: int
    meter_count: int
    customer_count: int
    critical_customer_count: int
    load_kva: float = strawberry.field(description="Load as far as it is known, kVA.")
    unknown_loads: int = strawberry.field(description="Transformers whose load is not known.")
    learned_risk: float | None = strawberry.field(
        description="By LEARNED_RISK: the likeliest cascade among the losses of the branches at it, 0 to 1; "
        "1 or 0 where that is known for certain. Null: not asked for, or no branch at it is mapped."
    )
    learned_risk_basis: VulnerabilityBasisEnum | None = strawberry.field(
        description="How that is known: PREDICTED, or for certain."
    )
    learned_risk_branch_id: str | None = strawberry.field(description="The branch whose loss it is.")


@strawberry.type(description="A page of candidates.")
class PatientZeroCandidates:
    """A page."""

    total_count: int
    items: list[PatientZeroCandidate]


def tally(found: impact.Tally) -> SupplyTally:
    """Return a count as the API shows it."""
    return SupplyTally(**vars(found))


def _page(items: Any, first: int, offset: int) -> list[Any]:
    page_of(first, offset)
    return list(items[offset : offset + first])
