"""What a cascade, or failures named by hand, mean for the customers of the distribution network."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from cascade.engine.distribution.consequence import Consequence, follow
from cascade.engine.distribution.counting import Count, SupplyCounter
from cascade.engine.distribution.faults import Failures
from cascade.engine.distribution.impact import DistributionImpact
from cascade.engine.distribution.model import DistributionModel
from cascade.engine.distribution.params import SwitchingParams
from cascade.engine.distribution.summary import Seen, summarise
from cascade.engine.distribution.supply import SubstationSupply, substation_supply
from cascade.engine.params import CascadeParams
from cascade.engine.result import CascadeResult, Wave
from cascade.selectors.distribution import failures_of, model_of, normal_model
from flux_site.api.errors import BadInput
from grid.powerflow.network import Network
from grid.selectors import initiators
from grid.selectors.connectivity import LoadBasis, Positions, View, ask, is_among, loads_of
from grid.selectors.initiators import LAYERS, InitiatorKind, Initiators
from grid.selectors.spatial.areas import AreaSpec
from grid.selectors.spatial.classes import PlacedClass
from grid.selectors.spatial.policy import from_postgis
from grid.topology.arrays import IntArray

MOST_UNSERVED = 2_000
MOST_SEED = 2**32 - 1
LOCAL = tuple(kind for kind in InitiatorKind if kind not in initiators.TRANSMISSION)
IN_AREA = tuple(
    each for each in initiators.IN_AREA if each not in {PlacedClass.BRANCH, PlacedClass.PLANT}
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Unserved:
    """A substation that the transmission network serves in part, or not at all."""

    substation_id: str
    served_share: float


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a question about the consequence of failures says.

    Attributes:
        ids: substations and elements of the distribution network that fail.
        area: where everything of some classes fails.
        classes: those classes.
        unserved: substations that are not served, or in part.
        positions: of the switches before.
        basis: which loads.
        params: settings of the switching.
        seed: draws the rule *rotating*.
    """

    ids: Sequence[str] = ()
    area: AreaSpec | None = None
    classes: Iterable[PlacedClass] = IN_AREA
    unserved: Sequence[Unserved] = ()
    positions: Positions = Positions.PRESENT
    basis: LoadBasis = LoadBasis.NEWEST
    params: SwitchingParams = field(default_factory=SwitchingParams)
    seed: int = 0


@dataclass(frozen=True, eq=False, kw_only=True)
class Answer:
    """What a user may see of a consequence.

    Attributes:
        impact: the numbers.
        without_place: ids of elements that have no place in the network, so that nothing follows from them.
        consequence: what happens, by position.
        view: what the user may see.
    """

    impact: DistributionImpact
    without_place: list[str]
    consequence: Consequence
    view: View

    @cached_property
    def _meters_out(self) -> IntArray:
        found = self.consequence
        return self.view.visible(np.flatnonzero(found.meter_out), self.view.snapshot.zones.meters)

    def meter_ids(self, first: int, offset: int, *, still_out: bool) -> list[str]:
        """Return a page of the meters that lose their supply for certain, by id."""
        found = self._chosen(still_out=still_out)
        return self.consequence.model.network.arrays.meters.keys(found[offset : offset + first])

    def customer_page(
        self, first: int, offset: int, *, still_out: bool, critical_only: bool
    ) -> tuple[list[str], int]:
        """Return the meters that a page of customers lies on, and how many of theirs come before it."""
        meters = self._chosen(still_out=still_out)
        model = self.consequence.model
        counts = (model.meter_critical if critical_only else model.network.arrays.meter_customers)[meters]
        before = np.concatenate([[0], np.cumsum(counts)])
        lo = int(np.searchsorted(before, offset, side="right")) - 1
        hi = int(np.searchsorted(before, offset + first, side="left"))
        chosen = meters[lo:hi][counts[lo:hi] > 0]
        return model.network.arrays.meters.keys(chosen), offset - int(before[min(lo, len(meters))])

    def _chosen(self, *, still_out: bool) -> IntArray:
        meters = self._meters_out
        return meters[np.isinf(self.consequence.meter_restored_s[meters])] if still_out else meters


@dataclass(frozen=True, eq=False, kw_only=True)
class Resolved:
    """What fails first, as ids that a cascade and a consequence take."""

    found: Initiators
    load_mw: float
    generation_mw: float
    user: Any


