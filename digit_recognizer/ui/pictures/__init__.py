"""Pictures to read: the upload widget and the examples."""
