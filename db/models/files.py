"""Photos and files, each content once, and what they are linked to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import MARKED, Base, Tenant, Versioned, community_key, within
from db.types import EncryptedBytes, EncryptedText


class StoredFile(Tenant, Base):
    """One content of a community. `mark`: its keyed mark (db.keys.content_mark), by which it is stored once and proved whole at each reading.

    `kind` of core.files.KINDS. `preview`: a small JPEG of a picture; `look`: what a copy of it made anew looks like too (core.likeness). It stands
    in the database: the copy `python -m db backup` makes, and PostgreSQL's own, then has every file, and never one more or less than the links.
    """

    __tablename__ = "stored_file"
    mark: Mapped[bytes] = mapped_column(LargeBinary(32))
    kind: Mapped[str]
    size: Mapped[int]
    preview: Mapped[bytes | None] = mapped_column(EncryptedBytes("stored_file.preview"))
    look: Mapped[bytes | None] = mapped_column(EncryptedBytes("stored_file.look"))
    added_at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(EncryptedBytes("stored_file.content"), deferred=True, info=MARKED, sort_order=1)
    __table_args__ = (community_key(), UniqueConstraint("community_id", "mark"))


class Attachment(Versioned, Tenant, Base):
    """A file is linked to `subject_kind` (core.files.SUBJECTS) and its id, of an order or of a contact: through that row it is in somebody's scope.

    Never deleted: `struck_at` and a reason, when it was linked by mistake."""

    __tablename__ = "attachment"
    file_id: Mapped[UUID]
    work_order_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(EncryptedText("attachment.name"))
    added_at: Mapped[datetime]
    added_by: Mapped[UUID | None]
    struck_at: Mapped[datetime | None]
    struck_by: Mapped[UUID | None]
    struck_reason: Mapped[str | None] = mapped_column(EncryptedText("attachment.struck_reason"))
    __mapper_args__ = {"version_id_col": Versioned.version}
    __table_args__ = (
        community_key(),
        within("file_id", to="stored_file"),
        within("work_order_id", to="work_order"),
        within("contact_id", to="contact"),
        CheckConstraint("(work_order_id IS NULL) <> (contact_id IS NULL)", name="of_one"),
        CheckConstraint("(struck_at IS NULL) = (struck_reason IS NULL)", name="struck"),
        Index(None, "community_id", "work_order_id"),
        Index(None, "community_id", "contact_id"),
        Index(None, "community_id", "file_id"),
    )
