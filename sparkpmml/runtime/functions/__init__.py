"""Built-in functions by family; a new function is one decorated function in one of these files (see `builtin`)."""
