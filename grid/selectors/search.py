"""Finding an asset by its id or name."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q

from flux_site.api.errors import BadInput
from grid import models

MIN_CHARACTERS = 2
MAX_HITS = 50
LAYERS = (
    "substations",
    "circuits",
    "transformers",
    "branches",
    "meters",
    "switches",
    "water_bodies",
    "buildings",
)
PARENTS = {"Circuit": ("substation",), "Branch": ("from_substation", "to_substation")}


@dataclass(frozen=True, kw_only=True)
class SearchHit:
    """An asset that matches; position null for an asset without a point."""

    asset_id: str
    kind: str
    title: str
    subtitle: str
    lon: float | None
    lat: float | None


def search_assets(*, text: str, first: int, user: Any) -> list[SearchHit]:
    """Return up to ``first`` assets the user may see whose id starts with, or name contains, ``text``.

    Personal data is never searched, so a building, which has no name, is found by its id alone and not by the
    addresses of those who live there.

    Raises:
        BadInput: if the text is shorter than two characters or ``first`` outside 1..50.
    """
    text = text.strip()
    if len(text) < MIN_CHARACTERS:
        raise BadInput(f"Search for at least {MIN_CHARACTERS} characters.", field="text")
    if not 1 <= first <= MAX_HITS:
        raise BadInput(f"first is {first}; it must be 1 to {MAX_HITS}.", field="first")
    hits: list[SearchHit] = []
    for model in (
        models.Substation,
        models.Circuit,
        models.Transformer,
        models.Branch,
        models.Meter,
        models.Switch,
        models.WaterBody,
        models.Building,
    ):
        options = model._meta
        if len(hits) >= first or not user.has_perm(f"{options.app_label}.view_{options.model_name}"):
            continue
        rows = model.objects.visible_to(user).filter(_matches(model, text)).order_by("pk")
        parents = PARENTS.get(options.object_name or "", ())
        if parents:  # without names, select_related would join every parent of every parent
            rows = rows.select_related(*parents)
        hits += [_hit(row) for row in rows[: first - len(hits)]]
    return hits


def _matches(model: type[Model], text: str) -> Q:
    """Return the condition of a match, such that an index finds it."""
    if model is models.Building:
        # Millions: their key is looked up as it is typed and in capitals, which the key's own index does.
        return Q(pk__startswith=text) | Q(pk__startswith=text.upper())
    has_name = any(field.name == "name" for field in model._meta.fields)
    return Q(pk__istartswith=text) | (Q(name__icontains=text) if has_name else Q())


def _hit(row: Model) -> SearchHit:
    title, subtitle, place = row.pk, row.pk, getattr(row, "location", None)
    if isinstance(row, models.Substation | models.Circuit | models.Transformer):
        title = row.name
    if isinstance(row, models.WaterBody):
        title, subtitle = row.name or row.pk, row.get_water_kind_display()
        place = row.outline.point_on_surface
    elif isinstance(row, models.Building):
        use = row.get_building_use_display() if row.building_use else "Use unknown"
        subtitle = f"{use}, {row.footprint_m2:,.0f} m²"
        place = row.outline.point_on_surface
    elif isinstance(row, models.Circuit):
        place = row.substation.location
    elif isinstance(row, models.Branch):
        title = f"{row.from_substation.name} to {row.to_substation.name}"
        subtitle = f"{row.pk}, {row.base_kv:g} kV {row.get_kind_display().lower()}"
        place = row.route.interpolate_normalized(0.5) if row.route else row.from_substation.location
    elif isinstance(row, models.Switch):
        subtitle = row.get_kind_display()
    elif isinstance(row, models.Meter):
        subtitle = f"Meter at {row.transformer_id}"
    return SearchHit(
        asset_id=row.pk,
        kind=type(row).__name__,
        title=title,
        subtitle=subtitle,
        lon=place.x if place else None,
        lat=place.y if place else None,
    )
