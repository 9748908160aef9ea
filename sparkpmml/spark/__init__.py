"""The Spark side: finds models, binds SQL arguments to their inputs, and scores in Python workers."""
