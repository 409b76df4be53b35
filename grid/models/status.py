"""What is computed from other rows of the cache: states, service areas, loading against the weather rating.

Nothing refers to these rows, and they must not keep sync from deleting what they are about: so their keys
have no constraints. They are made anew when what they rest on changes.
"""

from typing import Any

from django.contrib.gis.db import models

from grid.models.base import Asset
from grid.operations.status import LoadClass, SupplyStatus

SUPPLY_CHOICES = [(str(each), each.replace("_", " ").capitalize()) for each in SupplyStatus]
LOAD_CHOICES = [(str(each), each.capitalize()) for each in LoadClass]


def about(to: str, related_name: str, *, null: bool = False, help_text: str = "") -> Any:
    """Return a reference that the database does not enforce."""
    return models.ForeignKey(
        f"grid.{to}",
        null=null,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name=related_name,
        help_text=help_text,
    )


def alone(to: str, related_name: str) -> Any:
    """Return a reference to the one row that this one is about."""
    return models.OneToOneField(
        f"grid.{to}", on_delete=models.DO_NOTHING, db_constraint=False, related_name=related_name
    )


class Status(Asset):
    """Supply and load, as last computed."""

    zone = about("Zone", "+", null=True, help_text="Load zone; decides who may see the row.")
    status = models.CharField(
        max_length=16, choices=SUPPLY_CHOICES, help_text="Whether customers are supplied."
    )
    load_class = models.CharField(
        max_length=16, choices=LOAD_CHOICES, help_text="WARNING from 70 % of the rating, CRITICAL above 85 %."
    )
    active_outages = models.IntegerField(help_text="Outages neither restored nor cancelled.")
    customers = models.IntegerField(help_text="Active accounts.")
    customers_out = models.IntegerField(help_text="Of those, how many active outages leave without supply.")
    outage_started_at = models.DateTimeField(null=True, help_text="When the oldest active outage began.")
    estimated_restoration_at = models.DateTimeField(
        null=True, help_text="When the last active outage is estimated to end; null: none, or not estimated."
    )
    load_hour = models.DateTimeField(null=True, help_text="Start of the hour of the load; null: unknown.")
    load_mw = models.FloatField(null=True, help_text="Metered energy of its transformers in that hour, MW.")
    load_mva = models.FloatField(null=True, help_text="Sum of their mean apparent powers, MVA.")
    loading_pct = models.FloatField(null=True, help_text="Load over rating, %.")
    load_coverage_pct = models.FloatField(
        null=True, help_text="Metered share of all its meters' time, %; below 100 the load is a lower bound."
    )
    meter_count = models.IntegerField(help_text="Its meters.")
    transformer_count = models.IntegerField(help_text="Its transformers.")
    transformers_with_load = models.IntegerField(help_text="Of those, how many have a load in that hour.")
    overloaded_transformers = models.IntegerField(
        help_text="Of those, how many are loaded above their rating."
    )
    updated_at = models.DateTimeField(null=True, help_text="When it last changed.")

    class Meta(Asset.Meta):
        abstract = True


class CircuitStatus(Status):
    """The state of a circuit."""

    circuit = alone("Circuit", "operating_status")
    substation = about("Substation", "circuit_statuses")
    worst_transformer = about("Transformer", "+", null=True, help_text="The one loaded most in that hour.")
    worst_loading_pct = models.FloatField(null=True, help_text="Its loading, %.")

    class Meta(Status.Meta):
        verbose_name_plural = "circuit statuses"


class SubstationStatus(Status):
    """The state of a substation that feeds circuits."""

    substation = alone("Substation", "operating_status")
    circuit_count = models.IntegerField(help_text="Its circuits.")
    circuits_out = models.IntegerField(help_text="Of those, how many have an active outage.")
    warning_circuits = models.IntegerField(help_text="Circuits loaded from 70 to 85 %.")
    critical_circuits = models.IntegerField(help_text="Circuits loaded above 85 %.")
    worst_circuit = about("Circuit", "+", null=True, help_text="The circuit loaded most.")
    worst_loading_pct = models.FloatField(null=True, help_text="Its loading, %.")

    class Meta(Status.Meta):
        verbose_name_plural = "substation statuses"


class ServiceArea(Asset):
    """The ground that a circuit serves; the areas of two circuits never overlap."""

    zone = about("Zone", "+", null=True, help_text="Load zone; decides who may see the row.")
    circuit = alone("Circuit", "service_area")
    substation = about("Substation", "service_areas")
    boundary = models.MultiPolygonField(srid=4326)
    area_km2 = models.FloatField(help_text="Its area on the ellipsoid, km².")
    transformer_count = models.IntegerField(help_text="Transformers it was drawn around.")
    computed_at = models.DateTimeField(help_text="When it was drawn.")


class WeatherRating(Asset):
    """How much of what a circuit or transmission line may carry in an hour's weather it carries.

    Its id is that of the circuit or the branch. Null is unknown, and then ``reason`` says why.
    """

    zone = about("Zone", "+", null=True, help_text="Load zone; decides who may see the row.")
    asset_kind = models.CharField(max_length=8, choices=[("CIRCUIT", "Circuit"), ("BRANCH", "Branch")])
    rated_hour = models.DateTimeField(null=True, help_text="Start of the hour of the weather.")
    rated_mva = models.FloatField(null=True, help_text="Static rating, MVA.")
    weather_rated_mva = models.FloatField(null=True, help_text="Rating in the weather of that hour, MVA.")
    weather_loading_pct = models.FloatField(
        null=True, help_text="Load over that rating, %. Of a branch the flow of the planning base case."
    )
    reason = models.TextField(null=True, help_text="Why something is not known.")
    updated_at = models.DateTimeField(help_text="When it last changed.")

    class Meta(Asset.Meta):
        verbose_name = "weather rating"
