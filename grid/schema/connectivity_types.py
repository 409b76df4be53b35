"""GraphQL types of traces, isolation, back-feed and switching."""

from datetime import datetime
from typing import Any

import strawberry

from flux_site.api.errors import BadInput
from grid.federation import from_either_store
from grid.schema.types.base import GeoJSON, geojson
from grid.selectors import switching_answers as answers
from grid.selectors.connectivity import LoadBasis, Positions
from grid.selectors.places import MOST_ROUTES, Affected, merged_route
from grid.topology.backfeed import Doubt, LimitKind, Verdict
from grid.topology.loops import LoopKind
from grid.topology.tracing import TraceKind

MOST_IDS = 5_000
UNKNOWN_LOADS = "Transformers whose load is not known; with any, the load is a lower bound."

TraceKindEnum = strawberry.enum(
    TraceKind,
    name="TraceKind",
    description="UPSTREAM: every section and switch on some way from a source; TO_SOURCE: the way of the "
    "fewest; DOWNSTREAM: everything fed through it; TO_OPEN_POINTS: the ways to the open switches where its "
    "part ends; CONNECTED: all that closed switches join it to, short of other circuits of the substation; "
    "LOST_IF_OPENED: all that loses supply if it opens, less what another closed way feeds.",
)
PositionsEnum = strawberry.enum(
    Positions,
    name="SwitchPositions",
    description="PRESENT: as the switches are by what was last heard; NORMAL: as they are by the records.",
)
LoadBasisEnum = strawberry.enum(
    LoadBasis,
    name="LoadBasis",
    description="NEWEST: the newest hour that most meters have reported; PEAK: each transformer's own peak, "
    "whose sums are upper bounds.",
)
VerdictEnum = strawberry.enum(
    Verdict,
    name="BackfeedVerdict",
    description="FEASIBLE: every rating on the way is known and kept; UNKNOWN: none is passed, but not all "
    "is known; OVERLOADED: what is known of the load passes a rating; IMPOSSIBLE: see the doubts.",
)
DoubtEnum = strawberry.enum(
    Doubt,
    name="BackfeedDoubt",
    description="Why it is not known, or not possible: RATING_UNKNOWN, LOAD_UNKNOWN, LOOP (loops share the "
    "load in a manner that is not known), VOLTAGE_MISMATCH, PHASES_MISSING.",
)
LimitKindEnum = strawberry.enum(LimitKind, name="LimitKind", description="What limits a load.")
LoopKindEnum = strawberry.enum(
    LoopKind, name="LoopKind", description="What a loop joins, and whether anything feeds it."
)


def page_of(first: int, offset: int) -> None:
    """Check a page of ids.

    Raises:
        BadInput: naming the field.
    """
    if not 0 <= first <= MOST_IDS:
        raise BadInput(f"first is {first}; it must be 0 to {MOST_IDS}.", field="first")
    if offset < 0:
        raise BadInput(f"offset is {offset}; it must not be negative.", field="offset")


@strawberry.type(description="Assets that a question found, of those that the user may see.")
class AffectedAssets:
    """Some assets."""

    found: strawberry.Private[Affected]

    @strawberry.field
    def section_count(self) -> int:
        """Return how many sections."""
        return len(self.found.sections)

    @strawberry.field
    def switch_count(self) -> int:
        """Return how many switches."""
        return len(self.found.switches)

    @strawberry.field
    def transformer_count(self) -> int:
        """Return how many transformers."""
        return len(self.found.transformers)

    @strawberry.field
    def meter_count(self) -> int:
        """Return how many meters."""
        return len(self.found.meters)

    @strawberry.field(description="Active accounts.")
    def customer_count(self) -> int:
        """Return how many customers."""
        return self.found.customer_count

    @strawberry.field(description="Active accounts of hospitals, water, emergency services and schools.")
    def critical_customer_count(self) -> int:
        """Return how many critical customers."""
        return self.found.critical_customer_count

    @strawberry.field(description="A page of ids of line sections.")
    def section_ids(self, first: int = 100, offset: int = 0) -> list[str]:
        """Return a page of ids."""
        page_of(first, offset)
        return self.found.section_ids(first, offset)

    @strawberry.field(description="A page of ids of switches.")
    def switch_ids(self, first: int = 100, offset: int = 0) -> list[str]:
        """Return a page of ids."""
        page_of(first, offset)
        return self.found.switch_ids(first, offset)

    @strawberry.field(description="A page of ids of transformers.")
    def transformer_ids(self, first: int = 100, offset: int = 0) -> list[str]:
        """Return a page of ids."""
        page_of(first, offset)
        return self.found.transformer_ids(first, offset)

    @strawberry.field(description="A page of ids of meters.")
    def meter_ids(self, first: int = 100, offset: int = 0) -> list[str]:
        """Return a page of ids."""
        page_of(first, offset)
        return self.found.meter_ids(first, offset)


