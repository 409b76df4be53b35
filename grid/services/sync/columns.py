"""The columns a layer fills, read off its Django model: one declaration, no second list to keep in step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.gis.db import models


class Kind(StrEnum):
    """What a column of the cache holds."""

    TEXT = "TEXT"
    FLOAT = "FLOAT"
    INTEGER = "INTEGER"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    TIMESTAMP = "TIMESTAMP"
    POINT = "POINT"
    LINE = "LINE"
    AREA = "AREA"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table of the cache."""

    name: str
    kind: Kind
    is_key: bool = False
    is_required: bool = True
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    bits: int = 32
    parent_table: str | None = None
    shapes: tuple[str, ...] = ()

    @property
    def source_names(self) -> tuple[str, ...]:
        """The columns of the source it is made of."""
        match self.kind:
            case Kind.POINT:
                return ("lon", "lat")
            case Kind.LINE | Kind.AREA:
                return (f"{self.name}_wkt",)
            case _:
                return (self.name,)

    @property
    def is_geometry(self) -> bool:
        """Whether it holds a geometry."""
        return self.kind in {Kind.POINT, Kind.LINE, Kind.AREA}


_KINDS: tuple[tuple[type[models.Field], Kind], ...] = (
    (models.PointField, Kind.POINT),
    (models.LineStringField, Kind.LINE),
    (models.GeometryField, Kind.AREA),
    (models.CharField, Kind.TEXT),
    (models.TextField, Kind.TEXT),
    (models.FloatField, Kind.FLOAT),
    (models.IntegerField, Kind.INTEGER),
    (models.BooleanField, Kind.BOOLEAN),
    (models.DateTimeField, Kind.TIMESTAMP),
    (models.DateField, Kind.DATE),
)
_SHAPES = {
    "POLYGON": ("POLYGON",),
    "MULTIPOLYGON": ("MULTIPOLYGON",),
    "GEOMETRY": ("POLYGON", "MULTIPOLYGON"),
}
_BITS = {"SmallIntegerField": 16, "IntegerField": 32, "BigIntegerField": 64}


def columns_of(model: type[models.Model]) -> tuple[Column, ...]:
    """Return the columns of a model's table, in its order.

    Raises:
        TypeError: if a field has a type that sync does not know.
    """
    return tuple(_column(field) for field in model._meta.concrete_fields)


def _column(field: models.Field) -> Column:
    target: Any = field.target_field if isinstance(field, models.ForeignKey) else field
    kind = next((kind for kind_of, kind in _KINDS if isinstance(target, kind_of)), None)
    if kind is None or field.column is None:
        raise TypeError(f"sync does not know how to fill {field}")
    return Column(
        name=field.column,
        kind=kind,
        is_key=field.primary_key,
        is_required=not field.null,
        max_length=target.max_length if kind == Kind.TEXT else None,
        choices=tuple(str(value) for value, _ in field.flatchoices),
        bits=_BITS.get(target.get_internal_type(), 32),
        parent_table=_parent_table(field),
        shapes=_SHAPES[target.geom_type] if kind == Kind.AREA else (),
    )


def _parent_table(field: models.Field) -> str | None:
    if not _is_enforced(field) or not isinstance(field.related_model, type):
        return None
    return field.related_model._meta.db_table


def _is_enforced(field: Any) -> bool:
    """Return whether PostgreSQL holds a foreign key constraint for the field."""
    return isinstance(field, models.ForeignKey) and bool(getattr(field, "db_constraint", False))


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A column of another table whose rows hang on rows of this one."""

    table: str
    column: str


def references_to(model: type[models.Model]) -> tuple[Reference, ...]:
    """Return the foreign keys that PostgreSQL enforces on a model's table, from whatever app."""
    relations = [
        field
        for field in model._meta.get_fields(include_hidden=True)
        if isinstance(field, models.ManyToOneRel) and _is_enforced(field.field)
    ]
    return tuple(
        Reference(table=relation.related_model._meta.db_table, column=str(relation.field.column))
        for relation in relations
    )
