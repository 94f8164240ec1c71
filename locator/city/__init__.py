"""Turn a city folder into one frozen City, or list every fault in it."""
