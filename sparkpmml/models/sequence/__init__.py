"""SequenceModel (specification: Sequences)."""
