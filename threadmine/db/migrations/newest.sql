CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)

CREATE TABLE positions (
	source TEXT NOT NULL, 
	position TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_positions PRIMARY KEY (source)
)

CREATE TABLE threads (
	id TEXT NOT NULL, 
	root_id TEXT DEFAULT '' NOT NULL, 
	subject TEXT DEFAULT '' NOT NULL, 
	messages INTEGER DEFAULT '0' NOT NULL, 
	first_at INTEGER, 
	last_at INTEGER, 
	stale BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_threads PRIMARY KEY (id)
)

CREATE TABLE known_ids (
	"key" INTEGER NOT NULL, 
	id_hash INTEGER NOT NULL, 
	message_id TEXT DEFAULT '' NOT NULL, 
	thread_id TEXT NOT NULL, 
	has_parent BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_known_ids PRIMARY KEY ("key"), 
	CONSTRAINT fk_known_ids_thread_id FOREIGN KEY(thread_id) REFERENCES threads (id)
)

CREATE INDEX ix_known_ids_thread_id ON known_ids (thread_id)

CREATE UNIQUE INDEX uq_known_ids_id_hash ON known_ids (id_hash)

CREATE TABLE copies (
	message_key INTEGER NOT NULL, 
	content_hash TEXT NOT NULL, 
	source TEXT DEFAULT '' NOT NULL, 
	place TEXT DEFAULT '' NOT NULL, 
	list_name TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_copies PRIMARY KEY (message_key, content_hash), 
	CONSTRAINT fk_copies_message_key FOREIGN KEY(message_key) REFERENCES known_ids ("key")
)

CREATE TABLE messages (
	"key" INTEGER NOT NULL, 
	message_id TEXT NOT NULL, 
	thread_id TEXT NOT NULL, 
	in_reply_to TEXT, 
	refs TEXT DEFAULT '[]' NOT NULL, 
	subject TEXT DEFAULT '' NOT NULL, 
	title TEXT DEFAULT '' NOT NULL, 
	is_reply BOOLEAN DEFAULT '0' NOT NULL, 
	is_patch BOOLEAN DEFAULT '0' NOT NULL, 
	is_rfc BOOLEAN DEFAULT '0' NOT NULL, 
	is_resend BOOLEAN DEFAULT '0' NOT NULL, 
	version INTEGER DEFAULT '1' NOT NULL, 
	version_stated BOOLEAN DEFAULT '0' NOT NULL, 
	subversion TEXT DEFAULT '' NOT NULL, 
	number INTEGER, 
	total INTEGER, 
	tags TEXT DEFAULT '[]' NOT NULL, 
	author_name TEXT DEFAULT '' NOT NULL, 
	author_address TEXT DEFAULT '' NOT NULL, 
	date TEXT, 
	sent_at INTEGER, 
	date_problem TEXT DEFAULT '' NOT NULL, 
	list_name TEXT DEFAULT '' NOT NULL, 
	has_patch BOOLEAN DEFAULT '0' NOT NULL, 
	is_cover BOOLEAN DEFAULT '0' NOT NULL, 
	base_commit TEXT DEFAULT '' NOT NULL, 
	change_id TEXT DEFAULT '' NOT NULL, 
	patch_id TEXT DEFAULT '' NOT NULL, 
	paths TEXT DEFAULT '[]' NOT NULL, 
	bot TEXT DEFAULT '' NOT NULL, 
	quoted_only BOOLEAN DEFAULT '0' NOT NULL, 
	id_made_up BOOLEAN DEFAULT '0' NOT NULL, 
	attestation TEXT DEFAULT 'unknown' NOT NULL, 
	recipients TEXT DEFAULT '' NOT NULL, 
	headers TEXT DEFAULT '' NOT NULL, 
	defects TEXT DEFAULT '' NOT NULL, 
	series_id TEXT DEFAULT '' NOT NULL, 
	patch_number INTEGER, 
	content_hash TEXT DEFAULT '' NOT NULL, 
	source TEXT DEFAULT '' NOT NULL, 
	place TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_messages PRIMARY KEY ("key"), 
	CONSTRAINT fk_messages_key FOREIGN KEY("key") REFERENCES known_ids ("key"), 
	CONSTRAINT fk_messages_thread_id FOREIGN KEY(thread_id) REFERENCES threads (id)
)

