"""Which column of a file fills which column of a warehouse table, as frozen data with a digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from grid.intake.computed import METHODS
from grid.intake.errors import IntakeError
from grid.intake.units import units_for

AREA_TARGETS = ("outline_wkt", "footprint_wkt")
GEOMETRY_TARGETS = ("latitude", "longitude", "route_wkt", *AREA_TARGETS)
_KEYS = {"column", "unit", "constant", "geometry", "computed"}


class RuleKind(StrEnum):
    """Where a value comes from."""

    COLUMN = "COLUMN"
    CONSTANT = "CONSTANT"
    GEOMETRY = "GEOMETRY"
    COMPUTED = "COMPUTED"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What fills one column.

    Attributes:
        target: column of the warehouse table.
        kind: where its value comes from.
        column: the file's column, for COLUMN.
        unit: the unit of the file's column, if it is another than the target's.
        constant: the value of every row, as text, for CONSTANT.
    """

    target: str
    kind: RuleKind
    column: str | None = None
    unit: str | None = None
    constant: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the rule as it is stored."""
        match self.kind:
            case RuleKind.COLUMN:
                return {"column": self.column} | ({"unit": self.unit} if self.unit else {})
            case RuleKind.CONSTANT:
                return {"constant": self.constant}
            case RuleKind.GEOMETRY:
                return {"geometry": True}
            case RuleKind.COMPUTED:
                return {"computed": True}


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """The rules of a table, in the order of its columns.

    ``geometry`` names the column that holds the geometry (WKT or WKB); None is the file's own.
    """

    rules: tuple[Rule, ...]
    geometry: str | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns that are filled."""
        return tuple(rule.target for rule in self.rules)

    @property
    def uses_geometry(self) -> bool:
        """Whether a rule reads the geometry."""
        return any(rule.kind == RuleKind.GEOMETRY for rule in self.rules)

    @property
    def source_columns(self) -> tuple[str, ...]:
        """The columns of the file that are read, each once."""
        named = [rule.column for rule in self.rules if rule.column is not None]
        if self.uses_geometry and self.geometry is not None:
            named.append(self.geometry)
        return tuple(dict.fromkeys(named))

    def rule_of(self, target: str) -> Rule | None:
        """Return the rule that fills ``target``, if any."""
        return next((rule for rule in self.rules if rule.target == target), None)

    def as_json(self) -> dict[str, Any]:
        """Return the mapping as it is stored: by target column, the geometry's column under ``geometry``."""
        stored: dict[str, Any] = {rule.target: rule.as_json() for rule in self.rules}
        return stored | ({"geometry": self.geometry} if self.geometry is not None else {})

    def digest(self) -> str:
        """Return a hash of everything the mapping decides."""
        text = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def parse_mapping(stored: object, *, table: sa.Table, file_columns: Sequence[str] | None = None) -> Mapping:
    """Return the mapping that ``stored`` describes, checked against the table and the file's columns.

    ``stored`` is an object by target column: ``{"column": name, "unit": unit}``, ``{"constant": value}``,
    ``{"geometry": true}`` or ``{"computed": true}``; ``null`` leaves a column unfilled.

    Raises:
        IntakeError: MAPPING_INVALID or MISSING_COLUMN, naming the target and what is allowed.
    """
    if not isinstance(stored, MappingType):
        raise _invalid("A mapping is an object by target column.")
    known = [column.name for column in table.columns]
    unknown = [str(name) for name in stored if name not in known and name != "geometry"]
    if unknown:
        raise _invalid(
            f"{unknown[0]!r} is no column of {table.name}. Columns are {', '.join(known)}.", unknown[0]
        )
    geometry = stored.get("geometry")
    if geometry is not None and not isinstance(geometry, str):
        raise _invalid("geometry names the column that holds the geometry.", "geometry")
    rules = [_rule(name, stored[name], table) for name in known if stored.get(name) is not None]
    mapping = Mapping(rules=tuple(rules), geometry=geometry)
    if file_columns is not None:
        _check_columns(mapping, file_columns)
    return mapping


