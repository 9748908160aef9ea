"""Settings for all tests."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("sparkpmml", deadline=None)  # a busy machine is no failure
settings.load_profile("sparkpmml")
