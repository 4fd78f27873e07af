"""Packages the function and its model: `function` is where `invoke package` starts.

Before a model is shipped, the other modules find its signature, compare the packaged function's answers with the
estimator's own, and record which imports it needs.
"""
