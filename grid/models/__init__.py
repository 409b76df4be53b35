"""Tables of the PostGIS cache. Private to `grid`: other apps use selectors and services."""

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
from grid.models.imports import FileImport, ImportFile, ImportMapping, ImportReject
from grid.models.operations import Outage, OutageStatus, TransformerLoad, WeatherObservation, WorkOrder
from grid.models.outbox import OutboxEvent, OutboxStream
from grid.models.sync import SyncAlert, SyncCheckpoint, SyncLayer, SyncReject, SyncRun
from grid.models.transmission import Branch, BranchKind, Bus, Plant, Substation, Zone, ZoneGrant

__all__ = [
    "Branch",
    "BranchKind",
    "Bus",
    "Circuit",
    "Customer",
    "CustomerClass",
    "FileImport",
    "ImportFile",
    "ImportMapping",
    "ImportReject",
    "LineClass",
    "LineSection",
    "Meter",
    "Outage",
    "OutageStatus",
    "OutboxEvent",
    "OutboxStream",
    "Plant",
    "Pole",
    "Substation",
    "Switch",
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
