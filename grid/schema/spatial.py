"""Root fields of questions about places."""

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.visibility import require_login
from grid.schema import spatial_types as types
from grid.schema.areas import AreaInput
from grid.schema.freshness import names_selected
from grid.schema.spatial_types import Clustered, HeatMeasure, PlacedClass
from grid.selectors.spatial import (
    circuits,
    clusters,
    heatmap,
    impact,
    lines,
    measures,
    nearest,
    summary,
    within,
)


@strawberry.type
class SpatialQuery:
    """Questions about places. PostGIS alone answers them."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_customer")],
        description="Whom an outage concerns: of an `area` everybody whose meter is in it; of a device "
        "(`deviceId`: a switch, line, transformer, meter, circuit or substation) everybody who is fed "
        "through it, wherever they are.",
    )
    def outage_impact(
        self, info: Info, area: AreaInput | None = None, device_id: str | None = None
    ) -> types.OutageImpact:
        """Return the impact."""
        found = impact.outage_impact(
            area=None if area is None else area.spec(),
            device_id=device_id,
            has_buildings=not {"buildings", "buildingsReason"}.isdisjoint(names_selected(info._raw_info)),
            user=require_login(info),
        )
        return types.OutageImpact.of(found)

    @strawberry_django.field(
        extensions=[Requires()],
        description="The assets of some classes nearest to a place, by exact distance. Each class needs the "
        "permission to view it.",
    )
    def nearest_assets(
        self,
        info: Info,
        lon: float,
        lat: float,
        classes: list[PlacedClass],
        first: int = 20,
        max_distance_m: float = 10_000.0,
    ) -> list[types.FoundAsset]:
        """Return the nearest, the nearest first."""
        found = nearest.nearest_assets(
            lon=lon,
            lat=lat,
            classes=classes,
            first=first,
            max_distance_m=max_distance_m,
            user=require_login(info),
        )
        return [types.FoundAsset.of(each) for each in found]

    @strawberry_django.field(
        extensions=[Requires("grid.view_servicearea")],
        description="The circuits whose service area holds a place: none where nobody is served, two only on "
        "the border of their areas.",
    )
    def circuits_at(self, info: Info, lon: float, lat: float) -> list[types.CircuitAt]:
        """Return the circuits."""
        found = circuits.circuits_at(lon=lon, lat=lat, user=require_login(info))
        return [types.CircuitAt.of(each) for each in found]

    @strawberry_django.field(
        extensions=[Requires("grid.view_linesection")],
        description="The lines within a distance of a place; `classes` are LINE (distribution) and BRANCH "
        "(transmission).",
    )
    def lines_near(
        self,
        info: Info,
        lon: float,
        lat: float,
        radius_m: float = 1000.0,
        classes: list[PlacedClass] | None = None,
        first: int = 50,
    ) -> types.LinesNear:
        """Return the lines, the nearest first."""
        found = lines.lines_near(
            lon=lon,
            lat=lat,
            radius_m=radius_m,
            classes=lines.LINE_CLASSES[:1] if classes is None else classes,
            first=first,
            user=require_login(info),
        )
        return types.LinesNear(
            count=found.count,
            total_length_km=found.total_length_km,
            lines=[types.NearLine.of(each) for each in found.lines],
        )

    @strawberry_django.field(
        extensions=[Requires("grid.view_linesection")],
        description="The line nearest to a place and the point on it that is nearest; null if none is within "
        "the distance. `classes` as of linesNear.",
    )
    def nearest_line(
        self,
        info: Info,
        lon: float,
        lat: float,
        max_distance_m: float = 500.0,
        classes: list[PlacedClass] | None = None,
    ) -> types.NearLine | None:
        """Return the line."""
        found = lines.nearest_line(
            lon=lon,
            lat=lat,
            max_distance_m=max_distance_m,
            classes=lines.LINE_CLASSES[:1] if classes is None else classes,
            user=require_login(info),
        )
        return None if found is None else types.NearLine.of(found)

    @strawberry_django.field(
        extensions=[Requires("grid.view_linesection")],
        description="What is connected to a distribution line, by connectivity.",
    )
    def assets_of_line(self, info: Info, line_id: str) -> types.LineAssets:
        """Return the assets."""
        return types.LineAssets.of(lines.assets_of_line(line_id=line_id, user=require_login(info)))

    @strawberry_django.field(
        extensions=[Requires()],
        description="What of some classes is in an area: the count of each, and a page by id. Each class "
        "needs the permission to view it; `after` goes with one class.",
    )
    def assets_in(
        self,
        info: Info,
        area: AreaInput,
        classes: list[PlacedClass],
        first: int = 50,
        after: str | None = None,
    ) -> types.AssetsInArea:
        """Return the assets."""
        found = within.assets_in(
            area=area.spec(), classes=classes, first=first, after=after, user=require_login(info)
        )
        return types.AssetsInArea(
            area_km2=found.area_km2, classes=[types.AssetsOfClass.of(each) for each in found.classes]
        )

    @strawberry_django.field(
        extensions=[Requires()],
        description="A measure on the cells of H3 at a resolution of 3 to 11: of `area`, or of everything "
        "you may see. At most `limit` cells are listed. Each measure needs the permissions to view what it "
        "is made of.",
    )
    def heatmap(
        self,
        info: Info,
        measure: HeatMeasure,
        resolution: int = 8,
        area: AreaInput | None = None,
        limit: int = 5_000,
    ) -> types.Heatmap:
        """Return the heatmap."""
        found = heatmap.heatmap(
            measure=measure,
            resolution=resolution,
            area=None if area is None else area.spec(),
            limit=limit,
            user=require_login(info),
        )
        return types.Heatmap.of(found)

    @strawberry_django.field(
        extensions=[Requires(without_database=True)],
        description="The measures that a heatmap may show, with unit and definition.",
    )
    def heatmap_measures(self) -> list[types.HeatmapMeasure]:
        """Return the measures."""
        return [types.HeatmapMeasure.of(each) for each in measures.MEASURES.values()]

    @strawberry_django.field(
        extensions=[Requires()],
        description="Where things lie close together (DBSCAN): at least `minPoints` of them, each with the "
        "others within `distanceM`, of `area` or of everything you may see. Each kind needs the permissions "
        "to view it.",
    )
    def clusters(
        self,
        info: Info,
        of: Clustered,
        distance_m: float = 200.0,
        min_points: int = 3,
        area: AreaInput | None = None,
        first: int = 50,
    ) -> types.Clusters:
        """Return the clusters."""
        found = clusters.clusters(
            of=of,
            distance_m=distance_m,
            min_points=min_points,
            area=None if area is None else area.spec(),
            first=first,
            user=require_login(info),
        )
        return types.Clusters.of(found)

    @strawberry_django.field(
        extensions=[Requires("grid.view_synclayer")],
        description="What the cache holds, layer by layer, of those you may see: how much, how large, where "
        "and of when.",
    )
    def data_summary(self, info: Info) -> list[types.TableSummary]:
        """Return the summary."""
        return [types.TableSummary(**vars(each)) for each in summary.data_summary(user=require_login(info))]
