CREATE TABLE schedule_entries (
	schedule_id VARCHAR(24) NOT NULL, 
	job_id VARCHAR(24) NOT NULL, 
	guild_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	message_id TEXT, 
	created FLOAT NOT NULL, 
	PRIMARY KEY (schedule_id, job_id)
);
CREATE TABLE schedules (
	id VARCHAR(24) NOT NULL, 
	guild_id TEXT NOT NULL, 
	channel_id TEXT NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	hour INTEGER NOT NULL, 
	zone TEXT NOT NULL, 
	due FLOAT, 
	claimed FLOAT, 
	thread_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	created FLOAT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE votes (
	poll VARCHAR(64) NOT NULL, 
	user_id VARCHAR(24) NOT NULL, 
	guild_id TEXT NOT NULL, 
	channel_id TEXT NOT NULL, 
	choice VARCHAR(32) NOT NULL, 
	created FLOAT NOT NULL, 
	PRIMARY KEY (poll, user_id)
);
INSERT INTO "alembic_version" VALUES('0015');
INSERT INTO "schedule_entries" VALUES('zzzzzzzzzzzzzzzzzzzz','dddddddddddddddddddd','77','7',1,'99',818.0);
INSERT INTO "schedules" VALUES('zzzzzzzzzzzzzzzzzzzz','77','78','endless',18,'UTC+2',900.0,NULL,'','{"round": 3}',816.0);
INSERT INTO "votes" VALUES('zzzzzzzzzzzzzzzzzzzz:3','7','77','78','1',817.0);
CREATE INDEX schedule_entries_person ON schedule_entries (user_id);
CREATE INDEX schedules_due ON schedules (due);
CREATE INDEX schedules_server ON schedules (guild_id, kind);
CREATE INDEX votes_channel ON votes (guild_id, channel_id);
CREATE INDEX votes_person ON votes (user_id);
-- no more:
INSERT INTO "alembic_version" VALUES('0014');
