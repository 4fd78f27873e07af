"""From a request to the rows that an estimator takes, and from its predictions to an answer."""
