//! What was done to listings: who, when, and what changed; and how to bring back what was.

pub(super) mod restore;
pub(super) mod show;
pub(super) mod undo;
