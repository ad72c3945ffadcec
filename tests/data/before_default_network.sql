BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE calibrations (
	recipe VARCHAR(24) NOT NULL, 
	network VARCHAR(64) NOT NULL, 
	seconds_per_unit FLOAT NOT NULL, 
	PRIMARY KEY (recipe, network)
);
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
	posted VARCHAR(32), others TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "jobs" VALUES('aaaaaaaaaaaaaaaaaaaa','queued','dream','{"network":"pocket","seed":4821,"size":512,"layer":"mid","subject":"","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"recipe":"dream","smoothing":2,"colours":"as is","keep":0.0,"protect":"nothing","guide_by":"match","classic":false}','7',NULL,NULL,10485760,'{"user_id": 7, "name": "Ada", "original": "Ada''s avatar", "channel_id": 5, "guild_id": null, "message_id": null, "parent_message_id": null, "application_id": 0, "token": "", "token_until": 0.0, "ephemeral": false, "reachable": true, "abandoned": false}',0,0.0,3.0252168,1.79574013920613169675e+09,0,0,NULL,NULL,NULL,'',NULL,'','',NULL,'{}');
INSERT INTO "jobs" VALUES('bbbbbbbbbbbbbbbbbbbb','queued','concept','{"network":"pocket","seed":7,"size":512,"recipe":"concept","subject":"owl","variations":1,"iterations":64}','7',NULL,NULL,10485760,'{"user_id": 7, "name": "Ada", "original": "Ada''s avatar", "channel_id": 5, "guild_id": null, "message_id": null, "parent_message_id": null, "application_id": 0, "token": "", "token_until": 0.0, "ephemeral": false, "reachable": true, "abandoned": false}',0,3.0252168,1.77597312,1.79574013921071887018e+09,0,0,NULL,NULL,NULL,'',NULL,'','',NULL,'{}');
INSERT INTO "jobs" VALUES('cccccccccccccccccccc','queued','dream','{"network":"googlenet","seed":9,"size":512,"layer":"low","subject":"","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"recipe":"dream","smoothing":2,"colours":"as is","keep":0.0,"protect":"nothing","guide_by":"match","classic":false}','7',NULL,NULL,10485760,'{"user_id": 7, "name": "Ada", "original": "Ada''s avatar", "channel_id": 5, "guild_id": null, "message_id": null, "parent_message_id": null, "application_id": 0, "token": "", "token_until": 0.0, "ephemeral": false, "reachable": true, "abandoned": false}',0,4.80118992,6.0504336,1.79574013921557807922e+09,0,0,NULL,NULL,NULL,'',NULL,'','',NULL,'{}');
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
INSERT INTO "presets" VALUES(1,'7','Fur','fur','{"layer": "mid", "strength": 1.6}',1.79574013921769857406e+09,1.79574013921769857406e+09);
INSERT INTO "presets" VALUES(2,'7','Eyes','eyes','{"subject": "eyes", "size": 256}',1.79574013922206377987e+09,1.79574013922206377987e+09);
INSERT INTO "presets" VALUES(3,'7','Dogs','dogs','{"layer": "inception_4c", "network": "googlenet"}',1.79574013922351026538e+09,1.79574013922351026538e+09);
INSERT INTO "presets" VALUES(4,'8','Vögel','vögel','{"subject": "birds"}',1.79574013922467398641e+09,1.79574013922467398641e+09);
CREATE INDEX jobs_next ON jobs (state, priority, tag, created);
CREATE INDEX jobs_requester ON jobs (requester, state);
CREATE INDEX jobs_unposted ON jobs (posted, created);
CREATE INDEX jobs_begun ON jobs (tag) WHERE attempt > 0;
CREATE INDEX jobs_share ON jobs (requester, tag);
CREATE INDEX jobs_finished ON jobs (finished);
COMMIT;