CREATE INDEX ix_messages_sent_at ON messages (sent_at)

CREATE INDEX ix_messages_series_id ON messages (series_id)

CREATE INDEX ix_messages_thread_id ON messages (thread_id)

CREATE TABLE bodies (
	message_key INTEGER NOT NULL, 
	text TEXT NOT NULL, stretches TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_bodies PRIMARY KEY (message_key), 
	CONSTRAINT fk_bodies_message_key FOREIGN KEY(message_key) REFERENCES messages ("key") ON DELETE CASCADE
)

CREATE TABLE claims (
	id TEXT NOT NULL, 
	message_key INTEGER NOT NULL, 
	author_name TEXT DEFAULT '' NOT NULL, 
	author_address TEXT DEFAULT '' NOT NULL, 
	date TEXT, 
	date_problem TEXT DEFAULT '' NOT NULL, 
	sent_at INTEGER, 
	quote TEXT DEFAULT '' NOT NULL, 
	start INTEGER DEFAULT '0' NOT NULL, 
	"end" INTEGER DEFAULT '0' NOT NULL, 
	predicate VARCHAR(20) NOT NULL, 
	subject TEXT DEFAULT '' NOT NULL, 
	object TEXT DEFAULT '' NOT NULL, 
	value TEXT DEFAULT '' NOT NULL, 
	condition TEXT DEFAULT '' NOT NULL, 
	polarity VARCHAR(20) NOT NULL, 
	modality VARCHAR(20) NOT NULL, 
	tense VARCHAR(20) NOT NULL, 
	entities TEXT DEFAULT '[]' NOT NULL, 
	cue TEXT DEFAULT '' NOT NULL, 
	inferred TEXT DEFAULT '[]' NOT NULL, 
	quoted BOOLEAN DEFAULT '0' NOT NULL, 
	verdict VARCHAR(20) NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	kernel TEXT DEFAULT '' NOT NULL, 
	kernel_found VARCHAR(20) NOT NULL, 
	arch TEXT DEFAULT '' NOT NULL, 
	config TEXT DEFAULT '' NOT NULL, 
	holds TEXT DEFAULT '[]' NOT NULL, 
	evidence TEXT DEFAULT '[]' NOT NULL, sameness TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_claims PRIMARY KEY (id), 
	CONSTRAINT fk_claims_message_key FOREIGN KEY(message_key) REFERENCES messages ("key") ON DELETE CASCADE
)

CREATE INDEX ix_claims_message_key ON claims (message_key)

CREATE INDEX ix_claims_sent_at ON claims (sent_at)

CREATE INDEX ix_claims_verdict_sent_at ON claims (verdict, sent_at)

CREATE TABLE concerns (
	id TEXT NOT NULL, 
	message_key INTEGER NOT NULL, 
	author_name TEXT DEFAULT '' NOT NULL, 
	author_address TEXT DEFAULT '' NOT NULL, 
	date TEXT, 
	date_problem TEXT DEFAULT '' NOT NULL, 
	sent_at INTEGER, 
	quote TEXT DEFAULT '' NOT NULL, 
	start INTEGER DEFAULT '0' NOT NULL, 
	"end" INTEGER DEFAULT '0' NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	targets TEXT DEFAULT '[]' NOT NULL, 
	about_text TEXT DEFAULT '' NOT NULL, 
	about_file TEXT DEFAULT '' NOT NULL, 
	about_line INTEGER DEFAULT '0' NOT NULL, 
	about_function TEXT DEFAULT '' NOT NULL, 
	about_depth INTEGER DEFAULT '0' NOT NULL, 
	cue TEXT DEFAULT '' NOT NULL, 
	origin TEXT DEFAULT 'human' NOT NULL, 
	quoted BOOLEAN DEFAULT '0' NOT NULL, 
	state VARCHAR(20) DEFAULT 'open' NOT NULL, 
	state_evidence TEXT DEFAULT '[]' NOT NULL, 
	addressed_in TEXT DEFAULT '' NOT NULL, 
	addressed_evidence TEXT DEFAULT '' NOT NULL, 
	triage TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_concerns PRIMARY KEY (id), 
	CONSTRAINT fk_concerns_message_key FOREIGN KEY(message_key) REFERENCES messages ("key") ON DELETE CASCADE
)

