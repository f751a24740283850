-- What came of each form that was sent, so that one that arrives twice is saved once. The token is the form's, hashed
-- together with whose it is; rows are of use for a day.
CREATE TABLE form_submission (
    token_hash bytea PRIMARY KEY,
    content_hash bytea NOT NULL,
    property_id bigint,
    -- The version that it saved: the microseconds of `updated_at`.
    version bigint,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX form_submission_at ON form_submission (at);

-- Why a change was made, where whoever made it says so in `app.note`: `restored from change 12`.
ALTER TABLE property_event ADD COLUMN note text DEFAULT nullif(current_setting('app.note', true), '');

-- History is read in the order of time, whole or by one of these.
CREATE INDEX property_event_at ON property_event (at, id);
CREATE INDEX property_event_actor ON property_event (actor, at, id);
CREATE INDEX property_event_kind ON property_event (kind, at, id);
