"""Alembic's entry: runs on the connection that db.commands.migrate hands over."""

from alembic import context

from db.models import Base
from db.types import EncryptedText, Id, UtcDateTime


def render_item(kind, item, _autogen_context):
    """How a new revision writes our column types: by name, with the purpose of an encrypted one."""
    if kind == "type" and isinstance(item, EncryptedText):
        return f"db.types.EncryptedText({item.purpose!r})"
    if kind == "type" and isinstance(item, (Id, UtcDateTime)):
        return f"db.types.{type(item).__name__}()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, render_item=render_item, render_as_batch=connection.dialect.name == "sqlite"
)
with context.begin_transaction():
    context.run_migrations()
