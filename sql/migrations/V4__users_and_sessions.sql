-- Staff accounts, their sessions, and failed logins.

CREATE TABLE site_user (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username text NOT NULL UNIQUE CHECK (char_length(username) BETWEEN 1 AND 150),
    email text NOT NULL DEFAULT '',
    password_hash text NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    is_staff boolean NOT NULL DEFAULT false,
    is_superuser boolean NOT NULL DEFAULT false,
    last_login timestamptz,
    date_joined timestamptz NOT NULL DEFAULT now()
);

-- The key is kept as a hash, so that reading this table lets nobody in.
CREATE TABLE session (
    key_hash bytea PRIMARY KEY,
    user_id bigint REFERENCES site_user (id) ON DELETE CASCADE,
    state jsonb NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX session_user_id ON session (user_id);
CREATE INDEX session_expires_at ON session (expires_at);

-- One row per failed login and thing that is limited: an account or an address.
CREATE TABLE login_failure (
    subject text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX login_failure_subject ON login_failure (subject, at);
