"""The demo: a lunch rush of three shops through real parts, and a table in which everybody must agree."""
