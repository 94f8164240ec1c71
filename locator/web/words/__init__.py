"""Put codes into words of the reader's language."""
