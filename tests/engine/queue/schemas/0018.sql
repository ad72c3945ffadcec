CREATE TABLE result_copies (
	message_id VARCHAR(24) NOT NULL, 
	job_id VARCHAR(24) NOT NULL, 
	channel_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	withdrawn BOOLEAN NOT NULL, 
	created FLOAT NOT NULL, 
	PRIMARY KEY (message_id, job_id)
);
INSERT INTO "alembic_version" VALUES('0018');
INSERT INTO "result_copies" VALUES('98','dddddddddddddddddddd','79','7',0,819.0);
CREATE INDEX result_copies_job ON result_copies (job_id);
CREATE INDEX result_copies_person ON result_copies (user_id);
-- no more:
INSERT INTO "alembic_version" VALUES('0015');
