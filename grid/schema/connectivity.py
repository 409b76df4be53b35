"""Root fields of traces, isolation, back-feed, what-if switching, islands and loops."""

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.visibility import require_login
from grid.schema.connectivity_types import (
    AffectedAssets,
    Backfeed,
    CircuitEffect,
    CircuitState,
    Island,
    Islands,
    Isolation,
    LoadBasisEnum,
    Loop,
    Loops,
    PositionsEnum,
    SwitchingEffect,
    Trace,
    TraceKindEnum,
    TraceStep,
    page_of,
    part,
    switch,
)
from grid.selectors import switching
from grid.selectors.connectivity import LoadBasis, Positions

_PERMISSION = "grid.view_circuit"


@strawberry.type
class ConnectivityQuery:
    """Questions about what is joined to what."""

    @strawberry_django.field(
        extensions=[Requires(_PERMISSION, without_database=True)],
        description="A trace from a substation, circuit, switch, line section, transformer, pole or meter. A "
        "pole stands for the section it carries.",
    )
    def trace(
        self,
        info: Info,
        asset_id: str,
        kind: TraceKindEnum,
        positions: PositionsEnum = Positions.PRESENT,
    ) -> Trace:
        """Return what is found."""
        found = switching.trace_asset(
            asset_id=asset_id, kind=kind, positions=positions, user=require_login(info)
        )
        return Trace(
            asset_id=found.asset_id,
            asset_kind=found.asset_kind,
            kind=found.kind,
            positions=found.positions,
            switches_off_normal=found.off_normal,
            is_fed=found.is_fed,
            assets=AffectedAssets(found=found.found),
            steps=[TraceStep(**vars(step)) for step in found.steps],
            open_switches=[switch(each) for each in found.open_switches],
            substation_ids=found.substation_ids,
        )

    @strawberry_django.field(
        extensions=[Requires(_PERMISSION, without_database=True)],
        description="How a fault of an asset is isolated with the fewest switches, who stays out, and which "
        "ties can feed the healthy rest, by voltage, phases and every rating on the way.",
    )
    def isolation(
        self,
        info: Info,
        asset_id: str,
        load_basis: LoadBasisEnum = LoadBasis.NEWEST,
        positions: PositionsEnum = Positions.PRESENT,
    ) -> Isolation:
        """Return the isolation."""
        found = switching.isolate_asset(
            asset_id=asset_id, basis=load_basis, positions=positions, user=require_login(info)
        )
        return Isolation(
            asset_id=found.asset_id,
            asset_kind=found.asset_kind,
            positions=found.positions,
            load_basis=found.basis,
            load_hour=found.load_hour,
            is_possible=found.is_possible,
            opens=[switch(each) for each in found.opens],
            separates=[switch(each) for each in found.separates],
            recloses=[switch(each) for each in found.recloses],
            zone=AffectedAssets(found=found.zone),
            lost=AffectedAssets(found=found.lost),
            stays_out=AffectedAssets(found=found.stays_out),
            parts=[part(each) for each in found.parts],
        )

    @strawberry_django.field(
        extensions=[Requires(_PERMISSION, without_database=True)],
        description="Which ties could feed what loses supply if a switch, line section, pole, circuit or "
        "substation opened, each tie by itself, the best first.",
    )
    def backfeed(
        self,
        info: Info,
        asset_id: str,
        load_basis: LoadBasisEnum = LoadBasis.NEWEST,
        positions: PositionsEnum = Positions.PRESENT,
    ) -> Backfeed:
        """Return the comparison."""
        found = switching.backfeed_asset(
            asset_id=asset_id, basis=load_basis, positions=positions, user=require_login(info)
        )
        return Backfeed(
            asset_id=found.asset_id,
            asset_kind=found.asset_kind,
            positions=found.positions,
            load_basis=found.basis,
            load_hour=found.load_hour,
            lost=AffectedAssets(found=found.lost),
            parts=[part(each) for each in found.parts],
        )

    @strawberry_django.field(
        extensions=[Requires(_PERMISSION, without_database=True)],
        description="What would change if switches opened and closed together: supply, and the load of every "
        f"circuit concerned. At most {switching.MOST_SWITCHED} switches. Nothing is switched.",
    )
    def switching_effect(
        self,
        info: Info,
        opened: list[str] | None = None,
        closed: list[str] | None = None,
        load_basis: LoadBasisEnum = LoadBasis.NEWEST,
        positions: PositionsEnum = Positions.PRESENT,
    ) -> SwitchingEffect:
        """Return the effect."""
        found = switching.switching_effect(
            opened=opened or [],
            closed=closed or [],
            basis=load_basis,
            positions=positions,
            user=require_login(info),
        )
        return SwitchingEffect(
            positions=found.positions,
            load_basis=found.basis,
            load_hour=found.load_hour,
            loses=AffectedAssets(found=found.loses),
            gains=AffectedAssets(found=found.gains),
            moves=AffectedAssets(found=found.moves),
            new_loops=AffectedAssets(found=found.new_loops),
            circuits=[
                CircuitEffect(
                    circuit_id=each.circuit_id,
                    rated_mva=each.rated_mva,
                    before=CircuitState(**vars(each.before)),
                    after=CircuitState(**vars(each.after)),
                )
                for each in found.circuits
            ],
        )

    @strawberry_django.field(
        extensions=[Requires(_PERMISSION, without_database=True)],
        description="The parts of the network that no closed way joins to a substation.",
    )
    def islands(
        self,
        info: Info,
        first: int = 50,
        offset: int = 0,
        positions: PositionsEnum = Positions.PRESENT,
    ) -> Islands:
        """Return a page."""
        page_of(first, offset)
        found = switching.list_islands(positions=positions, user=require_login(info))
        return Islands(
            total_count=len(found),
            items=[
                Island(
                    assets=AffectedAssets(found=each.found),
                    open_switches=[switch(way) for way in each.open_switches],
                )
                for each in found[offset : offset + first]
            ],
        )

    @strawberry_django.field(
        extensions=[Requires(_PERMISSION, without_database=True)],
        description="The loops of closed sections and switches, within circuits and between them.",
    )
    def loops(
        self,
        info: Info,
        first: int = 50,
        offset: int = 0,
        positions: PositionsEnum = Positions.PRESENT,
    ) -> Loops:
        """Return a page."""
        page_of(first, offset)
        found = switching.list_loops(positions=positions, user=require_login(info))
        return Loops(
            total_count=len(found),
            items=[
                Loop(
                    kind=each.kind,
                    closed_by=each.closed_by,
                    substation_ids=each.substation_ids,
                    circuit_ids=each.circuit_ids,
                    assets=AffectedAssets(found=each.found),
                )
                for each in found[offset : offset + first]
            ],
        )
