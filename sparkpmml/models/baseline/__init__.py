"""BaselineModel (specification: BaselineModel)."""
