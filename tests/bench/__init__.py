"""Measurements of the running product; not collected by pytest."""
