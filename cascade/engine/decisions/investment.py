"""What building something would have saved: measures tried by running a set of scenarios again with them.

Annual expected benefit = Σ over scenarios of frequency · (energy not served without - with the measure) ·
value. Energy not served = load lost · duration. A measure changes either the network (ratings, branches) or
what a scenario takes out (hardening, undergrounding, trimming: outages of an asset become rarer).

Scenarios may differ in loads, units, settings and weather; their buses and branches are the same. Where
chance is a setting, with and without the measure are of the same draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from cascade.engine.cascade import simulate
from cascade.engine.conditions import AS_STORED, Conditions
from cascade.engine.decisions.customer_cost import Durations
from cascade.engine.decisions.damage_functions import check_hours
from cascade.engine.decisions.ranges import InvalidDecisionInput, Range, total
from cascade.engine.outages import Outages, UnknownAsset
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from grid.powerflow.arrays import BoolArray
from grid.powerflow.network import Network


class MeasureKind(StrEnum):
    """The kinds of measures."""

    HARDEN = "HARDEN"
    """Make outages of an asset rarer."""
    UNDERGROUND = "UNDERGROUND"
    """Put a line underground: rarer outages of it."""
    TRIM = "TRIM"
    """Trim the trees of a line: rarer outages of it."""
    RECONDUCTOR = "RECONDUCTOR"
    """Raise the rating of a branch."""
    ADD_BRANCH = "ADD_BRANCH"
    """Build a line or a tie between two buses."""
    ADD_TRANSFORMER = "ADD_TRANSFORMER"
    """Put a second unit beside a branch: the same reactance and rating once more."""

    @property
    def avoids_outages(self) -> bool:
        """Return whether the measure changes what goes out, and not the network."""
        return self in (MeasureKind.HARDEN, MeasureKind.UNDERGROUND, MeasureKind.TRIM)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Hold a measure.

    Attributes:
        id: its name.
        kind: what is done.
        asset_id: the branch, bus, substation or unit; for ADD_BRANCH the bus it begins at.
        cost_usd: what it costs, > 0.
        avoided_frac: for kinds that avoid outages: share of the asset's outages that no longer happen.
        rating_factor: for RECONDUCTOR: new rating over old, > 1.
        to_bus: for ADD_BRANCH: the bus it ends at.
        x_pu: for ADD_BRANCH: its reactance, > 0.
        rate_mva: for ADD_BRANCH: its rating, > 0.
    """

    id: str
    kind: MeasureKind
    asset_id: str
    cost_usd: float
    avoided_frac: float | None = None
    rating_factor: float | None = None
    to_bus: str | None = None
    x_pu: float | None = None
    rate_mva: float | None = None

    def __post_init__(self) -> None:
        """Check that what the kind needs is given.

        Raises:
            InvalidDecisionInput: naming the field.
        """
        self._check("cost_usd", 0.0, np.inf)
        if self.kind.avoids_outages:
            self._check("avoided_frac", 0.0, 1.0)
        if self.kind is MeasureKind.RECONDUCTOR:
            self._check("rating_factor", 1.0, 100.0)
        if self.kind is MeasureKind.ADD_BRANCH:
            self._check("x_pu", 0.0, 1e6)
            self._check("rate_mva", 0.0, 1e6)
            if not self.to_bus:
                raise InvalidDecisionInput(field="to_bus", message=f"of {self.id} is missing")

    def _check(self, field: str, above: float, most: float) -> None:
        value = getattr(self, field)
        if value is None or not above < value <= most or value == np.inf:
            raise InvalidDecisionInput(
                field=field, message=f"of {self.id} is {value}; allowed: above {above:g}, up to {most:g}"
            )


@dataclass(frozen=True, kw_only=True)
class ScenarioCase:
    """Hold one scenario of the set.

    Attributes:
        id: its name.
        network: the network with its loads and units; buses and branches as in the other scenarios.
        outages: what it takes out.
        params: its settings.
        per_year: how often it happens in a year.
        durations: how long its losses last.
        conditions: its ratings and costs of the hour.
    """

    id: str
    network: Network
    outages: Outages
    params: CascadeParams
    per_year: float
    durations: Durations
    conditions: Conditions = AS_STORED

    def __post_init__(self) -> None:
        """Check the frequency."""
        check_hours("per_year", self.per_year)


@dataclass(frozen=True, kw_only=True)
class MeasureValue:
    """Hold what measures save.

    Attributes:
        annual_usd: expected saving a year.
        annual_mwh: energy served that was not before, a year.
        saved_mw: per scenario, load saved in it (in the mean over whether its outages are avoided).
    """

    annual_usd: Range
    annual_mwh: Range
    saved_mw: dict[str, float]


