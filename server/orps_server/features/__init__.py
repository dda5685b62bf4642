"""What the server does for its clients, one feature a file; `register` ties it to the session's server."""
