"""Where in the world an address is: providers behind one interface, and what protects them and us from each other."""

from messenger.lib.geoip.provider import LookupFailed, Place, Provider

__all__ = ["LookupFailed", "Place", "Provider"]
