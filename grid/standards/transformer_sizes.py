"""Preferred kVA ratings of distribution and small power transformers.

Single phase: IEEE Std C57.12.20 (overhead) and C57.12.38 (pad-mounted). Three phase: IEEE Std C57.12.34
(pad-mounted, 45 to 10,000 kVA), continued at both ends by the preferred ratings of IEEE Std C57.12.00.
"""

from __future__ import annotations

SINGLE_PHASE_KVA: tuple[float, ...] = (10.0, 15.0, 25.0, 37.5, 50.0, 75.0, 100.0, 167.0, 250.0, 333.0, 500.0)

THREE_PHASE_KVA: tuple[float, ...] = (
    15.0, 30.0, 45.0, 75.0, 112.5, 150.0, 225.0, 300.0, 500.0, 750.0, 1000.0, 1500.0, 2000.0, 2500.0,
    3750.0, 5000.0, 7500.0, 10000.0, 12000.0, 15000.0,
)  # fmt: skip

SERVICE_KV: dict[str, float] = {"SINGLE_240": 0.240, "WYE_208": 0.208, "WYE_480": 0.480, "MEDIUM_4160": 4.160}
"""Nominal secondary voltages, line to line: ANSI C84.1 120/240, 208Y/120, 480Y/277 and 4160."""

MAX_WYE_208_KVA = 300.0
"""Above this a three-phase service is 480Y/277: 208 V gear beyond about 1,000 A is uncommon."""

MAX_WYE_480_KVA = 2500.0
"""Above this a customer is metered on the primary side and owns medium-voltage plant."""
