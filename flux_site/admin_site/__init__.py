"""The admin site: its name, the order of its index and the status panel on it."""
