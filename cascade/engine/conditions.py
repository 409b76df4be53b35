"""What holds for single branches and units in the hour of a cascade."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from cascade.engine.errors import CascadeInputError
from grid.powerflow.arrays import FloatArray
from grid.powerflow.network import Network

MAX_RATING_FACTOR = 100.0
MAX_COST_USD_PER_MWH = 1e6


class InvalidConditions(CascadeInputError):
    """Report values per branch or unit that do not fit the network or are out of range."""

    code = "INVALID_CONDITIONS"


@dataclass(frozen=True, eq=False, kw_only=True)
class Conditions:
    """Hold values per branch and unit of one network; what is not given is as in the network.

    They are apart from the network so that one network, prepared once, serves every hour.

    Attributes:
        branch_rating_frac: factor on the rating of each branch, > 0 .. 100, for example its rating in the
            weather of the hour over the stored one. NaN: not known, the stored rating holds.
        unit_cost_usd_per_mwh: marginal cost of each unit of the network as given, for merit order. NaN: not
            known, such a unit is raised last and lowered last.
    """

    branch_rating_frac: FloatArray | None = None
    unit_cost_usd_per_mwh: FloatArray | None = None

    def __post_init__(self) -> None:
        """Copy, freeze and check the arrays.

        Raises:
            InvalidConditions: naming the field and the first place at fault.
        """
        for name, lowest, highest in (
            ("branch_rating_frac", 0.0, MAX_RATING_FACTOR),
            ("unit_cost_usd_per_mwh", -MAX_COST_USD_PER_MWH, MAX_COST_USD_PER_MWH),
        ):
            if getattr(self, name) is None:
                continue
            try:
                values = np.array(getattr(self, name), dtype=np.float64)
            except (TypeError, ValueError) as error:
                raise InvalidConditions(field=name, message="is no list of numbers") from error
            if values.ndim != 1:
                raise InvalidConditions(field=name, message="must be one number per branch or unit")
            bad = (values < lowest) | (values > highest)
            if name == "branch_rating_frac":
                bad |= values == 0.0
            if bad.any():
                first = int(np.flatnonzero(bad)[0])
                least = "a number > 0" if lowest == 0.0 else f"a number from {lowest:g}"
                raise InvalidConditions(
                    field=name, message=f"is {values[first]:g} at {first}; allowed: {least} to {highest:g}"
                )
            values.setflags(write=False)
            object.__setattr__(self, name, values)

    @classmethod
    def of_hour(
        cls,
        network: Network,
        *,
        rating_multipliers: Mapping[str, float],
        unit_cost_usd_per_mwh: Mapping[str, float] | None = None,
    ) -> Conditions:
        """Return the conditions that values by id stand for; branches and units not named are unknown.

        Ids that the network does not hold, such as those of branches out of service, are passed over.

        Raises:
            InvalidConditions: if a value is out of range.
        """
        cost = None
        if unit_cost_usd_per_mwh is not None:
            cost = _by_id(network.unit_ids, unit_cost_usd_per_mwh)
        return cls(
            branch_rating_frac=_by_id(network.branch_ids, rating_multipliers), unit_cost_usd_per_mwh=cost
        )

    def check_fits(self, network: Network) -> None:
        """Refuse values made for another network.

        Raises:
            InvalidConditions: if the number of branches or units differs.
        """
        for name, count in (
            ("branch_rating_frac", network.n_branches),
            ("unit_cost_usd_per_mwh", network.n_units),
        ):
            values: FloatArray | None = getattr(self, name)
            if values is not None and len(values) != count:
                raise InvalidConditions(field=name, message=f"has {len(values)} values; allowed: {count}")

    def digest(self) -> str:
        """Return a sha256 over the values, the same on every machine."""
        hasher = hashlib.sha256()
        for field in fields(self):
            values: FloatArray | None = getattr(self, field.name)
            content = b"" if values is None else values.astype("<f8").tobytes()
            hasher.update(f"{field.name}:{len(content)}:".encode())
            hasher.update(content)
        return hasher.hexdigest()


def _by_id(ids: tuple[str, ...], values: Mapping[str, float]) -> FloatArray:
    return np.array([values.get(each, np.nan) for each in ids], dtype=np.float64)


AS_STORED = Conditions()
