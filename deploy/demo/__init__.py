"""The demo: one whole contest as data, the loader that checks it, and the driver that plays it over HTTP.

The contest is that of plan 34/KH-UBND of 29/01/2019; persons, organisations and entries are invented.
Nothing here knows a database: whoever plays the demo uses the system as its users do.
"""

from deploy.demo.cast import SignIn
from deploy.demo.stage import seed

__all__ = ["SignIn", "seed"]
