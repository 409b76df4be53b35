"""Which branches trip, when and why."""
