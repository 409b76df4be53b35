"""Scenarios: what is known or assumed about an event, and what a network makes of it."""
