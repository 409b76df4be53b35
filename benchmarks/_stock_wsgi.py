"""The product as it would be without the fast path, for comparison."""

import flux_site.wsgi
from grid.schema import freshness

freshness.fast_list = lambda _info: None  # type: ignore[assignment]
application = flux_site.wsgi.application
