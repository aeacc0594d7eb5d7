"""Storage: metadata, units of work, bulk statements, migrations, and what differs by database."""
