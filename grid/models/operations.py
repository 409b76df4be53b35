"""Operations: transformer load and weather."""

from django.contrib.gis.db import models


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
        indexes = [models.Index(fields=["-load_hour"], name="transformer_load_hour")]

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
