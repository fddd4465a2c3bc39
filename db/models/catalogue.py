"""Items of the catalogue that a community has made its own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Tenant, Versioned, community_key


class CatalogueItem(Versioned, Tenant, Base):
    """A community's version of an item, or an item of its own. `key`: the item's id; `content`: JSON as core.catalogue.to_text writes it;
    `withdrawn`: not offered here."""

    __tablename__ = "catalogue_item"
    key: Mapped[str]
    content: Mapped[str] = mapped_column(Text)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None]
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (community_key(), UniqueConstraint("community_id", "key"))
