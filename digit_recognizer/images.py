to_ink = None
