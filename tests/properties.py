"""How many examples of a property are tried: by the profile, see conftest.py."""

from hypothesis import settings

FEW = settings(max_examples=settings().max_examples // 4)
"""For a property whose every example fills a store, or opens one."""
