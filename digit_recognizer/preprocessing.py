to_pixels = None
