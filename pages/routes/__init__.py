"""What is plain HTTP beside the pages. A module here lists its routes in ROUTES; the gate asks for a log-in before each."""

import importlib
import pkgutil

from starlette.routing import BaseRoute


def every_route() -> list[BaseRoute]:
    """The routes of all modules of this package."""
    modules = (importlib.import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__))
    return [route for module in modules for route in getattr(module, "ROUTES", ())]
