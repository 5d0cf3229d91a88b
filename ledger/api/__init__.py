"""The HTTP door: ``/api/v1``, problems that name the clause, health and metrics."""