@strawberry.type(description="A switch of the network.")
class SwitchReference:
    """A switch."""

    asset_id: str
    kind: str | None = strawberry.field(description="BREAKER, RECLOSER, SECTIONALIZER, FUSE or TIE.")
    circuit_id: str | None


@strawberry.type(description="One step of the way from an asset to the substation that feeds it.")
class TraceStep:
    """A step."""

    asset_id: str
    kind: str = strawberry.field(description="Meter, Transformer, LineSection or Switch.")
    switch_kind: str | None


@strawberry.type(description="What a trace found.")
class Trace:
    """A trace."""

    asset_id: str
    asset_kind: str
    kind: TraceKindEnum
    positions: PositionsEnum = strawberry.field(
        description="NORMAL too where the present positions are not known, while PostgreSQL is away."
    )
    switches_off_normal: list[str] = strawberry.field(
        description="Ids of the switches that are not in their normal position."
    )
    is_fed: bool = strawberry.field(description="Whether a closed way leads from it to a substation.")
    assets: AffectedAssets
    steps: list[TraceStep] = strawberry.field(description="Of TO_SOURCE: the way, the nearest first.")
    open_switches: list[SwitchReference] = strawberry.field(
        description="Of TO_OPEN_POINTS and CONNECTED: the open switches at which it ends."
    )
    substation_ids: list[str] = strawberry.field(description="The substations that it leads to.")

    @strawberry.field(
        description="The routes of its sections as a MultiLineString, joined end to end; null of none, and "
        f"of more than {MOST_ROUTES} sections."
    )
    def geometry(self) -> GeoJSON | None:
        """Return the geometry."""
        return _routes(self.assets.found)


@strawberry.type(description="A rating, and the load that it would have.")
class LoadLimit:
    """A limit."""

    kind: LimitKindEnum
    asset_id: str | None = strawberry.field(description="Null: one that you may not see.")
    load_kva: float
    unknown_loads: int = strawberry.field(description=UNKNOWN_LOADS)
    rated_kva: float | None
    margin_kva: float | None = strawberry.field(description="Rating less load; null: no rating is known.")
    loading_pct: float | None


@strawberry.type(description="What closing one tie could do for a part without supply.")
class BackfeedOption:
    """An option."""

    switch: SwitchReference
    circuit_id: str | None = strawberry.field(description="The circuit that would carry the part.")
    substation_id: str | None = strawberry.field(
        description="The substation it begins at; null: one that you may not see."
    )
    verdict: VerdictEnum
    doubts: list[DoubtEnum]
    load_kva: float = strawberry.field(description="Load of the part, as far as it is known.")
    unknown_loads: int = strawberry.field(description=UNKNOWN_LOADS)
    margin_kva: float | None = strawberry.field(
        description="The smallest margin on the way, below zero if overloaded; null: see the doubts."
    )
    binding: LoadLimit | None = strawberry.field(description="The limit with the smallest known margin.")
    overloaded: list[LoadLimit]


@strawberry.type(description="A healthy part without supply, and its ties, the best first.")
class DeadPart:
    """A part."""

    assets: AffectedAssets
    ties: list[BackfeedOption]


@strawberry.type(description="How a faulted asset is isolated.")
class Isolation:
    """An isolation."""

    asset_id: str
    asset_kind: str
    positions: PositionsEnum
    load_basis: LoadBasisEnum
    load_hour: datetime | None = strawberry.field(description="Of NEWEST: start of the hour.")
    is_possible: bool = strawberry.field(
        description="False if no switch parts it from the node of a substation."
    )
    opens: list[SwitchReference] = strawberry.field(
        description="The fewest switches that make it dead; of equally few those that leave the fewest out."
    )
    separates: list[SwitchReference] = strawberry.field(
        description="Further switches to open before what is behind them is fed from elsewhere."
    )
    recloses: list[SwitchReference] = strawberry.field(
        description="Of the first ones those that can be closed again after that."
    )
    zone: AffectedAssets = strawberry.field(description="What no switch parts from it.")
    lost: AffectedAssets = strawberry.field(description="What is without supply once the first are open.")
    stays_out: AffectedAssets = strawberry.field(
        description="What no single tie can feed until the repair is done, whatever the loads."
    )
    parts: list[DeadPart] = strawberry.field(description="The healthy parts without supply.")

    @strawberry.field(description="The routes of the zone's sections.")
    def geometry(self) -> GeoJSON | None:
        """Return the geometry."""
        return _routes(self.zone.found)


