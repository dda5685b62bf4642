"""Text to domain and back: targets, suites, splices, static measures."""
