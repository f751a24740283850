//! The operator's endpoints: who may use them, what they answer, what they do.

mod access;
mod clearing;
mod exposition;
mod load_test;
mod metrics;
mod ops;
mod postman;
mod signals;
mod status;
