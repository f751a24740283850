//! Copies many listings in and out.
