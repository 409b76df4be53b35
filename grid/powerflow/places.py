"""Where the parts of a network are, and what they are."""

from __future__ import annotations

from dataclasses import dataclass

from grid.powerflow.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False, kw_only=True)
class NetworkPlaces:
    """Hold where the parts of a network are and what they are, in its order.

    Attributes:
        substation_lon: longitude per substation, degrees.
        substation_lat: latitude per substation.
        substation_kv: highest voltage per substation; NaN unknown.
        branch_kv: higher voltage of each branch's ends.
        branch_is_line: whether it is a line, not a transformer.
        unit_fuel: fuel per unit.
    """

    substation_lon: FloatArray
    substation_lat: FloatArray
    substation_kv: FloatArray
    branch_kv: FloatArray
    branch_is_line: BoolArray
    unit_fuel: tuple[str, ...]
