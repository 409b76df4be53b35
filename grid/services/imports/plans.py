"""What an import will do, checked before anything is read in full."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from django.conf import settings

from flux_site.api.errors import BadInput
from grid import models
from grid.intake.checking import Checker
from grid.intake.guessing import guess_mapping
from grid.intake.mapping import Mapping, check_required, parse_mapping
from grid.intake.merging import Mode
from grid.intake.reference_systems import reference_systems
from grid.intake.sources import ReadOptions, Source, open_source
from grid.layers import Layer
from grid.services.imports.errors import as_refusals
from grid.services.imports.files import file_format_of, path_of, working_folder
from grid.services.imports.layers import choices_of, find_layer

_OPTIONS = ("crs", "encoding", "delimiter", "layer")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A file opened, its mapping checked against it."""

    layer: Layer
    source: Source
    mapping: Mapping
    checker: Checker

    @property
    def table(self) -> sa.Table:
        """The table to be filled."""
        return self.layer.counted_table


def parse_mode(text: str) -> Mode:
    """Return the mode.

    Raises:
        BadInput: if it is none.
    """
    try:
        return Mode(text.upper())
    except ValueError:
        raise BadInput(f"{text!r} is no mode. Modes are {', '.join(Mode)}.", field="mode") from None


def parse_options(stored: Any) -> ReadOptions:
    """Return the options.

    Raises:
        BadInput: if one is unknown or no text.
    """
    if not isinstance(stored, dict):
        raise BadInput("Options are an object.", field="options")
    for name, value in stored.items():
        if name not in _OPTIONS:
            raise BadInput(f"{name!r} is no option. Options are {', '.join(_OPTIONS)}.", field="options")
        if value is not None and not isinstance(value, str):
            raise BadInput(f"The option {name} is a text.", field=name)
    return ReadOptions(**{name: value or None for name, value in stored.items()})


@contextmanager
def opened(file: models.ImportFile, options: ReadOptions) -> Iterator[tuple[Source, Path]]:
    """Open a received file while the block runs, with a folder to work in.

    Raises:
        ImportRefused: if it is damaged, too large or none of its format.
    """
    with working_folder() as folder:
        unpacked = Path(folder) / "unpacked"
        unpacked.mkdir()
        with as_refusals():
            source = open_source(
                path_of(file),
                file_format=file_format_of(file),
                name=file.name,
                options=options,
                work=unpacked,
                max_unpacked_bytes=settings.IMPORT_MAX_UNPACKED_BYTES,
            )
        yield source, Path(folder)


def chosen_mapping(*, layer: Layer, source: Source, mapping: Any | None) -> Mapping:
    """Return the mapping that is given, checked against table and file; without one, what names suggest.

    Raises:
        ImportRefused: MAPPING_INVALID or MISSING_COLUMN.
    """
    table = layer.counted_table
    if mapping is None:
        return guess_mapping(table=table, columns=source.columns, has_geometry=source.has_geometry)
    with as_refusals():
        return parse_mapping(mapping, table=table, file_columns=source.columns)


def make_plan(*, layer: str, source: Source, mapping: Any | None, options: ReadOptions, mode: Mode) -> Plan:
    """Return the plan of an import; without a mapping the one that the names suggest.

    Raises:
        BadInput: if the layer is unknown.
        ImportRefused: MAPPING_INVALID, MAPPING_INCOMPLETE, MISSING_COLUMN or CRS_UNKNOWN.
    """
    from grid.services.imports.transforms import to_wgs84

    found = find_layer(layer)
    table = found.counted_table
    chosen = chosen_mapping(layer=found, source=source, mapping=mapping)
    with as_refusals():
        check_required(chosen, table=table, may_exist=mode == Mode.MERGE)
        systems = reference_systems(source, chosen, options)
        checker = Checker(
            table=table,
            mapping=chosen,
            choices=choices_of(found),
            geometry_transform=to_wgs84(systems.geometry),
            column_transform=to_wgs84(systems.columns),
        )
    return Plan(layer=found, source=source, mapping=chosen, checker=checker)
