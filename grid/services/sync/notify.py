"""Telling subscribers that a layer changed; a lost message only delays the view."""

from flux_site.api.live import announce


def publish(layer: str) -> None:
    """Send "look again" for one layer to every subscriber; does nothing while Redis is away."""
    announce("layers", [layer])
