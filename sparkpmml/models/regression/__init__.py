"""RegressionModel (specification: Regression)."""
