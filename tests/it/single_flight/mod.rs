//! One load for any number of requests: leaders, followers, and their failures.

mod crowds;
mod failures;
mod leaders;
mod leases;
