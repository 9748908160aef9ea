"""What a worker needs to score: columns, operations on them, and the program that runs the operations in order."""
