"""Studies of what a cascade costs, how to restore it, how to stop it and what to build against it."""
