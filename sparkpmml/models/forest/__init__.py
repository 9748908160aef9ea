"""Trees, one or thousands, as one decision graph (specification: TreeModel)."""
