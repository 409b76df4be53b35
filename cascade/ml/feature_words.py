"""What the features of cascade risk mean, in words for people. Light: web processes import this module."""

from __future__ import annotations

_OWN = {
    "loading_frac": "its own loading",
    "flow_share": "power that it carries",
    "limit_share": "its rating",
    "is_unlimited": "has no rating",
    "is_transformer": "is a transformer",
    "splits": "its loss splits the grid",
    "split_shed_share": "load cut off at once",
    "kv_ratio": "its voltage",
    "degree_low": "branches at its weaker end",
    "degree_high": "branches at its stronger end",
    "injection_from_share": "output at its sending end",
    "injection_to_share": "load at its receiving end",
}
_WAVE = {
    "count": "branches overloaded",
    "excess_share": "flow above limits",
    "worst_loading": "highest loading",
    "second_loading": "second highest loading",
    "flow_share": "flow on overloaded branches",
    "cut_count": "overloaded branches that would split the grid",
    "cut_flow_share": "flow on branches that would split the grid",
    "joint_count": "overloaded branches that split the grid only together",
    "joint_flow_share": "flow on branches that split the grid only together",
    "near_count": "branches near their limit",
    "is_open_ended": "goes beyond what factors tell",
}
_TARGETS = {
    "target_count_max": "branches that the next trip would overload",
    "target_excess_max": "flow above limits after the next trip",
    "target_excess_sum": "flow above limits after all next trips",
    "target_wave2_excess_max": "flow above limits two trips on",
    "target_flow_max": "largest flow among the overloaded branches",
    "target_shed_sum": "load that the overloaded branches would cut off",
    "target_loading_before_max": "loading beforehand of the overloaded branches",
    "target_lodf_max": "share of its flow that one branch takes over",
    "target_kv_max": "voltage of the overloaded branches",
    "struck_by_count": "other losses that would overload it",
    "struck_by_loading_max": "loading that another loss would put on it",
}
_STATE = {
    "state_reserve_frac": "reserve of the state",
    "state_loading_mean": "mean loading of the state",
    "state_loading_p95": "loading of the state, 95th percentile",
    "state_loading_p99": "loading of the state, 99th percentile",
    "state_share_above_80": "share of branches loaded above 80 %",
    "state_candidates": "losses of the state that overload something",
    "state_base_shed_share": "load that the intact state does not serve",
}


def words(feature: str) -> str:
    """Return what a feature means; its name, spaced, where that is not known."""
    wave, _, rest = feature.partition("_")
    if wave.startswith("wave") and wave[4:].isdigit() and rest in _WAVE:
        return f"{_WAVE[rest]}, wave {wave[4:]}"
    for table in (_OWN, _TARGETS, _STATE):
        if feature in table:
            return table[feature]
    return feature.replace("_", " ")
