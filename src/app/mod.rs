//! The program around the site: what has to run and to be known before it can serve.

pub mod secret_key;
pub mod servers;
