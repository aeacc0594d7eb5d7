"""reports: imports, what they say, what they changed, and what was asked for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_imports",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("report_type", sa.String(), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("unknown_columns", sa.Text(), nullable=False),
        sa.Column("missing_columns", sa.Text(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_imports")),
    )
    op.create_index(
        "ix_report_imports_place", "report_imports", ["report_type", "pool"], unique=False
    )
    op.create_table(
        "report_rows",
        sa.Column("report_type", sa.String(), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("first_import", sa.String(), nullable=False),
        sa.Column("last_import", sa.String(), nullable=False),
        sa.Column("gone_import", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["first_import"],
            ["report_imports.id"],
            name=op.f("fk_report_rows_first_import_report_imports"),
        ),
        sa.ForeignKeyConstraint(
            ["last_import"],
            ["report_imports.id"],
            name=op.f("fk_report_rows_last_import_report_imports"),
        ),
        sa.ForeignKeyConstraint(
            ["gone_import"],
            ["report_imports.id"],
            name=op.f("fk_report_rows_gone_import_report_imports"),
        ),
        sa.PrimaryKeyConstraint(
            "report_type", "pool", "key", "number", name=op.f("pk_report_rows")
        ),
    )
    op.create_table(
        "report_differences",
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["report_imports.id"],
            name=op.f("fk_report_differences_import_id_report_imports"),
        ),
        sa.PrimaryKeyConstraint("import_id", "key", "number", name=op.f("pk_report_differences")),
    )
    op.create_table(
        "report_staging",
        sa.Column("import_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "import_id", "key", "digest", "line", name=op.f("pk_report_staging")
        ),
    )
    op.create_table(
        "report_requests",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("report_type", sa.String(), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("start_at", UtcDateTime(), nullable=True),
        sa.Column("end_at", UtcDateTime(), nullable=True),
        sa.Column("options", sa.Text(), server_default="{}", nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("report_id", sa.String(), nullable=True),
        sa.Column("import_id", sa.String(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["report_imports.id"],
            name=op.f("fk_report_requests_import_id_report_imports"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_requests")),
    )
    op.create_index(
        "ix_report_requests_open",
        "report_requests",
        ["id"],
        unique=False,
        postgresql_where=sa.text("finished_at IS NULL"),
        sqlite_where=sa.text("finished_at IS NULL"),
    )


def downgrade() -> None:
    for name in ("report_requests", "report_staging", "report_differences", "report_rows"):
        op.drop_table(name)
    op.drop_table("report_imports")
