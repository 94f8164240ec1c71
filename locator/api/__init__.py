"""Turn a question into a typed answer, without Flask."""
