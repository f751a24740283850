-- Failures that are old are forgotten a few at a time, and those of an account from an address when somebody logs in to it
-- from there: neither has to look at all of them.
CREATE INDEX login_failure_at ON login_failure (at);
CREATE INDEX login_failure_origin ON login_failure (account, address);