def consequence_of_cascade(
    *, network: Network, result: CascadeResult, failed_ids: Sequence[str] = (), seed: int = 0
) -> tuple[Consequence, list[str]]:
    """Return what a finished cascade leads to, and the failed ids without a place in the network.

    It needs no user and sees every zone. The switches are in their normal positions and loads are each
    transformer's peak times the cascade's load multiplier, so that the same data give the same answer.

    Args:
        network: the network as it was given to the cascade.
        result: its outcome; what counts is the load served per bus before and after, and the dead buses.
        failed_ids: elements of the distribution network that failed too: circuits, switches, sections,
            poles, transformers, meters. Those that there are not any more have no place.
        seed: draws the order of circuits of the rule *rotating*.

    Raises:
        BadInput: naming a failed id that is not of the distribution network.
    """
    model = normal_model(result.params.load_multiplier)
    failures, loose = failures_named(model, failed_ids)
    supplies = substation_supply(
        network,
        bus_base_served_mw=result.bus_base_served_mw,
        bus_served_mw=result.bus_served_mw,
        bus_dead=result.bus_dead,
    )
    return follow(model, failures=failures, supplies=supplies, seed=seed), loose


def impact_of_cascade(
    *, network: Network, result: CascadeResult, failed_ids: Sequence[str] = (), seed: int = 0
) -> DistributionImpact:
    """Return what a finished cascade means for customers, see :func:`consequence_of_cascade`.

    Its ``data_digest`` tells whether the data were the same.
    """
    found, _ = consequence_of_cascade(network=network, result=result, failed_ids=failed_ids, seed=seed)
    return summarise(found)


class WaveCustomers:
    """Counts customers without supply after each wave of a cascade, by the rules of the impact at its end."""

    def __init__(self, *, network: Network, params: CascadeParams, failed_ids: Sequence[str] = ()) -> None:
        """Take the network as it is given to the cascade, and elements that fail first.

        Raises:
            BadInput: naming a failed id that is not of the distribution network.
        """
        model = normal_model(params.load_multiplier)
        failures, _ = failures_named(model, failed_ids)
        self._network, self._counter = network, SupplyCounter(model, failures)
        self._bus_dead = np.zeros(network.n_buses, dtype=np.bool_)

    def after(self, wave: Wave) -> Count:
        """Return the count after a wave; to be asked wave by wave, in their order."""
        self._bus_dead[wave.dead_buses] = True
        assert wave.bus_base_served_mw is not None  # noqa: S101 - every wave of a cascade has it
        return self._counter.count(
            substation_supply(
                self._network,
                bus_base_served_mw=wave.bus_base_served_mw,
                bus_served_mw=wave.bus_served_mw,
                bus_dead=self._bus_dead,
            )
        )


def failures_named(model: DistributionModel, failed_ids: Sequence[str]) -> tuple[Failures, list[str]]:
    """Return failed elements as positions, and the ids that have no place in the network.

    Raises:
        BadInput: naming a failed id that is not of the distribution network.
    """
    if not failed_ids:
        return Failures(), []
    found, gone = initiators.known(failed_ids)
    _refuse_transmission(found, initiators.TRANSMISSION, "failedIds")
    failures, loose = failures_of(model, found)
    return failures, [*loose, *gone]


def consequence_for(*, asked: Asked, user: Any) -> Answer:
    """Return what failures of the distribution network and unserved substations mean, as a user may see it.

    Raises:
        BadInput: naming the field.
        NotFound: naming an id that there is not, or that the user may not see.
    """
    if not asked.ids and asked.area is None and not asked.unserved:
        raise BadInput("Name at least one of ids, area and unserved.", field="ids")
    if not 0 <= asked.seed <= MOST_SEED:
        raise BadInput(f"seed is {asked.seed}; it must be 0 to {MOST_SEED}.", field="seed")
    _check_unserved(asked.unserved)
    in_area = None
    if asked.area is not None:
        in_area = _within(asked.area, asked.classes, user)
        _refuse_transmission(in_area, _AFAR, "classes")

    def answer(view: View) -> Answer:
        found = initiators.named(asked.ids, user=user) if asked.ids else Initiators(ids={})
        _refuse_transmission(found, _AFAR, "ids")
        whole = found if in_area is None else merged(found, in_area)
        model = model_of(view, loads_of(asked.basis))
        failures, loose = failures_of(model, whole)
        supplies = _supplies(whole, asked.unserved, user)
        consequence = follow(
            model, failures=failures, supplies=supplies, params=asked.params, seed=asked.seed
        )
        return Answer(
            impact=summarise(consequence, _seen(view)),
            without_place=loose,
            consequence=consequence,
            view=view,
        )

    layers = (*LAYERS, "transformer_load")
    return ask(field="distributionImpact", user=user, positions=asked.positions, answer=answer, layers=layers)


