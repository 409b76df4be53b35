"""Documents as text: what cannot be read, and the line of a place."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade.engine.scenarios.documents import read_spec, write_spec
from cascade.engine.scenarios.errors import InvalidScenario
from cascade.engine.scenarios.presets import presets
from cascade.engine.scenarios.text import line_of, read_text, write_text

TEXT = """{
  "kind": "HEAT",
  "load": {"form": "DEMAND",
    "demand_mw": -1},

  "wind": {
    "points": [
      {"lat": 29.0, "lon": -95.0, "value": 10.0, "label": "a \\"quoted\\" } ] name"},
      {"lat": 290.0,
       "lon": -95.0, "value": 10.0}
    ], "max_distance_km": 5.0
  },
  "outages": []
}"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("kind", 2),
        ("load", 3),
        ("load.form", 3),
        ("load.demand_mw", 4),
        ("wind.points", 7),
        ("wind.points[0].value", 8),
        ("wind.points[1].lat", 9),
        ("wind.points[1].lon", 10),
        ("wind.max_distance_km", 11),
        ("outages", 13),
        # What is not there: where it should be.
        ("load.curve", 3),
        ("wind.points[7].lat", 7),
        ("temperature", 1),
        ("outages.x", 13),
        ("", 1),
    ],
)
def test_a_place_is_found_by_its_line(path: str, line: int) -> None:
    assert line_of(TEXT, path) == line


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        ),
        max_leaves=15,
    ),
    st.sampled_from([None, 1, 4]),
)
def test_every_place_is_found_where_a_parser_finds_it(document: Any, indent: int | None) -> None:
    """The value that begins on the line found, at the place found, is the one that the document holds."""
    text = json.dumps({"x": document}, indent=indent, ensure_ascii=False)

    for path, value in _places({"x": document}, ""):
        lines = text.split("\n")
        line = line_of(text, path)
        assert 1 <= line <= len(lines)
        assert json.dumps(value, indent=indent, ensure_ascii=False).split("\n")[0] in lines[line - 1]


def _places(value: Any, path: str) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        inner = [_places(each, f"{path}.{name}" if path else name) for name, each in value.items()]
    elif isinstance(value, list):
        inner = [_places(each, f"{path}[{n}]") for n, each in enumerate(value)]
    else:
        inner = []
    return [*([(path, value)] if path else []), *(each for places in inner for each in places)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "line 1, column 1"),
        ('{"a": 1,\n "b" 2}', "line 2, column 6"),
        ('{"a": 1, "a": 2}', "names 'a' twice"),
        ("[" * 100_000, "nested too deep"),
        (" " * 2_000_001, "characters"),
    ],
)
def test_a_text_that_is_no_document_is_refused(text: str, told: str) -> None:
    with pytest.raises(InvalidScenario, match=told) as caught:
        read_text(text)

    assert caught.value.field == "spec"


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.key)
def test_a_preset_is_the_same_after_being_text(preset: Any) -> None:
    document = write_spec(read_spec(preset.spec))

    assert read_text(write_text(document)) == document
