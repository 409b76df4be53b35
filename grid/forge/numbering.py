"""Number a drawn circuit depth first, so that everything behind a node is one range."""

from __future__ import annotations

from dataclasses import dataclass

from grid.forge.draft import Draft


@dataclass(frozen=True, slots=True)
class Numbering:
    """Hold a circuit's depth-first order.

    Attributes:
        order: draft node of each number.
        number: number of each draft node.
        entry: line section that feeds each draft node, seen through switches; None above the first section.
        places: draft places that carry a transformer, in order of their nodes.
        first: transformers numbered before each draft node.
        beyond: end of the range of transformers at and behind each draft node.
    """

    order: list[int]
    number: list[int]
    entry: list[int | None]
    places: list[int]
    first: list[int]
    beyond: list[int]


def number_circuit(draft: Draft, occupied: list[bool]) -> Numbering:
    """Return the depth-first numbering of a circuit from the breaker's load side.

    Args:
        draft: the circuit.
        occupied: per place, whether it carries a transformer.
    """
    size = len(draft.points)
    children: list[list[int]] = [[] for _ in range(size)]
    entry: list[int | None] = [None] * size
    joints = [(span.start, span.end, index) for index, span in enumerate(draft.spans)]
    joints += [(switch.start, switch.end, -1) for switch in draft.switches]
    for start, end, index in sorted(
        joints, key=lambda joint: joint[1]
    ):  # an end is always younger than its start
        children[start].append(end)
        entry[end] = index if index >= 0 else entry[start]
    at_node = {place.node: index for index, place in enumerate(draft.places) if occupied[index]}
    order: list[int] = []
    places: list[int] = []
    number, first, beyond = [0] * size, [0] * size, [0] * size
    stack: list[tuple[int, bool]] = [(0, False)]
    while stack:
        node, done = stack.pop()
        if done:
            beyond[node] = len(places)
            continue
        number[node], first[node] = len(order), len(places)
        order.append(node)
        if node in at_node:
            places.append(at_node[node])
        stack.append((node, True))
        stack += [(child, False) for child in reversed(children[node])]
    return Numbering(order, number, entry, places, first, beyond)
