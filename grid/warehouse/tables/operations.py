"""Operations: outages and who they interrupt, momentary interruptions, crews, work orders and inspections."""

from enum import StrEnum

from sqlalchemy import Boolean, Column, DateTime, Double, Integer, SmallInteger, String, Table, Text

from grid.warehouse.tables.base import PRODUCTION, key, lat_lon, metadata, ref


class OutageStatus(StrEnum):
    """How far an outage has come."""

    PREDICTED = "PREDICTED"
    CONFIRMED = "CONFIRMED"
    ASSIGNED = "ASSIGNED"
    IN_PROGRESS = "IN_PROGRESS"
    RESTORED = "RESTORED"
    CANCELLED = "CANCELLED"


ACTIVE_OUTAGE_STATUSES: tuple[str, ...] = tuple(
    status.value for status in OutageStatus if status not in {OutageStatus.RESTORED, OutageStatus.CANCELLED}
)
"""An outage is active in these: somebody is without supply, or is taken to be."""


class OutageSource(StrEnum):
    """How an outage became known; RECORDED where only its record tells."""

    RECORDED = "RECORDED"
    LAST_GASP = "LAST_GASP"
    CALL = "CALL"
    SCADA = "SCADA"
    OPERATOR = "OPERATOR"


class CrewKind(StrEnum):
    """What work a crew is equipped for."""

    TROUBLE = "TROUBLE"
    LINE = "LINE"
    UNDERGROUND = "UNDERGROUND"
    TREE = "TREE"


class CrewStatus(StrEnum):
    """What a crew is doing."""

    AVAILABLE = "AVAILABLE"
    ASSIGNED = "ASSIGNED"
    ON_SITE = "ON_SITE"
    OFF_SHIFT = "OFF_SHIFT"


class WorkStatus(StrEnum):
    """Where a work order stands."""

    OPEN = "OPEN"
    ASSIGNED = "ASSIGNED"
    IN_PROGRESS = "IN_PROGRESS"
    ON_HOLD = "ON_HOLD"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class WorkPriority(StrEnum):
    """How urgent a work order is."""

    EMERGENCY = "EMERGENCY"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


OUTAGE_RESTORATION = "OUTAGE_RESTORATION"
"""The type of the order of an outage that nobody planned."""

PLANNED_WORK = "PLANNED_WORK"
"""The type of the order of a planned outage: the work that supply is switched off for."""

OUTAGE_WORK_TYPES = (OUTAGE_RESTORATION, PLANNED_WORK)
"""An order of an outage that is of one of these moves together with it; others are side work."""


def outage_work_type(*, is_planned: bool) -> str:
    """Return the type of the order of an outage."""
    return PLANNED_WORK if is_planned else OUTAGE_RESTORATION


UNKNOWN_CAUSE = "UNKNOWN"
"""The cause of an outage whose cause was looked for and not found; null while it was not looked for."""

_UPDATED = "UTC, when the row was last written; null if not known"


def _list(names: type[StrEnum]) -> str:
    return f"{', '.join(list(names)[:-1])} or {list(names)[-1]}"


outage_restoration_tracker = Table(
    "outage_restoration_tracker",
    metadata,
    key("outage_id"),
    ref("substation_id"),
    ref("circuit_id"),
    ref("switch_id", nullable=True),
    ref("transformer_id", nullable=True),
    ref("meter_id", nullable=True),
    Column("status", String(16), nullable=False, comment=_list(OutageStatus)),
    Column(
        "cause_code",
        String(32),
        comment="null while not known; UNKNOWN where it was looked for and not found",
    ),
    Column("is_planned", Boolean, nullable=False, comment="announced beforehand, for work on the grid"),
    Column("source", String(16), nullable=False, comment=f"how it became known: {_list(OutageSource)}"),
    Column("started_at", DateTime, nullable=False, comment="UTC"),
    Column("confirmed_at", DateTime, comment="UTC; null while predicted"),
    Column("restored_at", DateTime, comment="UTC, when the last customer was restored; null until then"),
    Column("estimated_restoration_at", DateTime, comment="UTC; as likely before as after (P50)"),
    Column("estimated_restoration_p80_at", DateTime, comment="UTC; four times in five before"),
    Column("customers_interrupted", Integer, nullable=False),
    Column("customers_out", Integer, nullable=False, comment="not yet restored"),
    ref("crew_id", nullable=True),
    Column("notes", Text),
    Column("version", Integer, nullable=False, comment="1 when made, one more with each change"),
    *lat_lon(),
    Column("updated_at", DateTime, comment=_UPDATED),
    schema=PRODUCTION,
    comment="Outages of the distribution grid, each at the deepest device known to have failed or opened.",
)

