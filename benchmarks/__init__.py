"""How fast models score, beside the libraries that trained them and other PMML engines: `python -m benchmarks --help`."""
