"""The answer: the digit or number, its bars, what the network saw."""
