-- What staff may do, what was done to their accounts, where they are logged in, and who tried to log in.

ALTER TABLE site_user
    ADD COLUMN permissions text[] NOT NULL DEFAULT '{}'
        CHECK (permissions <@ ARRAY['view', 'add', 'change', 'delete', 'cache']),
    ADD COLUMN session_stamp text NOT NULL DEFAULT '';
-- Whoever was staff could do everything.
UPDATE site_user SET permissions = ARRAY['view', 'add', 'change', 'delete', 'cache'] WHERE is_staff;

-- What ties a session to a password. It outlives a hash that is only made anew of the same password.
CREATE FUNCTION site_user_stamp(password_hash text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT translate(encode(substr(sha256(convert_to(password_hash, 'UTF8')), 1, 18), 'base64'), '+/', '-_')
$$;
UPDATE site_user SET session_stamp = site_user_stamp(password_hash);

-- Whoever makes a hash anew of the same password says so by `app.rehash`.
CREATE FUNCTION site_user_set_stamp() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' OR (NEW.password_hash <> OLD.password_hash
                            AND coalesce(current_setting('app.rehash', true), '') <> 'on') THEN
        NEW.session_stamp := site_user_stamp(NEW.password_hash);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER site_user_set_stamp BEFORE INSERT OR UPDATE ON site_user
    FOR EACH ROW EXECUTE FUNCTION site_user_set_stamp();
ALTER TABLE site_user ENABLE ALWAYS TRIGGER site_user_set_stamp;

-- What was done to accounts, whoever did it. It outlives the accounts, and holds no password in any form.
CREATE TABLE account_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('added', 'changed', 'deleted', 'sessions_ended')),
    user_id bigint NOT NULL,
    username text NOT NULL,
    -- Objects with `field`, `before` and `after`, the values as text; of a password the field alone.
    changes jsonb NOT NULL DEFAULT '[]',
    actor text NOT NULL DEFAULT property_event_actor(),
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX account_event_user ON account_event (user_id, id DESC);

-- An account as the log keeps it.
CREATE FUNCTION site_user_state(account site_user) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object(
        'username', account.username, 'email', account.email, 'is_active', account.is_active::text,
        'is_staff', account.is_staff::text, 'is_superuser', account.is_superuser::text,
        'permissions', array_to_string(account.permissions, ', '))
$$;

CREATE FUNCTION site_user_log_event() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN site_user_state(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN site_user_state(NEW) END;
    changes jsonb;
BEGIN
    SELECT coalesce(jsonb_agg(jsonb_build_object('field', field, 'before', before ->> field, 'after', after ->> field)
                              ORDER BY place), '[]')
    INTO changes
    FROM unnest(ARRAY['username', 'email', 'is_active', 'is_staff', 'is_superuser', 'permissions'])
        WITH ORDINALITY AS fields (field, place)
    WHERE before ->> field IS DISTINCT FROM after ->> field;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.session_stamp <> OLD.session_stamp THEN
            changes := changes || '[{"field": "password"}]';
        END IF;
        IF changes = '[]' THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO account_event (kind, user_id, username, changes)
    VALUES (CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END,
            coalesce(NEW.id, OLD.id), coalesce(NEW.username, OLD.username), changes);
    RETURN NULL;
END
$$;
CREATE TRIGGER site_user_log_event AFTER INSERT OR UPDATE OR DELETE ON site_user
    FOR EACH ROW EXECUTE FUNCTION site_user_log_event();
ALTER TABLE site_user ENABLE ALWAYS TRIGGER site_user_log_event;

-- While any account has a hash of another program's making, refusals take as long as with such a hash.
CREATE INDEX site_user_foreign_hash ON site_user ((length(password_hash)))
    WHERE password_hash NOT LIKE '$argon2id$%' AND password_hash NOT LIKE '!%';

-- A session is known to its owner by a name that lets nobody in. Those of before have none, and end.
DELETE FROM session;
ALTER TABLE session
    ADD COLUMN name text NOT NULL UNIQUE CHECK (char_length(name) BETWEEN 16 AND 64),
    ADD COLUMN begun_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN address text NOT NULL DEFAULT '' CHECK (char_length(address) <= 64),
    ADD COLUMN user_agent text NOT NULL DEFAULT '' CHECK (char_length(user_agent) <= 300);

-- A success forgets the failures of its own account from its own address, and no others.
ALTER TABLE login_failure
    ADD COLUMN account text NOT NULL DEFAULT '',
    ADD COLUMN address text NOT NULL DEFAULT '';

-- Who logged in, or tried to, or left. Attempts that are put off are counted, one row for an address and a minute, so
-- that a flood of them leaves few rows.
CREATE TABLE login_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('login', 'failure', 'throttled', 'logout')),
    username text NOT NULL CHECK (char_length(username) <= 150),
    user_id bigint REFERENCES site_user (id) ON DELETE SET NULL,
    address text NOT NULL DEFAULT '' CHECK (char_length(address) <= 64),
    user_agent text NOT NULL DEFAULT '' CHECK (char_length(user_agent) <= 300),
    attempts integer NOT NULL DEFAULT 1,
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX login_event_user ON login_event (user_id, id DESC);
CREATE INDEX login_event_address ON login_event (address, id DESC);
