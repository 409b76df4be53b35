"""Who and what an outage concerns: of an area by where meters are, of a device by what it feeds.

Everything is counted from the meters concerned, each once: their customers, the buildings they are at, the
transformers and circuits that feed them, and the load that those transformers last had.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import connection
from django.db.models import Count, QuerySet

from flux_site.api.errors import BadInput, NotFound
from grid import models
from grid.models.base import granted_zone_ids
from grid.selectors import topology, tracing
from grid.selectors.spatial.areas import AreaSpec
from grid.selectors.spatial.measuring import Region
from grid.selectors.spatial.policy import check_size, from_postgis, require_views
from grid.selectors.topology import IS_SERVED
from grid.topology import Network

LAYERS = ("circuits", "transformers", "meters", "customers")
OPTIONAL_LAYERS = ("transformer_load", "buildings")
MOST_METERS = 200_000
MOST_METERS_FOR_BUILDINGS = 20_000
WALL_M = 2.0
"""A meter no farther from a building's outline than this is at the building."""

_AT_ONCE = 5_000
_BUILDINGS = """
SELECT count(DISTINCT at_meter.id)
FROM (SELECT location FROM grid_meter WHERE id = ANY(%(meters)s)) m CROSS JOIN LATERAL (
    SELECT b.id FROM grid_building b WHERE b.outline && ST_Expand(m.location,
        %(wall_m)s / (111319.4 * cos(radians(ST_Y(m.location)))), %(wall_m)s / 110574.0)
    AND ST_DWithin(b.outline::geography, m.location::geography, %(wall_m)s)
    AND (%(zones)s::text[] = '{}' OR b.zone_id = ANY(%(zones)s))
    OFFSET 0  -- else PostgreSQL reads all buildings rather than looking around each meter
) at_meter"""


@dataclass(frozen=True, kw_only=True)
class CircuitImpact:
    """What of a circuit is concerned."""

    circuit_id: str
    name: str
    substation_id: str
    meters: int
    transformers: int
    customers: int


@dataclass(frozen=True, kw_only=True)
class Impact:
    """Whom an outage concerns.

    Attributes:
        basis: AREA, or DEVICE when it is traced from a device.
        device_kind: what the device is.
        critical: critical customers by kind, the most frequent first.
        partial_transformers: those of whose meters some are outside; their load counts by the share inside.
        load_kw: mean load in the newest hour known; None if it is known of no transformer concerned.
        load_hour: start of that hour, the oldest if they differ.
        transformers_with_load: of how many it is known.
        buildings: those that the meters are at; None with the reason why it is not known.
    """

    basis: str
    device_kind: str | None
    meters: int
    customers: int
    critical_customers: int
    critical: list[tuple[str, int]]
    transformers: int
    partial_transformers: int
    circuits: list[CircuitImpact]
    load_kw: float | None
    load_hour: datetime | None
    transformers_with_load: int
    buildings: int | None
    buildings_reason: str | None


@dataclass(frozen=True)
class _Scope:
    """The meters concerned, as conditions on meters and on customers."""

    meters: Sequence[QuerySet[Any]]
    customers: Sequence[QuerySet[Any]]
    transformers: int | None = None


def outage_impact(*, area: AreaSpec | None, device_id: str | None, has_buildings: bool, user: Any) -> Impact:
    """Return whom an outage of an area, or of a device, concerns.

    Args:
        area: the meters in it are concerned, whatever feeds them.
        device_id: a switch, line, transformer, meter, circuit or substation: what is fed through it, with
            every switch in its normal position, is concerned, wherever it is.
        has_buildings: whether buildings are to be counted.

    Raises:
        BadInput: unless it is one of the two, or the area is none.
        NotFound: if there is no such device that the user may see.
        LimitExceeded: if too many meters are in the area.
        PermissionRefused, NeverSynced, DatabaseUnavailable: if it cannot be answered.
    """
    if (area is None) == (device_id is None):
        raise BadInput("Name an area or a deviceId, and not both.", field="area")
    require_views(user, (models.Meter, models.Customer, models.Circuit, models.Transformer))
    if has_buildings:
        require_views(user, (models.Building,))
    region = None if area is None else Region.of(area)
    # Read before: the first reading of a large network takes longer than an answer may.
    network = topology.network() if region is None else None

    def ask() -> Impact:
        if region is not None:
            scope, kind = _inside(region, user), None
        else:
            scope, kind = _behind(cast("Network", network), str(device_id), user)
        return _impact(scope, kind=kind, has_buildings=has_buildings, user=user)

    layers = LAYERS if region is not None else (*LAYERS, *topology.CONNECTIVITY_LAYERS)
    optional = OPTIONAL_LAYERS if has_buildings else OPTIONAL_LAYERS[:1]
    return from_postgis(field="outageImpact", layers=layers, optional=optional, ask=ask)


def _inside(region: Region, user: Any) -> _Scope:
    meters = region.holding(models.Meter.objects.visible_to(user), "location")
    check_size(meters, most=MOST_METERS, what="meters", field="area")
    customers = region.holding(models.Customer.objects.visible_to(user), "meter__location")
    return _Scope([meters], [customers])


