INSERT INTO "alembic_version" VALUES('0003');
CREATE INDEX jobs_begun ON jobs (tag) WHERE attempt > 0;
CREATE INDEX jobs_finished ON jobs (finished);
CREATE INDEX jobs_share ON jobs (requester, tag);
-- no more:
INSERT INTO "alembic_version" VALUES('0002');
