"""Exit 0 if the web process of this container answers its health check, else 1."""

import os
import sys
import urllib.request


def main() -> int:
    """Ask under a host name the server accepts."""
    hosts = [host.strip() for host in os.environ.get("FLUX_ALLOWED_HOSTS", "").split(",") if host.strip()]
    named = [host.lstrip(".") for host in hosts if host != "*"]
    request = urllib.request.Request(
        "http://127.0.0.1:8000/healthz", headers={"Host": named[0] if named else "localhost"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310 - a fixed http address
            return 0 if response.status == 200 else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
