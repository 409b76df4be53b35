"""Which reference system the coordinates of a file are in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grid.intake.errors import IntakeError
from grid.intake.mapping import Mapping, RuleKind
from grid.intake.sources import ReadOptions, Source

_WGS84 = {"EPSG:4326", "OGC:CRS84", "CRS84", "WGS84"}
_SAYS_DEGREES = re.compile(r"lat|lon|lng", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class ReferenceSystems:
    """The systems of a file's geometry and of its coordinate columns; None is WGS 84 in degrees."""

    geometry: str | None
    columns: str | None


def reference_systems(source: Source, mapping: Mapping, options: ReadOptions) -> ReferenceSystems:
    """Return the systems to read the file's coordinates in.

    The stated system counts before the file's own. Columns that are named for latitude and longitude hold
    degrees in WGS 84 unless another system is stated.

    Raises:
        IntakeError: CRS_UNKNOWN, if nothing says what the coordinates mean.
    """
    geometry, columns = options.crs, options.crs
    if mapping.uses_geometry and geometry is None:
        geometry = source.crs if mapping.geometry is None else None
        if geometry is None:
            raise _unknown(source)
    named = [
        rule.column or ""
        for rule in mapping.rules
        if rule.kind == RuleKind.COLUMN and rule.target in {"latitude", "longitude"}
    ]
    if columns is None and not all(_SAYS_DEGREES.search(column) for column in named):
        raise _unknown(source)
    return ReferenceSystems(geometry=_plain(geometry), columns=_plain(columns))


def _plain(crs: str | None) -> str | None:
    return None if crs is None or crs.upper() in _WGS84 else crs


def _unknown(source: Source) -> IntakeError:
    return IntakeError(
        f"{source.name} does not say which reference system its coordinates are in. State it, for example "
        "EPSG:4326 for degrees in WGS 84.",
        code="CRS_UNKNOWN",
        field="crs",
    )
