"""What was found, in words for a person."""
