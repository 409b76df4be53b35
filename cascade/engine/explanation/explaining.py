"""Says in words what a cascade did and what would have stopped it, from its result and from simulating again.

Every sentence carries the figures it is made of, so that nothing is said that cannot be checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cascade.engine.conditions import Conditions
from cascade.engine.explanation import happened
from cascade.engine.explanation.prevention import Again, Progress, recommendation
from cascade.engine.explanation.wording import Statement
from cascade.engine.outages import Outages
from cascade.engine.params import CascadeParams
from cascade.engine.prepared import Prepared
from cascade.engine.result import CascadeResult


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """What a run means for the distribution network.

    Attributes:
        elements: elements of the distribution network that failed first.
        customers_out: customers without supply for certain; None if not known.
        customers_expected: with those that substations served in part shed on average; None likewise.
    """

    elements: int = 0
    customers_out: int | None = None
    customers_expected: float | None = None


def explain(
    *,
    prepared: Prepared,
    outages: Outages,
    params: CascadeParams,
    conditions: Conditions,
    result: CascadeResult,
    consequence: Consequence | None = None,
    names: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> tuple[Statement, ...]:
    """Return what a cascade did, in the order in which one would ask.

    Args:
        prepared: the network it ran on.
        outages: what went out first.
        params: its settings.
        conditions: its ratings and costs of the hour.
        result: what came of it, with the parents of trips.
        consequence: what it means for customers; None: nobody asked.
        names: of assets by id; ids stand for those that have none.
        progress: called with the share done and what is done; to stop, raise from it.
    """
    called = names or {}

    def name(asset_id: str) -> str:
        return called.get(asset_id, asset_id)

    elements = 0 if consequence is None else consequence.elements
    said = [
        happened.first_out(prepared, outages, result, elements, name),
        *happened.before_it_failed(prepared, result, name),
        happened.outcome(result),
    ]
    if consequence is not None:
        out, expected = consequence.customers_out, consequence.customers_expected
        said += happened.customers(out, expected, result.shed_mw)
    trips = [trip for wave in result.waves for trip in wave.trips]
    if trips:
        said += [
            happened.first_trip(result.waves[1].trips, name),
            *happened.waves(result, name),
            *happened.spread(result, trips, name),
            *happened.worst_wave(result),
        ]
    said.append(happened.islands(result))
    again = Again(prepared, outages, params, conditions, progress or (lambda _share, _step: None))
    said += recommendation(result, again, name)
    said += happened.cautions(params, result)
    return tuple(said)
