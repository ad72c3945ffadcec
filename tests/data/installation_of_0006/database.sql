BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0006');
CREATE TABLE calibrations (
	recipe VARCHAR(24) NOT NULL, 
	network VARCHAR(64) NOT NULL, 
	seconds_per_unit FLOAT NOT NULL, 
	PRIMARY KEY (recipe, network)
);
INSERT INTO "calibrations" VALUES('dream','pocket',3.02936185518951095474e+00);
CREATE TABLE jobs (
	id VARCHAR(24) NOT NULL, 
	state VARCHAR(12) NOT NULL, 
	recipe VARCHAR(24) NOT NULL, 
	params TEXT NOT NULL, 
	requester VARCHAR(32) NOT NULL, 
	picture VARCHAR(64), 
	parent VARCHAR(24), 
	limit_bytes BIGINT NOT NULL, 
	posting TEXT NOT NULL, 
	priority INTEGER NOT NULL, 
	tag FLOAT NOT NULL, 
	cost_s FLOAT NOT NULL, 
	created FLOAT NOT NULL, 
	attempt INTEGER NOT NULL, 
	crashes INTEGER NOT NULL, 
	engine VARCHAR(64), 
	started FLOAT, 
	finished FLOAT, 
	stop VARCHAR(8) NOT NULL, 
	result TEXT, 
	error TEXT NOT NULL, 
	error_code VARCHAR(8) NOT NULL, 
	posted VARCHAR(32), others TEXT, spoiler BOOLEAN DEFAULT 0 NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "jobs" VALUES('slIADKBSmXJdIDBXzN-j','done','dream','{"network":"pocket","seed":4821,"size":128,"layer":"high","subject":"","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"recipe":"dream","smoothing":2,"colours":"as is","keep":0.0,"protect":"nothing","guide_by":"match","look":"natural"}','1456074443980800005','9587eeb7e49fbb9e84038b3f9cefe22e9ed5e82c5353da72f0e25be0f341b55a',NULL,10485760,'{"user_id": 1456074443980800005, "name": "You", "original": "You''s avatar", "frame": "", "channel_id": 1456074443980800008, "guild_id": 1456074443980800001, "message_id": 1575792493864157184, "parent_message_id": null, "application_id": 1456074443980800004, "token": "", "token_until": 0.0, "ephemeral": false, "reachable": true, "abandoned": false}',0,0.0,0.18907605,1.79576860744201517111e+09,1,0,'engine',1.7957686196967716217e+09,1.79576862067853784557e+09,'','{"blob": "8c29b9dec4c2fb3068b0dc155c71783902763e574a393af3693dfa5bfd3c3832", "mime": "image/png", "width": 128, "height": 128, "size": 36049, "note": "", "facts": {}}','','','1575792493864157184','{}',0);
CREATE TABLE presets (
	id INTEGER NOT NULL, 
	user_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	name_key TEXT NOT NULL, 
	params TEXT NOT NULL, 
	created FLOAT NOT NULL, 
	used FLOAT NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT presets_one_name_per_user UNIQUE (user_id, name_key)
);
INSERT INTO "presets" VALUES(1,'1456074443980800005','Deep sea','deep sea','{"network": "pocket", "layer": "low", "strength": 1.5}',1.79576862069769334793e+09,1.79576862069769334793e+09);
CREATE INDEX jobs_next ON jobs (state, priority, tag, created);
CREATE INDEX jobs_requester ON jobs (requester, state);
CREATE INDEX jobs_unposted ON jobs (posted, created);
CREATE INDEX jobs_begun ON jobs (tag) WHERE attempt > 0;
CREATE INDEX jobs_share ON jobs (requester, tag);
CREATE INDEX jobs_finished ON jobs (finished);
COMMIT;