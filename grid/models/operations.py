"""Operations: load and voltage at transformers, and weather."""

from django.contrib.gis.db import models

from grid.models.base import Asset


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


class TransformerVoltage(Asset):
    """The voltages at the meters of a transformer over the newest week of local days with readings.

    Readings are sorted into the bands of ANSI C84.1, service voltage; a count is null where the nominal
    voltage of none of its meters is known.
    """

    transformer = models.OneToOneField(
        "grid.Transformer",
        on_delete=models.DO_NOTHING,
        related_name="service_voltage",
        help_text="Its transformer.",
    )
    first_day = models.DateField(help_text="First local day of the week with readings of it.")
    last_day = models.DateField(help_text="Last local day of the week with readings of it.")
    day_count = models.IntegerField(help_text="Local days of the week with readings of it.")
    meter_count = models.IntegerField(help_text="The most meters that had readings on one of the days.")
    reading_count = models.IntegerField(help_text="Readings of its meters.")
    judged_count = models.IntegerField(help_text="Of those, how many have a voltage and a nominal voltage.")
    below_b_count = models.IntegerField(null=True, help_text="Below range B.")
    b_low_count = models.IntegerField(null=True, help_text="In range B, below range A.")
    in_a_count = models.IntegerField(null=True, help_text="In range A.")
    b_high_count = models.IntegerField(null=True, help_text="In range B, above range A.")
    above_b_count = models.IntegerField(null=True, help_text="Above range B.")
    outside_a_pct = models.FloatField(
        null=True, help_text="Share of the judged readings outside range A, %; null: none was judged."
    )
    outside_b_pct = models.FloatField(
        null=True, help_text="Share of the judged readings outside range B, %; null: none was judged."
    )

    def __str__(self) -> str:
        return f"{self.pk}, {self.first_day} to {self.last_day}"


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
