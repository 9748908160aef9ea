"""Documents that lie behind a URL or in MLflow's registry; no Spark is needed to read them."""
