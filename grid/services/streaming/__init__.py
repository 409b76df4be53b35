"""Readings and events from the stream into the cache and the warehouse."""
