//! One load, however many ask: who leads, who follows, and what becomes of both when something goes wrong.

mod crowds;
mod failures;
mod leaders;
mod leases;
