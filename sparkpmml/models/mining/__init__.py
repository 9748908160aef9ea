"""MiningModel (specification: MultipleModels)."""
