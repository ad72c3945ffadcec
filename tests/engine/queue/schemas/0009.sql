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
CREATE TABLE user_settings (
	user_id TEXT NOT NULL, 
	settings TEXT NOT NULL, 
	PRIMARY KEY (user_id)
);
INSERT INTO "alembic_version" VALUES('0009');
INSERT INTO "presets" VALUES(1,'1573311599496658944','Fur','fur','{"network": "pocket", "layer": "mid"}',800.0,810.0,0);
INSERT INTO "user_settings" VALUES('1573311599496658944','{"size":256,"spoiler":true}');
-- no more:
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
INSERT INTO "alembic_version" VALUES('0008');
INSERT INTO "presets" VALUES(1,'1573311599496658944','Fur','fur','{"network": "pocket", "layer": "mid"}',800.0,810.0);
