"""What runs in the interpreter of the user's project: standard library only, Python 3.9 and later."""
