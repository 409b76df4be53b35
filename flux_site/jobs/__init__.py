"""Long work: one row a job, run by Celery, with progress, cancel and recovery."""
