"""The rules, pure: no I/O, no clock, no randomness; frozen values in, frozen values out."""