def resolve_patient_zero(
    *, ids: Sequence[str], area: AreaSpec | None, classes: Iterable[PlacedClass], user: Any
) -> Resolved:
    """Return what would fail first: any nodes by their ids, all of some classes in an area, or both.

    Raises:
        BadInput: naming the field.
        NotFound: naming an id that there is not, or that the user may not see.
        LimitExceeded: if the area holds too many.
    """
    if not ids and area is None:
        raise BadInput("Name at least one of ids and area.", field="ids")

    def answer() -> Resolved:
        found = initiators.named(ids, user=user) if ids else Initiators(ids={})
        if area is not None:
            found = merged(found, initiators.in_area(area, classes, user=user))
        load_mw, generation_mw = initiators.megawatts(found, user=user)
        return Resolved(found=found, load_mw=load_mw, generation_mw=generation_mw, user=user)

    return from_postgis(field="patientZero", layers=LAYERS, ask=answer)


def merged(*several: Initiators) -> Initiators:
    """Return what any of some initiators name, each once."""
    ids = {
        kind: sorted({key for each in several for key in each.ids.get(kind, ())})
        for kind in InitiatorKind
        if any(each.ids.get(kind) for each in several)
    }
    return Initiators(
        ids=ids,
        pole_lines={pole: line for each in several for pole, line in each.pole_lines.items()},
        pole_units=sorted({unit for each in several for unit in each.pole_units}),
    )


_AFAR = (InitiatorKind.BUS, InitiatorKind.BRANCH, InitiatorKind.PLANT)
"""What concerns the transmission network: a cascade tells what follows."""


def _refuse_transmission(found: Initiators, kinds: Sequence[InitiatorKind], field: str) -> None:
    refused = found.of(*kinds)
    if refused:
        raise BadInput(
            f"{', '.join(refused[:10])}: of the transmission network; run a cascade to see what follows.",
            field=field,
        )


def _check_unserved(unserved: Sequence[Unserved]) -> None:
    if len(unserved) > MOST_UNSERVED:
        raise BadInput(f"{len(unserved)} substations; at most {MOST_UNSERVED}.", field="unserved")
    if len({each.substation_id for each in unserved}) < len(unserved):
        raise BadInput("A substation is named twice.", field="unserved")
    for each in unserved:
        if not 0.0 <= each.served_share < 1.0:
            raise BadInput(
                f"servedShare of {each.substation_id} is {each.served_share}; it must be 0 or more, below 1.",
                field="unserved",
            )


def _within(area: AreaSpec, classes: Iterable[PlacedClass], user: Any) -> Initiators:
    return from_postgis(
        field="distributionImpact",
        layers=LAYERS,
        ask=lambda: initiators.in_area(area, classes, user=user),
    )


def _supplies(found: Initiators, unserved: Sequence[Unserved], user: Any) -> list[SubstationSupply]:
    """Return what substations lose: all of those that fail, a share of those that are named with one."""
    shares = {each.substation_id: each.served_share for each in unserved}
    if shares:
        given = initiators.named(list(shares), user=user, field_name="unserved")
        others = [key for key in shares if key not in set(given.of(InitiatorKind.SUBSTATION))]
        if others:
            raise BadInput(f"{', '.join(others[:10])}: not a substation.", field="unserved")
    shares.update(dict.fromkeys(found.of(InitiatorKind.SUBSTATION), 0.0))
    loads = initiators.substation_loads(list(shares))
    return [
        SubstationSupply(
            substation_id=key,
            base_mw=max(0.0, loads[key]),
            lost_mw=max(0.0, loads[key]) * (1.0 - share),
            is_dead=share <= 0.0,
        )
        for key, share in sorted(shares.items())
    ]


def _seen(view: View) -> Seen | None:
    if view.granted is None:
        return None
    zones = view.snapshot.zones

    def mask(zone: IntArray) -> Any:
        return is_among(len(zone), view.visible(np.arange(len(zone)), zone))

    return Seen(
        substations=mask(zones.substations),
        circuits=mask(zones.circuits),
        switches=mask(zones.switches),
        transformers=mask(zones.transformers),
        meters=mask(zones.meters),
    )
