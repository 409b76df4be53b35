"""The trees of the upper Gulf coast.

Heights and spreads are round middle values of what USDA PLANTS and the Texas A&M Forest Service's *Trees
of Texas* give for grown trees; growth is a middle value of the classes slow (below 0.3 m a year), medium and
fast (above 0.6 m) that both use, for young trees. The shares are this project's own, after the commonest
trees of the Houston area.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Species:
    """Describe one species.

    Attributes:
        species: botanical name.
        common_name: its usual name.
        share: part of all trees; the shares sum to 1.
        grown_m: height of a grown tree.
        spread: crown radius over height.
        young_growth_m: height a young tree gains in a year.
    """

    species: str
    common_name: str
    share: float
    grown_m: float
    spread: float
    young_growth_m: float


SPECIES = (
    Species("Pinus taeda", "Loblolly pine", 0.18, 30.0, 0.16, 0.75),
    Species("Triadica sebifera", "Chinese tallow", 0.15, 13.0, 0.33, 0.75),
    Species("Celtis laevigata", "Sugarberry", 0.13, 20.0, 0.33, 0.60),
    Species("Quercus virginiana", "Southern live oak", 0.13, 16.0, 0.60, 0.45),
    Species("Quercus nigra", "Water oak", 0.11, 20.0, 0.38, 0.65),
    Species("Ulmus crassifolia", "Cedar elm", 0.07, 18.0, 0.33, 0.45),
    Species("Liquidambar styraciflua", "Sweetgum", 0.06, 24.0, 0.28, 0.55),
    Species("Fraxinus pennsylvanica", "Green ash", 0.05, 18.0, 0.35, 0.65),
    Species("Carya illinoinensis", "Pecan", 0.04, 24.0, 0.38, 0.45),
    Species("Lagerstroemia indica", "Crape myrtle", 0.04, 7.0, 0.40, 0.50),
    Species("Magnolia grandiflora", "Southern magnolia", 0.02, 20.0, 0.30, 0.40),
    Species("Taxodium distichum", "Bald cypress", 0.02, 22.0, 0.25, 0.50),
)
