"""Connectivity of the distribution network as arrays: what is behind a device, and what feeds it. Pure."""

from grid.topology.arrays import NONE
from grid.topology.columns import Circuits, Meters, NetworkColumns, Sections, Switches, Transformers
from grid.topology.devices import ISOLATING_KINDS, DeviceKind, DeviceRef
from grid.topology.network import Network, NetworkArrays, build_arrays, build_network
from grid.topology.problems import ProblemKind, Problems

__all__ = [
    "ISOLATING_KINDS",
    "NONE",
    "Circuits",
    "DeviceKind",
    "DeviceRef",
    "Meters",
    "Network",
    "NetworkArrays",
    "NetworkColumns",
    "ProblemKind",
    "Problems",
    "Sections",
    "Switches",
    "Transformers",
    "build_arrays",
    "build_network",
]
