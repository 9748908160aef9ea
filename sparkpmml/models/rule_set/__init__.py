"""RuleSetModel (specification: RuleSet)."""
