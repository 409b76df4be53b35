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
from grid.models.exports import FileExport
from grid.models.health import AssetHealth, KpiSample
from grid.models.imports import FileImport, ImportFile, ImportMapping, ImportReject
from grid.models.operations import TransformerLoad, TransformerVoltage, WeatherObservation
from grid.models.outages import Crew, OperationEvent, Outage, OutageInterruption, WorkOrder
from grid.models.outbox import OutboxEvent, OutboxStream
from grid.models.quality import DataQualityFinding
from grid.models.status import CircuitStatus, ServiceArea, SubstationStatus, WeatherRating
from grid.models.streaming import (
    DeviceEvent,
    RealtimeReading,
    StreamConsumer,
    StreamDeadLetter,
    StreamPending,
)
from grid.models.surroundings import Building, BuildingUse, FloodZone, Tree, WaterBody, WaterKind
from grid.models.sync import SyncAlert, SyncCheckpoint, SyncLayer, SyncReject, SyncRun
from grid.models.tiles import TileBuild, TileCell, TileShape
from grid.models.transmission import Branch, BranchKind, Bus, Plant, Substation, Zone, ZoneGrant
from grid.models.vegetation import (
    TreeInspection,
    TreeRisk,
    VegetationClearance,
    VegetationLine,
    VegetationWorkPackage,
)

__all__ = [
    "AssetHealth",
    "Branch",
    "BranchKind",
    "Building",
    "BuildingUse",
    "Bus",
    "Circuit",
    "CircuitStatus",
    "CircuitWatch",
    "Crew",
    "Customer",
    "CustomerClass",
    "DataQualityFinding",
    "DeviceEvent",
    "FileExport",
    "FileImport",
    "FloodZone",
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
    "TileBuild",
    "TileCell",
    "TileShape",
    "Transformer",
    "TransformerLoad",
    "TransformerVoltage",
    "Tree",
    "TreeInspection",
    "TreeRisk",
    "VegetationClearance",
    "VegetationLine",
    "VegetationWorkPackage",
    "WaterBody",
    "WaterKind",
    "WeatherObservation",
    "WeatherRating",
    "WorkOrder",
    "Zone",
    "ZoneGrant",
]
