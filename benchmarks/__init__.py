"""How fast models score, beside the trainers and other PMML engines: `python -m benchmarks --help`."""
