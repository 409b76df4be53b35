"""What devices report beside readings, as received."""

from enum import StrEnum

from sqlalchemy import Column, Date, DateTime, String, Table, Text

from grid.warehouse.tables.base import RAW, key, metadata, ref


class EventDeviceKind(StrEnum):
    """What reports."""

    METER = "METER"
    TRANSFORMER = "TRANSFORMER"
    SWITCH = "SWITCH"


class DeviceEventKind(StrEnum):
    """What is reported."""

    LAST_GASP = "LAST_GASP"
    POWER_RESTORED = "POWER_RESTORED"
    OPENED = "OPENED"
    CLOSED = "CLOSED"
    VOLTAGE_ALARM = "VOLTAGE_ALARM"


device_events = Table(
    "device_events",
    metadata,
    key("event_id"),
    Column("device_kind", String(16), nullable=False, comment="METER, TRANSFORMER or SWITCH"),
    ref("device_id"),
    Column("event_kind", String(16), nullable=False, comment=", ".join(DeviceEventKind)),
    Column("occurred_at", DateTime, nullable=False, comment="UTC, by the device's clock"),
    Column("received_at", DateTime, nullable=False, comment="UTC"),
    Column("event_date", Date, nullable=False, comment="UTC date of occurred_at; the partition"),
    Column("detail", Text, comment="JSON; null without any"),
    schema=RAW,
    comment="What meters, transformers and switches report beside readings, as received.",
    info={"partition_by": ("event_date",)},
)
