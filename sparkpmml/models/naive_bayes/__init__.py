"""NaiveBayesModel (specification: NaiveBayes)."""
