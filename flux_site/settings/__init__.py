"""Django settings. Only `environment` reads the process environment, once."""
