"""Types of the grid's API."""
