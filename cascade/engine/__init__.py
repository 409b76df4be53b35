"""The cascade engine: arrays in, arrays out. Imports no web framework, clock, setting or global random state."""
