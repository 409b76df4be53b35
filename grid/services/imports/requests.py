"""Asking for an import: of a received file, or of the rows that another import refused."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from flux_site.api.errors import BadInput
from flux_site.jobs.models import Job
from flux_site.jobs.services import create_job
from grid import models
from grid.intake.mapping import Mapping
from grid.intake.merging import Mode
from grid.intake.sources import GEOMETRY, ReadOptions
from grid.services.imports.files import find_file, receive
from grid.services.imports.layers import find_layer
from grid.services.imports.plans import make_plan, opened, parse_mode, parse_options

KIND = "grid.import"
ROW_GEOMETRY = "geometry"
_MAX_NAME = 120


def start_import(
    *,
    layer: str,
    file: str,
    mode: str,
    mapping: Any | None = None,
    mapping_name: str | None = None,
    options: Any | None = None,
    again: bool = False,
    force: bool = False,
    user: Any | None,
) -> models.FileImport:
    """Queue an import of a file into a layer, with everything it depends on frozen.

    Args:
        layer: which layer.
        file: digest of a received file, or name of a file in the inbox.
        mode: REPLACE or MERGE.
        mapping: what fills the columns; without it and without a name, what the names of columns suggest.
        mapping_name: a stored mapping, whose options count where ``options`` say nothing.
        options: crs, encoding, delimiter, layer.
        again: write the batch even if the same file was imported in the same way before.
        force: allow that most rows of the layer are taken away.
        user: who asks.

    Raises:
        BadInput: naming the field.
        ImportRefused: if the file, the mapping and the layer do not fit each other.
        QueueUnavailable: after commit, if Redis is away.
    """
    prepared = prepare_import(
        layer=layer,
        file=file,
        mode=mode,
        mapping=mapping,
        mapping_name=mapping_name,
        options=options,
        again=again,
        force=force,
        user=user,
    )
    return _queued(prepared, user=user)


def prepare_import(
    *,
    layer: str,
    file: str,
    mode: str,
    mapping: Any | None = None,
    mapping_name: str | None = None,
    options: Any | None = None,
    again: bool = False,
    force: bool = False,
    user: Any | None,
) -> models.FileImport:
    """Write the row of an import that is checked but not queued; see ``start_import``.

    Raises:
        BadInput: naming the field.
        ImportRefused: if the file, the mapping and the layer do not fit each other.
    """
    found = find_layer(layer)
    wanted = parse_mode(mode)
    stored = find_mapping(mapping_name, layer=layer) if mapping_name else None
    if stored is not None and mapping is not None:
        raise BadInput("Give a mapping or the name of one, not both.", field="mapping")
    if stored is not None:
        mapping = stored.mapping
        options = {**stored.options, **(options or {})}
    read_options = parse_options(options or {})
    row = find_file(file, user=user)
    with opened(row, read_options) as (source, _folder):
        plan = make_plan(layer=found.key, source=source, mapping=mapping, options=read_options, mode=wanted)
    with transaction.atomic():
        prepared = models.FileImport.objects.create(
            layer=found.key,
            file=row,
            mode=wanted.value,
            mapping=plan.mapping.as_json(),
            options=read_options.as_json(),
            is_forced=force,
            started_by=user,
            created_at=timezone.now(),
        )
        prepared.batch_id = _batch_id(prepared, plan.mapping, read_options, again=again)
        prepared.save(update_fields=["batch_id"])
    return prepared


def create_foreground_job(prepared: models.FileImport, *, user: Any | None) -> Job:
    """Write the row of an import job that the caller itself carries out with ``run_job``."""
    with transaction.atomic():
        job = Job.objects.create(kind=KIND, title=_title(prepared), inputs=_inputs(prepared), owner=user)
        models.FileImport.objects.filter(pk=prepared.pk).update(job=job)
    return job


def replay_rejects(
    *, import_id: int, mapping: Any | None = None, mapping_name: str | None = None, user: Any | None
) -> models.FileImport:
    """Queue an import of the rows that an import refused and that are still open, by merging them.

    It is worth it with another mapping, or once what the rows name is there.

    Args:
        import_id: the import that refused them.
        mapping: in place of the one they were refused under.
        mapping_name: a stored mapping to use instead.
        user: who asks.

    Raises:
        BadInput: if there is no such import or none of its rows is open.
        ImportRefused: see ``start_import``.
    """
    first = models.FileImport.objects.filter(pk=import_id).select_related("file").first()
    if first is None:
        raise BadInput(f"There is no import {import_id}.", field="importId")
    rows = list(first.rejects.unresolved().order_by("row_number"))
    if not rows:
        raise BadInput(f"Import {import_id} has no open refused rows.", field="importId")
    digest = first.file.digest[:12]
    kept = receive(
        chunks=[_as_csv([row.row for row in rows])], name=f"refused-{first.pk}-{digest}.csv", user=user
    )
    if mapping is None and mapping_name is None:
        mapping = _for_csv(first.mapping)
    options = {name: value for name, value in first.options.items() if name == "crs"}
    if "crs" not in options and (crs := _crs_of(first)) is not None:
        options["crs"] = crs
    return start_import(
        layer=first.layer,
        file=kept.digest,
        mode=Mode.MERGE.value,
        mapping=mapping,
        mapping_name=mapping_name,
        options=options,
        again=True,
        user=user,
    )


def save_mapping(
    *, name: str, layer: str, mapping: Any, options: Any | None, user: Any | None
) -> models.ImportMapping:
    """Keep a mapping under a name, in place of the one of that name.

    Raises:
        BadInput: if the name is blank, too long, or belongs to a mapping of another layer.
        ImportRefused: MAPPING_INVALID.
    """
    from grid.intake.mapping import parse_mapping
    from grid.services.imports.errors import as_refusals

    found = find_layer(layer)
    if not name.strip() or len(name) > _MAX_NAME:
        raise BadInput(f"A mapping needs a name of 1 to {_MAX_NAME} characters.", field="name")
    with as_refusals():
        parsed = parse_mapping(mapping, table=found.counted_table)
    known = models.ImportMapping.objects.filter(name=name.strip()).first()
    if known is not None and known.layer != layer:
        raise BadInput(f"The mapping {name!r} is for {known.layer}.", field="name")
    row, _ = models.ImportMapping.objects.update_or_create(
        name=name.strip(),
        defaults={
            "layer": layer,
            "mapping": parsed.as_json(),
            "options": parse_options(options or {}).as_json(),
            "owner": user,
        },
    )
    return row


def find_mapping(name: str, *, layer: str) -> models.ImportMapping:
    """Return a stored mapping of a layer.

    Raises:
        BadInput: if there is none of that name, or it is for another layer.
    """
    row = models.ImportMapping.objects.filter(name=name).first()
    if row is None:
        known = ", ".join(models.ImportMapping.objects.filter(layer=layer).values_list("name", flat=True))
        raise BadInput(
            f"There is no mapping {name!r}. Mappings of {layer} are {known or 'none yet'}.", field="mapping"
        )
    if row.layer != layer:
        raise BadInput(f"The mapping {name!r} is for {row.layer}, not for {layer}.", field="mapping")
    return row


def _queued(prepared: models.FileImport, *, user: Any | None) -> models.FileImport:
    with transaction.atomic():
        job = create_job(kind=KIND, title=_title(prepared), inputs=_inputs(prepared), owner=user)
        models.FileImport.objects.filter(pk=prepared.pk).update(job=job)
    prepared.job = job
    return prepared


def _title(prepared: models.FileImport) -> str:
    return f"Import of {prepared.file.name} into {find_layer(prepared.layer).title.lower()}"


def _inputs(prepared: models.FileImport) -> dict[str, Any]:
    return {
        "import_id": prepared.pk,
        "layer": prepared.layer,
        "file": prepared.file.name,
        "digest": prepared.file.digest,
        "mode": prepared.mode,
        "mapping": prepared.mapping,
        "options": prepared.options,
        "force": prepared.is_forced,
        "batch_id": prepared.batch_id,
    }


def _batch_id(prepared: models.FileImport, mapping: Mapping, options: ReadOptions, *, again: bool) -> str:
    """Return the id under which the warehouse takes the same file, read in the same way, once."""
    import hashlib

    how = json.dumps([mapping.digest(), options.as_json()], sort_keys=True)
    read_as = hashlib.sha256(how.encode()).hexdigest()[:32]
    once = f"import/{prepared.file.digest}/{read_as}/{prepared.mode}"
    return f"{once}/again-{prepared.pk}" if again else once


def _as_csv(rows: list[dict[str, Any]]) -> bytes:
    """Return refused rows as the CSV file they would have come in."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([ROW_GEOMETRY if name == GEOMETRY else name for name in names])
    for row in rows:
        writer.writerow(["" if row.get(name) is None else row[name] for name in names])
    return text.getvalue().encode()


def _for_csv(mapping: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping whose geometry, if it was the file's own, is the column of the CSV."""
    reads_geometry = any(isinstance(rule, dict) and "geometry" in rule for rule in mapping.values())
    return mapping if "geometry" in mapping or not reads_geometry else {**mapping, "geometry": ROW_GEOMETRY}


def _crs_of(first: models.FileImport) -> str | None:
    """Return the reference system of the file that the rows are from, if it still can be read."""
    if not any(isinstance(rule, dict) and "geometry" in rule for rule in first.mapping.values()):
        return None
    if first.file.removed_at is not None:
        return None
    with opened(first.file, parse_options(first.options)) as (source, _folder):
        return source.crs
