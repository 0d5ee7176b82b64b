"""For all tests: a property is about what is right, never about how busy the machine is."""

from hypothesis import HealthCheck, settings

settings.register_profile("relauto", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("relauto")
