CREATE TABLE timings (
	kind VARCHAR(32) NOT NULL, 
	network VARCHAR(64) NOT NULL, 
	size_class INTEGER NOT NULL, 
	seconds_per_unit FLOAT NOT NULL, 
	course TEXT NOT NULL, 
	PRIMARY KEY (kind, network, size_class)
);
INSERT INTO "alembic_version" VALUES('0007');
INSERT INTO "timings" VALUES('dream','pocket',18,0.31,'[0.2, 1.0]');
-- no more:
INSERT INTO "alembic_version" VALUES('0006');
