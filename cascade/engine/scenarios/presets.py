"""The scenarios that come with the product, with where each number is from.

Numbers with a source are published; the others say that they are assumptions, and are there to be edited.
Which fragility a utility's lines and substations have is the utility's own data: the values here only give
the form something to start with. Harvey's radius of the largest wind follows from its published winds: with
v ~ r^-0.5, hurricane force (64 kt) at 40 miles and 115 kt at the most put it at 19.94 km, and the same
exponent takes 64 kt at 40 miles to 34 kt at 140 miles, where tropical-storm force was reported to end.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A scenario that comes with the product.

    Attributes:
        key: what it is known by; never changed.
        name: what it is called.
        description: what it is about, and what it leaves out.
        interconnect: the network.
        spec: what it says, as a document.
    """

    key: str
    name: str
    description: str
    interconnect: str
    spec: dict[str, Any]


@cache
def presets() -> tuple[Preset, ...]:
    """Return the scenarios that come with the product."""
    text = resources.files("cascade.engine.scenarios").joinpath("presets.json").read_text(encoding="utf-8")
    return tuple(Preset(**each) for each in json.loads(text))
