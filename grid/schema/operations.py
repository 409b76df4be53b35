"""Root fields of operations: key figures, map layers, search, transformer load."""

from datetime import datetime
from typing import Any

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.once import once
from flux_site.api.visibility import require_login
from grid.federation import from_either_store
from grid.selectors import analytics, kpis, map_layers, search, tiles

AttributeKind = strawberry.enum(map_layers.AttributeKind, description="What the values of a property are.")


@strawberry.type(
    description="A key figure every three hours over seven days, the newest last; null values are unknown."
)
class KpiTrend:
    """How a key figure went."""

    source: str = strawberry.field(
        description="HISTORY: computed from when things began and ended, or from hourly data. SAMPLES: from "
        "the values taken every five minutes, kept for 90 days."
    )
    at: list[datetime]
    values: list[float | None]
    day_ago: float | None = strawberry.field(description="The value at the same moment the day before.")
    week_ago: float | None = strawberry.field(description="The value at the same moment a week before.")
    reason: str | None = strawberry.field(description="Why no value is known.")


@strawberry.type(description="A key figure; a null value is unknown and says why.")
class Kpi:
    """A key figure of the control room."""

    key: str
    label: str
    value: float | None
    unit: str
    definition: str
    data_as_of: datetime | None
    reason: str | None = strawberry.field(description="Why the value is null.")
    coverage_pct: float | None = strawberry.field(
        description="Metered share of all meters' time behind the value; below 100 a load is a lower bound. "
        "Null if unknown, or if the figure is not of meters."
    )

    @strawberry_django.field(description="How it went: from the warehouse, or from samples.")
    def trend(self, info: Info) -> KpiTrend:
        """Return the trend."""
        return KpiTrend(**vars(kpis.trend(key=self.key, until=self.data_as_of, user=require_login(info))))


@strawberry.type(description="One line of a legend.")
class LegendEntry:
    """A colour and what it stands for."""

    label: str
    color: str
    minimum: float | None = strawberry.field(description="Lower bound of the class, inclusive.")
    value: str | None = strawberry.field(
        description="The value it stands for, where it is no class of numbers."
    )


@strawberry.type(description="A further way to colour a layer: by one of its columns or properties.")
class MapColouring:
    """A colouring: by which attribute, and what its colours mean."""

    attribute: str = strawberry.field(description="Name of the column, and of the property in tiles.")
    title: str
    legend: list[LegendEntry] = strawberry.field(
        description="Classes of its values; the entry without minimum and value is for what is unknown."
    )
    at: datetime | None = strawberry.field(
        description="The hour that its ratings are for; null: not known, or it is of no hour."
    )


@strawberry.type(description="A property of the features in a layer's tiles.")
class MapLayerAttribute:
    """A property: its name, what it means and from which zoom on it is there."""

    name: str
    title: str
    unit: str | None = strawberry.field(description="Unit of a number; null if it has none.")
    kind: AttributeKind
    min_zoom: int = strawberry.field(description="Tiles of lower zoom leave it out.")
    is_of_aggregates: bool = strawberry.field(
        description="Whether it is of features that stand for several rows (is_aggregate), and folds theirs."
    )


