"""How Chromium is started and how large its window is, for tests and pictures alike."""

from playwright.sync_api import ViewportSize

FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=gl-egl",
    "--ignore-gpu-blocklist",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
]
SIZE: ViewportSize = {"width": 1366, "height": 768}


def with_scheme(scheme: str) -> str:
    """Return the script that makes a page dark or light from its beginning."""
    return f"localStorage.setItem('flux.preferences', JSON.stringify({{scheme: '{scheme}', units: 'us'}}))"
