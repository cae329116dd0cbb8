"""From pictures and strokes to ink, and from ink to the network's input.

Ink is a float32 array (H, W) in [0, 1]: 0 is paper, 1 is ink.
"""
