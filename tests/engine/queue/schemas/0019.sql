BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0019');
CREATE TABLE calibrations (
	recipe VARCHAR(24) NOT NULL, 
	network VARCHAR(64) NOT NULL, 
	seconds_per_unit FLOAT NOT NULL, 
	PRIMARY KEY (recipe, network)
);
INSERT INTO "calibrations" VALUES('dream','pocket',0.31);
CREATE TABLE dex_entries (
	guild_id TEXT NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	job_id VARCHAR(24) NOT NULL, 
	user_id TEXT NOT NULL, 
	created FLOAT NOT NULL, 
	thumbnail BLOB, 
	PRIMARY KEY (guild_id, name)
);
INSERT INTO "dex_entries" VALUES('77','beagle','dddddddddddddddddddd','7',850.0,NULL);
CREATE TABLE fool_entries (
	job_id VARCHAR(24) NOT NULL, 
	round_id VARCHAR(24) NOT NULL, 
	user_id TEXT NOT NULL, 
	share FLOAT, 
	created FLOAT NOT NULL, 
	PRIMARY KEY (job_id)
);
INSERT INTO "fool_entries" VALUES('dddddddddddddddddddd','wwwwwwwwwwwwwwwwwwww','7',0.25,870.0);
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
INSERT INTO "fool_rounds" VALUES('wwwwwwwwwwwwwwwwwwww','77','78','goldfish',860.0,87260.0,0);
CREATE TABLE guess_answers (
	round_id VARCHAR(24) NOT NULL, 
	user_id TEXT NOT NULL, 
	choice INTEGER NOT NULL, 
	created FLOAT NOT NULL, 
	PRIMARY KEY (round_id, user_id)
);
INSERT INTO "guess_answers" VALUES('gggggggggggggggggggg','7',2,840.0);
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
INSERT INTO "guess_rounds" VALUES('gggggggggggggggggggg','77','78','8','easy','["owls", "cats", "dogs", "fish"]',2,830.0,840.0,'7',9.5);
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
	posted VARCHAR(32), others TEXT, spoiler BOOLEAN DEFAULT 0 NOT NULL, history TEXT, error_facts TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "jobs" VALUES('qqqqqqqqqqqqqqqqqqqq','queued','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944','d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4',NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,4.0,2.5,1000.0,0,0,NULL,NULL,NULL,'',NULL,'','',NULL,NULL,0,NULL,NULL);
