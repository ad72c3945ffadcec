CREATE TABLE server_blocks (
	guild_id TEXT NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	value VARCHAR(64) NOT NULL, 
	hash VARCHAR(32) NOT NULL, 
	mirrored VARCHAR(32) NOT NULL, 
	about TEXT NOT NULL, 
	blocked_by TEXT NOT NULL, 
	created FLOAT NOT NULL, 
	PRIMARY KEY (guild_id, kind, value)
);
INSERT INTO "alembic_version" VALUES('0013');
INSERT INTO "server_blocks" VALUES('77','user','7','','','Bo','8',815.0);
-- no more:
INSERT INTO "alembic_version" VALUES('0012');
