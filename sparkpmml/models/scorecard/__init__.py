"""Scorecard (specification: Scorecard)."""
