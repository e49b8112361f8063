"""The delivery platforms: how each signs, what it sends, how it is called."""