CREATE INDEX ix_concerns_message_key ON concerns (message_key)

CREATE INDEX ix_concerns_sent_at ON concerns (sent_at)

CREATE INDEX ix_concerns_state_sent_at ON concerns (state, sent_at)

CREATE TABLE series (
	id TEXT NOT NULL, 
	thread_id TEXT NOT NULL, 
	head_key INTEGER NOT NULL, 
	title TEXT DEFAULT '' NOT NULL, 
	author_name TEXT DEFAULT '' NOT NULL, 
	author_address TEXT DEFAULT '' NOT NULL, 
	list_name TEXT DEFAULT '' NOT NULL, 
	version INTEGER DEFAULT '1' NOT NULL, 
	version_text TEXT DEFAULT '' NOT NULL, 
	cover TEXT, 
	total INTEGER DEFAULT '0' NOT NULL, 
	complete BOOLEAN DEFAULT '0' NOT NULL, 
	sent_at INTEGER, 
	last_at INTEGER, 
	base TEXT DEFAULT '' NOT NULL, 
	change_id TEXT DEFAULT '' NOT NULL, 
	trailers TEXT DEFAULT '[]' NOT NULL, 
	supersedes TEXT DEFAULT '' NOT NULL, 
	superseded_by TEXT DEFAULT '' NOT NULL, 
	linked_by TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_series PRIMARY KEY (id), 
	CONSTRAINT fk_series_head_key FOREIGN KEY(head_key) REFERENCES messages ("key"), 
	CONSTRAINT fk_series_thread_id FOREIGN KEY(thread_id) REFERENCES threads (id)
)

CREATE INDEX ix_series_head_key ON series (head_key)

CREATE INDEX ix_series_sent_at ON series (sent_at)

CREATE INDEX ix_series_thread_id ON series (thread_id)

CREATE TABLE touches (
	message_key INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	struct TEXT DEFAULT '' NOT NULL, 
	member TEXT DEFAULT '' NOT NULL, 
	access VARCHAR(20) NOT NULL, 
	side VARCHAR(20) NOT NULL, 
	file TEXT DEFAULT '' NOT NULL, 
	function TEXT DEFAULT '' NOT NULL, 
	line INTEGER DEFAULT '0' NOT NULL, 
	start INTEGER DEFAULT '0' NOT NULL, 
	via TEXT DEFAULT '' NOT NULL, 
	inferred TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_touches PRIMARY KEY (message_key, position), 
	CONSTRAINT fk_touches_message_key FOREIGN KEY(message_key) REFERENCES messages ("key") ON DELETE CASCADE
)
 WITHOUT ROWID

CREATE INDEX ix_touches_member ON touches (member, message_key)

CREATE TABLE trailers (
	message_key INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	tag TEXT DEFAULT '' NOT NULL, 
	value TEXT DEFAULT '' NOT NULL, 
	name TEXT, 
	address TEXT, 
	start INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_trailers PRIMARY KEY (message_key, position), 
	CONSTRAINT fk_trailers_message_key FOREIGN KEY(message_key) REFERENCES messages ("key") ON DELETE CASCADE
)
 WITHOUT ROWID

CREATE TABLE series_fields (
	series_id TEXT NOT NULL, 
	member TEXT NOT NULL, 
	struct TEXT NOT NULL, 
	reads INTEGER DEFAULT '0' NOT NULL, 
	writes INTEGER DEFAULT '0' NOT NULL, 
	others INTEGER DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_series_fields PRIMARY KEY (series_id, member, struct), 
	CONSTRAINT fk_series_fields_series_id FOREIGN KEY(series_id) REFERENCES series (id) ON DELETE CASCADE
)
 WITHOUT ROWID

