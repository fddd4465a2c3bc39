"""Who may log in: accounts, what each reaches, and the sessions they hold. Platform tables: they belong to no community."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Versioned
from db.types import uuid7


class Account(Versioned, Base):
    """Somebody who may log in. `password_hash` None: only by the office's own provider, matched on `oidc_subject` ("issuer subject")."""

    __tablename__ = "account"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-20)
    username: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str | None]
    oidc_subject: Mapped[str | None] = mapped_column(unique=True)
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    __mapper_args__ = {"version_id_col": Versioned.version}


class AccountScope(Base):
    """A community an account reaches, or one grid of it. Not called `community_id`: the row is the platform's, not the tenant's."""

    __tablename__ = "account_scope"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-20)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    reach_community: Mapped[UUID]
    reach_grid: Mapped[UUID | None]
    __table_args__ = (UniqueConstraint("account_id", "reach_community", "reach_grid"),)


class SignIn(Base):
    """What logging in changes about an account; no filing, so no ledger entry: failures in a row, lock, chosen language."""

    __tablename__ = "sign_in"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    lang: Mapped[str] = mapped_column(default="zh")


class SessionToken(Base):
    """A log-in. Only the SHA-256 of the cookie's token is kept. Ends at `idle_until` (pushed on by use), `expires_at`, or `revoked_at`."""

    __tablename__ = "session_token"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    idle_until: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    __table_args__ = (Index(None, "account_id", sqlite_where=text("revoked_at IS NULL"), postgresql_where=text("revoked_at IS NULL")),)
