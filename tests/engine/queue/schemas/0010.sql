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
	posted VARCHAR(32), others TEXT, spoiler BOOLEAN DEFAULT 0 NOT NULL, history TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE reports (
	code VARCHAR(16) NOT NULL, 
	created FLOAT NOT NULL, 
	PRIMARY KEY (code)
);
INSERT INTO "alembic_version" VALUES('0010');
INSERT INTO "jobs" VALUES('cccccccccccccccccccc','cancelled','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944',NULL,NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,2.5,2.5,920.0,1,0,NULL,NULL,930.0,'stop',NULL,'','','1573311706568851456',NULL,0,NULL);
INSERT INTO "jobs" VALUES('dddddddddddddddddddd','done','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944','d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4',NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,1.0,2.5,900.0,1,0,'engine',901.0,903.0,'','{"blob":"2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b","mime":"image/png","width":512,"height":384,"size":400000,"note":""}','','','1573311671814848512',NULL,0,NULL);
INSERT INTO "jobs" VALUES('ffffffffffffffffffff','failed','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944',NULL,NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,2.0,2.5,910.0,2,2,NULL,NULL,950.0,'',NULL,'The engine crashed twice.','F01',NULL,NULL,0,NULL);
INSERT INTO "jobs" VALUES('qqqqqqqqqqqqqqqqqqqq','queued','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944','d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4',NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,4.0,2.5,1000.0,0,0,NULL,NULL,NULL,'',NULL,'','',NULL,NULL,0,NULL);
INSERT INTO "jobs" VALUES('rrrrrrrrrrrrrrrrrrrr','running','zoom','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":320,"recipe":"zoom","frames":30,"factor":1.06,"fps":12}','1573311599496658944',NULL,'dddddddddddddddddddd',10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,3.0,2.5,999.0,1,0,'engine',1001.0,NULL,'',NULL,'','',NULL,NULL,0,NULL);
-- no more:
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
INSERT INTO "alembic_version" VALUES('0009');
INSERT INTO "jobs" VALUES('cccccccccccccccccccc','cancelled','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944',NULL,NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,2.5,2.5,920.0,1,0,NULL,NULL,930.0,'stop',NULL,'','','1573311706568851456',NULL,0);
INSERT INTO "jobs" VALUES('dddddddddddddddddddd','done','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944','d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4',NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,1.0,2.5,900.0,1,0,'engine',901.0,903.0,'','{"blob":"2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b","mime":"image/png","width":512,"height":384,"size":400000,"note":""}','','','1573311671814848512',NULL,0);
INSERT INTO "jobs" VALUES('ffffffffffffffffffff','failed','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944',NULL,NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,2.0,2.5,910.0,2,2,NULL,NULL,950.0,'',NULL,'The engine crashed twice.','F01',NULL,NULL,0);
INSERT INTO "jobs" VALUES('qqqqqqqqqqqqqqqqqqqq','queued','dream','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":512,"recipe":"dream"}','1573311599496658944','d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4',NULL,10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,4.0,2.5,1000.0,0,0,NULL,NULL,NULL,'',NULL,'','',NULL,NULL,0);
INSERT INTO "jobs" VALUES('rrrrrrrrrrrrrrrrrrrr','running','zoom','{"network":"pocket","layer":"high","octaves":4,"ratio":1.6,"iterations":12,"strength":1.0,"jitter":16,"seed":4821,"size":320,"recipe":"zoom","frames":30,"factor":1.06,"fps":12}','1573311599496658944',NULL,'dddddddddddddddddddd',10485760,'{"user_id":1573311599496658944,"name":"Ada","subject":"a picture","channel_id":7}',0,3.0,2.5,999.0,1,0,'engine',1001.0,NULL,'',NULL,'','',NULL,NULL,0);
