INSERT INTO "alembic_version" VALUES('0016');
-- no more:
INSERT INTO "alembic_version" VALUES('0015');