@strawberry.type(description="What ties could do if an asset opened or failed.")
class Backfeed:
    """A comparison of ties."""

    asset_id: str
    asset_kind: str
    positions: PositionsEnum
    load_basis: LoadBasisEnum
    load_hour: datetime | None
    lost: AffectedAssets
    parts: list[DeadPart]


@strawberry.type(description="What a circuit feeds in one state of the switches, whatever the records say.")
class CircuitState:
    """A state."""

    transformer_count: int
    load_kva: float
    unknown_loads: int = strawberry.field(description=UNKNOWN_LOADS)
    loading_pct: float | None = strawberry.field(
        description="Load over the circuit's rating; null: not known, or in a loop."
    )
    in_loop: bool
    worst_asset_id: str | None = strawberry.field(description="The section or switch loaded most.")
    worst_loading_pct: float | None
    overloaded_count: int = strawberry.field(description="Sections and switches above their rating.")


@strawberry.type(description="A circuit before and after switching.")
class CircuitEffect:
    """An effect."""

    circuit_id: str | None = strawberry.field(description="Null where the records name none.")
    rated_mva: float | None
    before: CircuitState
    after: CircuitState


@strawberry.type(description="What switching would change; nothing is switched.")
class SwitchingEffect:
    """The effect."""

    positions: PositionsEnum
    load_basis: LoadBasisEnum
    load_hour: datetime | None
    loses: AffectedAssets = strawberry.field(description="What loses supply.")
    gains: AffectedAssets = strawberry.field(description="What gets supply.")
    moves: AffectedAssets = strawberry.field(description="What another circuit feeds.")
    new_loops: AffectedAssets = strawberry.field(
        description="Closed sections and switches that make a loop and did not before."
    )
    circuits: list[CircuitEffect]


@strawberry.type(description="A part without a source.")
class Island:
    """A part."""

    assets: AffectedAssets
    open_switches: list[SwitchReference] = strawberry.field(description="Between it and what is fed.")

    @strawberry.field(description="The routes of its sections.")
    def geometry(self) -> GeoJSON | None:
        """Return the geometry."""
        return _routes(self.assets.found)


@strawberry.type(description="A ring of closed sections and switches.")
class Loop:
    """A ring."""

    kind: LoopKindEnum
    closed_by: str | None = strawberry.field(
        description="The section or switch that closes it; null: one that you may not see."
    )
    substation_ids: list[str]
    circuit_ids: list[str]
    assets: AffectedAssets

    @strawberry.field(description="The routes of its sections.")
    def geometry(self) -> GeoJSON | None:
        """Return the geometry."""
        return _routes(self.assets.found)


@strawberry.type(description="A page of parts without a source, the largest first.")
class Islands:
    """A page."""

    total_count: int
    items: list[Island]


@strawberry.type(description="A page of loops.")
class Loops:
    """A page."""

    total_count: int
    items: list[Loop]


def _routes(found: Affected) -> Any:
    return geojson(
        from_either_store(
            field="geometry",
            layers=("lines",),
            ask=lambda: merged_route(found.all_section_ids),
            is_check=True,
        )
    )


def switch(found: answers.SwitchRef) -> SwitchReference:
    """Return a switch as the API shows it."""
    return SwitchReference(asset_id=found.asset_id, kind=found.kind, circuit_id=found.circuit_id)


def part(found: answers.PartResult) -> DeadPart:
    """Return a part as the API shows it."""
    return DeadPart(
        assets=AffectedAssets(found=found.found),
        ties=[
            BackfeedOption(
                switch=switch(tie.switch),
                circuit_id=tie.circuit_id,
                substation_id=tie.substation_id,
                verdict=tie.verdict,
                doubts=list(tie.doubts),
                load_kva=tie.load_kva,
                unknown_loads=tie.unknown_loads,
                margin_kva=tie.margin_kva,
                binding=None if tie.binding is None else LoadLimit(**vars(tie.binding)),
                overloaded=[LoadLimit(**vars(each)) for each in tie.overloaded],
            )
            for tie in found.ties
        ],
    )
