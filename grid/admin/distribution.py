"""Circuits, sections, switches, poles, transformers and meters in the admin."""

from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString

from flux_site.admin.display import badge, number
from grid import models
from grid.admin.asset_pages import AssetAdmin, parent_column
from grid.admin.map_widget import feature

SECTIONS_ON_MAP = 3_000


@admin.register(models.Circuit)
class CircuitAdmin(AssetAdmin):
    """Circuits; the map shows their sections."""

    id_prefix = "CKT-"
    parents = ("zone", "substation")
    list_display = (
        "id",
        "name",
        "substation_link",
        "voltage_kv",
        "peak_shown",
        "length_shown",
        "transformer_count",
        "customer_count",
        "status_badge",
    )
    list_filter = ("zone", "status", "voltage_kv")
    search_fields = ("id__icontains", "name__icontains", "substation__name__icontains")
    search_help_text = "Id, name or name of its substation"
    children = (
        ("Line sections", "LineSection", "circuit"),
        ("Switches", "Switch", "circuit"),
        ("Poles", "Pole", "circuit"),
        ("Transformers", "Transformer", "circuit"),
        ("Meters", "Meter", "circuit"),
        ("Outages", "Outage", "circuit"),
        ("Work orders", "WorkOrder", "circuit"),
    )
    substation_link = parent_column("substation")

    @admin.display(description="peak", ordering="peak_load_mw")
    def peak_shown(self, row: models.Circuit) -> str:
        """Return the coincident peak."""
        return number(row.peak_load_mw, "MW", 2)

    @admin.display(description="length", ordering="length_km")
    def length_shown(self, row: models.Circuit) -> str:
        """Return the length of all sections."""
        return number(row.length_km, "km")

    @admin.display(description="status", ordering="status")
    def status_badge(self, row: models.Circuit) -> SafeString | str:
        """Return the status."""
        return badge(row.status)

    def features(self, row: models.Circuit) -> list[dict[str, Any]]:
        """Return the substation and the sections that lead the power; services only if there is room."""
        sections = models.LineSection.objects.filter(circuit=row).exclude(line_class=models.LineClass.SERVICE)
        shown = sections.only("id", "route", "line_class").order_by("line_class", "id")[:SECTIONS_ON_MAP]
        lines = [
            feature(section.route, id=section.pk, title=section.get_line_class_display()) for section in shown
        ]
        return [feature(row.substation.location, id=row.substation_id, title=str(row.substation)), *lines]


@admin.register(models.LineSection)
class LineSectionAdmin(AssetAdmin):
    """Line sections."""

    id_prefix = "LINE-"
    parents = ("circuit",)
    geometry_field = "route"
    list_display = (
        "id",
        "circuit_link",
        "line_class",
        "phases",
        "conductor_type",
        "length_shown",
        "is_underground",
    )
    list_filter = ("line_class", "is_underground", "zone")
    search_fields = ("id__icontains",)
    search_help_text = "Id"
    children = (
        ("Switches", "Switch", "line"),
        ("Poles", "Pole", "line"),
        ("Transformers", "Transformer", "line"),
    )
    circuit_link = parent_column("circuit")

    @admin.display(description="length", ordering="length_m")
    def length_shown(self, row: models.LineSection) -> str:
        """Return the length."""
        return number(row.length_m, "m")


@admin.register(models.Switch)
class SwitchAdmin(AssetAdmin):
    """Switching and protective devices."""

    id_prefix = "SW-"
    parents = ("circuit", "other_circuit")
    geometry_field = "location"
    list_display = ("id", "kind", "circuit_link", "other_circuit_link", "is_normally_open", "rated_a")
    list_filter = ("kind", "is_normally_open", "zone")
    search_fields = ("id__icontains", "circuit__name__icontains")
    search_help_text = "Id or name of its circuit"
    children = (("Outages", "Outage", "switch"),)
    circuit_link = parent_column("circuit")
    other_circuit_link = parent_column("other_circuit", "ties to")


@admin.register(models.Pole)
class PoleAdmin(AssetAdmin):
    """Poles."""

    id_prefix = "POLE-"
    parents = ("circuit",)
    geometry_field = "location"
    list_display = ("id", "circuit_link", "material", "pole_class", "height_shown", "install_year")
    list_filter = ("material", "pole_class", "zone")
    search_fields = ("id__icontains",)
    search_help_text = "Id"
    children = (("Transformers", "Transformer", "pole"), ("Meters", "Meter", "pole"))
    circuit_link = parent_column("circuit")

    @admin.display(description="height", ordering="height_m")
    def height_shown(self, row: models.Pole) -> str:
        """Return the height."""
        return number(row.height_m, "m")


@admin.register(models.Transformer)
class TransformerAdmin(AssetAdmin):
    """Distribution transformers."""

    id_prefix = "XFMR-"
    parents = ("circuit", "substation")
    geometry_field = "location"
    list_display = (
        "id",
        "name",
        "circuit_link",
        "substation_link",
        "rated_shown",
        "phases",
        "customer_count",
        "peak_shown",
        "loading_shown",
    )
    list_filter = ("rated_kva", "zone")
    search_fields = ("id__icontains", "name__icontains")
    search_help_text = "Id or name"
    children = (
        ("Meters", "Meter", "transformer"),
        ("Latest load", "TransformerLoad", "transformer"),
        ("Voltages", "TransformerVoltage", "transformer"),
        ("Outages", "Outage", "transformer"),
    )
    circuit_link = parent_column("circuit")
    substation_link = parent_column("substation")

    @admin.display(description="rated", ordering="rated_kva")
    def rated_shown(self, row: models.Transformer) -> str:
        """Return the rated power."""
        return number(row.rated_kva, "kVA")

    @admin.display(description="peak load", ordering="peak_load_kva")
    def peak_shown(self, row: models.Transformer) -> str:
        """Return the peak load."""
        return number(row.peak_load_kva, "kVA")

    @admin.display(description="peak loading", ordering="peak_loading_pct")
    def loading_shown(self, row: models.Transformer) -> str:
        """Return the peak load over the rating."""
        return number(row.peak_loading_pct, "%")


@admin.register(models.Meter)
class MeterAdmin(AssetAdmin):
    """Revenue meters."""

    id_prefix = "MTR-"
    parents = ("transformer", "circuit")
    geometry_field = "location"
    list_display = (
        "id",
        "transformer_link",
        "circuit_link",
        "customer_class",
        "phases",
        "install_date",
        "status_badge",
    )
    list_filter = ("customer_class", "status", "zone")
    search_fields = ("id__icontains",)
    search_help_text = "Id"
    children = (("Customers", "Customer", "meter"),)
    transformer_link = parent_column("transformer")
    circuit_link = parent_column("circuit")

    @admin.display(description="status", ordering="status")
    def status_badge(self, row: models.Meter) -> SafeString | str:
        """Return the status."""
        return badge(row.status)
