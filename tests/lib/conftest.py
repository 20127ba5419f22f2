"""How hypothesis searches: few examples, no deadline on a busy machine, nothing written to disk."""

from hypothesis import settings

settings.register_profile("quick", max_examples=60, deadline=None, database=None)
settings.load_profile("quick")
