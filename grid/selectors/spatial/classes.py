"""The classes of assets that have a place, and what is told of each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import CharField, F, FloatField, Model, QuerySet, Value

from flux_site.api.errors import BadInput
from grid import models
from grid.selectors.spatial.measuring import BULGE_M, coordinate


class PlacedClass(StrEnum):
    """What can be looked for by its place."""

    SUBSTATION = "SUBSTATION"
    PLANT = "PLANT"
    BRANCH = "BRANCH"
    LINE = "LINE"
    SWITCH = "SWITCH"
    POLE = "POLE"
    TRANSFORMER = "TRANSFORMER"
    METER = "METER"
    CUSTOMER = "CUSTOMER"
    OUTAGE = "OUTAGE"
    WORK_ORDER = "WORK_ORDER"
    CREW = "CREW"
    TREE = "TREE"
    BUILDING = "BUILDING"
    WATER_BODY = "WATER_BODY"
    FLOOD_ZONE = "FLOOD_ZONE"


@dataclass(frozen=True, kw_only=True)
class FoundAsset:
    """An asset found by its place.

    Attributes:
        title: its name, or its id; of a customer the name, which is personal.
        lon: of a point on it, degrees.
        distance_m: from the place asked about, to the nearest part of it; None if none was.
        attributes: what the class is told by, under the names of the API.
    """

    kind: PlacedClass
    asset_id: str
    title: str
    circuit_id: str | None
    substation_id: str | None
    lon: float
    lat: float
    distance_m: float | None
    attributes: dict[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Placed:
    """How a class is looked for.

    Attributes:
        layer: the sync layer of its rows.
        place: the column of its geometry, by a relation if it is another's.
        title: the column of its name.
        circuit: the column of its circuit's id; None if it belongs to none.
        substation: likewise.
        told: columns that are told of it, by their names in the API.
        bulge_m: how far a geometry may leave its rectangle when its edges are geodesics.
        also: layers of the rows that ``place`` and ``told`` lead to.
    """

    kind: PlacedClass
    model: type[Model]
    layer: str
    place: str = "location"
    title: str = "pk"
    circuit: str | None = None
    substation: str | None = None
    told: dict[str, str] = field(default_factory=dict)
    bulge_m: float = 0.0
    also: tuple[str, ...] = ()

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that an answer about the class rests on."""
        return (self.layer, *self.also)

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return the rows the user may see."""
        return self.model.objects.visible_to(user).order_by()  # type: ignore[attr-defined,no-any-return]

    def found(self, rows: QuerySet[Any], *, has_distance: bool = False) -> list[FoundAsset]:
        """Return rows as found assets; with the annotation ``distance_m`` if they have one."""
        columns = {
            "_id": F("pk"),
            "_title": F(self.title),
            "_circuit": Value(None, output_field=CharField()) if self.circuit is None else F(self.circuit),
            "_substation": Value(None, output_field=CharField())
            if self.substation is None
            else F(self.substation),
            "_lon": coordinate(self.place, "X"),
            "_lat": coordinate(self.place, "Y"),
            "_distance": F("distance_m") if has_distance else Value(None, output_field=FloatField()),
            **{f"_told_{n}": F(column) for n, column in enumerate(self.told.values())},
        }
        return [
            FoundAsset(
                kind=self.kind,
                asset_id=asset_id,
                title=title or asset_id,
                circuit_id=circuit,
                substation_id=substation,
                lon=lon,
                lat=lat,
                distance_m=distance,
                attributes=dict(zip(self.told, map(_plain, told), strict=True)),
            )
            for asset_id, title, circuit, substation, lon, lat, distance, *told in rows.annotate(
                **columns
            ).values_list(*columns)
        ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


_ON_CIRCUIT: Any = {"circuit": "circuit_id", "substation": "substation_id"}

PLACED: dict[PlacedClass, Placed] = {
    each.kind: each
    for each in (
        Placed(
            kind=PlacedClass.SUBSTATION,
            model=models.Substation,
            layer="substations",
            title="name",
            substation="pk",
            told={"maxKv": "max_kv", "capacityMva": "capacity_mva", "status": "status"},
        ),
        Placed(
            kind=PlacedClass.PLANT,
            model=models.Plant,
            layer="plants",
            place="substation__location",
            substation="substation_id",
            told={"fuelType": "fuel_type", "pMw": "p_mw", "pMaxMw": "p_max_mw", "inService": "in_service"},
            also=("substations",),
        ),
        Placed(
            kind=PlacedClass.BRANCH,
            model=models.Branch,
            layer="branches",
            place="route",
            bulge_m=BULGE_M,
            told={
                "kind": "kind",
                "baseKv": "base_kv",
                "ratingMva": "rating_mva",
                "fromSubstationId": "from_substation_id",
                "toSubstationId": "to_substation_id",
            },
        ),
        Placed(
            kind=PlacedClass.LINE,
            model=models.LineSection,
            layer="lines",
            place="route",
            circuit="circuit_id",
            told={
                "lineClass": "line_class",
                "phases": "phases",
                "lengthM": "length_m",
                "isUnderground": "is_underground",
            },
        ),
        Placed(
            kind=PlacedClass.SWITCH,
            model=models.Switch,
            layer="switches",
            circuit="circuit_id",
            told={"kind": "kind", "isNormallyOpen": "is_normally_open", "ratedA": "rated_a"},
        ),
        Placed(
            kind=PlacedClass.POLE,
            model=models.Pole,
            layer="poles",
            **_ON_CIRCUIT,
            told={"heightM": "height_m", "poleClass": "pole_class", "installYear": "install_year"},
        ),
        Placed(
            kind=PlacedClass.TRANSFORMER,
            model=models.Transformer,
            layer="transformers",
            title="name",
            **_ON_CIRCUIT,
            told={
                "ratedKva": "rated_kva",
                "peakLoadingPct": "peak_loading_pct",
                "customerCount": "customer_count",
            },
        ),
        Placed(
            kind=PlacedClass.METER,
            model=models.Meter,
            layer="meters",
            **_ON_CIRCUIT,
            told={"transformerId": "transformer_id", "customerClass": "customer_class", "status": "status"},
        ),
        Placed(
            kind=PlacedClass.CUSTOMER,
            model=models.Customer,
            layer="customers",
            place="meter__location",
            title="full_name",
            circuit="meter__circuit_id",
            substation="meter__substation_id",
            told={
                "meterId": "meter_id",
                "customerClass": "customer_class",
                "criticalKind": "critical_kind",
                "accountStatus": "account_status",
                "city": "city",
            },
            also=("meters",),
        ),
        Placed(
            kind=PlacedClass.OUTAGE,
            model=models.Outage,
            layer="outages",
            **_ON_CIRCUIT,
            told={"status": "status", "startedAt": "started_at", "customersOut": "customers_out"},
        ),
        Placed(
            kind=PlacedClass.WORK_ORDER,
            model=models.WorkOrder,
            layer="work_orders",
            **_ON_CIRCUIT,
            told={"workType": "work_type", "priority": "priority", "status": "status", "assetId": "asset_id"},
        ),
        Placed(
            kind=PlacedClass.CREW,
            model=models.Crew,
            layer="crews",
            title="name",
            substation="home_substation_id",
            told={"kind": "kind", "status": "status"},
        ),
        Placed(
            kind=PlacedClass.TREE,
            model=models.Tree,
            layer="trees",
            told={"species": "species", "heightM": "height_m", "crownRadiusM": "crown_radius_m"},
        ),
        Placed(
            kind=PlacedClass.BUILDING,
            model=models.Building,
            layer="buildings",
            place="outline",
            told={
                "buildingUse": "building_use",
                "heightM": "height_m",
                "floorCount": "floor_count",
                "footprintM2": "footprint_m2",
            },
        ),
        Placed(
            kind=PlacedClass.WATER_BODY,
            model=models.WaterBody,
            layer="water_bodies",
            place="outline",
            title="name",
            told={"waterKind": "water_kind", "areaM2": "area_m2"},
        ),
        Placed(
            kind=PlacedClass.FLOOD_ZONE,
            model=models.FloodZone,
            layer="flood_zones",
            place="outline",
            told={"zoneCode": "zone_code", "annualChancePct": "annual_chance_pct"},
        ),
    )
}


def wanted_classes(classes: Iterable[PlacedClass]) -> list[Placed]:
    """Return the classes that are asked about, each once.

    Raises:
        BadInput: if there is none.
    """
    wanted = list(dict.fromkeys(classes))
    if not wanted:
        raise BadInput("classes is empty; name at least one.", field="classes")
    return [PLACED[PlacedClass(each)] for each in wanted]
