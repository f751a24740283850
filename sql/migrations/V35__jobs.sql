-- Work that is done in the background: sending mail, and what is to be done now and then.
SET LOCAL lock_timeout = '5s';

-- A job that is done is deleted. One that failed for good stays, with its error.
CREATE TABLE job (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 64),
    payload jsonb NOT NULL DEFAULT '{}',
    -- A second job with the same key is not added.
    key text UNIQUE CHECK (char_length(key) BETWEEN 1 AND 200),
    -- A periodic job is not deleted, but due again after so many seconds.
    period integer CHECK (period > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- When a worker may claim it. While it runs, the end of the worker's lease.
    run_at timestamptz NOT NULL DEFAULT now(),
    -- Counted when a worker claims it, so that a job that kills its workers ends as well.
    tries integer NOT NULL DEFAULT 0,
    -- The worker that runs it.
    claimed_by text CHECK (char_length(claimed_by) BETWEEN 1 AND 200),
    started_at timestamptz,
    finished_at timestamptz,
    -- Why the last try failed.
    error text CHECK (char_length(error) BETWEEN 1 AND 2000),
    -- Whether it failed because a server could not be reached: it is tried again as soon as another job of its kind succeeds.
    is_outage boolean NOT NULL DEFAULT false,
    failed_at timestamptz
);
CREATE INDEX job_due ON job (run_at, id) WHERE failed_at IS NULL;
CREATE INDEX job_claimed ON job (claimed_by) WHERE claimed_by IS NOT NULL;
CREATE INDEX job_outage ON job (kind) WHERE is_outage;
CREATE INDEX job_failed ON job (failed_at) WHERE failed_at IS NOT NULL;

-- Wakes the workers when the transaction commits.
CREATE FUNCTION job_notify() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    NOTIFY property_job;
    RETURN NULL;
END
$$;
CREATE TRIGGER job_notify AFTER INSERT ON job FOR EACH STATEMENT EXECUTE FUNCTION job_notify();
