"""ClusteringModel (specification: ClusteringModel)."""
