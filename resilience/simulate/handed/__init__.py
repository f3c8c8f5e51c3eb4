"""What is handed to the compiled step: the network and its week, and the state a block begins with, as arrays."""