def _behind(network: Network, device_id: str, user: Any) -> tuple[_Scope, str]:
    try:
        kind, transformers = tracing.fed_through(network=network, asset_id=device_id, user=user)
    except NotFound as error:
        raise NotFound(error.message, field="deviceId") from error
    meters = models.Meter.objects.visible_to(user)
    customers = models.Customer.objects.visible_to(user)
    if kind == models.Meter.__name__:
        return _Scope([meters.filter(pk=device_id)], [customers.filter(meter_id=device_id)], 0), kind
    parts = list(_parts(transformers))
    scope = _Scope(
        [meters.filter(transformer_id__in=part) for part in parts],
        [customers.filter(meter__transformer_id__in=part) for part in parts],
        len(transformers),
    )
    return scope, kind


def _impact(scope: _Scope, *, kind: str | None, has_buildings: bool, user: Any) -> Impact:
    inside: Counter[str] = Counter()  # meters by transformer
    circuit_of: dict[str, str] = {}
    for meters in scope.meters:
        for transformer, circuit, count in (
            meters.order_by().values_list("transformer_id", "circuit_id").annotate(Count("pk"))
        ):
            inside[transformer] += count
            circuit_of[transformer] = circuit
    customers: Counter[str] = Counter()
    critical: Counter[str] = Counter()
    for accounts in scope.customers:
        for circuit, critical_kind, count in (
            accounts.filter(IS_SERVED)
            .order_by()
            .values_list("meter__circuit_id", "critical_kind")
            .annotate(Count("pk"))
        ):
            customers[circuit] += count
            if critical_kind is not None:
                critical[critical_kind] += count
    load = _load(inside)
    meter_count = sum(inside.values())
    buildings, reason = _buildings(scope, meter_count, user) if has_buildings else (None, None)
    return Impact(
        basis="AREA" if kind is None else "DEVICE",
        device_kind=kind,
        meters=meter_count,
        customers=sum(customers.values()),
        critical_customers=sum(critical.values()),
        critical=critical.most_common(),
        transformers=len(inside) if scope.transformers is None else scope.transformers,
        partial_transformers=load.partial,
        circuits=_circuits(inside, circuit_of, customers),
        load_kw=load.kw,
        load_hour=load.hour,
        transformers_with_load=load.known,
        buildings=buildings,
        buildings_reason=reason,
    )


@dataclass
class _Load:
    kw: float | None = None
    hour: datetime | None = None
    known: int = 0
    partial: int = 0


def _load(inside: Counter[str]) -> _Load:
    """Return the load of the meters inside: of each transformer the share that its meters inside are."""
    load = _Load()
    for part in _parts(list(inside)):
        meters_of = dict(
            models.Meter.objects.filter(transformer_id__in=part)
            .order_by()
            .values_list("transformer_id")
            .annotate(Count("pk"))
        )
        load.partial += sum(inside[transformer] < count for transformer, count in meters_of.items())
        rows = models.TransformerLoad.objects.filter(transformer_id__in=part).order_by()
        for transformer, energy_kwh, hour in rows.values_list("transformer_id", "energy_kwh", "load_hour"):
            share = inside[transformer] / meters_of[transformer]
            load.kw = (load.kw or 0.0) + energy_kwh * share  # of one hour: as many kW as kWh
            load.hour = hour if load.hour is None else min(load.hour, hour)
            load.known += 1
    return load


def _circuits(
    inside: Counter[str], circuit_of: dict[str, str], customers: Counter[str]
) -> list[CircuitImpact]:
    meters: Counter[str] = Counter()
    transformers: Counter[str] = Counter()
    for transformer, count in inside.items():
        meters[circuit_of[transformer]] += count
        transformers[circuit_of[transformer]] += 1
    rows = models.Circuit.objects.filter(pk__in=list(meters)).values_list("pk", "name", "substation_id")
    found = [
        CircuitImpact(
            circuit_id=circuit,
            name=name,
            substation_id=substation,
            meters=meters[circuit],
            transformers=transformers[circuit],
            customers=customers[circuit],
        )
        for circuit, name, substation in rows
    ]
    return sorted(found, key=lambda each: (-each.customers, -each.meters, each.circuit_id))


def _buildings(scope: _Scope, meter_count: int, user: Any) -> tuple[int | None, str | None]:
    if meter_count > MOST_METERS_FOR_BUILDINGS:
        return None, (
            f"There are {meter_count} meters; the buildings of more than {MOST_METERS_FOR_BUILDINGS} are not "
            "looked for."
        )
    if not models.Building.objects.exists():
        return None, "The cache holds no buildings."
    ids = [key for meters in scope.meters for key in meters.order_by().values_list("pk", flat=True)]
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"wall_m": WALL_M, "meters": ids, "zones": granted_zone_ids(user)}
        cursor.execute(_BUILDINGS, values)
        (count,) = cursor.fetchone()
    return count, None


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


__all__ = ["CircuitImpact", "Impact", "outage_impact"]
