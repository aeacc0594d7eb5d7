"""Tables of reports: what they say now, each import, and what each import changed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from stockpool.storage.metadata import UtcDateTime, metadata

report_imports = Table(
    "report_imports",
    metadata,
    Column("id", String, primary_key=True),
    Column("report_type", String, nullable=False),
    Column("pool", String, nullable=False),
    # A file's name, or the network's id of the report.
    Column("source", String, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    # JSON: headers that nobody knows, columns that are known and were not there, why rows were
    # refused (the first of them).
    Column("unknown_columns", Text, nullable=False),
    Column("missing_columns", Text, nullable=False),
    Column("problems", Text, nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
)
Index("ix_report_imports_place", report_imports.c.report_type, report_imports.c.pool)

report_rows = Table(
    "report_rows",
    metadata,
    Column("report_type", String, primary_key=True),
    Column("pool", String, primary_key=True),
    # A digest of the natural key; rows that share one are numbered.
    Column("key", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    # JSON: text by column, without empty cells.
    Column("cells", Text, nullable=False),
    Column("first_import", String, ForeignKey("report_imports.id"), nullable=False),
    # The import that changed it last; of a report on the present state, the one that had it last.
    Column("last_import", String, ForeignKey("report_imports.id"), nullable=False),
    Column("gone_import", String, ForeignKey("report_imports.id")),
)

report_differences = Table(
    "report_differences",
    metadata,
    Column("import_id", String, ForeignKey("report_imports.id"), primary_key=True),
    Column("key", String(32), primary_key=True),
    Column("number", Integer, primary_key=True),
    # added, changed, gone.
    Column("kind", String, nullable=False),
    # JSON: the cells that changed, as they were and as they are.
    Column("before", Text),
    Column("after", Text),
)

report_staging = Table(
    "report_staging",
    metadata,
    # Rows on their way in; none is left when an import ends.
    Column("import_id", String, primary_key=True),
    Column("key", String(32), primary_key=True),
    Column("digest", String(32), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("cells", Text, nullable=False),
)

report_requests = Table(
    "report_requests",
    metadata,
    Column("id", String, primary_key=True),
    Column("report_type", String, nullable=False),
    Column("pool", String, nullable=False),
    Column("start_at", UtcDateTime),
    Column("end_at", UtcDateTime),
    Column("options", Text, nullable=False, server_default="{}"),
    # wanted → asked → imported; or nothing (there is nothing to tell), or failed.
    Column("state", String, nullable=False),
    Column("report_id", String),
    Column("import_id", String, ForeignKey("report_imports.id")),
    Column("problem", Text),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
)

Index(
    "ix_report_requests_open",
    report_requests.c.id,
    postgresql_where=report_requests.c.finished_at.is_(None),
    sqlite_where=report_requests.c.finished_at.is_(None),
)
