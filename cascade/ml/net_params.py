"""The settings of the network on the influence graph, apart from torch."""

from __future__ import annotations

from dataclasses import dataclass

from cascade.engine.checks import check_number, check_whole


@dataclass(frozen=True, kw_only=True)
class NetParams:
    """Hold the settings of a network and its training, stored with every model.

    Attributes:
        width: numbers a node is described by inside.
        n_layers: exchanges between neighbours: how far a node hears.
        dropout: share of the numbers dropped in training.
        n_passes: passes over the training data.
        batch_states: states in one step.
        learning_rate: highest step size.
        weight_decay: pull of the weights towards 0.
        size_weight: weight of the error in size beside that in class.
        largest_gradient: length to which a step's gradient is cut.
        hears_trees: whether a node is also told the log-odds that the trees give it.
    """

    width: int = 32
    n_layers: int = 4
    dropout: float = 0.1
    n_passes: int = 10
    batch_states: int = 8
    learning_rate: float = 0.004
    weight_decay: float = 0.01
    size_weight: float = 0.3
    largest_gradient: float = 1.0
    hears_trees: bool = True

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            InvalidParams: naming the field.
        """
        check_whole("width", self.width, lowest=1, highest=1024)
        check_whole("n_layers", self.n_layers, lowest=0, highest=32)
        check_number("dropout", self.dropout, lowest=0.0, highest=0.9)
        check_whole("n_passes", self.n_passes, lowest=1, highest=10_000)
        check_whole("batch_states", self.batch_states, lowest=1, highest=10_000)
        check_number("learning_rate", self.learning_rate, lowest=1e-7, highest=1.0)
        check_number("weight_decay", self.weight_decay, lowest=0.0, highest=1.0)
        check_number("size_weight", self.size_weight, lowest=0.0, highest=100.0)
        check_number("largest_gradient", self.largest_gradient, lowest=1e-6, highest=1e6)
