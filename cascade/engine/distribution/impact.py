"""What a set of failures means for customers. Plain values, so that it can be stored with a run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StepKind(StrEnum):
    """What is done in one step."""

    TRIP = "TRIP"
    """A protective device opens by itself."""
    OPEN = "OPEN"
    CLOSE = "CLOSE"


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Count what some transformers and meters serve.

    Attributes:
        transformers: distribution transformers.
        meters: unique meters.
        customers: active accounts of these meters.
        critical_customers: of those, hospitals, water, emergency services and schools.
        load_kva: load of the transformers as far as it is known.
        unknown_loads: transformers whose load is not known.
    """

    transformers: int = 0
    meters: int = 0
    customers: int = 0
    critical_customers: int = 0
    load_kva: float = 0.0
    unknown_loads: int = 0


@dataclass(frozen=True, kw_only=True)
class SwitchingStep:
    """One operation, in the order of time.

    Attributes:
        at_s: seconds after the failure at which it is done.
        kind: what is done.
        switch_id: on which switch.
        switch_kind: what the switch is.
        circuit_id: the circuit of its record; None if unknown.
        is_by_hand: whether somebody has to go there.
        restored: what has supply again through this step.
        restored_by: the circuit that then feeds it; None where it is not known, or nothing is restored.
        least_voltage_pu: of a tie the lowest voltage of what it takes up, per unit; None if an impedance on
            the way is not known, so that voltage was not checked, or of another switch.
        margin_kva: of a tie what the tightest rating on the way has left; None of another switch.
    """

    at_s: float
    kind: StepKind
    switch_id: str
    switch_kind: str | None
    circuit_id: str | None
    is_by_hand: bool
    restored: Tally
    restored_by: str | None = None
    least_voltage_pu: float | None = None
    margin_kva: float | None = None


@dataclass(frozen=True, kw_only=True)
class CircuitImpact:
    """What becomes of one circuit.

    Attributes:
        circuit_id: the circuit of the transformers' record.
        substation_id: the substation it begins at.
        out: what loses its supply for certain.
        restored: of that, what switching restores.
        still_out: of that, what waits for repair, or for the transmission network.
        expected_shed_customers: customers that its substation's partial shed takes on average; 0 of none.
        lost_mw: its part of its substation's lost MW, by its load; None if its load is not known.
    """

    circuit_id: str
    substation_id: str
    out: Tally
    restored: Tally
    still_out: Tally
    expected_shed_customers: float
    lost_mw: float | None


@dataclass(frozen=True, kw_only=True)
class ClassImpact:
    """What becomes of the customers of one class.

    Attributes:
        customer_class: RESIDENTIAL, COMMERCIAL, INDUSTRIAL; UNKNOWN where the record of a meter has none.
        meters_out: meters that lose their supply for certain.
        customers_out: their active accounts.
        customers_restored: of these, those that switching restores.
        customers_still_out: of these, the others.
        expected_shed_customers: customers that partial sheds take on average.
    """

    customer_class: str
    meters_out: int
    customers_out: int
    customers_restored: int
    customers_still_out: int
    expected_shed_customers: float


@dataclass(frozen=True, kw_only=True)
class SubstationShed:
    """A substation that is served in part: which of its circuits are shed is not known.

    Attributes:
        substation_id: the substation.
        served_share: what is served of its load, 0 to 1.
        lost_mw: what is not.
        expected_customers: its customers times the share that is not served.
        fewest_customers: no set of whole circuits that makes up for the lost load serves fewer.
        most_customers: shedding whole circuits, in whatever order, until it is made up for takes no more.
        rotating_circuit_ids: the circuits that the rule *rotating* sheds: in a drawn order, whole, critical
            ones last, until the lost load is made up for. An example, not a forecast; empty where the load of
            a circuit is not known.
        rotating_customers: their customers; None likewise.
    """

    substation_id: str
    served_share: float
    lost_mw: float
    expected_customers: float
    fewest_customers: int
    most_customers: int
    rotating_circuit_ids: tuple[str, ...]
    rotating_customers: int | None


@dataclass(frozen=True, kw_only=True)
class DistributionImpact:
    """What a set of failures means for customers.

    Attributes:
        customers_out: customers that lose their supply for certain; None if load was lost, and none of it at
            a substation whose circuits are known.
        meters_out: likewise.
        critical_customers_out: likewise.
        customers_low: with the fewest that partial sheds can take; None likewise.
        customers_expected: with those that they take on average.
        customers_high: with the most.
        out: all that loses its supply for certain, in the first moment.
        momentary: of that, what has it back within five minutes, a momentary interruption of IEEE 1366.
        restored: of ``out``, what switching restores; the momentary ones among it.
        still_out: of ``out``, the rest.
        mw_lost: load lost on the transmission network; 0 of failures of the distribution network alone.
        mw_known: of that, what was lost at substations whose circuits are known.
        mw_unknown: of that, the rest: nobody knows here how many customers it means.
        coverage_frac: the known share of the lost MW; None if none was lost.
        circuits: the circuits that lose anything, the most customers first.
        classes: the customers by class.
        sheds: substations served in part.
        steps: trips and switching, in the order of time.
        unused_ties: ties to what is out that were not used, by the reason.
        data_digest: sha256 of the distribution data that it was computed on, switches and loads included.
    """

    customers_out: int | None
    meters_out: int | None
    critical_customers_out: int | None
    customers_low: int | None
    customers_expected: float | None
    customers_high: int | None
    out: Tally
    momentary: Tally
    restored: Tally
    still_out: Tally
    mw_lost: float
    mw_known: float
    mw_unknown: float
    coverage_frac: float | None
    circuits: tuple[CircuitImpact, ...]
    classes: tuple[ClassImpact, ...]
    sheds: tuple[SubstationShed, ...]
    steps: tuple[SwitchingStep, ...]
    unused_ties: dict[str, int]
    data_digest: str
