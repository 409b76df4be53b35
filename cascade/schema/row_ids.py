"""Ids of rows as clients give them."""

from strawberry import relay

from flux_site.api.errors import BadInput


def parse_row_id(text: str, field: str) -> int:
    """Return a row id, given plain or as a Relay id.

    Raises:
        BadInput: if it is neither.
    """
    for candidate in (text, _node_id(text)):
        if candidate is not None and candidate.isascii() and candidate.isdigit() and len(candidate) < 19:
            return int(candidate)
    raise BadInput(f"{text!r} is not an id.", field=field)


def _node_id(text: str) -> str | None:
    try:
        return relay.GlobalID.from_id(text).node_id
    except (relay.GlobalIDValueError, ValueError):
        return None
