"""GeneralRegressionModel (specification: GeneralRegression)."""
