"""Telling subscribers that a layer changed; a lost message only delays the view."""

from flux_site.jobs.notify import announce

GROUP = "layers"


def publish(layer: str) -> None:
    """Send "look again" for one layer to every subscriber; does nothing while Redis is away."""
    announce(GROUP, {"type": "layer.changed", "layer": layer})