CREATE INDEX ix_series_fields_member ON series_fields (member, struct, series_id)

CREATE TABLE series_patches (
	series_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	message_key INTEGER NOT NULL, 
	CONSTRAINT pk_series_patches PRIMARY KEY (series_id, number), 
	CONSTRAINT fk_series_patches_message_key FOREIGN KEY(message_key) REFERENCES messages ("key"), 
	CONSTRAINT fk_series_patches_series_id FOREIGN KEY(series_id) REFERENCES series (id) ON DELETE CASCADE
)
 WITHOUT ROWID

CREATE INDEX ix_series_patches_message_key ON series_patches (message_key)

CREATE VIEW v_field_series AS
    SELECT f.struct, f.member, f.reads, f.writes, f.others, s.id AS series_id, s.title AS series,
           s.version_text AS version, s.author_name AS author, s.list_name AS list,
           s.sent_at
    FROM series_fields f
    JOIN series s ON s.id = f.series_id

CREATE VIEW v_touches AS
    SELECT t.struct, t.member, t.access, t.side, t.file, t.function, t.line, t.via, m.message_id,
           m.title AS patch_title, m.patch_number AS patch, s.title AS series, s.version_text AS version
    FROM touches t
    JOIN messages m ON m.key = t.message_key
    LEFT JOIN series s ON s.id = m.series_id

CREATE VIRTUAL TABLE search USING fts5(subject, text, tokenize="unicode61 tokenchars '_'")

CREATE TABLE "claim_names" (
	member TEXT NOT NULL, 
	struct TEXT NOT NULL, 
	claim_id TEXT NOT NULL, 
	is_refuted BOOLEAN DEFAULT '0' NOT NULL, 
	sent_at INTEGER, 
	CONSTRAINT pk_claim_names_2 PRIMARY KEY (member, struct, claim_id), 
	CONSTRAINT fk_claim_names_claim_id FOREIGN KEY(claim_id) REFERENCES claims (id) ON DELETE CASCADE
)
 WITHOUT ROWID

CREATE INDEX ix_claim_names_claim_id ON claim_names (claim_id)

CREATE TABLE "concern_names" (
	member TEXT NOT NULL, 
	struct TEXT NOT NULL, 
	concern_id TEXT NOT NULL, 
	is_open BOOLEAN DEFAULT '1' NOT NULL, 
	sent_at INTEGER, 
	CONSTRAINT pk_concern_names_2 PRIMARY KEY (member, struct, concern_id), 
	CONSTRAINT fk_concern_names_concern_id FOREIGN KEY(concern_id) REFERENCES concerns (id) ON DELETE CASCADE
)
 WITHOUT ROWID

CREATE INDEX ix_concern_names_concern_id ON concern_names (concern_id)

CREATE VIEW v_open_issues AS
    SELECT q.id, q.kind, q.state, q.author_name AS author, q.date, q.quote, n.struct, n.member,
           m.message_id, m.subject, m.list_name AS list, s.title AS series, s.version_text AS version,
           m.patch_number AS patch
    FROM concerns q
    JOIN messages m ON m.key = q.message_key
    LEFT JOIN series s ON s.id = m.series_id
    LEFT JOIN concern_names n ON n.concern_id = q.id
    WHERE q.state IN ('open', 'acknowledged', 'disputed')

CREATE VIEW v_claims AS
    SELECT c.id, c.verdict, c.author_name AS author, c.date, c.quote, c.predicate, c.subject, c.object,
           c.value, c.polarity, c.modality, c.tense, c.reason, c.kernel, n.struct, n.member,
           m.message_id, s.title AS series, s.version_text AS version, m.patch_number AS patch
    FROM claims c
    JOIN messages m ON m.key = c.message_key
    LEFT JOIN series s ON s.id = m.series_id
    LEFT JOIN claim_names n ON n.claim_id = c.id

