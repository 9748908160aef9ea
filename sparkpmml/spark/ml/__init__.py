"""A model as a stage of a pyspark.ml pipeline: `sparkpmml.ml` is its public face."""
