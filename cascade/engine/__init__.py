"""The cascade engine: arrays in, arrays out. Reads no clock, setting or global random state."""
