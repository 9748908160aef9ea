"""The model as Python users see it."""
