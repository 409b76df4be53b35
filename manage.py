#!/usr/bin/env python3
"""Command-line entry to Flux Operations Center."""

import os
import sys


def main() -> None:
    """Run a management command; a faulty environment is told in plain words."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flux_site.settings.base")
    from django.core.management import execute_from_command_line

    from flux_site.settings.environment import EnvironmentFault

    try:
        execute_from_command_line(sys.argv)
    except EnvironmentFault as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
