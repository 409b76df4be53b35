"""What the assistant may use to answer: typed, read-only, run as the asking user."""
