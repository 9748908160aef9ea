"""TreeModel (specification: TreeModel)."""
