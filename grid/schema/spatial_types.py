"""GraphQL types of what is found by its place."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.types import Info

from flux_site.api.masking import mask_name, shows_personal
from flux_site.jobs.schema import JSONObject
from grid.schema.types.base import GeoJSON, geojson
from grid.selectors.spatial import (
    circuits,
    classes,
    heatmap,
    impact,
    lines,
    measures,
    summary,
    within,
)
from grid.selectors.spatial import clusters as clustering
from grid.selectors.spatial.classes import PlacedClass as PlacedKind

PlacedClass = strawberry.enum(
    PlacedKind,
    description="What can be looked for by its place. A plant is where its substation is, a customer where "
    "their meter is.",
)


@strawberry.type(description="An asset found by its place.")
class FoundAsset:
    """An asset."""

    found: strawberry.Private[classes.FoundAsset]
    kind: PlacedClass
    asset_id: str
    circuit_id: str | None
    substation_id: str | None
    lon: float = strawberry.field(description="Longitude of a point on it, degrees (WGS 84).")
    lat: float = strawberry.field(description="Latitude of that point, degrees (WGS 84).")
    distance_m: float | None = strawberry.field(
        description="Along the ellipsoid to the nearest part of it, m; null if no place was asked about."
    )
    attributes: JSONObject = strawberry.field(
        description="What its class is told by, named as among its type's fields; nothing personal."
    )

    @strawberry.field(description="Its name, or its id; of a customer initials only unless permitted.")
    def title(self, info: Info) -> str:
        """Return the title, masked if it is a person's name."""
        if self.kind is not PlacedKind.CUSTOMER or shows_personal(info, self.asset_id, "full_name"):
            return self.found.title
        return mask_name(self.found.title)

    @classmethod
    def of(cls, found: classes.FoundAsset) -> "FoundAsset":
        """Return what a selector found."""
        told = {name: value for name, value in vars(found).items() if name != "title"}
        return cls(found=found, **told)


@strawberry.type(description="The assets of a class in an area.")
class AssetsOfClass:
    """A class in an area."""

    kind: PlacedClass
    count: int = strawberry.field(description="All of them, counted.")
    assets: list[FoundAsset] = strawberry.field(description="A page of them, by id.")
    end_cursor: str | None = strawberry.field(description="Give it as `after` for the next page.")
    has_next_page: bool

    @classmethod
    def of(cls, found: within.ClassInArea) -> "AssetsOfClass":
        """Return what a selector found."""
        return cls(**(vars(found) | {"assets": [FoundAsset.of(each) for each in found.assets]}))


@strawberry.type(description="What is in an area.")
class AssetsInArea:
    """An area's assets."""

    area_km2: float = strawberry.field(description="Size of the area, km², within 0.5 %.")
    classes: list[AssetsOfClass]


@strawberry.type(description="A line near a place; `line` is placed at the point of it that is nearest.")
class NearLine:
    """A near line."""

    line: FoundAsset
    length_m: float | None = strawberry.field(description="Of the whole line, m; null if not known.")

    @classmethod
    def of(cls, found: lines.NearLine) -> "NearLine":
        """Return what a selector found."""
        return cls(line=FoundAsset.of(found.line), length_m=found.length_m)


@strawberry.type(description="The lines near a place.")
class LinesNear:
    """Near lines."""

    count: int = strawberry.field(description="All within the distance, not only those listed.")
    total_length_km: float = strawberry.field(description="Of all of them at their whole length, km.")
    lines: list[NearLine] = strawberry.field(description="The nearest first.")


