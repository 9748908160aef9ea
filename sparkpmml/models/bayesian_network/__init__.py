"""BayesianNetworkModel (specification: BayesianNetwork)."""
