"""What is computed of trees near overhead lines: the lines as they were assessed, the risk, and the work."""

from typing import Any

from django.contrib.gis.db import models
from django.core.validators import MaxValueValidator, MinValueValidator

from grid.models.base import Asset, AssetQuerySet
from grid.standards.tree_growth import GrowthBasis
from grid.standards.tree_risk import Consequence, ImpactLikelihood, OriginalBand, RiskRating, VegetationLevel
from grid.standards.tree_strike import FailureLikelihood, Lean


def _choices(values: Any) -> list[tuple[str, str]]:
    return [(str(value), str(value).replace("_", " ").capitalize()) for value in values]


def _loose(to: str, help_text: str) -> Any:
    """Return a key of a row that sync may take away at any time; what was computed of it follows later."""
    return models.ForeignKey(
        f"grid.{to}",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        help_text=help_text,
    )


class VegetationLine(models.Model):
    """An overhead line as the last assessment of trees saw it. Written by that job only."""

    SECTION, BRANCH = "SECTION", "BRANCH"

    id = models.CharField(primary_key=True, max_length=64, help_text="The line section or branch.")
    line_kind = models.CharField(max_length=8, help_text="SECTION of a circuit, or BRANCH of transmission.")
    line_class = models.CharField(max_length=16, help_text="BACKBONE, LATERAL, SERVICE or TRANSMISSION.")
    zone = _loose("Zone", "Load zone.")
    circuit = _loose("Circuit", "Null for a branch.")
    voltage_kv = models.FloatField(null=True, help_text="Nominal voltage, kV.")
    lowest_m = models.FloatField(help_text="Height of the conductor at its largest sag, m.")
    sag_m = models.FloatField(help_text="Its largest sag, m.")
    blowout_m = models.FloatField(help_text="How far the wind moves it sideways, m.")
    mvcd_m = models.FloatField(null=True, help_text="FAC-003 minimum clearance, m; null on distribution.")
    clearance_m = models.FloatField(help_text="What must stay free around it, m.")
    device_id = models.CharField(
        max_length=64, null=True, help_text="The switch that opens on a fault of it; null if not known."
    )
    customers = models.IntegerField(null=True, help_text="Active accounts behind that switch.")
    has_critical = models.BooleanField(null=True, help_text="Whether one of them is critical.")
    outage_min = models.FloatField(null=True, help_text="Expected minutes without supply.")
    outage_basis = models.CharField(max_length=32, null=True, help_text="What these rest on.")
    fingerprint = models.CharField(max_length=32, help_text="Hash of all that its trees depend on.")
    route = models.LineStringField(geography=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.pk)


class TreeRisk(Asset):
    """What a tree is to the lines near it. Its id is that of the tree.

    Growth is judged against the line on which it encroaches first, fall against the one where it would cost
    most; both need not be the nearest. Null is unknown.
    """

    location = models.PointField(srid=4326)
    species = models.CharField(max_length=64, null=True)
    common_name = models.CharField(max_length=64, null=True)
    height_m = models.FloatField(null=True, help_text="Height, m.")
    crown_radius_m = models.FloatField(null=True, help_text="Radius of its crown, m.")
    growth_m_per_year = models.FloatField(null=True, help_text="Height gained in a year as recorded, m.")
    zone = _loose("Zone", "Load zone; decides who may see the row. Of the line, if the tree's is unknown.")
    circuit = _loose("Circuit", "The circuit it is a risk to; null: none, or a transmission line.")

    nearest_line_id = models.CharField(max_length=64, null=True, help_text="Null: none within the search.")
    nearest_line_kind = models.CharField(max_length=8, null=True, help_text="SECTION or BRANCH.")
    nearest_line_kv = models.FloatField(null=True, help_text="Its nominal voltage, kV.")
    distance_m = models.FloatField(null=True, help_text="From its foot to the nearest line, m.")
    is_route_approximate = models.BooleanField(
        default=False,
        help_text="Whether it is judged against a straight route of a transmission line, no real corridor.",
    )

    growth_basis = models.CharField(max_length=16, choices=_choices(GrowthBasis))
    grow_in_line_id = models.CharField(max_length=64, null=True, help_text="Where it encroaches first.")
    grow_in_distance_m = models.FloatField(null=True, help_text="From its foot to that line, m.")
    clearance_m = models.FloatField(null=True, help_text="What must stay free around that line, m.")
    clearance_deficit_m = models.FloatField(
        null=True, help_text="How deep it is inside the clearance, m; below 0: how far outside."
    )
    years_to_encroachment = models.FloatField(
        null=True, help_text="0: it encroaches. Null: unknown, or never at its growth (the level is NONE)."
    )
    earliest_years = models.FloatField(null=True, help_text="With the fastest growth.")
    latest_years = models.FloatField(null=True, help_text="With the slowest; null: unknown, or never.")
    grow_in_level = models.CharField(max_length=8, null=True, choices=_choices(VegetationLevel))

    fall_in_line_id = models.CharField(max_length=64, null=True, help_text="Where its fall would cost most.")
    fall_in_distance_m = models.FloatField(null=True, help_text="From its foot to that line, m.")
    reach_m = models.FloatField(null=True, help_text="From its foot to the conductor, m.")
    overstrike_m = models.FloatField(null=True, help_text="Height over reach, m; below 0: it cannot strike.")
    direction_frac = models.FloatField(null=True, help_text="Part of the directions of fall that strike.")
    strikes_per_year = models.FloatField(null=True, help_text="Expected strikes a year.")
    strikes_per_year_low = models.FloatField(null=True)
    strikes_per_year_high = models.FloatField(null=True)
    failure_likelihood = models.CharField(
        max_length=16, null=True, choices=_choices(FailureLikelihood), help_text="Null: never inspected."
    )
    impact_likelihood = models.CharField(max_length=16, null=True, choices=_choices(ImpactLikelihood))
    consequence = models.CharField(max_length=16, null=True, choices=_choices(Consequence))
    risk_rating = models.CharField(
        max_length=16, null=True, choices=_choices(RiskRating), help_text="ISA TRAQ; null: not inspected."
    )
    fall_in_level = models.CharField(max_length=8, null=True, choices=_choices(VegetationLevel))
    device_id = models.CharField(max_length=64, null=True, help_text="The switch that would open.")
    customers = models.IntegerField(null=True, help_text="Active accounts behind that switch.")
    outage_min = models.FloatField(null=True, help_text="Expected minutes without supply.")
    customer_minutes_per_year = models.FloatField(null=True, help_text="Expected to be lost by its fall.")
    customer_minutes_low = models.FloatField(null=True)
    customer_minutes_high = models.FloatField(null=True)

    original_score = models.FloatField(null=True, help_text="The composite score of an earlier tool.")
    original_band = models.CharField(max_length=8, null=True, choices=_choices(OriginalBand))
    level = models.CharField(
        max_length=8, null=True, choices=_choices(VegetationLevel), help_text="The worse of both mechanisms."
    )
    trim_h = models.FloatField(null=True, help_text="Estimated hours of a crew to trim it.")
    fingerprint = models.CharField(max_length=32, help_text="Hash of the tree as it was assessed.")
    is_stale = models.BooleanField(default=True, help_text="Whether it, or a line near it, has changed.")
    computed_at = models.DateTimeField(null=True)

    class Meta(Asset.Meta):
        verbose_name = "tree risk"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["-customer_minutes_per_year", "id"], name="treerisk_worst"),
            models.Index(fields=["circuit", "level"], name="treerisk_circuit"),
            models.Index(fields=["grow_in_line_id"], name="treerisk_grow_line"),
            models.Index(fields=["fall_in_line_id"], name="treerisk_fall_line"),
            models.Index(fields=["id"], condition=models.Q(is_stale=True), name="treerisk_stale"),
        ]


