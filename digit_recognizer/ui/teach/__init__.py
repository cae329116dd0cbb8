"""The lesson "Teach it": a network learns the handwriting of a visitor."""
