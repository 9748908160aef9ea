"""Settings for all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# The same examples in every run, so that a red run is a change's fault; HYPOTHESIS_PROFILE=explore looks for new ones.
# No deadline: a busy machine is no failure.
settings.register_profile("repeat", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))
