"""The house: every table of the first release."""

import sqlalchemy as sa
from alembic import op

import db.types
from db.models.guards import guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


TENANTS = [
    "absence",
    "affair_class",
    "base_feature",
    "building",
    "clock",
    "clock_pause",
    "community",
    "contact",
    "duty_record",
    "grid",
    "household",
    "import_batch",
    "import_mapping",
    "ledger_entry",
    "ledger_head",
    "ledger_leaf",
    "ledger_row",
    "post",
    "resident",
    "special_group",
    "staff",
    "work_order",
    "work_order_event",
]


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("oidc_subject", sa.String(), nullable=True),
        sa.Column("disabled_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("oidc_subject", name=op.f("uq_account_oidc_subject")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("loaded_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("loaded_by", db.types.Id(), nullable=True),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "community",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("closes_at", sa.Time(), nullable=True),
        sa.Column("map_version", sa.Integer(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_community")),
        sa.UniqueConstraint("code", name=op.f("uq_community_code")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("at", db.types.UtcDateTime(), nullable=False),
        sa.Column("actor_id", db.types.Id(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=True),
        sa.Column("subject_id", db.types.Id(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_ledger_entry")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entry_community_id_at"), ["community_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_community_id_subject_id"), ["community_id", "subject_id"], unique=False)

    op.create_table(
        "ledger_head",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signed_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_ledger_head")),
    )
    with op.batch_alter_table("ledger_head", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_head_community_id_size"), ["community_id", "size"], unique=False)

    op.create_table(
        "ledger_leaf",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("entry_id", db.types.Id(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_ledger_leaf")),
    )
    with op.batch_alter_table("ledger_leaf", schema=None) as batch_op:
        batch_op.create_index("uq_ledger_leaf_entry_id", ["community_id", "entry_id"], unique=True)
        batch_op.create_index("uq_ledger_leaf_position", ["community_id", "position"], unique=True)

    op.create_table(
        "ledger_row",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("entry_id", db.types.Id(), nullable=False),
        sa.Column("table", sa.String(), nullable=False),
        sa.Column("row_id", db.types.Id(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_ledger_row")),
    )
    with op.batch_alter_table("ledger_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_row_community_id_entry_id"), ["community_id", "entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_row_community_id_row_id"), ["community_id", "row_id"], unique=False)

    op.create_table(
        "account_scope",
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("account_id", db.types.Id(), nullable=False),
        sa.Column("reach_community", db.types.Id(), nullable=False),
        sa.Column("reach_grid", db.types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_scope_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_scope")),
        sa.UniqueConstraint("account_id", "reach_community", "reach_grid", name=op.f("uq_account_scope_account_id_reach_community_reach_grid")),
    )
    op.create_table(
        "affair_class",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("major", sa.String(), nullable=False),
        sa.Column("middle", sa.String(), nullable=False),
        sa.Column("minor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_affair_class_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_affair_class")),
        sa.UniqueConstraint("community_id", "major", "middle", "minor", name=op.f("uq_affair_class_community_id_major_middle_minor")),
    )
    op.create_table(
        "base_feature",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("layer", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("geometry", sa.Text(), nullable=False),
        sa.Column("source_key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_base_feature_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_base_feature")),
        sa.UniqueConstraint("community_id", "layer", "source_key", name=op.f("uq_base_feature_community_id_layer_source_key")),
    )
    op.create_table(
        "grid",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("polygon", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_grid_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_grid")),
        sa.UniqueConstraint("community_id", "code", name=op.f("uq_grid_community_id_code")),
    )
    op.create_table(
        "import_batch",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("table", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("applied_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("applied_by", db.types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_import_batch_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_import_batch")),
    )
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_batch_community_id_applied_at"), ["community_id", "applied_at"], unique=False)

    op.create_table(
        "import_mapping",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("table", sa.String(), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("saved_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("saved_by", db.types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_import_mapping_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("community_id", "table", "signature", name=op.f("uq_import_mapping_community_id_table_signature")),
    )
    op.create_table(
        "session_token",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", db.types.Id(), nullable=False),
        sa.Column("created_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("idle_until", db.types.UtcDateTime(), nullable=False),
        sa.Column("expires_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", db.types.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_session_token_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session_token")),
    )
    with op.batch_alter_table("session_token", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_session_token_account_id"),
            ["account_id"],
            unique=False,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.create_table(
        "sign_in",
        sa.Column("account_id", db.types.Id(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", db.types.UtcDateTime(), nullable=True),
        sa.Column("last_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("lang", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_sign_in")),
    )
    op.create_table(
        "staff",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("phone", db.types.EncryptedText("staff.phone"), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("certificate", sa.String(), nullable=True),
        sa.Column("account_id", db.types.Id(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_staff_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_staff")),
    )
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_community_id_account_id"), ["community_id", "account_id"], unique=False)

    op.create_table(
        "absence",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("staff_id", db.types.Id(), nullable=False),
        sa.Column("starts_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("ends_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["community_id", "staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_absence_community_id_staff_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_absence_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_community_id_staff_id_ends_at"), ["community_id", "staff_id", "ends_at"], unique=False)

    op.create_table(
        "building",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("grid_id", db.types.Id(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("polygon", sa.Text(), nullable=True),
        sa.Column("walk", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["community_id", "grid_id"], ["grid.community_id", "grid.id"], name=op.f("fk_building_community_id_grid_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_building_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_building")),
        sa.UniqueConstraint("community_id", "name", name=op.f("uq_building_community_id_name")),
    )
    with op.batch_alter_table("building", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_building_community_id_grid_id"), ["community_id", "grid_id"], unique=False)

    op.create_table(
        "duty_record",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("grid_id", db.types.Id(), nullable=True),
        sa.Column("clause_id", sa.String(), nullable=False),
        sa.Column("happened_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("staff_id", db.types.Id(), nullable=True),
        sa.Column("attendees", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["community_id", "grid_id"], ["grid.community_id", "grid.id"], name=op.f("fk_duty_record_community_id_grid_id")),
        sa.ForeignKeyConstraint(["community_id", "staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_duty_record_community_id_staff_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_duty_record_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_duty_record")),
    )
    with op.batch_alter_table("duty_record", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_duty_record_community_id_clause_id_happened_at"), ["community_id", "clause_id", "happened_at"], unique=False
        )

    op.create_table(
        "post",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("grid_id", db.types.Id(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("staff_id", db.types.Id(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["community_id", "grid_id"], ["grid.community_id", "grid.id"], name=op.f("fk_post_community_id_grid_id")),
        sa.ForeignKeyConstraint(["community_id", "staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_post_community_id_staff_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_post_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_post")),
    )
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_community_id_grid_id_post"), ["community_id", "grid_id", "post"], unique=False)

    op.create_table(
        "household",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("grid_id", db.types.Id(), nullable=True),
        sa.Column("building_id", db.types.Id(), nullable=True),
        sa.Column("door", db.types.EncryptedText("household.door"), nullable=False),
        sa.Column("door_index", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "building_id"], ["building.community_id", "building.id"], name=op.f("fk_household_community_id_building_id")
        ),
        sa.ForeignKeyConstraint(["community_id", "grid_id"], ["grid.community_id", "grid.id"], name=op.f("fk_household_community_id_grid_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_household_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_household")),
        sa.UniqueConstraint("community_id", "building_id", "door_index", name=op.f("uq_household_community_id_building_id_door_index")),
    )
    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_household_community_id_grid_id"), ["community_id", "grid_id"], unique=False)

    op.create_table(
        "resident",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("grid_id", db.types.Id(), nullable=True),
        sa.Column("household_id", db.types.Id(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("relation", sa.String(), nullable=True),
        sa.Column("birth_date", db.types.EncryptedText("resident.birth_date"), nullable=True),
        sa.Column("id_number", db.types.EncryptedText("resident.id_number"), nullable=True),
        sa.Column("id_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("phone", db.types.EncryptedText("resident.phone"), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("address", db.types.EncryptedText("resident.address"), nullable=True),
        sa.Column("health", db.types.EncryptedText("resident.health"), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["community_id", "grid_id"], ["grid.community_id", "grid.id"], name=op.f("fk_resident_community_id_grid_id")),
        sa.ForeignKeyConstraint(
            ["community_id", "household_id"], ["household.community_id", "household.id"], name=op.f("fk_resident_community_id_household_id")
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_resident_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_resident")),
        sa.UniqueConstraint("community_id", "id_index", name=op.f("uq_resident_community_id_id_index")),
    )
    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_resident_community_id_grid_id"), ["community_id", "grid_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_resident_community_id_household_id"), ["community_id", "household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_resident_community_id_name"), ["community_id", "name"], unique=False)
        batch_op.create_index(batch_op.f("ix_resident_community_id_phone_index"), ["community_id", "phone_index"], unique=False)

    op.create_table(
        "contact",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("grid_id", db.types.Id(), nullable=True),
        sa.Column("resident_id", db.types.Id(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("happened_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("staff_id", db.types.Id(), nullable=True),
        sa.Column("note", db.types.EncryptedText("contact.note"), nullable=True),
        sa.Column("source_key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["community_id", "grid_id"], ["grid.community_id", "grid.id"], name=op.f("fk_contact_community_id_grid_id")),
        sa.ForeignKeyConstraint(
            ["community_id", "resident_id"], ["resident.community_id", "resident.id"], name=op.f("fk_contact_community_id_resident_id")
        ),
        sa.ForeignKeyConstraint(["community_id", "staff_id"], ["staff.community_id", "staff.id"], name=op.f("fk_contact_community_id_staff_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_contact_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_contact")),
        sa.UniqueConstraint("community_id", "source_key", name=op.f("uq_contact_community_id_source_key")),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_community_id_grid_id_happened_at"), ["community_id", "grid_id", "happened_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_contact_community_id_resident_id_happened_at"), ["community_id", "resident_id", "happened_at"], unique=False
        )

    op.create_table(
        "special_group",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("grid_id", db.types.Id(), nullable=True),
        sa.Column("resident_id", db.types.Id(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("basis", sa.String(), nullable=True),
        sa.Column("next_review", sa.Date(), nullable=True),
        sa.CheckConstraint("\"group\" IN ('elder', 'disabled', 'child')", name=op.f("ck_special_group_group")),
        sa.ForeignKeyConstraint(["community_id", "grid_id"], ["grid.community_id", "grid.id"], name=op.f("fk_special_group_community_id_grid_id")),
        sa.ForeignKeyConstraint(
            ["community_id", "resident_id"], ["resident.community_id", "resident.id"], name=op.f("fk_special_group_community_id_resident_id")
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_special_group_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_special_group")),
    )
    with op.batch_alter_table("special_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_special_group_community_id_grid_id_group"), ["community_id", "grid_id", "group"], unique=False)
        batch_op.create_index(batch_op.f("ix_special_group_community_id_resident_id"), ["community_id", "resident_id"], unique=False)
        batch_op.create_index(
            "uq_special_group_current",
            ["community_id", "resident_id", "group"],
            unique=True,
            sqlite_where=sa.text("to_date IS NULL"),
            postgresql_where=sa.text("to_date IS NULL"),
        )

    op.create_table(
        "work_order",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("grid_id", db.types.Id(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("detail", db.types.EncryptedText("work_order.detail"), nullable=True),
        sa.Column("applicant", db.types.EncryptedText("work_order.applicant"), nullable=True),
        sa.Column("contact", db.types.EncryptedText("work_order.contact"), nullable=True),
        sa.Column("resident_id", db.types.Id(), nullable=True),
        sa.Column("building_id", db.types.Id(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("holder_id", db.types.Id(), nullable=True),
        sa.Column("first_asked_id", db.types.Id(), nullable=True),
        sa.Column("received_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("accepted_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("finished_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("closed_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("external_key", sa.String(), nullable=True),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("recorded_at >= received_at", name=op.f("ck_work_order_recorded_after_received")),
        sa.ForeignKeyConstraint(
            ["community_id", "building_id"], ["building.community_id", "building.id"], name=op.f("fk_work_order_community_id_building_id")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "first_asked_id"], ["staff.community_id", "staff.id"], name=op.f("fk_work_order_community_id_first_asked_id")
        ),
        sa.ForeignKeyConstraint(["community_id", "grid_id"], ["grid.community_id", "grid.id"], name=op.f("fk_work_order_community_id_grid_id")),
        sa.ForeignKeyConstraint(["community_id", "holder_id"], ["staff.community_id", "staff.id"], name=op.f("fk_work_order_community_id_holder_id")),
        sa.ForeignKeyConstraint(
            ["community_id", "resident_id"], ["resident.community_id", "resident.id"], name=op.f("fk_work_order_community_id_resident_id")
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_work_order_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_work_order")),
        sa.UniqueConstraint("community_id", "external_key", name=op.f("uq_work_order_community_id_external_key")),
        sa.UniqueConstraint("community_id", "number", name=op.f("uq_work_order_community_id_number")),
    )
    with op.batch_alter_table("work_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_order_community_id_received_at"), ["community_id", "received_at"], unique=False)
        batch_op.create_index(
            "ix_work_order_open",
            ["community_id", "grid_id", "received_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(
            "ix_work_order_to_follow_up",
            ["community_id", "grid_id", "finished_at"],
            unique=False,
            sqlite_where=sa.text("status = 'finished'"),
            postgresql_where=sa.text("status = 'finished'"),
        )

    op.create_table(
        "clock",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("grid_id", db.types.Id(), nullable=True),
        sa.Column("clause_id", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=True),
        sa.Column("resident_id", db.types.Id(), nullable=True),
        sa.Column("holder_id", db.types.Id(), nullable=True),
        sa.Column("act", sa.String(), nullable=True),
        sa.Column("period_key", sa.String(), nullable=True),
        sa.Column("times_required", sa.Integer(), nullable=False),
        sa.Column("times_done", sa.Integer(), nullable=False),
        sa.Column("started_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("warn_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("due_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("paused_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("met_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("voided_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("closed_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("subject_kind IN ('work_order', 'resident', 'grid', 'community', 'worker')", name=op.f("ck_clock_subject_kind")),
        sa.CheckConstraint("(met_at IS NULL AND voided_at IS NULL) OR closed_at IS NOT NULL", name=op.f("ck_clock_closed")),
        sa.ForeignKeyConstraint(["community_id", "grid_id"], ["grid.community_id", "grid.id"], name=op.f("fk_clock_community_id_grid_id")),
        sa.ForeignKeyConstraint(["community_id", "holder_id"], ["staff.community_id", "staff.id"], name=op.f("fk_clock_community_id_holder_id")),
        sa.ForeignKeyConstraint(
            ["community_id", "resident_id"], ["resident.community_id", "resident.id"], name=op.f("fk_clock_community_id_resident_id")
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "work_order_id"], ["work_order.community_id", "work_order.id"], name=op.f("fk_clock_community_id_work_order_id")
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_clock_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_clock")),
    )
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_clock_community_id_subject_id_clause_id_due_at"), ["community_id", "subject_id", "clause_id", "due_at"], unique=False
        )
        batch_op.create_index(
            "ix_clock_open_community_due",
            ["community_id", "due_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(
            "ix_clock_open_due",
            ["community_id", "grid_id", "due_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(
            "ix_clock_open_holder",
            ["community_id", "holder_id", "due_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.create_index(
            "ix_clock_tally", ["community_id", "due_at", "clause_id", "grid_id", "met_at", "closed_at", "voided_at", "paused_at"], unique=False
        )
        batch_op.create_index(
            "uq_clock_open_subject",
            ["community_id", "subject_id", "clause_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "work_order_event",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("work_order_id", db.types.Id(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("happened_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("actor_id", db.types.Id(), nullable=True),
        sa.Column("from_status", sa.String(), nullable=True),
        sa.Column("to_status", sa.String(), nullable=True),
        sa.Column("holder_id", db.types.Id(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("note", db.types.EncryptedText("work_order_event.note"), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id", "work_order_id"],
            ["work_order.community_id", "work_order.id"],
            name=op.f("fk_work_order_event_community_id_work_order_id"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_work_order_event_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_work_order_event")),
    )
    with op.batch_alter_table("work_order_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_work_order_event_community_id_work_order_id_happened_at"), ["community_id", "work_order_id", "happened_at"], unique=False
        )

    op.create_table(
        "clock_pause",
        sa.Column("community_id", db.types.Id(), nullable=False),
        sa.Column("id", db.types.Id(), nullable=False),
        sa.Column("clock_id", db.types.Id(), nullable=False),
        sa.Column("started_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["community_id", "clock_id"], ["clock.community_id", "clock.id"], name=op.f("fk_clock_pause_community_id_clock_id")),
        sa.ForeignKeyConstraint(["community_id"], ["community.community_id"], name=op.f("fk_clock_pause_community_id")),
        sa.PrimaryKeyConstraint("community_id", "id", name=op.f("pk_clock_pause")),
    )
    with op.batch_alter_table("clock_pause", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clock_pause_community_id_clock_id"), ["community_id", "clock_id"], unique=False)

    for statement in guards(op.get_bind().dialect.name, TENANTS):
        op.execute(statement)


def downgrade() -> None:
    raise RuntimeError("nothing comes before the first revision: make a new, empty database instead")
