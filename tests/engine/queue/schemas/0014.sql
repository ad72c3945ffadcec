CREATE TABLE dex_entries (
	guild_id TEXT NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	job_id VARCHAR(24) NOT NULL, 
	user_id TEXT NOT NULL, 
	created FLOAT NOT NULL, 
	thumbnail BLOB, 
	PRIMARY KEY (guild_id, name)
);
CREATE TABLE fool_entries (
	job_id VARCHAR(24) NOT NULL, 
	round_id VARCHAR(24) NOT NULL, 
	user_id TEXT NOT NULL, 
	share FLOAT, 
	created FLOAT NOT NULL, 
	PRIMARY KEY (job_id)
);
CREATE TABLE fool_rounds (
	id VARCHAR(24) NOT NULL, 
	guild_id TEXT NOT NULL, 
	channel_id TEXT NOT NULL, 
	word VARCHAR(80) NOT NULL, 
	created FLOAT NOT NULL, 
	ends FLOAT NOT NULL, 
	announced BOOLEAN NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE guess_answers (
	round_id VARCHAR(24) NOT NULL, 
	user_id TEXT NOT NULL, 
	choice INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	PRIMARY KEY (round_id, user_id)
);
CREATE TABLE guess_rounds (
	id VARCHAR(24) NOT NULL, 
	guild_id TEXT NOT NULL, 
	channel_id TEXT NOT NULL, 
	host TEXT NOT NULL, 
	level VARCHAR(8) NOT NULL, 
	choices TEXT NOT NULL, 
	answer INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	ended FLOAT, 
	winner TEXT NOT NULL, 
	took_s FLOAT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "alembic_version" VALUES('0014');
INSERT INTO "dex_entries" VALUES('77','beagle','dddddddddddddddddddd','7',850.0,NULL);
INSERT INTO "fool_entries" VALUES('dddddddddddddddddddd','wwwwwwwwwwwwwwwwwwww','7',0.25,870.0);
INSERT INTO "fool_rounds" VALUES('wwwwwwwwwwwwwwwwwwww','77','78','goldfish',860.0,87260.0,0);
INSERT INTO "guess_answers" VALUES('gggggggggggggggggggg','7',2,840.0);
INSERT INTO "guess_rounds" VALUES('gggggggggggggggggggg','77','78','8','easy','["owls", "cats", "dogs", "fish"]',2,830.0,840.0,'7',9.5);
CREATE INDEX fool_rounds_server ON fool_rounds (guild_id, created);
CREATE INDEX guess_rounds_server ON guess_rounds (guild_id, created);
CREATE INDEX ix_fool_entries_round_id ON fool_entries (round_id);
-- no more:
INSERT INTO "alembic_version" VALUES('0013');
