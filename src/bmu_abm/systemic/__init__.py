"""The rest of the body: hormones, calcium, the skeleton as a whole."""
