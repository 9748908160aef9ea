"""TimeSeriesModel (specification: TimeSeriesModel)."""
