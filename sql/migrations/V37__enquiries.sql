-- What visitors ask about listings.
SET LOCAL lock_timeout = '5s';

CREATE TABLE enquiry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The listing may be deleted; the enquiry stays.
    property_id bigint NOT NULL,
    property_title text NOT NULL CHECK (char_length(property_title) <= 200),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    phone text NOT NULL DEFAULT '' CHECK (char_length(phone) <= 40),
    message text NOT NULL CHECK (char_length(message) BETWEEN 1 AND 5000),
    wants_viewing boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'read', 'answered', 'spam')),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- The user who changed the state last.
    changed_by text NOT NULL DEFAULT '',
    changed_at timestamptz
);
CREATE INDEX enquiry_state ON enquiry (state, id DESC);
CREATE INDEX enquiry_property ON enquiry (property_id, id DESC);
CREATE INDEX enquiry_created ON enquiry (created_at);

ALTER TABLE site_user
    DROP CONSTRAINT site_user_permissions_check,
    ADD CONSTRAINT site_user_permissions_check
        CHECK (permissions <@ ARRAY['view', 'add', 'change', 'delete', 'cache', 'enquiries']) NOT VALID;
ALTER TABLE site_user VALIDATE CONSTRAINT site_user_permissions_check;
