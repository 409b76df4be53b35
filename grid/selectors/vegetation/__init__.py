"""Questions about trees near overhead lines."""
