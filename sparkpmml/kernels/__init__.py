"""Loops over plain arrays; nothing here knows PMML, Arrow or Spark."""
