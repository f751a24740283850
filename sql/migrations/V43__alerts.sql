-- Alerts: visitors get mails about listings that a list would show.
SET LOCAL lock_timeout = '5s';

CREATE TABLE alert (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    -- The address for comparison: all alerts of a mailbox are found by it.
    mailbox text NOT NULL CHECK (char_length(mailbox) BETWEEN 3 AND 600),
    -- The list, as the query string that asks for exactly it.
    query text NOT NULL CHECK (char_length(query) <= 8000),
    frequency text NOT NULL CHECK (frequency IN ('instant', 'daily', 'weekly')),
    -- Refused: the mailbox's server has refused a mail for good.
    state text NOT NULL DEFAULT 'unconfirmed' CHECK (state IN ('unconfirmed', 'active', 'paused', 'refused')),
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    -- How often it was asked for within a day of the first time, and when that was.
    asked integer NOT NULL DEFAULT 1,
    asked_at timestamptz NOT NULL DEFAULT now(),
    -- Conditions that a listing has to meet, in the form in which many alerts are compared with it at once. Each is one of
    -- the list's; where `is_complete` is false the list has others as well.
    -- Folded locations; the empty text stands for every location. The index needs the collation of `location_folded`.
    places text[] COLLATE "C" NOT NULL,
    facts jsonpath,
    words tsquery,
    listing_id bigint,
    is_complete boolean NOT NULL,
    -- Matches up to this number have a mail.
    mailed_up_to bigint NOT NULL DEFAULT 0
);
-- A query may be longer than an entry of an index.
CREATE UNIQUE INDEX alert_once ON alert (lower(email), md5(query));
CREATE INDEX alert_mailbox ON alert (mailbox);
CREATE INDEX alert_places ON alert USING gin (places) WITH (fastupdate = off) WHERE state = 'active';
CREATE INDEX alert_unused ON alert (changed_at) WHERE state IN ('unconfirmed', 'refused');

-- Listings that an alert reports. They stay for a while after the mail, so that none is reported twice.
CREATE TABLE alert_match (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id bigint NOT NULL REFERENCES alert ON DELETE CASCADE,
    -- The listing may be deleted.
    property_id bigint NOT NULL,
    reason text NOT NULL CHECK (reason IN ('new', 'reduced', 'back')),
    price numeric(10, 2) NOT NULL,
    -- Of a reduced listing: its price before.
    price_before numeric(10, 2),
    found_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    UNIQUE (alert_id, property_id, reason)
);
CREATE INDEX alert_match_unsent ON alert_match (alert_id, id) WHERE sent_at IS NULL;
CREATE INDEX alert_match_reduced ON alert_match (property_id) WHERE reason = 'reduced';
CREATE INDEX alert_match_sent ON alert_match (sent_at) WHERE sent_at IS NOT NULL;

-- How far the event log was compared with the alerts, as a snapshot: the events of all transactions that it shows were. And
-- the times of day for which the last daily and weekly mails were added. One row.
CREATE TABLE alert_progress (
    snapshot text NOT NULL,
    daily_at timestamptz,
    weekly_at timestamptz
);
INSERT INTO alert_progress (snapshot) VALUES (pg_current_snapshot()::text);

-- What decides whether a listing is reported: it is part of an event.
CREATE FUNCTION property_market(price numeric, status text, qualifier text, type text, period text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN jsonb_build_object('price', price::text, 'status', status, 'price_qualifier', qualifier, 'listing_type', type,
                              'price_period', period);

-- Logs a statement that changed many rows, with those of them that alerts may report.
CREATE FUNCTION log_bulk(of_entity text, row_total bigint, some_tags text[], some_rows jsonb)
RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    event event_log;
BEGIN
    INSERT INTO event_log (entity, kind, row_count, tags, after)
    VALUES (of_entity, 'bulk', row_total, some_tags, some_rows)
    RETURNING * INTO event;
    INSERT INTO history (id, xid, entity, kind, row_count, actor, at, note)
    VALUES (event.id, event.xid, of_entity, 'bulk', row_total, event.actor, event.at,
            nullif(current_setting('app.note', true), ''));
    PERFORM pg_notify('property_event', event.id || '-' || event.id);
END
$$;

-- An event also has the values of `property_market`; one of many rows has those of at most 5,000 rows, the newest. All
-- else of the function stays as it is. Older releases ignore the values.
DO $do$
DECLARE
    definition text := pg_get_functiondef('property_log_event'::regproc);
    pair text[];
BEGIN
    FOREACH pair SLICE 1 IN ARRAY ARRAY[
        [$$'location_folded', 'status'$$,
         $$'location_folded', 'status', 'price_qualifier', 'listing_type', 'price_period'$$],
        [$$    derived text[];$$, $$    derived text[];
    market jsonb;$$],
        [$$        IF TG_OP IN ('INSERT', 'UPDATE') THEN
            places :=$$, $$        IF TG_OP = 'INSERT' THEN
            market := (SELECT jsonb_agg(jsonb_build_object('id', id, 'after',
                           property_market(price, status, price_qualifier, listing_type, price_period)))
                       FROM (SELECT * FROM new_rows WHERE status IN ('active', 'pending')
                             ORDER BY id DESC LIMIT 5000) AS newest);
        ELSIF TG_OP = 'UPDATE' THEN
            market := (SELECT jsonb_agg(state) FROM (
                SELECT jsonb_build_object('id', n.id,
                           'before', property_market(o.price, o.status, o.price_qualifier, o.listing_type, o.price_period),
                           'after', property_market(n.price, n.status, n.price_qualifier, n.listing_type, n.price_period)) AS state
                FROM old_rows AS o JOIN new_rows AS n ON n.id = o.id
                WHERE n.status IN ('active', 'pending') AND (n.price < o.price OR n.status <> o.status)
                ORDER BY n.id DESC LIMIT 5000) AS newest);
        END IF;
        IF TG_OP IN ('INSERT', 'UPDATE') THEN
            places :=$$],
        [$$PERFORM log_event('listing', 'bulk', row_total, places)$$,
         $$PERFORM log_bulk('listing', row_total, places, market)$$]
    ] LOOP
        IF strpos(definition, pair[1]) = 0 THEN
            RAISE EXCEPTION 'the function property_log_event is not as this migration expects it: %', pair[1];
        END IF;
        definition := replace(definition, pair[1], pair[2]);
    END LOOP;
    EXECUTE definition;
END
$do$;
