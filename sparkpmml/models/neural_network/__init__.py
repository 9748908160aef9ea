"""NeuralNetwork (specification: NeuralNetwork)."""
