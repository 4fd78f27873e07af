"""What clients speak: each module makes of a request the rows that `serving.requests` reads, and its answer."""
