//! The composition root (configuration → servers → pools → cache → services → HTTP server), and the commands.

mod background;
pub mod cli;
mod draining;
mod follower;
pub mod listener;
mod logging;
mod patient;
pub mod platform;
pub mod secret_key;
pub mod servers;
mod serving;
pub mod site;
pub mod stop;
mod stoppable;
mod working;