@strawberry.type(description="A layer of the map.")
class MapLayer:
    """A layer: where its rows are, how it is drawn, how fresh it is."""

    key: str
    title: str
    geometry_kind: str
    min_zoom: float
    max_zoom: float
    url: str | None = strawberry.field(
        description="The same as columnsUrl.", deprecation_reason="Use columnsUrl. Removed after 2027-03."
    )
    columns_url: str | None = strawberry.field(
        description="Arrow stream of its rows; add ?bbox=west,south,east,north. Null: it comes as tiles only."
    )
    tiles_url: str = strawberry.field(
        description="Vector tiles of its features, from zoom 0 on; fill in {z}, {x} and {y}."
    )
    tile_json_url: str = strawberry.field(description="TileJSON 3.0.0 of its tiles.")
    tiles_max_zoom: int = strawberry.field(description="Highest zoom of its tiles; closer views use these.")
    attributes: list[MapLayerAttribute] = strawberry.field(description="Properties of its features in tiles.")
    legend: list[LegendEntry]
    colourings: list[MapColouring] = strawberry.field(description="Further ways to colour it.")
    row_count: int | None = strawberry.field(description="Rows in the cache; null if never synced.")
    synced_at: datetime | None
    confirmed_at: datetime | None = strawberry.field(
        description="When the rows were last known to equal their source."
    )
    is_too_old: bool | None = strawberry.field(
        description="Whether that is longer ago than operations allow; null if never synced."
    )
    status: str = strawberry.field(
        description="NEVER_SYNCED, FRESH, STALE, RUNNING, FAILED or PAUSED; FROM_WAREHOUSE without the cache."
    )
    data_version: str | None = strawberry.field(
        description="Of its columns: another one after each sync, edit and new rating that they show."
    )
    permission: str

    @strawberry_django.field(
        description="Features over all zones: as of the last making of its tiles, or now for what changes by "
        "the minute. Null if not known."
    )
    def feature_count(self, info: Info) -> int | None:
        """Return the number of features."""
        return once(info, "feature_counts", map_layers.feature_counts).get(self.key)

    @strawberry_django.field(
        description="Of its tiles, for you: another one after each change that they show, also once the "
        "cells for views from afar are made anew. Null if never synced, or if the cache does not answer."
    )
    def tiles_version(self, info: Info) -> str | None:
        """Return the version of the tiles."""
        user = require_login(info)
        return once(info, "tile_versions", lambda: tiles.known_versions(user)).get(self.key)


@strawberry.type(description="An asset that matches a search.")
class SearchHit:
    """A hit."""

    asset_id: str
    kind: str
    title: str
    subtitle: str
    lon: float | None
    lat: float | None


@strawberry.type(description="The load of a transformer in one hour, and its temperatures at its end.")
class LoadPoint:
    """An hour of load."""

    at: datetime
    load_kva: float
    loading_pct: float
    energy_kwh: float
    coverage_pct: float | None = strawberry.field(
        description="Metered share of the hour over all its meters; null until the readings are rolled up."
    )
    ambient_c: float | None = strawberry.field(description="At the nearest weather station.")
    top_oil_c: float | None
    hot_spot_c: float | None = strawberry.field(description="Of the winding, by IEEE C57.91.")
    ageing_factor: float | None = strawberry.field(
        description="How fast the insulation ages: 1 at a hot spot of 110 °C."
    )
    thermal_stress: str | None = strawberry.field(
        description="LOW up to a hot spot of 110 °C, MODERATE to 120, HIGH to 140, CRITICAL above."
    )


@strawberry.type(description="The highest hour of a transformer.")
class TransformerPeak:
    """A peak."""

    asset_id: str
    name: str
    circuit_id: str
    rated_kva: float
    peak_load_kva: float
    peak_loading_pct: float
    at: datetime
    hours_over_rating: int


def kpi_figures(user: Any, keys: list[str] | None = None) -> list[Kpi]:
    """Return the key figures over the zones a user may see."""
    return [Kpi(**vars(figure)) for figure in kpis.current(user=user, keys=keys)]


def _columns_url(layer: map_layers.MapLayer) -> str | None:
    return f"/columns/{layer.key}" if layer.columns else None


def _legend(entries: tuple[map_layers.LegendEntry, ...]) -> list[LegendEntry]:
    return [
        LegendEntry(label=entry.label, color=entry.color, minimum=entry.minimum, value=entry.value)
        for entry in entries
    ]


def _data_version(
    layer: map_layers.MapLayer, of_rows: str | None, of_ratings: str | None, edits: dict[str, int]
) -> str | None:
    """Return the version of a layer's rows, of the edits of them and of the ratings that its columns show."""
    if of_rows is None:
        return None
    parts = [of_rows, *(str(edits[table]) for table in layer.changing_tables if table in edits)]
    if of_ratings is not None and layer.columns_version_sql is not None:
        parts.append(of_ratings)
    return "|".join(parts)


