"""The two versions that stand in the derived rows; figures of different versions are not to be compared.

They are separate because they change for different reasons: FORMULA_VERSION whenever the same input would
give another output (a constant in a formula counts as formula), BENCHMARK_VERSION whenever a table of peers
is renewed. Somebody who brings tables of their own names a version of their own (see
`peers.read_benchmarks`).
"""

from __future__ import annotations

FORMULA_VERSION = "1.0.0"
BENCHMARK_VERSION = "2026.1"