class ScenarioSet:
    """Hold scenarios, each simulated once as things are."""

    def __init__(self, cases: Sequence[ScenarioCase], *, usd_per_mwh: float) -> None:
        """Simulate every scenario.

        Raises:
            InvalidDecisionInput: if there are none, two have one name, their buses or branches differ, or the
                value is negative.
            CascadeInputError: if outages or conditions do not fit a network.
            SingularIsland: if a power flow has no unique solution.
        """
        check_hours("usd_per_mwh", usd_per_mwh)
        if not cases:
            raise InvalidDecisionInput(field="scenarios", message="are none; allowed: at least one")
        if len({case.id for case in cases}) < len(cases):
            raise InvalidDecisionInput(field="scenarios", message="two of them have the same name")
        first = cases[0].network
        for case in cases:
            if (case.network.branch_ids, case.network.bus_ids) != (first.branch_ids, first.bus_ids):
                raise InvalidDecisionInput(field="scenarios", message=f"{case.id} is of another network")
        self.cases, self.usd_per_mwh = tuple(cases), usd_per_mwh
        self._prepared = _prepare_each(self.cases)
        self.lost_mw = {
            case.id: _lost(self._prepared[case.id], case, case.outages, case.conditions)
            for case in self.cases
        }

    def value(self, measures: Sequence[Measure]) -> MeasureValue:
        """Return what measures taken together save, by running every scenario again with them.

        Raises:
            UnknownAsset: if a measure names what is not in the network.
            InvalidDecisionInput: if two of them avoid outages of one asset.
            SingularIsland: if a power flow has no unique solution then.
        """
        built = [each for each in measures if not each.kind.avoids_outages]
        prepared = self._prepared
        if built:
            prepared = _prepare_each(self.cases, lambda network: _built(network, built))
        avoided: dict[str, float] = {}
        for measure in measures:
            if measure.kind.avoids_outages:
                if measure.asset_id in avoided:
                    raise InvalidDecisionInput(
                        field="asset_id", message=f"two measures avoid outages of {measure.asset_id}"
                    )
                _check_known(self.cases[0].network, measure.asset_id)
                avoided[measure.asset_id] = measure.avoided_frac or 0.0
        saved_mw = {}
        for case in self.cases:
            with_measures = _expected(prepared[case.id], case, avoided, _conditions(case, built))
            saved_mw[case.id] = self.lost_mw[case.id] - with_measures
        energy = total(
            case.durations.each(
                lambda hours, mw=saved_mw[case.id], often=case.per_year: hours * mw * often  # type: ignore[misc]
            )
            for case in self.cases
        )
        energy = _ordered(energy)
        return MeasureValue(annual_usd=energy.times(self.usd_per_mwh), annual_mwh=energy, saved_mw=saved_mw)


MAX_AVOIDED_IN_ONE = 8


def _prepare_each(
    cases: Sequence[ScenarioCase], change: Callable[[Network], Network] = lambda network: network
) -> dict[str, Prepared]:
    """Return the network of each scenario, changed and prepared; equal ones are prepared once."""
    by_digest: dict[str, Prepared] = {}
    found = {}
    for case in cases:
        digest = case.network.digest()
        if digest not in by_digest:
            by_digest[digest] = prepare(change(case.network))
        found[case.id] = by_digest[digest]
    return found


def _conditions(case: ScenarioCase, built: Sequence[Measure]) -> Conditions:
    """Return the conditions of a scenario with what is built.

    A second unit stands in the weather of the first; a new line has the rating it was given.
    """
    factor = case.conditions.branch_rating_frac
    if factor is None:
        return case.conditions
    beside = [
        each.asset_id if each.kind is MeasureKind.ADD_TRANSFORMER else None
        for each in built
        if each.kind is not MeasureKind.RECONDUCTOR
    ]
    added = [np.nan if twin is None else factor[case.network.branch_index[twin]] for twin in beside]
    return replace(case.conditions, branch_rating_frac=np.append(factor, added))


def _expected(
    prepared: Prepared, case: ScenarioCase, avoided: dict[str, float], conditions: Conditions
) -> float:
    """Return the load lost, in the mean over which of the outages are avoided, each by itself.

    Raises:
        InvalidDecisionInput: if more than eight assets of one scenario are hardened: each doubles the cases.
    """
    touched = [name for name in avoided if _is_out(case, name)]
    if len(touched) > MAX_AVOIDED_IN_ONE:
        raise InvalidDecisionInput(
            field="measures",
            message=f"avoid {len(touched)} outages of the scenario {case.id}; "
            f"allowed: up to {MAX_AVOIDED_IN_ONE}",
        )
    lost_mw = 0.0
    for chosen in range(2 ** len(touched)):
        gone = {name for bit, name in enumerate(touched) if chosen >> bit & 1}
        chance = 1.0
        for name in touched:
            chance *= avoided[name] if name in gone else 1.0 - avoided[name]
        if chance > 0.0:
            lost_mw += chance * _lost(prepared, case, _without(case, gone), conditions)
    return lost_mw


