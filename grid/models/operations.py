"""Operations: transformer load, weather, outages and work orders."""

from django.contrib.gis.db import models

from grid.models.base import Asset, parent


class TransformerLoad(models.Model):
    """The load of a transformer in its newest hour up to the one that most meters have reported."""

    id = models.CharField(primary_key=True, max_length=64, help_text="The transformer's id.")
    transformer = models.OneToOneField(
        "grid.Transformer",
        on_delete=models.DO_NOTHING,
        related_name="latest_load",
        help_text="Its transformer.",
    )
    load_hour = models.DateTimeField(help_text="Start of the hour.")
    energy_kwh = models.FloatField(help_text="Energy of its meters in the hour, kWh.")
    load_kva = models.FloatField(help_text="Mean apparent power, kVA.")
    loading_pct = models.FloatField(help_text="Load over rating, %.")
    meter_count = models.IntegerField(null=True, help_text="Its meters when the hour was rolled up.")
    coverage_pct = models.FloatField(
        null=True, help_text="Metered time over that of its meters, %; below 100 the load is a lower bound."
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.pk} at {self.load_hour:%Y-%m-%d %H:%M}"


class WeatherObservation(models.Model):
    """Hourly weather at a station."""

    id = models.CharField(primary_key=True, max_length=96, help_text="Station and hour.")
    station = models.CharField(max_length=64)
    observed_at = models.DateTimeField()
    location = models.PointField(srid=4326)
    temperature_c = models.FloatField(null=True, help_text="Air temperature, °C.")
    humidity_pct = models.FloatField(null=True, help_text="Relative humidity, %.")
    wind_speed_mps = models.FloatField(null=True, help_text="Wind speed, m/s.")
    precipitation_mm = models.FloatField(null=True, help_text="Precipitation in the hour, mm.")

    class Meta:
        ordering = ["-observed_at", "station"]
        indexes = [models.Index(fields=["-observed_at"], name="weather_observed")]

    def __str__(self) -> str:
        return self.pk


class OutageStatus(models.TextChoices):
    """Whether an outage still leaves customers without supply."""

    ACTIVE = "ACTIVE", "Active"
    RESTORED = "RESTORED", "Restored"


class Outage(Asset):
    """An interruption behind one device."""

    substation = parent("Substation", "outages")
    circuit = parent("Circuit", "outages")
    switch = parent("Switch", "outages", null=True)
    transformer = parent("Transformer", "outages", null=True)
    status = models.CharField(max_length=16, choices=OutageStatus)
    cause_code = models.CharField(max_length=32)
    started_at = models.DateTimeField()
    restored_at = models.DateTimeField(null=True)
    estimated_restoration_at = models.DateTimeField(null=True)
    customers_interrupted = models.IntegerField()
    customers_out = models.IntegerField(help_text="Customers not yet restored.")
    location = models.PointField(srid=4326)
    updated_at = models.DateTimeField(null=True, help_text="When its row in the warehouse was last written.")

    class Meta(Asset.Meta):
        indexes = [models.Index(fields=["status", "-started_at"], name="outage_status")]


class WorkOrder(Asset):
    """A piece of field work on an asset."""

    work_type = models.CharField(max_length=32)
    priority = models.CharField(max_length=16)
    status = models.CharField(max_length=16)
    asset_kind = models.CharField(max_length=16)
    asset_id = models.CharField(max_length=64)
    substation = parent("Substation", "work_orders")
    circuit = parent("Circuit", "work_orders")
    outage = parent("Outage", "work_orders", null=True)
    crew_id = models.CharField(max_length=64, null=True)
    description = models.TextField(null=True)
    created_at = models.DateTimeField()
    scheduled_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    estimated_hours = models.FloatField(null=True, help_text="Estimate, h.")
    actual_hours = models.FloatField(null=True, help_text="Hours spent, h.")
    location = models.PointField(srid=4326)
    updated_at = models.DateTimeField(null=True, help_text="When its row in the warehouse was last written.")
