"""Tables of the PostGIS cache. Private to `grid`: other apps use selectors and services."""

from grid.models.detection import CircuitWatch, MeterEvidence, SwitchEvidence
from grid.models.distribution import (
    Circuit,
    Customer,
    CustomerClass,
    LineClass,
    LineSection,
    Meter,
    Pole,
    Switch,
    SwitchKind,
    Transformer,
)
from grid.models.health import AssetHealth, KpiSample
from grid.models.imports import FileImport, ImportFile, ImportMapping, ImportReject
from grid.models.operations import TransformerLoad, WeatherObservation
from grid.models.outages import Crew, OperationEvent, Outage, OutageInterruption, WorkOrder
from grid.models.outbox import OutboxEvent, OutboxStream
from grid.models.status import CircuitStatus, ServiceArea, SubstationStatus
from grid.models.streaming import (
    DeviceEvent,
    RealtimeReading,
    StreamConsumer,
    StreamDeadLetter,
    StreamPending,
)
from grid.models.sync import SyncAlert, SyncCheckpoint, SyncLayer, SyncReject, SyncRun
from grid.models.transmission import Branch, BranchKind, Bus, Plant, Substation, Zone, ZoneGrant

__all__ = [
    "AssetHealth",
    "Branch",
    "BranchKind",
    "Bus",
    "Circuit",
    "CircuitStatus",
    "CircuitWatch",
    "Crew",
    "Customer",
    "CustomerClass",
    "DeviceEvent",
    "FileImport",
    "ImportFile",
    "ImportMapping",
    "ImportReject",
    "KpiSample",
    "LineClass",
    "LineSection",
    "Meter",
    "MeterEvidence",
    "OperationEvent",
    "Outage",
    "OutageInterruption",
    "OutboxEvent",
    "OutboxStream",
    "Plant",
    "Pole",
    "RealtimeReading",
    "ServiceArea",
    "StreamConsumer",
    "StreamDeadLetter",
    "StreamPending",
    "Substation",
    "SubstationStatus",
    "Switch",
    "SwitchEvidence",
    "SwitchKind",
    "SyncAlert",
    "SyncCheckpoint",
    "SyncLayer",
    "SyncReject",
    "SyncRun",
    "Transformer",
    "TransformerLoad",
    "WeatherObservation",
    "WorkOrder",
    "Zone",
    "ZoneGrant",
]
