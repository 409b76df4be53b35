"""What questions about traces, isolation, back-feed and switching answer."""

from dataclasses import dataclass
from datetime import datetime

from grid.selectors.connectivity import LoadBasis, Positions
from grid.selectors.places import Affected
from grid.selectors.tracing import PathStep
from grid.topology.backfeed import Doubt, LimitKind, Verdict
from grid.topology.loops import LoopKind
from grid.topology.tracing import TraceKind


@dataclass(frozen=True, kw_only=True)
class SwitchRef:
    """One switch."""

    asset_id: str
    kind: str | None
    circuit_id: str | None


@dataclass(frozen=True, eq=False, kw_only=True)
class TraceResult:
    """What a trace found."""

    asset_id: str
    asset_kind: str
    kind: TraceKind
    positions: Positions
    off_normal: list[str]
    is_fed: bool
    found: Affected
    steps: list[PathStep]
    open_switches: list[SwitchRef]
    substation_ids: list[str]


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A rating, and the load after switching."""

    kind: LimitKind
    asset_id: str | None
    load_kva: float
    unknown_loads: int
    rated_kva: float | None
    margin_kva: float | None
    loading_pct: float | None


@dataclass(frozen=True, kw_only=True)
class TieOption:
    """What one tie could do for a part without supply."""

    switch: SwitchRef
    circuit_id: str | None
    substation_id: str | None
    verdict: Verdict
    doubts: tuple[Doubt, ...]
    load_kva: float
    unknown_loads: int
    margin_kva: float | None
    binding: Limit | None
    overloaded: list[Limit]


@dataclass(frozen=True, eq=False, kw_only=True)
class PartResult:
    """A healthy part without supply, and its ties, the best first."""

    found: Affected
    ties: list[TieOption]


@dataclass(frozen=True, eq=False, kw_only=True)
class IsolationResult:
    """How a faulted asset is isolated."""

    asset_id: str
    asset_kind: str
    positions: Positions
    basis: LoadBasis
    load_hour: datetime | None
    is_possible: bool
    opens: list[SwitchRef]
    separates: list[SwitchRef]
    recloses: list[SwitchRef]
    zone: Affected
    lost: Affected
    stays_out: Affected
    parts: list[PartResult]


@dataclass(frozen=True, eq=False, kw_only=True)
class BackfeedResult:
    """What ties could do if a device opened."""

    asset_id: str
    asset_kind: str
    positions: Positions
    basis: LoadBasis
    load_hour: datetime | None
    lost: Affected
    parts: list[PartResult]


@dataclass(frozen=True, kw_only=True)
class CircuitState:
    """What a circuit feeds in one state."""

    transformer_count: int
    load_kva: float
    unknown_loads: int
    loading_pct: float | None
    in_loop: bool
    worst_asset_id: str | None
    worst_loading_pct: float | None
    overloaded_count: int


@dataclass(frozen=True, kw_only=True)
class CircuitEffect:
    """A circuit before and after switching; the id is null where the records name none."""

    circuit_id: str | None
    rated_mva: float | None
    before: CircuitState
    after: CircuitState


@dataclass(frozen=True, eq=False, kw_only=True)
class SwitchingResult:
    """What switching would change."""

    positions: Positions
    basis: LoadBasis
    load_hour: datetime | None
    loses: Affected
    gains: Affected
    moves: Affected
    new_loops: Affected
    circuits: list[CircuitEffect]


@dataclass(frozen=True, eq=False, kw_only=True)
class IslandResult:
    """A part without a source."""

    found: Affected
    open_switches: list[SwitchRef]


@dataclass(frozen=True, eq=False, kw_only=True)
class LoopResult:
    """A ring of closed sections and switches."""

    kind: LoopKind
    closed_by: str | None
    substation_ids: list[str]
    circuit_ids: list[str]
    found: Affected
