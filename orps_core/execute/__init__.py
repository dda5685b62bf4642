"""The only part that starts processes: candidates run, confined, and are measured here."""
