CREATE TABLE server_rules (
	guild_id TEXT NOT NULL, 
	rules TEXT NOT NULL, 
	removed FLOAT, 
	PRIMARY KEY (guild_id)
);
CREATE TABLE server_uses (
	job_id VARCHAR(24) NOT NULL, 
	guild_id TEXT NOT NULL, 
	channel_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	pictures INTEGER NOT NULL, 
	public BOOLEAN NOT NULL, 
	created FLOAT NOT NULL, 
	PRIMARY KEY (job_id)
);
INSERT INTO "alembic_version" VALUES('0012');
INSERT INTO "server_rules" VALUES('77','{"paused": false, "hidden": ["spiders"]}',NULL);
INSERT INTO "server_uses" VALUES('uuuuuuuuuuuuuuuuuuuu','77','78','7',1,1,810.0);
CREATE INDEX server_uses_channel ON server_uses (guild_id, channel_id, created);
CREATE INDEX server_uses_person ON server_uses (guild_id, user_id, created);
-- no more:
INSERT INTO "alembic_version" VALUES('0011');
