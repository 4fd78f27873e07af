"""The protocols that clients speak: each module turns a request into rows, and predictions into an answer."""
