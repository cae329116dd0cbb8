"""The answer: the digit or number, its bars, the network's input."""
