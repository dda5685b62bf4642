"""Values. Everything here is frozen, validated where it is made, and free of I/O."""