outage_interruptions = Table(
    "outage_interruptions",
    metadata,
    Column(
        "interruption_id",
        String(136),
        primary_key=True,
        nullable=False,
        comment="outage_id|transformer_id, or outage_id|meter_id where one service alone is out",
    ),
    ref("outage_id"),
    ref("transformer_id"),
    ref("meter_id", nullable=True),
    ref("substation_id"),
    ref("circuit_id"),
    Column("customers", Integer, nullable=False, comment="active accounts interrupted"),
    Column("started_at", DateTime, nullable=False, comment="UTC"),
    Column("restored_at", DateTime, comment="UTC; null while out"),
    Column("updated_at", DateTime, comment=_UPDATED),
    schema=PRODUCTION,
    comment="Each transformer, or single service, that an outage interrupts, from when to when. "
    "What lasts five minutes at most is momentary, here too.",
)

momentary_interruptions = Table(
    "momentary_interruptions",
    metadata,
    key("momentary_id"),
    ref("substation_id"),
    ref("circuit_id"),
    ref("switch_id"),
    Column("started_at", DateTime, nullable=False, comment="UTC"),
    Column("ended_at", DateTime, nullable=False, comment="UTC, when supply was back for good"),
    Column("operation_count", SmallInteger, nullable=False, comment="interruptions of the sequence"),
    Column("customers_interrupted", Integer, nullable=False),
    schema=PRODUCTION,
    comment="Interruptions of five minutes at most that a device cleared by reclosing, one row per sequence.",
)

crews = Table(
    "crews",
    metadata,
    key("crew_id"),
    Column("crew_name", String(128), nullable=False),
    Column("crew_kind", String(16), nullable=False, comment=_list(CrewKind)),
    ref("home_substation_id"),
    Column("member_count", Integer, nullable=False),
    Column("status", String(16), nullable=False, comment=_list(CrewStatus)),
    *lat_lon(nullable=True),
    Column("version", Integer, nullable=False, comment="1 when made, one more with each change"),
    Column("updated_at", DateTime, comment=_UPDATED),
    schema=PRODUCTION,
    comment="Field crews: what they are equipped for, where they are at home and what they are doing.",
)

work_orders = Table(
    "work_orders",
    metadata,
    key("work_order_id"),
    Column(
        "work_type",
        String(32),
        nullable=False,
        comment=f"{OUTAGE_RESTORATION} (planned: {PLANNED_WORK}) is the order of an outage; others are free",
    ),
    Column("priority", String(16), nullable=False, comment=_list(WorkPriority)),
    Column("status", String(16), nullable=False, comment=_list(WorkStatus)),
    Column("asset_kind", String(16), nullable=False),
    ref("asset_id"),
    ref("substation_id"),
    ref("circuit_id"),
    ref("outage_id", nullable=True),
    ref("crew_id", nullable=True),
    Column("description", Text),
    Column("created_at", DateTime, nullable=False, comment="UTC"),
    Column("scheduled_at", DateTime, comment="UTC"),
    Column("completed_at", DateTime, comment="UTC"),
    Column("estimated_hours", Double),
    Column("actual_hours", Double),
    Column("version", Integer, nullable=False, comment="1 when made, one more with each change"),
    *lat_lon(),
    Column("updated_at", DateTime, comment=_UPDATED),
    schema=PRODUCTION,
    comment="Work orders.",
)

asset_inspections = Table(
    "asset_inspections",
    metadata,
    key("inspection_id"),
    Column("asset_kind", String(16), nullable=False),
    ref("asset_id"),
    ref("substation_id"),
    ref("circuit_id"),
    Column("inspected_at", DateTime, nullable=False, comment="UTC"),
    Column("condition_code", SmallInteger, nullable=False, comment="1 as new to 5 to be replaced"),
    Column("finding", String(32), comment="null where nothing was found"),
    ref("work_order_id", nullable=True),
    schema=PRODUCTION,
    comment="What inspections found of poles, transformers and switches.",
)
