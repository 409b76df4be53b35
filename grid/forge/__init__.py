"""The forge: imports a real transmission grid and grows a consistent distribution system under it."""

from grid.forge.config import ForgeConfig, Scale
from grid.forge.errors import ForgeConfigError, ForgeDataError, ForgeError

__all__ = ["ForgeConfig", "ForgeConfigError", "ForgeDataError", "ForgeError", "Scale"]
