"""Power-flow mathematics on arrays: network, islands, balance, DC flow. Imports no web framework."""
