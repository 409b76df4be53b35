"""What every asset type of the API shares."""

from typing import Any, NewType, Self

import strawberry
import strawberry_django
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import QuerySet
from strawberry import relay
from strawberry.types import Info

from flux_site.api.visibility import first_of, visible
from grid.federation import from_either_store
from grid.layers import DERIVED, LAYERS
from grid.schema.fast.columns import read_from, shows_rows

LAYER_OF_MODEL = {layer.model: key for key, layer in LAYERS.items()}
LAYERS_OF_MODEL = {model: (key,) for model, key in LAYER_OF_MODEL.items()} | {
    each.model: each.rests_on for each in DERIVED
}
"""The layers that the rows of a model come from, or are computed from."""

GeoJSON = NewType("GeoJSON", object)
GEOJSON_SCALAR = strawberry.scalar(
    name="GeoJSON",
    description="An RFC 7946 geometry object, WGS 84, longitude before latitude.",
    specified_by_url="https://www.rfc-editor.org/rfc/rfc7946",
    serialize=lambda value: value,
    parse_value=lambda value: value,
)


def geojson(geometry: GEOSGeometry | None) -> Any:
    """Return a geometry as a GeoJSON object, or None."""
    if geometry is None:
        return None
    return {"type": geometry.geom_type, "coordinates": geometry.coords}  # type: ignore[attr-defined]


@strawberry.interface(description="Anything of the grid, known by the same id in both stores.")
class Asset(relay.Node):
    """Base of the asset types: id, natural key, visibility and federation lookup."""

    @strawberry_django.field(
        only=["pk"], metadata=read_from("pk"), description="Natural key, the same in both stores."
    )
    def asset_id(self) -> str:
        """Return the natural key."""
        return self.pk  # type: ignore[attr-defined,no-any-return]

    @classmethod
    @shows_rows(permission="grid.view_{model}", zone="zone_id")
    def get_queryset(cls, queryset: QuerySet[Any], info: Info, **_: Any) -> QuerySet[Any]:
        """Return the rows the user may see."""
        return visible(queryset, info)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give each type the lookup below; the library makes up its own for a type that only inherits one."""
        super().__init_subclass__(**kwargs)
        cls.resolve_reference = Asset.__dict__["resolve_reference"]  # type: ignore[method-assign]

    @classmethod
    def resolve_reference(cls, info: Info, asset_id: str) -> Self | None:
        """Return the entity another subgraph refers to by ``assetId``, if the user may see it."""
        model = cls.__strawberry_django_definition__.model  # type: ignore[attr-defined]
        return from_either_store(
            field=f"_entities/{model.__name__}",
            layers=(LAYER_OF_MODEL[model],),
            ask=lambda: first_of(visible(model.objects.all(), info).filter(pk=asset_id), info),
        )


@strawberry.interface(description="An asset at a point.")
class LocatedAsset(Asset):
    """An asset with a ``location``."""

    @strawberry_django.field(
        only=["location"], metadata=read_from("location", "ST_X"), description="Longitude, degrees (WGS 84)."
    )
    def lon(self) -> float:
        """Return the longitude."""
        return self.location.x  # type: ignore[attr-defined,no-any-return]

    @strawberry_django.field(
        only=["location"], metadata=read_from("location", "ST_Y"), description="Latitude, degrees (WGS 84)."
    )
    def lat(self) -> float:
        """Return the latitude."""
        return self.location.y  # type: ignore[attr-defined,no-any-return]


@strawberry.interface(description="An asset along a line.")
class RoutedAsset(Asset):
    """An asset with a ``route``."""

    @strawberry_django.field(
        only=["route"], description="Its route as a GeoJSON LineString; null if it has none."
    )
    def route(self) -> GeoJSON | None:
        """Return the route."""
        return geojson(self.route)  # type: ignore[return-value,arg-type]
