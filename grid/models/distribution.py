"""Distribution: circuits, line sections, switches, poles, transformers, meters and customers."""

from django.contrib.gis.db import models

from grid.models.base import Asset, parent, search_indexes


class Circuit(Asset):
    """A distribution circuit, from its breaker in the substation to its open ties."""

    name = models.CharField(max_length=128)
    substation = parent("Substation", "circuits")
    voltage_kv = models.FloatField(help_text="Nominal voltage, kV.")
    conductor_type = models.CharField(max_length=32, help_text="Conductor of the backbone.")
    rated_a = models.FloatField(help_text="Ampacity of the backbone, A.")
    rated_mva = models.FloatField(help_text="Capacity of the backbone, MVA.")
    length_km = models.FloatField(help_text="Length of all its sections, km.")
    peak_load_mw = models.FloatField(help_text="Coincident peak at its head over the AMI period, MW.")
    transformer_count = models.IntegerField()
    customer_count = models.IntegerField()
    status = models.CharField(max_length=16)

    class Meta(Asset.Meta):
        indexes = search_indexes("circuit", has_name=True)


class LineClass(models.TextChoices):
    """The part a section plays in its circuit."""

    BACKBONE = "BACKBONE", "Backbone"
    LATERAL = "LATERAL", "Lateral"
    SERVICE = "SERVICE", "Service"


class LineSection(Asset):
    """A section of a distribution circuit between two connectivity nodes."""

    circuit = parent("Circuit", "sections")
    parent_line = models.CharField(
        max_length=64, null=True, help_text="The section it is fed from; null at the circuit's head."
    )
    from_node = models.CharField(max_length=64)
    to_node = models.CharField(max_length=64)
    line_class = models.CharField(max_length=16, choices=LineClass)
    phases = models.CharField(max_length=3)
    conductor_type = models.CharField(max_length=32)
    rated_a = models.FloatField(help_text="Ampacity, A.")
    length_m = models.FloatField(help_text="Length, m.")
    is_underground = models.BooleanField()
    route = models.LineStringField(srid=4326)


class SwitchKind(models.TextChoices):
    """What a switching device is."""

    BREAKER = "BREAKER", "Breaker"
    RECLOSER = "RECLOSER", "Recloser"
    SECTIONALIZER = "SECTIONALIZER", "Sectionalizer"
    FUSE = "FUSE", "Fuse"
    TIE = "TIE", "Tie"


class Switch(Asset):
    """A switching or protective device; ties are normally open."""

    kind = models.CharField(max_length=16, choices=SwitchKind)
    circuit = parent("Circuit", "switches")
    other_circuit = parent("Circuit", "ties", null=True)
    line = parent("LineSection", "switches", null=True)
    from_node = models.CharField(max_length=64)
    to_node = models.CharField(max_length=64)
    is_normally_open = models.BooleanField()
    rated_a = models.FloatField(help_text="Rated current, A.")
    location = models.PointField(srid=4326)

    class Meta(Asset.Meta):
        verbose_name_plural = "switches"
        indexes = search_indexes("switch", has_name=False)


class Pole(Asset):
    """A pole."""

    circuit = parent("Circuit", "poles")
    substation = parent("Substation", "poles")
    line = parent("LineSection", "poles", null=True)
    location = models.PointField(srid=4326)
    height_m = models.FloatField(null=True, help_text="Height, m.")
    pole_class = models.CharField(max_length=8, null=True, help_text="ANSI O5.1 class.")
    material = models.CharField(max_length=16, null=True)
    install_year = models.IntegerField(null=True)


class Transformer(Asset):
    """A distribution transformer."""

    name = models.CharField(max_length=128)
    circuit = parent("Circuit", "transformers")
    substation = parent("Substation", "transformers")
    pole = parent("Pole", "transformers", null=True)
    line = parent("LineSection", "transformers")
    node = models.CharField(max_length=64, help_text="Connectivity node of its primary side.")
    location = models.PointField(srid=4326)
    rated_kva = models.FloatField(help_text="Rated power, kVA.")
    phases = models.CharField(max_length=3)
    primary_kv = models.FloatField(help_text="Primary voltage, kV.")
    secondary_kv = models.FloatField(help_text="Secondary voltage, kV.")
    install_year = models.IntegerField(null=True)
    customer_count = models.IntegerField()
    peak_load_kva = models.FloatField(help_text="Largest hourly mean over the AMI period, kVA.")
    peak_loading_pct = models.FloatField(help_text="Peak load over rating, %.")

    class Meta(Asset.Meta):
        indexes = [
            models.Index(fields=["-peak_loading_pct"], name="transformer_peak"),
            *search_indexes("transformer", has_name=True),
        ]


class CustomerClass(models.TextChoices):
    """The class a customer is billed in."""

    RESIDENTIAL = "RESIDENTIAL", "Residential"
    COMMERCIAL = "COMMERCIAL", "Commercial"
    INDUSTRIAL = "INDUSTRIAL", "Industrial"


class Meter(Asset):
    """A revenue meter."""

    meter_key = models.IntegerField(help_text="Key of its readings in the warehouse.")
    transformer = parent("Transformer", "meters")
    circuit = parent("Circuit", "meters")
    substation = parent("Substation", "meters")
    pole = parent("Pole", "meters", null=True)
    location = models.PointField(srid=4326)
    customer_class = models.CharField(max_length=16, choices=CustomerClass)
    phases = models.CharField(max_length=3)
    install_date = models.DateField(null=True)
    status = models.CharField(max_length=16)

    class Meta(Asset.Meta):
        indexes = search_indexes("meter", has_name=False)


class Customer(Asset):
    """A customer; name, address, phone and e-mail are personal data and masked unless permitted."""

    meter = parent("Meter", "customers")
    full_name = models.CharField(max_length=128)
    service_address = models.CharField(max_length=256)
    city = models.CharField(max_length=64, null=True)
    state = models.CharField(max_length=2, null=True)
    zip_code = models.CharField(max_length=10, null=True)
    phone = models.CharField(max_length=32, null=True)
    email = models.CharField(max_length=128, null=True)
    customer_class = models.CharField(max_length=16, choices=CustomerClass)
    critical_kind = models.CharField(
        max_length=16, null=True, help_text="Hospital, water, emergency or school; null when not critical."
    )
    account_status = models.CharField(max_length=16)

    class Meta(Asset.Meta):
        permissions = [("view_customer_pii", "Can see customers' names, addresses, phones and e-mails")]
