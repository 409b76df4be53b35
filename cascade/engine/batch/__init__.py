"""Many cascades of one network at once, compiled: arrays in, arrays out."""
