"""How deep tests dig: all the way in `make test`, less deep in `make quick`, which claims the same of fewer cases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

QUICK = 20
"""Of a hundred examples, how many `make quick` tries; as of any, hypothesis tries the plainest first."""

settings.register_profile("quick", max_examples=QUICK)


def examples(number: int, *also_suppressed: HealthCheck) -> settings:
    """Settings of a law: so many examples, the same in each run, however long one takes.

    The profile `quick` tries its share of them; `--hypothesis-profile` with more than 100 examples digs deeper.
    """
    return settings(
        max_examples=max(3, number * settings.default.max_examples // 100),
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, *also_suppressed],
    )


def first_of(number: int, values: Iterable[Any]) -> list[Any]:
    """Cases of a test of which the first few are enough for `make quick`."""
    return [value if at < number else pytest.param(value, marks=pytest.mark.slow) for at, value in enumerate(values)]
