"""The product measured side by side with its peers: `python -m benchmarks` prints one table and writes one JSON.

A figure (`figures/`) says what is measured and what is to be reached; a contender (`contenders/`) does it when asked.
"""