@strawberry.type(description="What is connected to a line section, by connectivity and never by nearness.")
class LineAssets:
    """A line's assets."""

    line_id: str
    circuit_id: str
    is_fed: bool = strawberry.field(description="With every switch in its normal position.")
    feeds_from: list[FoundAsset] = strawberry.field(
        description="Lines and switches at its end towards the source; at both ends if it is not fed."
    )
    feeds: list[FoundAsset] = strawberry.field(description="Lines and switches at its other end.")
    transformers: list[FoundAsset]
    switches: list[FoundAsset] = strawberry.field(description="Those that stand on it.")
    poles: list[FoundAsset] = strawberry.field(description="Those that carry it.")
    meter_count: int = strawberry.field(description="Of the transformers on it.")
    customer_count: int = strawberry.field(description="Active accounts of those meters.")
    transformers_behind: int = strawberry.field(description="Transformers that are fed through it.")
    meters_behind: int
    customers_behind: int = strawberry.field(description="Active accounts that are fed through it.")

    @classmethod
    def of(cls, found: lines.LineAssets) -> "LineAssets":
        """Return what a selector found."""
        told = {name: value for name, value in vars(found).items() if name != "behind"}
        for name in ("feeds_from", "feeds", "transformers", "switches", "poles"):
            told[name] = [FoundAsset.of(each) for each in told[name]]
        return cls(
            **told,
            transformers_behind=len(found.behind.transformers),
            meters_behind=found.behind.meter_count,
            customers_behind=found.behind.customer_count,
        )


@strawberry.type(description="A circuit whose service area holds a place.")
class CircuitAt:
    """A circuit."""

    circuit_id: str
    name: str
    substation_id: str
    voltage_kv: float
    transformer_count: int
    customer_count: int
    meter_count: int
    area_km2: float = strawberry.field(description="Size of its service area, km².")
    centre_lon: float = strawberry.field(description="Longitude of the centroid of that area, degrees.")
    centre_lat: float = strawberry.field(description="Latitude of the centroid of that area, degrees.")

    @classmethod
    def of(cls, found: circuits.CircuitAt) -> "CircuitAt":
        """Return what a selector found."""
        return cls(**vars(found))


@strawberry.type(description="What an outage concerns of a circuit.")
class CircuitImpact:
    """A circuit's part."""

    circuit_id: str
    name: str
    substation_id: str
    meters: int
    transformers: int = strawberry.field(description="Those with a meter concerned.")
    customers: int


@strawberry.type(description="Critical customers of a kind.")
class CriticalCustomers:
    """A kind."""

    kind: str
    customers: int


@strawberry.type(description="Whom an outage of an area or a device concerns; everybody is counted once.")
class OutageImpact:
    """An impact."""

    basis: str = strawberry.field(
        description="AREA: the meters in it, whatever feeds them. DEVICE: what is fed through it."
    )
    device_kind: str | None
    meters: int
    customers: int = strawberry.field(description="Active accounts.")
    critical_customers: int
    critical: list[CriticalCustomers]
    transformers: int
    partial_transformers: int = strawberry.field(
        description="Of whose meters some are outside; their load counts by the share inside."
    )
    circuits: list[CircuitImpact] = strawberry.field(description="Most customers first.")
    load_kw: float | None = strawberry.field(
        description="Mean load in the newest hour known, kW; null if it is known of none of the transformers."
    )
    load_hour: datetime | None = strawberry.field(
        description="Start of that hour, the oldest if they differ."
    )
    transformers_with_load: int = strawberry.field(description="Of how many transformers it is known.")
    buildings: int | None = strawberry.field(description="Those the meters are at; null: not known.")
    buildings_reason: str | None = strawberry.field(description="Why it is not known.")

    @classmethod
    def of(cls, found: impact.Impact) -> "OutageImpact":
        """Return what a selector found."""
        told = vars(found) | {
            "critical": [CriticalCustomers(kind=kind, customers=count) for kind, count in found.critical],
            "circuits": [CircuitImpact(**vars(each)) for each in found.circuits],
        }
        return cls(**told)


HeatMeasure = strawberry.enum(
    measures.HeatMeasure, description="What a heatmap may show; see heatmapMeasures."
)
Clustered = strawberry.enum(clustering.Clustered, description="What may be clustered.")
CountMethod = strawberry.enum(
    summary.CountMethod,
    description="COUNTED: now. AT_LAST_SYNC: when the layer was last synced. ESTIMATED: by statistics.",
)


