"""From nodes to a Program: every choice that depends only on the model is made here, once."""