INSERT INTO "jobs" VALUES('rrrrrrrrrrrrrrrrrrrr','running','zoom','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":320,"recipe":"zoom","frames":30,"factor":1.06,"fps":12}','1573311599496658944',NULL,'dddddddddddddddddddd',10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,3.0,2.5,999.0,1,0,'engine',1001.0,NULL,'',NULL,'','',NULL,NULL,0,NULL,NULL);
INSERT INTO "jobs" VALUES('dddddddddddddddddddd','done','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944','d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4',NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,1.0,2.5,900.0,1,0,'engine',901.0,903.0,'','{"blob":"2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b","mime":"image/png","width":512,"height":384,"size":400000,"note":""}','','','1573311671814848512',NULL,0,NULL,NULL);
INSERT INTO "jobs" VALUES('ffffffffffffffffffff','failed','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944',NULL,NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,2.0,2.5,910.0,2,2,NULL,NULL,950.0,'',NULL,'The engine crashed twice.','F01',NULL,NULL,0,NULL,'{}');
INSERT INTO "jobs" VALUES('cccccccccccccccccccc','cancelled','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944',NULL,NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,2.5,2.5,920.0,1,0,NULL,NULL,930.0,'stop',NULL,'','','1573311706568851456',NULL,0,NULL,NULL);
CREATE TABLE presets (
	id INTEGER NOT NULL, 
	user_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	name_key TEXT NOT NULL, 
	params TEXT NOT NULL, 
	created FLOAT NOT NULL, 
	used FLOAT NOT NULL, is_default BOOLEAN DEFAULT 0 NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT presets_one_name_per_user UNIQUE (user_id, name_key)
);
INSERT INTO "presets" VALUES(1,'1573311599496658944','Fur','fur','{"network": "pocket", "layer": "mid"}',800.0,810.0,0);
CREATE TABLE reports (
	code VARCHAR(16) NOT NULL, 
	created FLOAT NOT NULL, 
	PRIMARY KEY (code)
);
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
INSERT INTO "schedule_entries" VALUES('zzzzzzzzzzzzzzzzzzzz','dddddddddddddddddddd','77','7',1,'99',818.0);
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
INSERT INTO "schedules" VALUES('zzzzzzzzzzzzzzzzzzzz','77','78','endless',18,'UTC+2',900.0,NULL,'','{"round": 3}',816.0);
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
INSERT INTO "server_blocks" VALUES('77','user','7','','','Bo','8',815.0);
CREATE TABLE server_rules (
	guild_id TEXT NOT NULL, 
	rules TEXT NOT NULL, 
	removed FLOAT, 
	PRIMARY KEY (guild_id)
);
INSERT INTO "server_rules" VALUES('77','{"paused": false, "hidden": ["spiders"]}',NULL);
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
INSERT INTO "server_uses" VALUES('uuuuuuuuuuuuuuuuuuuu','77','78','7',1,1,810.0);
CREATE TABLE shared_presets (
	id TEXT NOT NULL, 
	code TEXT NOT NULL, 
	preset_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	params TEXT NOT NULL, 
	created FLOAT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (code), 
	FOREIGN KEY(preset_id) REFERENCES presets (id) ON DELETE CASCADE
);
INSERT INTO "shared_presets" VALUES('ssssssssssssssssssss','K7QP2M9X',1,'Fur','{"network": "pocket", "layer": "mid"}',820.0);
CREATE TABLE timings (
	kind VARCHAR(32) NOT NULL, 
	network VARCHAR(64) NOT NULL, 
	size_class INTEGER NOT NULL, 
	seconds_per_unit FLOAT NOT NULL, 
	course TEXT NOT NULL, 
	PRIMARY KEY (kind, network, size_class)
);
INSERT INTO "timings" VALUES('dream','pocket',18,0.31,'[0.2, 1.0]');
CREATE TABLE user_settings (
	user_id TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	PRIMARY KEY (user_id)
);
INSERT INTO "user_settings" VALUES('1573311599496658944','{"size":256,"spoiler":true}');
CREATE TABLE votes (
	poll VARCHAR(64) NOT NULL, 
	user_id VARCHAR(24) NOT NULL, 
	guild_id TEXT NOT NULL, 
	channel_id TEXT NOT NULL, 
	choice VARCHAR(32) NOT NULL, 
	created FLOAT NOT NULL, 
	PRIMARY KEY (poll, user_id)
);
INSERT INTO "votes" VALUES('zzzzzzzzzzzzzzzzzzzz:3','7','77','78','1',817.0);
CREATE INDEX jobs_next ON jobs (state, priority, tag, created);
CREATE INDEX jobs_requester ON jobs (requester, state);
CREATE INDEX jobs_unposted ON jobs (posted, created);
CREATE INDEX jobs_begun ON jobs (tag) WHERE attempt > 0;
CREATE INDEX jobs_share ON jobs (requester, tag);
CREATE INDEX jobs_finished ON jobs (finished);
CREATE INDEX ix_shared_presets_preset_id ON shared_presets (preset_id);
CREATE INDEX server_uses_person ON server_uses (guild_id, user_id, created);
CREATE INDEX server_uses_channel ON server_uses (guild_id, channel_id, created);
CREATE INDEX guess_rounds_server ON guess_rounds (guild_id, created);
CREATE INDEX fool_rounds_server ON fool_rounds (guild_id, created);
CREATE INDEX ix_fool_entries_round_id ON fool_entries (round_id);
CREATE INDEX schedules_server ON schedules (guild_id, kind);
CREATE INDEX schedules_due ON schedules (due);
CREATE INDEX votes_person ON votes (user_id);
CREATE INDEX votes_channel ON votes (guild_id, channel_id);
CREATE INDEX schedule_entries_person ON schedule_entries (user_id);
COMMIT;