def layers_of_map(user: Any) -> list[MapLayer]:
    """Return the map layers a user may see."""
    edits = map_layers.edit_versions()  # before the rows
    states, shown = map_layers.freshness(), map_layers.shown_ratings()
    return [
        MapLayer(
            key=layer.key,
            title=layer.title,
            geometry_kind=layer.geometry_kind,
            min_zoom=layer.min_zoom,
            max_zoom=layer.max_zoom,
            url=_columns_url(layer),
            columns_url=_columns_url(layer),
            tiles_url=f"/tiles/{layer.key}/{{z}}/{{x}}/{{y}}.mvt",
            tile_json_url=f"/tiles/{layer.key}.json",
            tiles_max_zoom=map_layers.MAX_TILE_ZOOM,
            attributes=[
                MapLayerAttribute(
                    name=each.name,
                    title=each.title,
                    unit=each.unit,
                    kind=each.kind,
                    min_zoom=each.min_zoom,
                    is_of_aggregates=is_folded,
                )
                for is_folded, group in ((False, layer.attributes), (True, layer.tiles.measures))
                for each in group
            ],
            legend=_legend(layer.legend),
            colourings=[
                MapColouring(
                    attribute=each.attribute,
                    title=each.title,
                    legend=_legend(each.legend),
                    at=None if each.of_hour is None else shown.at.get(each.of_hour),
                )
                for each in layer.colourings
            ],
            row_count=states[layer.sync_layer].row_count,
            synced_at=states[layer.sync_layer].synced_at,
            confirmed_at=states[layer.sync_layer].confirmed_at,
            is_too_old=states[layer.sync_layer].is_too_old,
            status=states[layer.sync_layer].status,
            data_version=_data_version(layer, states[layer.sync_layer].data_version, shown.version, edits),
            permission=layer.permission,
        )
        for layer in map_layers.LAYERS
        if user.has_perm(layer.permission)
    ]


@strawberry.type
class OperationsQuery:
    """Questions of the control room."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_outage", without_database=True)],
        description="The key figures, over the zones the user may see; all, or those named.",
    )
    def kpis(self, info: Info, keys: list[str] | None = None) -> list[Kpi]:
        """Return the key figures."""
        return kpi_figures(require_login(info), keys)

    @strawberry_django.field(
        extensions=[Requires(without_database=True)], description="The map layers the user may see."
    )
    def map_layers(self, info: Info) -> list[MapLayer]:
        """Return the layers."""
        return layers_of_map(require_login(info))

    @strawberry_django.field(
        extensions=[Requires(without_database=True)],
        description="Assets by the start of their id or part of their name.",
    )
    def search(self, info: Info, text: str, first: int = 10) -> list[SearchHit]:
        """Return hits."""
        user = require_login(info)
        hits = from_either_store(
            field="search",
            layers=search.LAYERS,
            vital_layers=search.LAYERS[:1],
            ask=lambda: search.search_assets(text=text, first=first, user=user),
        )
        return [SearchHit(**vars(hit)) for hit in hits]

    @strawberry_django.field(
        extensions=[Requires("grid.view_transformer", without_database=True)],
        description="Hourly load of a transformer over its newest hours, oldest first. From the warehouse.",
    )
    def transformer_load(self, info: Info, asset_id: str, hours: int = 336) -> list[LoadPoint]:
        """Return the load."""
        points = analytics.transformer_load(asset_id=asset_id, hours=hours, user=require_login(info))
        return [LoadPoint(**vars(point)) for point in points]

    @strawberry_django.field(
        extensions=[Requires("grid.view_transformer", without_database=True)],
        description="The transformers with the highest hourly loading on record. From the warehouse.",
    )
    def top_loaded_transformers(self, info: Info, first: int = 10) -> list[TransformerPeak]:
        """Return the peaks."""
        peaks = analytics.top_loaded_transformers(first=first, user=require_login(info))
        return [TransformerPeak(**vars(peak)) for peak in peaks]
