"""The state of a stream as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from grid.selectors.streaming import StreamState


def state_lines(state: StreamState) -> Iterator[str]:
    """Yield what there is to say of a stream."""
    yield f"{state.stream}:"
    if state.reason:
        yield f"  backlog       unknown: {state.reason}"
    else:
        lag = "unknown" if state.lag_s is None else f"{state.lag_s:,.1f} s"
        yield f"  backlog       {state.backlog_count:,} messages, the oldest for {lag}"
    yield f"  dead letters  {state.dead_count:,}"
    yield f"  warehouse     {state.pending_count:,} rows on their way"
    if state.pending_error:
        yield f"                {state.pending_error}"
    if not state.consumers:
        yield "  consumers     none"
    for consumer in state.consumers:
        rate = "unknown rate" if consumer.rate_per_s is None else f"{consumer.rate_per_s:,.0f} a second"
        yield f"  consumer      {consumer.name}: {consumer.landed_count:,} landed, {rate}"
        if consumer.last_error:
            yield f"                {consumer.last_error}"
