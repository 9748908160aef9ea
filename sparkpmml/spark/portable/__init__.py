"""Functions that carry their models and bind their arguments in the worker, where no driver can do it: Spark Connect
sessions and Unity Catalog."""
