"""What the bot keeps: tables and repositories, in the same SQLite file as the ledger. No discord here."""