class TreeInspection(models.Model):
    """What an inspection of a tree found, by ISA TRAQ; the newest counts. Written by people, not by sync."""

    tree_id = models.CharField(max_length=64, help_text="The tree.")
    zone = _loose("Zone", "That of the tree; decides who may see the row.")
    inspected_at = models.DateTimeField()
    failure_likelihood = models.CharField(max_length=16, choices=_choices(FailureLikelihood))
    lean = models.CharField(
        max_length=8, null=True, choices=_choices(Lean), help_text="Seen from the line; null: not noted."
    )
    note = models.TextField(null=True)
    inspector = models.CharField(max_length=150, null=True, help_text="Who recorded it.")

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["-inspected_at", "-id"]
        indexes = [models.Index(fields=["tree_id", "-inspected_at"], name="treeinspection_newest")]

    def __str__(self) -> str:
        return f"{self.tree_id} on {self.inspected_at:%Y-%m-%d}"


class VegetationClearance(models.Model):
    """What must stay free around lines of a class, where it is not as the settings say."""

    line_class = models.CharField(
        primary_key=True,
        max_length=16,
        choices=[
            ("BACKBONE", "Backbone"),
            ("LATERAL", "Lateral"),
            ("SERVICE", "Service drop"),
            ("TRANSMISSION", "Transmission"),
        ],
        help_text="Class of the lines.",
    )
    clearance_m = models.FloatField(
        validators=[MinValueValidator(0.0), MaxValueValidator(30.0)],
        help_text="Around the conductor, m; on transmission beyond the minimum clearance of FAC-003.",
    )

    class Meta:
        ordering = ["line_class"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(clearance_m__gte=0.0, clearance_m__lte=30.0),
                name="vegetationclearance_in_range",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_line_class_display()}: {self.clearance_m:g} m"


class VegetationWorkPackage(Asset):
    """The trees to trim along one span: what a crew would be sent to do.

    A tree belongs to the span on which it encroaches, or will within the cycle; else to the one it may
    strike, if that is urgent. Its id is that of the line section.
    """

    circuit = _loose("Circuit", "Whose span it is.")
    line = _loose("LineSection", "The span.")
    location = models.PointField(srid=4326, help_text="The middle of its trees.")
    tree_count = models.IntegerField()
    encroaching_count = models.IntegerField(help_text="Trees within the clearance.")
    striking_count = models.IntegerField(help_text="Trees that can strike the line.")
    level = models.CharField(max_length=8, choices=_choices(VegetationLevel), help_text="Of its worst tree.")
    earliest_years = models.FloatField(null=True, help_text="Until its first tree encroaches.")
    customer_minutes_per_year = models.FloatField(null=True, help_text="Of its trees, where known.")
    effort_h = models.FloatField(null=True, help_text="Estimated hours of a crew; null: no height is known.")
    work_order = _loose("WorkOrder", "The order made of it.")
    computed_at = models.DateTimeField()

    class Meta(Asset.Meta):
        ordering = ["id"]
        indexes = [models.Index(fields=["-customer_minutes_per_year", "id"], name="vegetationwork_worst")]
