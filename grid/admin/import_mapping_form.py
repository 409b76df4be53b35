"""The form that says, for each column of a table, what of a file fills it."""

from __future__ import annotations

from typing import Any

from django import forms

from grid.intake.computed import DESCRIPTIONS, METHODS
from grid.intake.mapping import GEOMETRY_TARGETS
from grid.intake.units import units_for
from grid.layers import LAYERS
from grid.services.imports import Preview

NOTHING, CONSTANT, GEOMETRY, COMPUTED = "", "constant", "geometry", "computed"
_COLUMN = "column:"


class MappingForm(forms.Form):
    """A mapping as fields: ``from__<target>``, ``constant__<target>`` and ``unit__<target>``."""

    geometry_column = forms.ChoiceField(
        required=False, help_text="The column that holds the geometry as WKT or WKB."
    )
    save_as = forms.CharField(
        required=False, max_length=120, label="Keep the mapping as", help_text="To use it again by its name."
    )
    again = forms.BooleanField(
        required=False, label="Write even if the same file was imported in the same way before"
    )
    force = forms.BooleanField(required=False, label="Allow that most rows of the layer are taken away")

    def __init__(self, *args: Any, layer: str, preview: Preview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._table = LAYERS[layer].counted_table
        own = "the file's own" if preview.has_geometry else "none"
        columns = [(name, name) for name in preview.columns]
        geometry: Any = self.fields["geometry_column"]
        geometry.choices = [("", own), *columns]
        geometry.initial = preview.mapping.get("geometry", "")
        for column in self._table.columns:
            self._add(column, preview)

    def _add(self, column: Any, preview: Preview) -> None:
        name, rule = column.name, preview.mapping.get(column.name, {})
        choices = [(NOTHING, "—"), *((_COLUMN + source, source) for source in preview.columns)]
        choices.append((CONSTANT, "a constant"))
        if name in GEOMETRY_TARGETS:
            choices.append((GEOMETRY, "the geometry"))
        method = METHODS.get((self._table.name, name))
        if method is not None:
            choices.append((COMPUTED, f"computed: {DESCRIPTIONS[method]}"))
        initial = NOTHING
        if "column" in rule:
            initial = _COLUMN + rule["column"]
        else:
            initial = next((key for key in (CONSTANT, GEOMETRY, COMPUTED) if key in rule), NOTHING)
        self.fields[f"from__{name}"] = forms.ChoiceField(required=False, choices=choices, initial=initial)
        self.fields[f"constant__{name}"] = forms.CharField(
            required=False, max_length=256, initial=rule.get("constant", "")
        )
        units = units_for(name)
        if units:
            self.fields[f"unit__{name}"] = forms.ChoiceField(
                required=False,
                choices=[(unit, unit) for unit in units],
                initial=rule.get("unit") or units[0],
            )

    def rows(self) -> list[dict[str, Any]]:
        """Return what the page shows of each column of the table."""
        return [
            {
                "name": column.name,
                "is_required": not column.nullable,
                "comment": column.comment or "",
                "source": self[f"from__{column.name}"],
                "constant": self[f"constant__{column.name}"],
                "unit": self[f"unit__{column.name}"] if f"unit__{column.name}" in self.fields else None,
            }
            for column in self._table.columns
        ]

    def mapping(self) -> dict[str, Any]:
        """Return the mapping that the valid form states."""
        chosen = self.cleaned_data
        mapping: dict[str, Any] = {}
        for column in self._table.columns:
            source = chosen[f"from__{column.name}"]
            if source == CONSTANT:
                mapping[column.name] = {"constant": chosen[f"constant__{column.name}"]}
            elif source in {GEOMETRY, COMPUTED}:
                mapping[column.name] = {source: True}
            elif source:
                unit = chosen.get(f"unit__{column.name}")
                mapping[column.name] = {"column": source.removeprefix(_COLUMN)} | (
                    {"unit": unit} if unit else {}
                )
        if chosen["geometry_column"]:
            mapping["geometry"] = chosen["geometry_column"]
        return mapping
