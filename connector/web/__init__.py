"""The Flask extension: hooks and health."""
