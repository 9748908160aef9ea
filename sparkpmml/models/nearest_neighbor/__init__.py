"""NearestNeighborModel (specification: KNN)."""
