"""The benchmarks, the demo and the fault runs: each one command with a table at the end."""