def _is_out(case: ScenarioCase, asset_id: str) -> bool:
    """Return whether a scenario takes out an asset; of a substation any of its buses."""
    return any((mask & out).any() for mask, out in _marks(case, asset_id))


def _without(case: ScenarioCase, asset_ids: Iterable[str]) -> Outages:
    """Return the outages of a scenario but those of some assets; of a substation, of all its buses."""
    branch_out, bus_out, unit_out = case.outages.branch_out, case.outages.bus_out, _unit_out(case)
    for asset_id in asset_ids:
        (branch, _), (bus, _), (unit, _) = _marks(case, asset_id)
        branch_out, bus_out, unit_out = branch_out & ~branch, bus_out & ~bus, unit_out & ~unit
    return Outages(
        branch_out=branch_out,
        bus_out=bus_out,
        unit_out=unit_out if unit_out.any() else None,
        may_be_none=True,
    )


def _marks(case: ScenarioCase, asset_id: str) -> list[tuple[BoolArray, BoolArray]]:
    """Return where an asset is among branches, buses and units, each with what is out of them."""
    network = case.network
    branch, bus, unit = (
        np.zeros(count, dtype=np.bool_) for count in (network.n_branches, network.n_buses, network.n_units)
    )
    for mask, index in (
        (branch, network.branch_index),
        (bus, network.bus_index),
        (unit, network.unit_index),
    ):
        if asset_id in index:
            mask[index[asset_id]] = True
    if asset_id in network.substation_index:
        bus |= network.bus_substation == network.substation_index[asset_id]
    return [(branch, case.outages.branch_out), (bus, case.outages.bus_out), (unit, _unit_out(case))]


def _unit_out(case: ScenarioCase) -> BoolArray:
    out = case.outages.unit_out
    return np.zeros(case.network.n_units, dtype=np.bool_) if out is None else out


def _lost(prepared: Prepared, case: ScenarioCase, outages: Outages, conditions: Conditions) -> float:
    n_more = prepared.source.n_branches - len(outages.branch_out)
    if n_more:
        outages = replace(outages, branch_out=np.append(outages.branch_out, np.zeros(n_more, dtype=np.bool_)))
    return simulate(
        network=prepared, outages=outages, params=case.params, conditions=conditions, parents=False
    ).shed_mw


def _built(network: Network, measures: Sequence[Measure]) -> Network:
    if not measures:
        return network
    rate_mva = network.rate_mva.copy()
    added: list[tuple[str, int, int, float, float, float, float]] = []
    for measure in measures:
        if measure.kind is MeasureKind.ADD_BRANCH:
            ends = [_bus(network, measure.asset_id), _bus(network, str(measure.to_bus))]
            added.append(
                (f"NEW-{measure.id}", *ends, float(measure.x_pu or 0), 0.0, 0.0, float(measure.rate_mva or 0))  # type: ignore[arg-type]
            )
            continue
        if measure.asset_id not in network.branch_index:
            raise UnknownAsset(field="asset_id", ids=(measure.asset_id,), problem="no branch of the network")
        at = network.branch_index[measure.asset_id]
        if measure.kind is MeasureKind.RECONDUCTOR:
            rate_mva[at] *= measure.rating_factor or 1.0
        else:
            added.append(
                (
                    f"NEW-{measure.id}",
                    int(network.branch_from[at]),
                    int(network.branch_to[at]),
                    float(network.x_pu[at]),
                    float(network.tap[at]),
                    float(network.shift_deg[at]),
                    float(network.rate_mva[at]),
                )
            )
    columns = list(zip(*added, strict=True)) if added else [()] * 7
    return replace(
        network,
        branch_ids=network.branch_ids + tuple(columns[0]),
        branch_from=np.append(network.branch_from, columns[1]).astype(np.int64),
        branch_to=np.append(network.branch_to, columns[2]).astype(np.int64),
        x_pu=np.append(network.x_pu, columns[3]),
        tap=np.append(network.tap, columns[4]),
        shift_deg=np.append(network.shift_deg, columns[5]),
        rate_mva=np.append(rate_mva, columns[6]),
    )


def _bus(network: Network, bus_id: str) -> int:
    if bus_id not in network.bus_index:
        raise UnknownAsset(field="asset_id", ids=(bus_id,), problem="no bus of the network")
    return network.bus_index[bus_id]


def _check_known(network: Network, asset_id: str) -> None:
    if not any(
        asset_id in index
        for index in (network.branch_index, network.bus_index, network.substation_index, network.unit_index)
    ):
        raise UnknownAsset(field="asset_id", ids=(asset_id,), problem="not in the network")


def _ordered(found: Range) -> Range:
    """Return the range with low below high: what makes things worse does so most where it lasts long."""
    low, high = found.low, found.high
    if low is None or high is None:
        return found
    return replace(found, low=min(low, high), high=max(low, high))
