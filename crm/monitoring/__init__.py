"""Watching: numbers for Prometheus, lines of the log, errors for Sentry; none of them with anything of a visitor's.

context      which request or task it is        private      what may be told of an error
log_format   a line as JSON                      requests     the outermost middleware
metrics      what is counted                     exposition   what is counted, as Prometheus reads it
figures      what is asked of the database       page         /metrics
tasks        the worker's tasks                  sentry       errors, if a DSN is set
"""
