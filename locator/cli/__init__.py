"""Speak on the command line."""
