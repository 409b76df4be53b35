"""What every cached asset shares."""

from typing import Any, Self

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db.models import lookups
from django.db.models.functions import Upper

# The keys are texts, so a foreign key can be searched like one: substationId: {startsWith: "SUB-1"}.
for _lookup in (
    lookups.Contains,
    lookups.IContains,
    lookups.StartsWith,
    lookups.IStartsWith,
    lookups.EndsWith,
    lookups.IEndsWith,
    lookups.IExact,
    lookups.Regex,
    lookups.IRegex,
):
    models.ForeignKey.register_lookup(_lookup)


def granted_zone_ids(user: Any) -> list[str]:
    """Return the zones a user is limited to, looked up once per user object; empty means every zone."""
    if not user.is_authenticated:
        return []
    if not hasattr(user, "_granted_zone_ids"):
        user._granted_zone_ids = list(user.zone_grants.values_list("zone_id", flat=True))
    return list(user._granted_zone_ids)


class AssetQuerySet(models.QuerySet[Any]):
    """Queries over rows that belong to a load zone."""

    def visible_to(self, user: Any) -> Self:
        """Return the rows a user may see.

        A user with zone grants sees those zones only; one without any sees all zones.
        """
        granted = granted_zone_ids(user)
        return self.filter(zone_id__in=granted) if granted else self


class Asset(models.Model):
    """A row of the cache, keyed by the same natural id as in the warehouse; written only by sync."""

    id = models.CharField(primary_key=True, max_length=64, help_text="Natural key, the same in both stores.")
    zone = models.ForeignKey(
        "grid.Zone",
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        help_text="Load zone; decides who may see the row.",
    )

    objects = AssetQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["id"]

    def __str__(self) -> str:
        return str(getattr(self, "name", "") or self.pk)


def parent(to: str, related_name: str, *, null: bool = False) -> Any:
    """Return a foreign key to the asset this one hangs on; the database refuses orphans."""
    return models.ForeignKey(f"grid.{to}", null=null, on_delete=models.DO_NOTHING, related_name=related_name)


def search_indexes(name: str, *, has_name: bool) -> list[models.Index]:
    """Return the indexes with which a search by the start of an id, or by part of a name, reads few rows."""
    by_key = models.Index(OpClass(Upper("id"), name="text_pattern_ops"), name=f"{name}_id_upper")
    by_name = GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name=f"{name}_name_part")
    return [by_key, by_name] if has_name else [by_key]