CREATE TABLE findings (
	id TEXT NOT NULL, 
	message_key INTEGER NOT NULL, 
	rule TEXT DEFAULT '' NOT NULL, 
	text TEXT NOT NULL, 
	quote TEXT NOT NULL, 
	file TEXT NOT NULL, 
	function TEXT NOT NULL, 
	line INTEGER DEFAULT '0' NOT NULL, 
	start INTEGER DEFAULT '0' NOT NULL, 
	"end" INTEGER DEFAULT '0' NOT NULL, 
	evidence TEXT DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_findings PRIMARY KEY (id), 
	CONSTRAINT fk_findings_message_key FOREIGN KEY(message_key) REFERENCES messages ("key") ON DELETE CASCADE
)

CREATE INDEX ix_findings_message_key ON findings (message_key)

CREATE INDEX ix_claims_author ON claims (author_address, author_name, verdict, sent_at)

CREATE INDEX ix_concerns_author ON concerns (author_address, author_name, state, sent_at)

CREATE TABLE triage_events (
	id TEXT NOT NULL, 
	issue_id TEXT DEFAULT '' NOT NULL, 
	action TEXT DEFAULT '' NOT NULL, 
	value TEXT DEFAULT '' NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	who TEXT DEFAULT '' NOT NULL, 
	at TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_triage_events PRIMARY KEY (id)
)

CREATE INDEX ix_triage_events_issue_id ON triage_events (issue_id)

CREATE TABLE series_marks (
	one TEXT NOT NULL, 
	other TEXT NOT NULL, 
	apart BOOLEAN DEFAULT '0' NOT NULL, 
	who TEXT DEFAULT '' NOT NULL, 
	at TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_series_marks PRIMARY KEY (one, other)
)

CREATE TABLE overview_rows (
	message_key INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	message_id TEXT DEFAULT '' NOT NULL, 
	date TEXT, 
	subject TEXT DEFAULT '' NOT NULL, 
	author TEXT DEFAULT '' NOT NULL, 
	parent INTEGER, 
	parent_stated BOOLEAN DEFAULT '0' NOT NULL, 
	this_message BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_overview_rows PRIMARY KEY (message_key, number), 
	CONSTRAINT fk_overview_rows_message_key FOREIGN KEY(message_key) REFERENCES known_ids ("key")
)
 WITHOUT ROWID

CREATE TABLE archive_notes (
	message_key INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	value TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_archive_notes PRIMARY KEY (message_key, name), 
	CONSTRAINT fk_archive_notes_message_key FOREIGN KEY(message_key) REFERENCES known_ids ("key")
)
 WITHOUT ROWID

CREATE INDEX ix_claims_sameness ON claims (sameness)

CREATE INDEX ix_messages_author ON messages (author_address, author_name, sent_at)

CREATE TABLE issue_places (
	concern_id TEXT NOT NULL, 
	issue_id TEXT NOT NULL, 
	is_last BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_issue_places PRIMARY KEY (concern_id), 
	CONSTRAINT fk_issue_places_concern_id FOREIGN KEY(concern_id) REFERENCES concerns (id) ON DELETE CASCADE
)
 WITHOUT ROWID

CREATE INDEX ix_issue_places_issue_id ON issue_places (issue_id)

CREATE TABLE tracked_versions (
	series_id TEXT NOT NULL, 
	patches TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_tracked_versions PRIMARY KEY (series_id)
)

CREATE TABLE waiting (
	number INTEGER NOT NULL, 
	message_key INTEGER NOT NULL, 
	CONSTRAINT pk_waiting PRIMARY KEY (number), 
	CONSTRAINT fk_waiting_message_key FOREIGN KEY(message_key) REFERENCES messages ("key") ON DELETE CASCADE
)

CREATE UNIQUE INDEX uq_waiting_message_key ON waiting (message_key)

INSERT INTO alembic_version (version_num) VALUES ('0009')
