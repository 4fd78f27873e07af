"""Serves one fitted scikit-learn estimator from AWS Lambda."""
