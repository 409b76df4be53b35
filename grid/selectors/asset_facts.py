"""What is on record of one asset: its own data, what hangs on it, its load, its health, its outages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.gis.db.models import GeometryField
from django.db.models import ForeignKey, Model, Q, QuerySet

from flux_site.api.audit.personal import note_shown
from flux_site.api.errors import NotFound
from flux_site.api.masking import mask_address, mask_name, user_may_see_pii
from grid import models
from grid.federation import from_either_store
from grid.federation.warehouse_database.router import is_asking_warehouse
from grid.operations import CLOSED_WORK_STATUSES
from grid.selectors.named_assets import KINDS
from grid.selectors.outage_facts import OutageFacts, OutageScope, list_outages
from grid.selectors.topology import IS_SERVED

MOST_OUTAGES = 5

_NEVER_TOLD = {"id", "zone_id", "version", "phone", "email", "full_name", "service_address", "meter_key"}
_MAY_LIE_ELSEWHERE = {"BR", "BUS", "PLANT", "SW"}
"""Kinds whose rows may refer to rows of another zone."""

_STATES = {"SUB": models.SubstationStatus, "CKT": models.CircuitStatus}
_HEALTH = {"SUB", "CKT", "XFMR", "POLE"}
_WORK_KINDS = {"SUB": "substation_id", "CKT": "circuit_id"}


@dataclass(frozen=True, kw_only=True)
class AssetFacts:
    """What is on record of an asset. Null is unknown.

    Attributes:
        asset_id: its key.
        kind: a code of ``KINDS``.
        values: its record; names of numbers end in their unit. References to rows that the user may not see
            are null.
        personal: name and address of a customer, masked unless the user may see them.
        counts: how many of each kind hang on it, of those the user may see.
        state: supply and load of a circuit or substation, as last computed.
        load: the load of a transformer in its newest hour.
        voltage: the voltages of a transformer over a week.
        rating: loading of a circuit or branch against its rating in the weather.
        health: how healthy it is.
        outages: active ones that leave it, or customers of it, without supply.
        outage_count: how many those are.
        open_work_orders: work on it that is not done; null where the user may not see work orders.
    """

    asset_id: str
    kind: str
    values: dict[str, Any]
    personal: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    state: dict[str, Any] | None = None
    load: dict[str, Any] | None = None
    voltage: dict[str, Any] | None = None
    rating: dict[str, Any] | None = None
    health: dict[str, Any] | None = None
    outages: tuple[OutageFacts, ...] = ()
    outage_count: int = 0
    open_work_orders: int | None = None


def asset_facts(*, asset_id: str, kind: str, user: Any) -> AssetFacts:
    """Return what is on record of an asset.

    Raises:
        NotFound: if there is none of the kind that the user may see.
        NeverSynced, DatabaseUnavailable: if neither store can answer.
    """
    counted = [KINDS[code].layer for code, _, _ in _BELOW.get(kind, {}).values()]
    vital = dict.fromkeys(
        [KINDS[kind].layer, *counted, *(_OUTAGE_LAYERS if kind in _HAS_OUTAGES else ()), "work_orders"]
    )
    return from_either_store(
        field="assistant.assetFacts",
        layers=tuple(dict.fromkeys([*vital, *_BESIDE_LAYERS.get(kind, ())])),
        vital_layers=tuple(vital),
        ask=lambda: _facts(asset_id, kind, user),
    )


def _facts(asset_id: str, kind: str, user: Any) -> AssetFacts:
    known = KINDS[kind]
    row = known.rows(user).filter(pk=asset_id).first() if known.is_seen_by(user) else None
    if row is None:
        raise NotFound(f"There is no {known.noun} {asset_id!r} that you may see.", field="asset")
    found = list_outages(
        user=user, scope=OutageScope.ACTIVE, at=(kind, asset_id), first=MOST_OUTAGES
    ) if kind in _HAS_OUTAGES and KINDS["OUT"].is_seen_by(user) else None  # fmt: skip
    return AssetFacts(
        asset_id=asset_id,
        kind=kind,
        values=_values(row, kind, user),
        personal=_personal(row, user) if kind == "CUST" else {},
        counts=_counts(kind, asset_id, user),
        state=_beside(_STATES.get(kind), asset_id, user),
        load=_beside(models.TransformerLoad, asset_id, user) if kind == "XFMR" else None,
        voltage=_beside(models.TransformerVoltage, asset_id, user) if kind == "XFMR" else None,
        rating=_beside(models.WeatherRating, asset_id, user) if kind in {"CKT", "BR"} else None,
        health=_beside(models.AssetHealth, asset_id, user) if kind in _HEALTH else None,
        outages=() if found is None else found.outages,
        outage_count=0 if found is None else found.total,
        open_work_orders=_open_work(kind, asset_id, user),
    )


def _values(row: Model, kind: str, user: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in row._meta.concrete_fields:
        if isinstance(column, GeometryField) or column.attname in _NEVER_TOLD:
            continue
        value = getattr(row, column.attname)
        if kind in _MAY_LIE_ELSEWHERE and isinstance(column, ForeignKey) and value is not None:
            value = value if _sees(column.related_model, value, user) else None
        values[column.attname] = value
    return values


def _sees(model: Any, key: str, user: Any) -> bool:
    return bool(model.objects.visible_to(user).filter(pk=key).exists())


def _personal(row: Any, user: Any) -> dict[str, str]:
    """Return name and address: as they are to those who may see them, which is noted for the audit log."""
    may = user_may_see_pii(user)
    shown = {
        name: may and note_shown(name, row.pk) for name in ("full_name", "service_address")
    }  # what cannot be recorded is masked
    return {
        "full_name": row.full_name if shown["full_name"] else mask_name(row.full_name),
        "service_address": row.service_address
        if shown["service_address"]
        else mask_address(row.service_address),
    }


def _beside(model: Any, asset_id: str, user: Any) -> dict[str, Any] | None:
    """Return the row about an asset in another table; None if there is none, or the user may see none."""
    if model is None or not user.has_perm(f"grid.view_{model._meta.model_name}"):
        return None
    if model is models.WeatherRating and is_asking_warehouse():
        return None  # it is kept with the cache alone
    rows = model.objects.all()
    rows = rows.visible_to(user) if hasattr(rows, "visible_to") else rows  # the asset itself was seen
    row = rows.filter(pk=asset_id).first()
    if row is None:
        return None
    return {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}


def _counts(kind: str, asset_id: str, user: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    for noun, (code, condition, more) in _BELOW.get(kind, {}).items():
        if KINDS[code].is_seen_by(user):
            rows: QuerySet[Any] = KINDS[code].model.objects.visible_to(user)
            counts[noun] = rows.filter(condition(asset_id), *more).count()
    return counts


def _open_work(kind: str, asset_id: str, user: Any) -> int | None:
    if not KINDS["WO"].is_seen_by(user) or kind in {"WO", "CREW", "CUST"}:
        return None
    about = Q(outage_id=asset_id) if kind == "OUT" else Q(asset_id=asset_id)
    if kind in _WORK_KINDS:
        about |= Q(**{_WORK_KINDS[kind]: asset_id})
    rows = models.WorkOrder.objects.visible_to(user).filter(about)
    return int(rows.exclude(status__in=CLOSED_WORK_STATUSES).count())


_Condition = Callable[[str], Q]


def _by(name: str) -> _Condition:
    return lambda asset_id: Q(**{name: asset_id})


def _either(*names: str) -> _Condition:
    def condition(asset_id: str) -> Q:
        found = Q()
        for name in names:
            found |= Q(**{name: asset_id})
        return found

    return condition


_BELOW: dict[str, dict[str, tuple[str, _Condition, tuple[Q, ...]]]] = {
    "SUB": {
        "circuits": ("CKT", _by("substation_id"), ()),
        "transformers": ("XFMR", _by("substation_id"), ()),
        "meters": ("MTR", _by("substation_id"), ()),
        "active_customers": ("CUST", _by("meter__substation_id"), (IS_SERVED,)),
        "buses": ("BUS", _by("substation_id"), ()),
        "generating_units": ("PLANT", _by("substation_id"), ()),
        "branches": ("BR", _either("from_substation_id", "to_substation_id"), ()),
    },
    "CKT": {
        "transformers": ("XFMR", _by("circuit_id"), ()),
        "meters": ("MTR", _by("circuit_id"), ()),
        "active_customers": ("CUST", _by("meter__circuit_id"), (IS_SERVED,)),
        "line_sections": ("LINE", _by("circuit_id"), ()),
        "switches": ("SW", _by("circuit_id"), ()),
        "poles": ("POLE", _by("circuit_id"), ()),
    },
    "XFMR": {
        "meters": ("MTR", _by("transformer_id"), ()),
        "active_customers": ("CUST", _by("meter__transformer_id"), (IS_SERVED,)),
    },
    "LINE": {
        "transformers": ("XFMR", _by("line_id"), ()),
        "poles": ("POLE", _by("line_id"), ()),
        "switches": ("SW", _by("line_id"), ()),
    },
    "POLE": {"transformers": ("XFMR", _by("pole_id"), ()), "meters": ("MTR", _by("pole_id"), ())},
    "MTR": {"active_customers": ("CUST", _by("meter_id"), (IS_SERVED,))},
    "BUS": {
        "generating_units": ("PLANT", _by("bus_id"), ()),
        "branches": ("BR", _either("from_bus_id", "to_bus_id"), ()),
    },
}
"""What hangs on an asset of each kind: how it is counted."""

_HAS_OUTAGES = {"SUB", "CKT", "XFMR", "MTR", "CUST", "SW"}
_OUTAGE_LAYERS = ("outages", "outage_interruptions")
_BESIDE_LAYERS = {
    "SUB": ("asset_health",),
    "CKT": ("asset_health",),
    "XFMR": ("transformer_load", "transformer_voltage", "asset_health"),
    "POLE": ("asset_health",),
}


def as_of(facts: AssetFacts) -> datetime | None:
    """Return the hour that the load of an asset is of; None where it has none."""
    for part in (facts.load, facts.state):
        if part is not None and part.get("load_hour") is not None:
            return part["load_hour"]
    return None
