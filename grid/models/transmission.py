"""Transmission: zones, substations, buses, branches and plants."""

from django.conf import settings
from django.contrib.gis.db import models

from grid.models.base import Asset, AssetQuerySet, granted_zone_ids, parent, search_indexes


class ZoneQuerySet(models.QuerySet["Zone"]):
    """Queries over zones."""

    def visible_to(self, user: object) -> "ZoneQuerySet":
        """Return the zones a user may see."""
        granted = granted_zone_ids(user)
        return self.filter(pk__in=granted) if granted else self


class Zone(models.Model):
    """A load zone of an interconnection."""

    id = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=64)
    state = models.CharField(max_length=32, null=True)
    interconnect = models.CharField(max_length=16)
    time_zone = models.CharField(max_length=64, null=True, help_text="IANA name.")

    objects = ZoneQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class ZoneGrant(models.Model):
    """Limits a user to a zone; a user without grants sees all zones."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="zone_grants")
    # No constraint: the grant must outlive a zone that a sync drops and brings back.
    zone = models.ForeignKey(Zone, on_delete=models.DO_NOTHING, db_constraint=False, related_name="grants")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "zone"], name="zone_grant_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.zone_id}"


class Substation(Asset):
    """A substation with its demand and generation in the planning base case."""

    name = models.CharField(max_length=128)
    location = models.PointField(srid=4326)
    interconnect = models.CharField(max_length=16)
    max_kv = models.FloatField(null=True, help_text="Highest bus voltage, kV.")
    min_kv = models.FloatField(null=True, help_text="Lowest bus voltage, kV.")
    capacity_mva = models.FloatField(null=True, help_text="Sum of the ratings of its transformers, MVA.")
    load_mw = models.FloatField(help_text="Demand of its buses in the planning base case, MW.")
    generation_capacity_mw = models.FloatField(help_text="Sum of the maximum output of its plants, MW.")
    status = models.CharField(max_length=16)
    commissioned_date = models.DateField(null=True)

    class Meta(Asset.Meta):
        indexes = [
            models.Index(fields=["name"], name="substation_name"),
            *search_indexes("substation", has_name=True),
        ]


class Bus(Asset):
    """A bus of the transmission network."""

    number = models.IntegerField(help_text="Number in the source case.")
    substation = parent("Substation", "buses")
    interconnect = models.CharField(max_length=16)
    base_kv = models.FloatField(help_text="Nominal voltage, kV.")
    load_mw = models.FloatField(help_text="Demand, MW; negative is a fixed injection.")
    load_mvar = models.FloatField(null=True, help_text="Reactive demand, Mvar.")

    class Meta(Asset.Meta):
        verbose_name_plural = "buses"


class BranchKind(models.TextChoices):
    """What a branch is."""

    LINE = "LINE", "Line"
    TRANSFORMER = "TRANSFORMER", "Transformer"
    WINDING = "WINDING", "Transformer winding"


class Branch(Asset):
    """A transmission line or transformer, with its rating and its flow in the planning base case."""

    kind = models.CharField(max_length=16, choices=BranchKind)
    from_bus = parent("Bus", "branches_from")
    to_bus = parent("Bus", "branches_to")
    from_substation = parent("Substation", "branches_from")
    to_substation = parent("Substation", "branches_to")
    interconnect = models.CharField(max_length=16)
    base_kv = models.FloatField(help_text="Higher of the two bus voltages, kV.")
    r_pu = models.FloatField(null=True, help_text="Series resistance, per unit on 100 MVA.")
    x_pu = models.FloatField(help_text="Series reactance, per unit on 100 MVA.")
    tap_ratio = models.FloatField(help_text="Off-nominal turns ratio.")
    phase_shift_deg = models.FloatField(help_text="Phase shift, degrees.")
    source_rating_mva = models.FloatField(null=True, help_text="Rating in the source, MVA; null: unlimited.")
    rating_mva = models.FloatField(null=True, help_text="Rating in force, MVA; null: unlimited.")
    is_rating_adjusted = models.BooleanField(
        help_text="Data-quality flag: the rating was raised because the base case overloads the branch."
    )
    base_flow_mw = models.FloatField(help_text="DC flow in the balanced base case, MW, from end to end.")
    base_loading_pct = models.FloatField(null=True, help_text="Base flow over rating, %; null: unlimited.")
    length_km = models.FloatField(null=True, help_text="Great-circle length, km; null inside one substation.")
    in_service = models.BooleanField()
    route = models.LineStringField(
        srid=4326, null=True, help_text="Straight route; null inside one substation."
    )

    class Meta(Asset.Meta):
        verbose_name_plural = "branches"
        indexes = search_indexes("branch", has_name=False)


class Plant(Asset):
    """A generating unit."""

    bus = parent("Bus", "plants")
    substation = parent("Substation", "plants")
    interconnect = models.CharField(max_length=16)
    fuel_type = models.CharField(max_length=16)
    p_mw = models.FloatField(help_text="Dispatch in the planning base case, MW.")
    p_max_mw = models.FloatField(help_text="Maximum output, MW.")
    p_min_mw = models.FloatField(help_text="Minimum output, MW.")
    in_service = models.BooleanField()


__all__ = [
    "AssetQuerySet",
    "Branch",
    "BranchKind",
    "Bus",
    "Plant",
    "Substation",
    "Zone",
    "ZoneGrant",
]
