"""Who judges candidates."""
