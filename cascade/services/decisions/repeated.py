"""A finished run computed once more, so that decisions rest on all of it; and whom it left without supply."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cascade import models
from cascade.engine.cascade import simulate
from cascade.engine.conditions import Conditions
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared, prepare
from cascade.engine.result import CascadeResult
from cascade.services.freezing import Thawed, thaw
from cascade.services.inputs import load, resolve
from flux_site.api.errors import BadInput, NotFound
from flux_site.jobs.models import JobStatus
from grid.powerflow.arrays import FloatArray, IntArray
from grid.powerflow.dcflow import SingularIsland
from grid.powerflow.network import Network
from grid.selectors.substation_customers import SubstationCustomers, substation_customers

REPEAT_TOLERANCE_MW = 1e-3


class RunNotRepeatable(BadInput):
    """A run that cannot be computed once more to the same result."""

    code = "RUN_NOT_REPEATABLE"


@dataclass(frozen=True, eq=False, kw_only=True)
class Repeated:
    """Hold a run computed once more.

    Attributes:
        run: the run.
        prepared: its network.
        outages: what went out first.
        params: its settings.
        conditions: ratings and costs of its hour.
        result: its result.
        named_branches: branches that went out first for themselves, not with a bus.
        customers: customers of the substations that lost load, where they are on record.
    """

    run: models.CascadeRun
    prepared: Prepared
    outages: Outages
    params: CascadeParams
    conditions: Conditions
    result: CascadeResult
    named_branches: IntArray
    customers: dict[str, SubstationCustomers]

    @property
    def network(self) -> Network:
        """Return the network as it was given."""
        return self.prepared.source

    @property
    def failed_elements(self) -> list[str]:
        """Return the elements of the distribution network that failed in the run."""
        inputs = self.run.inputs
        return [] if inputs is None else list(inputs.outages.get("elements", []))

    @property
    def intact_mw(self) -> dict[str, float]:
        """Return the load of each substation in the balanced intact network."""
        return _by_substation(self.network, self.result.bus_base_served_mw)

    def lost_mw(self, bus_served_mw: FloatArray | None = None) -> dict[str, float]:
        """Return the load each substation lost; of another final state if one is given."""
        served_mw = self.result.bus_served_mw if bus_served_mw is None else bus_served_mw
        lost = _by_substation(self.network, np.maximum(self.result.bus_base_served_mw - served_mw, 0.0))
        return {name: mw for name, mw in lost.items() if mw > REPEAT_TOLERANCE_MW}

    def customers_out(self, bus_served_mw: FloatArray | None = None) -> tuple[float | None, float | None]:
        """Return the customers without supply as far as they are known, and the share of the loss they cover.

        A substation that lost part of its load counts with that share of its customers.
        """
        lost_mw, intact_mw = self.lost_mw(bus_served_mw), self.intact_mw
        total_mw = sum(lost_mw.values())
        if total_mw <= 0.0:
            return 0.0, None
        known = {name: mw for name, mw in lost_mw.items() if name in self.customers}
        if not known:
            return None, 0.0
        count = sum(self.customers[name].count * mw / intact_mw[name] for name, mw in known.items())
        return count, sum(known.values()) / total_mw


def find_run(run_id: int, user: object) -> models.CascadeRun:
    """Return a run that the user may see.

    Raises:
        NotFound: if there is none.
    """
    run = models.CascadeRun.objects.visible_to(user).select_related("job").filter(pk=run_id).first()
    if run is None:
        raise NotFound(f"There is no run {run_id} that you may see.", field="runId")
    return run


def require_finished(run: models.CascadeRun) -> None:
    """Refuse a run without a result.

    Raises:
        BadInput: if the run has not succeeded.
    """
    if run.job.status != JobStatus.SUCCEEDED:
        raise BadInput(
            f"The run {run.pk} is {run.job.status}; decisions need one that has SUCCEEDED.", field="runId"
        )


def repeat(run: models.CascadeRun) -> Repeated:
    """Return a finished run computed once more, and checked to come out the same.

    Raises:
        BadInput: if the run has not succeeded.
        RunNotRepeatable: if the network was synced since, or the result differs.
    """
    require_finished(run)
    ran = _as_it_ran(run)
    network, outages = ran.network, ran.outages
    prepared = prepare(network)
    try:
        result = simulate(network=prepared, outages=outages, params=ran.params, conditions=ran.in_force)
    except SingularIsland as error:
        raise RunNotRepeatable(f"The run cannot be computed: {error}", field="runId") from error
    if run.total_shed_mw is None or abs(result.shed_mw - run.total_shed_mw) > REPEAT_TOLERANCE_MW:
        raise RunNotRepeatable(
            f"Run {run.pk} lost {run.total_shed_mw} MW, computed once more {result.shed_mw:.3f} MW.",
            field="runId",
        )
    touched = np.flatnonzero(result.bus_base_served_mw - result.bus_served_mw > REPEAT_TOLERANCE_MW)
    return Repeated(
        run=run,
        prepared=prepared,
        outages=outages,
        params=ran.params,
        conditions=ran.in_force,
        result=result,
        named_branches=np.flatnonzero(outages.branch_out),
        customers=substation_customers(_names(network, touched)),
    )


def _as_it_ran(run: models.CascadeRun) -> Thawed:
    """Return the frozen inputs of a run; of one that froze none, the network of now if it is the same.

    Raises:
        RunNotRepeatable: if it is another.
    """
    if run.inputs is not None:
        return thaw(run.inputs)
    network = load(run.interconnect)
    if network.digest() != run.network_digest:
        raise RunNotRepeatable(
            f"The network of {run.interconnect} was synced since run {run.pk}; start the run again first.",
            field="runId",
        )
    outages = resolve(network=network, outages=run.outages)
    params = CascadeParams(load_multiplier=run.load_multiplier, rating_multiplier=run.rating_multiplier)
    return Thawed(network=network, outages=outages, params=params)


def _names(network: Network, buses: IntArray) -> Iterable[str]:
    at = network.bus_substation[buses]
    return [network.substation_ids[index] for index in np.unique(at[at >= 0])]


def _by_substation(network: Network, bus_values: FloatArray) -> dict[str, float]:
    at = network.bus_substation
    owned = at >= 0
    sums = np.bincount(at[owned], weights=bus_values[owned], minlength=len(network.substation_ids))
    return dict(zip(network.substation_ids, sums.tolist(), strict=True))
