"""What a network must satisfy before anything is computed from it.

Each check raises :class:`NetworkError` for the first offending entry, so that the message can name the field,
the asset's id, what was found and what is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grid.powerflow.arrays import BoolArray, FloatArray, IntArray

MAX_MAGNITUDE_MW = 1e9
"""Largest |MW| or MVA taken as data: a hundred times the world's capacity. More is a unit error."""


class NetworkError(ValueError):
    """Report one thing that makes a network unusable.

    Attributes:
        code: stable code for clients.
        field: the ``Network`` field at fault.
        asset_id: id of the offending bus, branch, unit or substation; None when the whole field is at fault.
        problem: what was found.
        allowed: what would have been accepted.
    """

    code = "INVALID_NETWORK"

    def __init__(self, *, field: str, problem: str, allowed: str, asset_id: str | None = None) -> None:
        self.field = field
        self.asset_id = asset_id
        self.problem = problem
        self.allowed = allowed
        where = field if asset_id is None else f"{field} of {asset_id}"
        super().__init__(f"{where}: {problem}; allowed: {allowed}")


def as_ids(*, field: str, values: Sequence[object]) -> tuple[str, ...]:
    """Return the ids as a tuple of plain strings.

    Raises:
        NetworkError: if an id is not text, is blank or occurs twice.
    """
    if isinstance(values, str):
        raise NetworkError(field=field, problem=f"is the single text {values!r}", allowed="a sequence of ids")
    ids: list[str] = []
    seen: set[str] = set()
    for position, value in enumerate(values):
        if not isinstance(value, str) or not value.strip():
            raise NetworkError(
                field=field, problem=f"entry {position} is {value!r}", allowed="a non-blank text id"
            )
        plain = str(value)
        if plain in seen:
            raise NetworkError(field=field, asset_id=plain, problem="occurs twice", allowed="unique ids")
        seen.add(plain)
        ids.append(plain)
    return tuple(ids)


def as_floats(*, field: str, values: object, ids: tuple[str, ...]) -> FloatArray:
    """Return a read-only float64 copy with one entry per id.

    Raises:
        NetworkError: if the values are not numbers, not one per id, NaN or infinite.
    """
    array = _as_vector(field=field, values=values, kinds="fiu", wanted="numbers", ids=ids).astype(np.float64)
    reject_where(field=field, bad=~np.isfinite(array), values=array, ids=ids, allowed="a finite number")
    array += 0.0  # -0.0 and 0.0 are one value and must have one digest
    array.setflags(write=False)
    return array


def as_indices(*, field: str, values: object, ids: tuple[str, ...], lowest: int, count: int) -> IntArray:
    """Return a read-only int64 copy with one entry per id, each in ``lowest .. count - 1``.

    Raises:
        NetworkError: if the values are not integers, not one per id or out of range.
    """
    array = _as_vector(field=field, values=values, kinds="iu", wanted="integers", ids=ids).astype(np.int64)
    reject_where(
        field=field,
        bad=(array < lowest) | (array >= count),
        values=array,
        ids=ids,
        allowed=f"an index from {lowest} to {count - 1}",
    )
    array.setflags(write=False)
    return array


def reject_where(
    *, field: str, bad: BoolArray, values: FloatArray | IntArray, ids: tuple[str, ...], allowed: str
) -> None:
    """Raise for the first entry marked bad.

    Raises:
        NetworkError: if any entry is marked.
    """
    if bad.any():
        first = int(np.argmax(bad))
        more = int(np.count_nonzero(bad)) - 1
        problem = f"is {values[first].item()!r}" + (f" (and {more} more like it)" if more else "")
        raise NetworkError(field=field, asset_id=ids[first], problem=problem, allowed=allowed)


def reject_large(*, field: str, values: FloatArray, ids: tuple[str, ...]) -> None:
    """Raise if a power is too large to be one, before it can overflow in a product.

    Raises:
        NetworkError: if a magnitude exceeds :data:`MAX_MAGNITUDE_MW`.
    """
    reject_where(
        field=field,
        bad=np.abs(values) > MAX_MAGNITUDE_MW,
        values=values,
        ids=ids,
        allowed=f"a magnitude up to {MAX_MAGNITUDE_MW:g}",
    )


def _as_vector(*, field: str, values: object, kinds: str, wanted: str, ids: tuple[str, ...]) -> np.ndarray:
    try:
        array = np.array(values)
    except ValueError as error:
        raise NetworkError(
            field=field, problem=f"cannot be read ({error})", allowed=f"a list of {wanted}"
        ) from error
    if array.ndim != 1:
        raise NetworkError(field=field, problem=f"has {array.ndim} dimensions", allowed=f"a list of {wanted}")
    if len(array) != len(ids):
        raise NetworkError(
            field=field, problem=f"has {len(array)} entries", allowed=f"one per asset, that is {len(ids)}"
        )
    if len(array) and array.dtype.kind not in kinds:
        raise NetworkError(field=field, problem=f"holds {array.dtype} values", allowed=wanted)
    return array
