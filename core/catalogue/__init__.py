"""The catalogue of community services: 12 classes and 75 items (FS), each with its papers, steps, basis and review chain.

The documents give the numbers alone; what stands in core/catalogue/sample/ is a sample, and is shown as one until a community has made an
item its own (core.catalogue.drafts).
"""

from core.catalogue.drafts import Draft, drafted, from_text, to_text
from core.catalogue.loader import CatalogueError, load_catalogue, read_catalogue
from core.catalogue.shapes import CLASSES, Group, Item, misfit

__all__ = ["CLASSES", "CatalogueError", "Draft", "Group", "Item", "drafted", "from_text", "load_catalogue", "misfit", "read_catalogue", "to_text"]
