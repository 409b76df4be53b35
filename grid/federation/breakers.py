"""Circuit breakers: a store that keeps failing is left alone for a while."""

import pybreaker

RESET_AFTER_S = 15
FAILURES_TO_OPEN = 3

postgis_breaker = pybreaker.CircuitBreaker(
    fail_max=FAILURES_TO_OPEN, reset_timeout=RESET_AFTER_S, name="postgis"
)
warehouse_breaker = pybreaker.CircuitBreaker(
    fail_max=FAILURES_TO_OPEN, reset_timeout=RESET_AFTER_S, name="warehouse"
)
