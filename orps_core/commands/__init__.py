"""One module for each command: what it is told, what it does, what it prints."""
