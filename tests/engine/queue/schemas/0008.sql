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
INSERT INTO "alembic_version" VALUES('0008');
INSERT INTO "shared_presets" VALUES('ssssssssssssssssssss','K7QP2M9X',1,'Fur','{"network": "pocket", "layer": "mid"}',820.0);
CREATE INDEX ix_shared_presets_preset_id ON shared_presets (preset_id);
-- no more:
INSERT INTO "alembic_version" VALUES('0007');
