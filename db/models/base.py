"""The shape every table shares: tenant keys first, aware times, optimistic versions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from db.types import Id, UtcDateTime, uuid7

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


LATER = {"later": True}
"""`info` of a column added to a table that had rows: while empty it stays out of a row's digest, or every older row would seem altered."""


MARKED = {"marked": True}
"""`info` of a column too large to be read for every check: another column of the row holds its keyed mark, and stands in the digest for it."""


class Base(DeclarativeBase):
    """All tables. Annotated `datetime` is UtcDateTime, `UUID` is a 16-byte id."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcDateTime(), UUID: Id()}


class _Keyed:
    """`community_id` leads the primary key (PostgreSQL can be partitioned by it)."""

    community_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-20)
    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-19, default=uuid7)


class Tenant(_Keyed):
    """A row of one community."""


class OfLedger(_Keyed):
    """A row of the ledger: of one community, or of none (db.scope.PLATFORM), and then every session's."""


class InGrid(Tenant):
    """A row that belongs to a grid, if its building is in one: a grid worker's session sees only its own grids' rows."""

    grid_id: Mapped[UUID | None] = mapped_column(sort_order=-18)


class AboutPeople:
    """Marks tables about residents: closed to scopes with `people=False`."""


class OnDesk:
    """Marks rows held by a desk ('grid', 'station', 'property'): the property company sees only its own."""

    desk: Mapped[str] = mapped_column(default="grid")


class Versioned:
    """Counts edits; the second of two concurrent edits is told (StaleDataError → Refused), nothing is lost."""

    version: Mapped[int] = mapped_column(default=1)


def within(*columns: str, to: str, **options) -> ForeignKeyConstraint:
    """A foreign key inside one community: (community_id, column) → (community_id, id) of table `to`."""
    return ForeignKeyConstraint(["community_id", *columns], [f"{to}.community_id", f"{to}.id"], **options)


def community_key() -> ForeignKeyConstraint:
    """The foreign key of a tenant table to its community."""
    return ForeignKeyConstraint(["community_id"], ["community.community_id"])
