"""What the pages of all assets share: read-only rows, search by id, links to parents and children, a map."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.gis.db.models import GeometryField
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from flux_site.admin.display import UNKNOWN, change_url, link, list_url
from flux_site.admin.paging import EstimatingPaginator
from flux_site.admin.read_only import ReadOnlyAdmin
from grid.admin.map_widget import feature, map_media, map_widget


class AssetAdmin(ReadOnlyAdmin):
    """Read-only pages of one kind of cached row.

    ``id_prefix`` lets a search for an id use the index; ``parents`` are foreign keys shown as links in lists;
    ``children`` are (label, model, filter field) of the lists that hang on a row.
    """

    id_prefix = ""
    parents: tuple[str, ...] = ()
    children: tuple[tuple[str, str, str], ...] = ()
    geometry_field: str | None = None

    paginator = EstimatingPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 500
    ordering = ("id",)
    actions = None

    # Lists

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search ids by their beginning where the text looks like one, else ids and names."""
        text = search_term.strip()
        if self.id_prefix and text.upper().startswith(self.id_prefix):
            return queryset.filter(pk__startswith=text.upper()), False
        return super().get_search_results(request, queryset, text)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave geometry out of lists, which do not show it."""
        rows = super().get_queryset(request)
        match = request.resolver_match
        if match is None or not str(match.url_name).endswith("_changelist"):
            return rows.select_related(*self.parents)
        deferred = geometry_fields(self.model)
        for parent in self.parents:
            model: Any = self.model._meta.get_field(parent).related_model
            deferred += [f"{parent}__{name}" for name in geometry_fields(model)]
        return rows.select_related(*self.parents).defer(*deferred)

    # One row

    def get_form(
        self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Label fields with their units written as units are written."""
        return super().get_form(request, obj, change=change, labels=unit_labels(self.model), **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any | None = None) -> list[str]:
        """Show every field but the geometry, then the related lists and the map."""
        fields = [field.name for field in self.model._meta.fields if not isinstance(field, GeometryField)]
        extra = [
            *(["related"] if self.children or self.is_traced else []),
            *(["place"] if self.has_place else []),
        ]
        return [*fields, *extra]

    def get_readonly_fields(self, request: HttpRequest, obj: Any | None = None) -> list[str]:
        """Every field is read-only."""
        return self.get_fields(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any | None = None) -> Any:
        """Put first what the row is and what hangs on it, then where it is, then everything else."""
        fields = self.get_fields(request, obj)
        first = [name for name in (*IDENTITY, "related") if name in fields]
        rest = [name for name in fields if name not in {*first, "place"}]
        place = [("Where it is", {"fields": ["place"]})] if "place" in fields else []
        return [(None, {"fields": first}), *place, ("Details", {"fields": rest})]

    @property
    def has_place(self) -> bool:
        """Whether the page has a map: there is a geometry, or a subclass knows where the row is."""
        return self.geometry_field is not None or type(self).features is not AssetAdmin.features

    @property
    def is_traced(self) -> bool:
        """Whether the row can be traced through the network."""
        return self.model.__name__ in TRACED

    @property
    def media(self) -> forms.Media:
        """Add the map's script."""
        return super().media + (map_media() if self.has_place else forms.Media())

    @admin.display(description="see also")
    def related(self, row: Model) -> SafeString:
        """Return links to the lists of what hangs on the row."""
        links = [
            (link(list_url(apps.get_model("grid", model), **{f"{field}__id__exact": row.pk}), label),)
            for label, model, field in self.children
        ]
        if self.is_traced:
            links.append((link(f"{reverse('admin:flux_trace')}?{urlencode({'asset': row.pk})}", "trace"),))
        return format_html_join(" · ", "{}", links)

    @admin.display(description="map")
    def place(self, row: Model) -> SafeString | str:
        """Return the map of the row."""
        return map_widget(self.features(row))

    def features(self, row: Any) -> list[dict[str, Any]]:
        """Return what the map shows, as GeoJSON features."""
        geometry = getattr(row, self.geometry_field) if self.geometry_field else None
        return [feature(geometry, id=row.pk, title=str(row))] if geometry is not None else []


TRACED = ("Substation", "Circuit", "LineSection", "Switch", "Pole", "Transformer", "Meter")
IDENTITY = ("id", "name", "full_name", "masked_name", "zone")
UNITS = {
    "a": "A",
    "c": "°C",
    "deg": "degrees",
    "kv": "kV",
    "kva": "kVA",
    "kwh": "kWh",
    "mps": "m/s",
    "mva": "MVA",
    "mvar": "Mvar",
    "mw": "MW",
    "pct": "%",
    "pu": "p.u.",
} | {unit: unit for unit in ("km", "m", "mm")}


def unit_labels(model: type[Model]) -> dict[str, str]:
    """Return a label for each column whose name ends in a unit: ``load_mw`` becomes ``Load, MW``."""
    labels = {}
    for field in model._meta.fields:
        quantity, _, unit = field.name.rpartition("_")
        if quantity and unit in UNITS:
            labels[field.name] = f"{quantity.replace('_', ' ').capitalize()}, {UNITS[unit]}"
        elif quantity and unit == "at":
            labels[field.name] = quantity.replace("_", " ").capitalize()
    return labels


def geometry_fields(model: type[Model]) -> list[str]:
    """Return the names of a model's geometry columns."""
    return [field.name for field in model._meta.fields if isinstance(field, GeometryField)]


def parent_column(name: str, description: str | None = None) -> Any:
    """Return a list column that links to the row a foreign key points to."""

    @admin.display(description=description or name.replace("_", " "), ordering=f"{name}__pk")
    def column(admin_page: AssetAdmin, row: Any) -> SafeString | str:
        target = getattr(row, name)
        return UNKNOWN if target is None else link(change_url(type(target), target.pk), target)

    return column
