BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
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
	posted VARCHAR(32), 
	PRIMARY KEY (id)
);
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
INSERT INTO "alembic_version" VALUES('0001');
INSERT INTO "calibrations" VALUES('dream','pocket',0.31);
INSERT INTO "jobs" VALUES('cccccccccccccccccccc','cancelled','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944',NULL,NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,2.5,2.5,920.0,1,0,NULL,NULL,930.0,'stop',NULL,'','','1573311706568851456');
INSERT INTO "jobs" VALUES('dddddddddddddddddddd','done','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944','d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4',NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,1.0,2.5,900.0,1,0,'engine',901.0,903.0,'','{"blob":"2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b","mime":"image/png","width":512,"height":384,"size":400000,"note":""}','','','1573311671814848512');
INSERT INTO "jobs" VALUES('ffffffffffffffffffff','failed','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944',NULL,NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,2.0,2.5,910.0,2,2,NULL,NULL,950.0,'',NULL,'The engine crashed twice.','F01',NULL);
INSERT INTO "jobs" VALUES('qqqqqqqqqqqqqqqqqqqq','queued','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944','d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4',NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,4.0,2.5,1000.0,0,0,NULL,NULL,NULL,'',NULL,'','',NULL);
INSERT INTO "jobs" VALUES('rrrrrrrrrrrrrrrrrrrr','running','zoom','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":320,"recipe":"zoom","frames":30,"factor":1.06,"fps":12}','1573311599496658944',NULL,'dddddddddddddddddddd',10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,3.0,2.5,999.0,1,0,'engine',1001.0,NULL,'',NULL,'','',NULL);
INSERT INTO "presets" VALUES(1,'1573311599496658944','Fur','fur','{"layer":"mid"}',800.0,810.0);
CREATE INDEX jobs_next ON jobs (state, priority, tag, created);
CREATE INDEX jobs_requester ON jobs (requester, state);
CREATE INDEX jobs_unposted ON jobs (posted, created);
COMMIT;