@strawberry.type(description="A measure that a heatmap may show.")
class HeatmapMeasure:
    """A measure."""

    key: HeatMeasure
    title: str
    unit: str
    definition: str = strawberry.field(description="What the value of a cell is.")

    @classmethod
    def of(cls, measure: measures.Measure) -> "HeatmapMeasure":
        """Return a measure."""
        return cls(key=measure.key, title=measure.title, unit=measure.unit, definition=measure.definition)


@strawberry.type(description="A cell of H3.")
class HeatCell:
    """A cell."""

    cell: str = strawberry.field(description="Its H3 index, hexadecimal.")
    lon: float = strawberry.field(description="Longitude of its centre, degrees.")
    lat: float = strawberry.field(description="Latitude of its centre, degrees.")
    value: float | None = strawberry.field(description="Null if it is known of none of its rows.")
    row_count: int = strawberry.field(description="Rows in the cell.")
    known_count: int = strawberry.field(description="Of how many of them the value is known.")

    @strawberry.field(description="Its corners in order, longitude and latitude in turn, degrees.")
    def corners(self) -> list[float]:
        """Return the corners of the cell, to 6 decimals: about a decimetre."""
        return heatmap.corners_of(self.cell)


@strawberry.type(description="A measure on the cells of H3; cells without a row are left out.")
class Heatmap:
    """A heatmap."""

    measure: HeatmapMeasure
    resolution: int
    cell_count: int = strawberry.field(description="Cells with a row, also those not listed.")
    row_count: int
    minimum: float | None = strawberry.field(description="Of all cells; null if no value is known.")
    maximum: float | None = strawberry.field(description="Of all cells; null if no value is known.")
    cells: list[HeatCell] = strawberry.field(description="The highest value first, unknown ones last.")

    @classmethod
    def of(cls, found: heatmap.Heatmap) -> "Heatmap":
        """Return what a selector found."""
        told = vars(found) | {
            "measure": HeatmapMeasure.of(found.measure),
            "cells": [HeatCell(**vars(each)) for each in found.cells],
        }
        return cls(**told)


@strawberry.type(description="Things that lie close together.")
class Cluster:
    """A cluster."""

    number: int = strawberry.field(description="1: the largest.")
    count: int
    member_ids: list[str] = strawberry.field(
        description=f"Their ids in order, at most {clustering.MOST_MEMBERS}."
    )
    lon: float = strawberry.field(description="Longitude of the mean of their places, degrees.")
    lat: float = strawberry.field(description="Latitude of the mean of their places, degrees.")
    extent_m: float = strawberry.field(description="The largest distance between two of them, m.")
    hull: GeoJSON = strawberry.field(
        description="The smallest convex shape around them: a polygon, a line or a point."
    )


@strawberry.type(description="Clusters by density.")
class Clusters:
    """Clusters."""

    point_count: int = strawberry.field(description="All things looked at.")
    clustered_count: int
    noise_count: int = strawberry.field(description="Things of no cluster.")
    cluster_count: int = strawberry.field(description="Clusters, also those not listed.")
    clusters: list[Cluster] = strawberry.field(description="The largest first.")

    @classmethod
    def of(cls, found: clustering.Clusters) -> "Clusters":
        """Return what a selector found."""
        listed = [Cluster(**(vars(each) | {"hull": geojson(each.hull)})) for each in found.clusters]
        told: dict[str, Any] = vars(found) | {"clusters": listed}
        return cls(**told)


@strawberry.type(description="What is known of a layer's table without reading it.")
class TableSummary:
    """A table."""

    key: str = strawberry.field(description="Key of the sync layer.")
    title: str
    row_count: int | None = strawberry.field(description="Rows you may see; null if not known.")
    count_method: CountMethod
    table_bytes: float | None = strawberry.field(
        description="Without its indexes; null for users limited to zones."
    )
    index_bytes: float | None = strawberry.field(description="Null for users limited to zones.")
    extent: list[float] | None = strawberry.field(
        description="West, south, east, north by statistics, degrees; null if it has no places, if no "
        "statistics were taken yet, or for users limited to zones."
    )
    newest_change_at: datetime | None = strawberry.field(
        description="Newest moment among its rows when it was last synced; null if rows carry none."
    )
    synced_at: datetime | None = strawberry.field(description="Null: never synced.")
