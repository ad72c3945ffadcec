INSERT INTO "alembic_version" VALUES('0005');
-- no more:
INSERT INTO "alembic_version" VALUES('0004');
