"""What runs were computed on, each kept once under the digest of its content."""

from django.db import models


class FrozenNetwork(models.Model):
    """A transmission network as it was when a run was queued; a later sync does not change it."""

    digest = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 over every field.")
    interconnect = models.CharField(max_length=16)
    data = models.BinaryField(help_text="The network's arrays as Arrow IPC streams.")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.interconnect} {self.digest[:12]}"


class FrozenInputs(models.Model):
    """All that the result of a run depends on beside the network: settings, what fails, loads and units."""

    digest = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 of network and inputs.")
    network = models.ForeignKey(FrozenNetwork, on_delete=models.PROTECT, related_name="inputs")
    params = models.JSONField(help_text="The settings of the cascade.")
    outages = models.JSONField(help_text="What fails first: branches, buses and units, with why.")
    arrays = models.BinaryField(
        help_text="Arrow IPC: per bus the factor on its load, per unit the share of its capacity; empty if 1."
    )
    summary = models.JSONField(help_text="What was made of the scenario: numbers, methods, what is unknown.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "frozen inputs"

    def __str__(self) -> str:
        return self.digest[:12]
