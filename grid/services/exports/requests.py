"""Asking for an export."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from flux_site.api.errors import BadInput, LimitExceeded, NotFound, PermissionRefused
from flux_site.api.masking import user_may_see_pii
from flux_site.jobs.models import Job
from flux_site.jobs.services import create_job
from grid import models
from grid.models.base import granted_zone_ids
from grid.selectors import exchange
from grid.selectors.exchange import Collection, Condition
from grid.selectors.exchange.conditions import MAX_CONDITIONS
from grid.selectors.map_layers import layer_version
from grid.selectors.spatial.areas import AreaSpec, parse_area
from grid.services.exports.formats import FileFormat

KIND = "grid.export"


@dataclass(frozen=True, kw_only=True)
class AskedCondition:
    """A condition as a client states it."""

    attribute: str
    relation: str = "IN"
    values: Sequence[str] = ()


def start_export(
    *,
    layer: str,
    file_format: str,
    area: AreaSpec | None = None,
    conditions: Sequence[AskedCondition] = (),
    with_personal: bool = False,
    user: Any,
) -> models.FileExport:
    """Queue an export of a layer's rows, with everything it depends on frozen.

    Args:
        layer: key of a layer of the map.
        file_format: one of ``FileFormat``.
        area: only rows that meet it.
        conditions: on attributes; all must hold.
        with_personal: name people in full; else their data is masked.
        user: who asks; the file holds what they may see.

    Raises:
        BadInput: naming the field.
        NotFound: if there is no such layer.
        PermissionRefused: if the user may not see the layer, or personal data.
        LimitExceeded: if as many exports of theirs as may be wait or run.
        QueueUnavailable: after commit, if Redis is away.
    """
    collection = _collection(layer, user)
    if file_format not in FileFormat.__members__:
        raise BadInput(
            f"format is {file_format[:40]!r}; it must be one of {', '.join(FileFormat.__members__)}.",
            field="format",
        )
    if with_personal and not collection.personal_names:
        raise BadInput(f"The layer {layer} names nobody.", field="withPersonal")
    if with_personal and not user_may_see_pii(user):
        raise PermissionRefused("You may not see personal data; leave withPersonal out to have it masked.")
    shape = None if area is None else json.loads(parse_area(area).geojson)
    parsed = parse_conditions(collection, conditions)
    zones = sorted(granted_zone_ids(user))
    with transaction.atomic():
        owners = get_user_model().objects
        owners.select_for_update().get(pk=user.pk)  # two requests at once count one by one
        unfinished = Job.objects.unfinished().filter(kind=KIND, owner_id=user.pk).count()
        if unfinished >= settings.EXPORTS_AT_ONCE:
            raise LimitExceeded(
                f"{unfinished} exports of yours have not ended; wait for one, or cancel its job."
            )
        row = models.FileExport.objects.create(
            layer=collection.key,
            file_format=file_format,
            area=shape,
            filters=[each.as_json() for each in parsed],
            has_personal=with_personal,
            zone_ids=zones if collection.layer.zone_sql is not None else [],
            asked_by=user,
            created_at=timezone.now(),
        )
        inputs = {
            "export_id": str(row.pk),
            "layer": row.layer,
            "format": row.file_format,
            "area": row.area,
            "filters": row.filters,
            "with_personal": row.has_personal,
            "zones": row.zone_ids,
            "data_version": layer_version(layer=collection.layer, user=user),
        }
        title = f"Export of {collection.layer.title.lower()} as {row.file_format.lower()}"
        row.job = create_job(kind=KIND, title=title, inputs=inputs, owner=user)
        row.save(update_fields=["job"])
    return row


def _collection(layer: str, user: Any) -> Collection:
    found = exchange.find_collection(layer)
    if found is None:
        known = ", ".join(each.key for each in exchange.list_collections(user))
        raise NotFound(f"There is no layer {layer[:80]!r}; there are {known or 'none'}.", field="layer")
    if not user.has_perm(found.layer.permission):
        raise PermissionRefused(f"You need the permission {found.layer.permission}.")
    return found


def parse_conditions(collection: Collection, asked: Sequence[AskedCondition]) -> tuple[Condition, ...]:
    """Return checked conditions.

    Raises:
        BadInput: naming the one at fault.
    """
    if len(asked) > MAX_CONDITIONS:
        raise BadInput(f"There are {len(asked)} filters; at most {MAX_CONDITIONS}.", field="filters")
    return tuple(
        exchange.parse_condition(
            collection,
            attribute=each.attribute,
            relation=each.relation,
            values=tuple(each.values),
            field=f"filters.{number}",
        )
        for number, each in enumerate(asked)
    )
