INSERT INTO "alembic_version" VALUES('0004');
INSERT INTO "presets" VALUES(1,'1573311599496658944','Fur','fur','{"network": "pocket", "layer": "mid"}',800.0,810.0);
-- no more:
INSERT INTO "alembic_version" VALUES('0003');
INSERT INTO "presets" VALUES(1,'1573311599496658944','Fur','fur','{"layer":"mid"}',800.0,810.0);