def check_required(mapping: Mapping, *, table: sa.Table, may_exist: bool) -> None:
    """Check that every row can be made complete.

    Args:
        mapping: what is filled.
        table: the table.
        may_exist: rows of the file may be in the table already and then keep what is not filled.

    Raises:
        IntakeError: MAPPING_INCOMPLETE, naming every required column that nothing fills.
    """
    lacking = unfilled(mapping, table=table)
    keys = [column.name for column in table.primary_key if column.name in lacking]
    if keys or (lacking and not may_exist):
        names = ", ".join(keys if may_exist else lacking)
        raise IntakeError(
            f"Nothing fills {names} of {table.name}, which must be known for every row. Name a column of the "
            "file or give a constant"
            + ("." if may_exist else ", or merge into rows that are there already."),
            code="MAPPING_INCOMPLETE",
            field="mapping",
        )


def unfilled(mapping: Mapping, *, table: sa.Table) -> list[str]:
    """Return the columns of ``table`` that must be known and that ``mapping`` does not fill."""
    return [
        column.name for column in table.columns if not column.nullable and column.name not in mapping.targets
    ]


def _rule(target: str, stored: object, table: sa.Table) -> Rule:
    if not isinstance(stored, MappingType) or not stored or set(stored) - _KEYS:
        raise _invalid(
            f"{target} must be filled by a column, a constant, the geometry or a computation, "
            f"not by {json.dumps(stored, default=str)[:80]}.",
            target,
        )
    if len(set(stored) - {"unit"}) != 1 or ("unit" in stored and "column" not in stored):
        raise _invalid(f"{target} must be filled by exactly one thing.", target)
    if "column" in stored:
        return _column_rule(target, stored)
    if "constant" in stored:
        value = stored["constant"]
        if isinstance(value, bool):
            value = str(value).lower()
        if not isinstance(value, str | int | float) or str(value).strip() == "":
            raise _invalid(f"The constant of {target} is empty or no text, number or truth value.", target)
        return Rule(target=target, kind=RuleKind.CONSTANT, constant=str(value))
    if "geometry" in stored:
        if target not in GEOMETRY_TARGETS or stored["geometry"] is not True:
            raise _invalid(f"{target} is not filled by a geometry.", target)
        return Rule(target=target, kind=RuleKind.GEOMETRY)
    if (table.name, target) not in METHODS or stored["computed"] is not True:
        raise _invalid(f"There is no method that computes {target} of {table.name}.", target)
    return Rule(target=target, kind=RuleKind.COMPUTED)


def _column_rule(target: str, stored: MappingType[str, Any]) -> Rule:
    column, unit = stored["column"], stored.get("unit")
    if not isinstance(column, str) or not column:
        raise _invalid(f"The column of {target} must be a name.", target)
    allowed = units_for(target)
    if unit is not None and unit not in allowed:
        raise _invalid(
            f"{target} cannot be given in {unit!r}. "
            + (f"Units are {', '.join(allowed)}." if allowed else "It has no unit."),
            target,
        )
    return Rule(
        target=target,
        kind=RuleKind.COLUMN,
        column=column,
        unit=None if allowed and unit == allowed[0] else unit,
    )


def _check_columns(mapping: Mapping, file_columns: Sequence[str]) -> None:
    missing = [name for name in mapping.source_columns if name not in file_columns]
    if missing:
        raise IntakeError(
            f"The file has no column {', '.join(missing)}. It has {', '.join(file_columns)}.",
            code="MISSING_COLUMN",
            field="mapping",
        )


def _invalid(message: str, target: str | None = None) -> IntakeError:
    return IntakeError(message, code="MAPPING_INVALID", field=f"mapping.{target}" if target else "mapping")
