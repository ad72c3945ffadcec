INSERT INTO "alembic_version" VALUES('0019');
-- no more:
INSERT INTO "alembic_version" VALUES('0018');
