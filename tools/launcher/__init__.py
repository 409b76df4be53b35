"""The launcher behind ``make``: installs, starts private services, runs and tests Flux."""
