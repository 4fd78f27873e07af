"""Requests: their forms, the signature that drives how they are read, and the answers that are made of predictions."""
