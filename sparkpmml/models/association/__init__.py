"""AssociationModel (specification: AssociationRules)."""
