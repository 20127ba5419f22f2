#!/usr/bin/env python
"""Runs the commands of the project."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    # Commands and the worker's forks keep no pool: its threads don't survive a fork and delay the exit.
    os.environ.setdefault("DATABASE_POOL_SIZE", "0")
    execute_from_command_line(sys.argv)
